"""`tpi lots`: every patient who had a lot."""

from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.errors import NotFound
from tpi_cli.show import lots as show
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import lots as read
from tpi_cli.store.read.clinic import Clinic, all_of, chosen

SIMILAR = 3
"""At most so many lots are offered for one that nobody had."""


def lots(
    ctx: typer.Context,
    lot: Annotated[list[str], typer.Argument(metavar="LOT", help="As it stands on the vial.")],
    clinic: Annotated[
        str | None, typer.Option("--clinic", metavar="NAME|all", help="Of a group's clinics: this one, or all.")
    ] = None,
) -> None:
    """Every patient who had something of a lot, newest first: for a vial that is called back.

    Capitals and blanks do not count. Void sessions are listed too, and say so: what was entered wrongly may have been
    given all the same. A lot that nobody had is an error (exit code 3), with similar ones that are on file.

    \b
    tpi lots LX2409D
    tpi lots LX2409D --json
    tpi lots LX2409D --format csv -o called-back.csv
    """
    wanted = " ".join(lot)
    with options.reading(ctx, several=True) as db:
        offices = chosen(db, clinic)
        several = all_of(clinic)
        found = [one._replace(clinic=office.name) for office in offices for one in _given(db, office, wanted)]
        if not found:
            raise _nobody(db, offices, wanted)
    ctx.obj.out(offices[0].today).report(
        Report(
            name="lots",
            columns=(show.CLINIC, *show.COLUMNS) if several else show.COLUMNS,
            rows=found,
            record=lambda one: {**({"clinic": one.clinic} if several else {}), **show.record(one)},
            footer=lambda: show.footer(found, wanted),
        )
    )


def _given(db: Database, office: Clinic, wanted: str) -> list[read.Given]:
    meant = [one for one in read.known(db, office.id) if _key(one) == _key(wanted)]
    return list(read.given(db, office.id, meant)) if meant else []


def _key(lot: str) -> str:
    return "".join(lot.casefold().split())


def _nobody(db: Database, offices: list[Clinic], wanted: str) -> NotFound:
    """That nobody had it, with lots on file that look like it."""
    from difflib import get_close_matches

    on_file = {_key(one): one for office in offices for one in read.known(db, office.id)}
    near = [on_file[key] for key in get_close_matches(_key(wanted), on_file, SIMILAR)]
    hint = f"on file: {', '.join(near)}" if near else "tpi session show SESSION shows the lots of a session"
    return NotFound(f"nobody on file had lot {wanted}", hint=hint)
