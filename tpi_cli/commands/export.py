"""`tpi export`: everything out, in forms other programs read."""

import os
from typing import Annotated

import typer

from tpi_cli.commands import complete, export_ics, options
from tpi_cli.commands.export_ics import Asked
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.exchange import copy, csv_out
from tpi_cli.files import make_folder
from tpi_cli.show.machine import envelope
from tpi_cli.show.out import Out, Unwritten
from tpi_cli.store.connect import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic


def export(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="csv|json|ics|sqlite", help="In which form.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="csv: patients, injections, outcomes.")
    ] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", metavar="PATIENT", autocompletion=complete.patients, help="ics: of one.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="ics: from that day on (default: all there are).")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="ics: with names, birth dates and notes.")] = False,
    due: Annotated[
        str | None, typer.Option("--due", metavar="[only]", help="ics: due dates, too; or nothing but them.")
    ] = None,
    within: Annotated[
        str | None, typer.Option("-w", "--within", metavar="INTERVAL|DATE", help="ics: due dates as far as that.")
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="FOLDER", help="ics: a file for each event, as CalDAV wants them.")
    ] = None,
) -> None:
    """Write everything out: csv (as tpi import reads it), json (every table), sqlite (a plain copy); or ics,
    appointments and due dates for a calendar program, by patient number (tpi help calendar).

    What is written is not encrypted. A folder takes the three CSV files; a file, or stdout, the --kind asked for.

    \b
    tpi export csv -o export/
    tpi export csv --kind injections -o injections.csv
    tpi export ics --since today -o appointments.ics
    tpi export ics --due only -o due.ics
    tpi export sqlite -o copy.db
    """
    copy.checked(what)
    asked = Asked(kind, patient, since, names, due, within, split)
    _fitting(what, asked)
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        out: Out = ctx.obj.out(clinic(db).today)
        if what == "ics":
            export_ics.fitting(out, asked)
            options.exported(ctx, db, what, people.patient(db, wanted).number if wanted else None)
            export_ics.write(db, out, asked._replace(patient=wanted))
            return
        if out.redact != "none":
            raise Usage("an export is whole: --redact does not apply", hint="tpi patient list --redact names")
        _possible(what, out, kind)
        options.exported(ctx, db, what)
        _WRITERS[what](db, out, kind)


def _fitting(what: str, asked: Asked) -> None:
    """Refuse what belongs to another form. Raises Usage."""
    if what != "ics":
        for name in ("patient", "since", "names", "due", "within", "split"):
            if getattr(asked, name) not in {None, False}:
                raise Usage(f"--{name} goes with ics", hint=f"an export as {what} is whole")
    elif asked.kind:
        raise Usage("--kind goes with csv", hint="tpi export ics -o appointments.ics")


def _possible(what: str, out: Out, kind: str | None) -> None:
    """Refuse what cannot be written before it is logged as written. Raises Usage, Unwritten."""
    if what != "csv" and kind:
        raise Usage("--kind goes with csv", hint=f"tpi export {what} -o copy")
    if what == "sqlite" and not out.output:
        raise Usage("a SQLite file cannot go to stdout", hint="name a file: -o copy.db")
    if what == "csv" and kind is None:
        _folder(out)
    if what == "csv" and kind is not None and kind not in csv_out.WRITTEN:
        raise Usage(f"--kind cannot be {kind!r}", hint=" or ".join(csv_out.WRITTEN))


def _folder(out: Out) -> None:
    """The folder for all CSV files, made if it is not there."""
    if not out.output:
        raise Usage("which file?", hint="--kind patients, injections or outcomes; or a folder for all: -o export/")
    try:
        make_folder(out.output)
    except OSError as fault:
        raise Unwritten(path=out.output, why=fault.strerror) from None


def _sqlite(db: Database, out: Out, kind: str | None) -> None:  # noqa: ARG001
    copy.sqlite(db, os.path.abspath(str(out.output)))
    out.say(f"wrote {out.output}: NOT ENCRYPTED, keep it safe")


def _json(db: Database, out: Out, kind: str | None) -> None:  # noqa: ARG001
    with out.into() as into:
        count = copy.json(db, envelope("export", out.today), into)
    out.say(f"{count} rows written, not encrypted")


def _csv(db: Database, out: Out, kind: str | None) -> None:
    if kind is None:
        _csv_folder(db, out)
        return
    with out.into() as into:
        count = csv_out.write(csv_out.rows(db, kind), csv_out.columns(kind), into)
    out.say(f"{count} {kind} written, not encrypted")


def _csv_folder(db: Database, out: Out) -> None:
    for kind in csv_out.WRITTEN:
        _csv(db, out._replace(output=os.path.join(str(out.output), f"{kind}.csv")), kind)


_WRITERS = {"sqlite": _sqlite, "json": _json, "csv": _csv}
