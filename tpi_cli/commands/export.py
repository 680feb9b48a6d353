"""`tpi export`: everything out, in forms other programs read."""

import os
from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.errors import Usage
from tpi_cli.exchange import copy, csv_out
from tpi_cli.show.machine import envelope
from tpi_cli.show.out import Out, Unwritten
from tpi_cli.store.connect import Database
from tpi_cli.store.read.clinic import clinic


def export(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="csv|json|sqlite", help="In which form.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="csv: patients, injections, outcomes.")
    ] = None,
) -> None:
    """Write everything out: csv (as tpi import reads it), json (every table), sqlite (a plain copy).

    What is written is not encrypted. A folder takes the three CSV files; a file, or stdout, the --kind asked for.

    \b
    tpi export csv -o export/
    tpi export csv --kind injections -o injections.csv
    tpi export sqlite -o copy.db
    """
    copy.checked(what)
    with options.reading(ctx) as db:
        out: Out = ctx.obj.out(clinic(db).today)
        if out.redact != "none":
            raise Usage("an export is whole: --redact does not apply", hint="tpi patient list --redact names")
        _WRITERS[what](db, out, kind)


def _sqlite(db: Database, out: Out, kind: str | None) -> None:
    if kind:
        raise Usage("--kind goes with csv", hint="tpi export sqlite -o copy.db")
    if not out.output:
        raise Usage("a SQLite file cannot go to stdout", hint="name a file: -o copy.db")
    copy.sqlite(db, os.path.abspath(out.output))
    out.say(f"wrote {out.output}: NOT ENCRYPTED, keep it safe")


def _json(db: Database, out: Out, kind: str | None) -> None:
    if kind:
        raise Usage("--kind goes with csv", hint="tpi export json -o copy.json")
    with out.into() as into:
        count = copy.json(db, envelope("export", out.today), into)
    out.say(f"{count} rows written, not encrypted")


def _csv(db: Database, out: Out, kind: str | None) -> None:
    if kind is None:
        _csv_folder(db, out)
        return
    if kind not in csv_out.WRITTEN:
        raise Usage(f"--kind cannot be {kind!r}", hint=" or ".join(csv_out.WRITTEN))
    with out.into() as into:
        count = csv_out.write(csv_out.rows(db, kind), csv_out.columns(kind), into)
    out.say(f"{count} {kind} written, not encrypted")


def _csv_folder(db: Database, out: Out) -> None:
    if not out.output:
        raise Usage("which file?", hint="--kind patients, injections or outcomes; or a folder for all: -o export/")
    try:
        os.makedirs(out.output, mode=0o700, exist_ok=True)
    except OSError as fault:
        raise Unwritten(path=out.output, why=fault.strerror) from None
    for kind in csv_out.WRITTEN:
        _csv(db, out._replace(output=os.path.join(out.output, f"{kind}.csv")), kind)


_WRITERS = {"sqlite": _sqlite, "json": _json, "csv": _csv}
