"""`tpi find`: patients by name, phone or mrn."""

from collections.abc import Callable
from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.show import patients as show
from tpi_cli.show.report import Column, Report
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.search import Match, search


def find(
    ctx: typer.Context,
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="Part of a name, a phone number or an mrn.")],
    born: Annotated[str | None, typer.Option("--born", metavar="DATE", help="Only with this birth date.")] = None,
) -> None:
    """Patients by name, phone or mrn. A name that is only similar is marked ~.

    \b
    tpi find tan
    tpi find 'tan mei' --born 1971-03-04
    tpi find '0161 496 0555'
    """
    with options.reading(ctx) as db:
        today = clinic(db).today
        birth = None
        if born:
            from tpi_cli.commands.parse import dates

            birth = dates.birth(born, today)
        found = search(db, " ".join(text), birth)
        columns = (MARK, *(column._replace(text=_of(column)) for column in show.COLUMNS))
        ctx.obj.out(today).report(
            Report("find", columns, found, lambda one: {**show.record(one.patient), "similar": one.similar},
                   footer=lambda: f"{len(found)} found")
        )  # fmt: skip


def _of(column: Column) -> Callable[[Match], str]:
    return lambda one: column.text(one.patient)


MARK = Column("similar", lambda one: "~" if one.similar else "", 4)
