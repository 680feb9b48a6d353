"""`tpi export`: everything out, in forms other programs read."""

import os
from typing import Annotated, NamedTuple

import typer

from tpi_cli.commands import complete, export_csv, options, whereto
from tpi_cli.commands.filters import since as since_day
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.exchange import copy
from tpi_cli.show.machine import envelope
from tpi_cli.show.out import Out
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic


class Asked(NamedTuple):
    """The options of single forms, as given."""

    kind: str | None = None
    patient: str | None = None
    since: str | None = None
    names: bool = False
    due: str | None = None
    within: str | None = None
    split: str | None = None
    bundle: str | None = None
    ndjson: str | None = None


FITTING = {
    "csv": ("kind",),
    "json": (),
    "sqlite": (),
    "ics": ("patient", "since", "names", "due", "within", "split"),
    "fhir": ("patient", "since", "bundle", "ndjson"),
}
"""The options that each form has."""


def export(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="csv|json|ics|sqlite|fhir", help="In which form.")],
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="csv: patients, appointments, ...")] = None,
    patient: Annotated[
        str | None,
        typer.Option("--patient", metavar="PATIENT", autocompletion=complete.patients, help="ics, fhir: of one."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="ics, fhir: from that day on (default: all).")
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
    bundle: Annotated[
        str | None, typer.Option("--bundle", metavar="collection|transaction", help="fhir: to keep, or to be sent.")
    ] = None,
    ndjson: Annotated[str | None, typer.Option("--ndjson", metavar="DIR", help="fhir: a file a type.")] = None,
) -> None:
    """Write everything out: csv (as tpi import reads it), json (every table), sqlite (a plain copy); ics,
    appointments and due dates for a calendar program (tpi help calendar); fhir, for hospitals (tpi help fhir).

    What is written is not encrypted. csv into a folder holds everything (tpi help leaving); a file, or stdout, takes
    the --kind asked for: patients, injections, outcomes, appointments, holds or calls.

    \b
    tpi export csv -o export/
    tpi export csv --kind injections -o injections.csv
    tpi export ics --since today -o appointments.ics
    tpi export ics --due only -o due.ics
    tpi export fhir --ndjson export/
    tpi export sqlite -o copy.db
    """
    copy.checked(what)
    asked = Asked(kind, patient, since, names, due, within, split, bundle, ndjson)
    _fitting(what, asked)
    asked = asked._replace(patient=picked(ctx, patient) if patient else None)
    with options.reading(ctx) as db:
        out: Out = ctx.obj.out(clinic(db).today)
        if what == "ics":
            _ics(ctx, db, out, asked)
        elif what == "fhir":
            _fhir(ctx, db, out, asked)
        else:
            _whole(ctx, db, out, what, kind)


def _fitting(what: str, asked: Asked) -> None:
    """Refuse what belongs to another form. Raises Usage."""
    for name, value in asked._asdict().items():
        if value not in {None, False} and name not in FITTING[what]:
            forms = [form for form, names in FITTING.items() if name in names]
            raise Usage(f"--{name} goes with {' and '.join(forms)}", hint=f"tpi export {forms[0]} --help")


def _ics(ctx: typer.Context, db: Database, out: Out, asked: Asked) -> None:
    """Appointments and due dates. Raises Usage, Grammar, NotFound, MissingExtra, Unwritten."""
    from tpi_cli.commands import export_ics

    export_ics.ics(ctx, db, out, export_ics.Asked(*asked[1:7]))


def _fhir(ctx: typer.Context, db: Database, out: Out, asked: Asked) -> None:
    """What hospitals read. Raises Usage, Grammar, NotFound, Conflict, Unwritten."""
    from tpi_cli.commands import export_fhir
    from tpi_cli.exchange.fhir.whole import Asked as Wanted

    shape = export_fhir.asked(out, asked.bundle, asked.ndjson)
    first, words = since_day(asked.since, clinic(db).today)
    one = people.patient(db, asked.patient) if asked.patient else None
    export_fhir.fhir(ctx, db, Wanted(one, first), shape, words)


def _whole(ctx: typer.Context, db: Database, out: Out, what: str, kind: str | None) -> None:
    """Everything there is. Raises Usage, Unwritten."""
    if out.redact != "none":
        raise Usage("an export is whole: --redact does not apply", hint="tpi export fhir --redact names")
    if what == "sqlite" and not out.output:
        raise Usage("a SQLite file cannot go to stdout", hint="name a file: -o copy.db")
    if what == "json":
        whereto.no_screen(out)
    if what == "csv":
        export_csv.possible(out, kind)
    options.exported(ctx, db, what)
    _WRITERS[what](db, out, kind)


def _sqlite(db: Database, out: Out, kind: str | None) -> None:  # noqa: ARG001
    copy.sqlite(db, os.path.abspath(str(out.output)))
    out.say(f"wrote {out.output}: NOT ENCRYPTED, keep it safe")


def _json(db: Database, out: Out, kind: str | None) -> None:  # noqa: ARG001
    with out.into() as into:
        count = copy.json(db, envelope("export", out.today), into)
    out.say(f"{count} rows written, not encrypted")


_WRITERS = {"sqlite": _sqlite, "json": _json, "csv": export_csv.export}
