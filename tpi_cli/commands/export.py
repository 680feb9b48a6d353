"""`tpi export`: everything out, in forms other programs read."""

import os
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.errors import MissingExtra, Usage
from tpi_cli.exchange import copy, csv_out
from tpi_cli.files import make_folder
from tpi_cli.show.machine import envelope
from tpi_cli.show.out import Out, Unwritten
from tpi_cli.store.connect import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic

if TYPE_CHECKING:
    from tpi_cli.exchange.ics import Told


class Asked(NamedTuple):
    """The options of one form only, as given."""

    kind: str | None = None
    patient: str | None = None
    since: str | None = None
    names: bool = False
    bundle: str | None = None
    ndjson: str | None = None


FITTING = {
    "csv": ("kind",),
    "json": (),
    "sqlite": (),
    "ics": ("patient", "since", "names"),
    "fhir": ("patient", "since", "bundle", "ndjson"),
}
"""The options that each form has."""


def export(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="csv|json|ics|sqlite|fhir", help="In which form.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="csv: patients, injections, outcomes.")
    ] = None,
    patient: Annotated[
        str | None,
        typer.Option("--patient", metavar="PATIENT", autocompletion=complete.patients, help="ics, fhir: of one."),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="ics, fhir: from that day on (default: all).")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="ics: with names, birth dates and notes.")] = False,
    bundle: Annotated[
        str | None, typer.Option("--bundle", metavar="collection|transaction", help="fhir: to keep, or to be sent.")
    ] = None,
    ndjson: Annotated[str | None, typer.Option("--ndjson", metavar="DIR", help="fhir: a file a type.")] = None,
) -> None:
    """Write everything out: csv (as tpi import reads it), json (every table), sqlite (a plain copy); ics, the
    appointments for a calendar program, by patient number (tpi help calendar); fhir, for hospitals (tpi help fhir).

    What is written is not encrypted. A folder takes the three CSV files; a file, or stdout, the --kind asked for.

    \b
    tpi export csv -o export/
    tpi export csv --kind injections -o injections.csv
    tpi export ics --since today -o appointments.ics
    tpi export sqlite -o copy.db
    tpi export fhir -o clinic.json
    tpi export fhir --ndjson export/
    """
    copy.checked(what)
    asked = Asked(kind, patient, since, names, bundle, ndjson)
    _fitting(what, asked)
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        out: Out = ctx.obj.out(clinic(db).today)
        if what == "ics":
            options.exported(ctx, db, what, people.patient(db, wanted).number if wanted else None)
            _ics(db, out, asked._replace(patient=wanted))
            return
        if what == "fhir":
            _fhir(ctx, db, out, asked._replace(patient=wanted))
            return
        if out.redact != "none":
            raise Usage("an export is whole: --redact does not apply", hint="tpi patient list --redact names")
        _possible(what, out, kind)
        options.exported(ctx, db, what)
        _WRITERS[what](db, out, kind)


def _fitting(what: str, asked: Asked) -> None:
    """Refuse what belongs to another form. Raises Usage."""
    for name, value in asked._asdict().items():
        if value and name not in FITTING[what]:
            forms = [form for form, names in FITTING.items() if name in names]
            raise Usage(f"--{name} goes with {' and '.join(forms)}", hint=f"tpi export {forms[0]} --help")


def _possible(what: str, out: Out, kind: str | None) -> None:
    """Refuse what cannot be written before it is logged as written. Raises Usage, Unwritten."""
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


def _ics(db: Database, out: Out, asked: Asked) -> None:
    """The appointments of a day and later, or all. Raises Usage, Grammar, NotFound, MissingExtra."""
    try:
        from tpi_cli.exchange import ics
    except ImportError:
        raise MissingExtra(what="a calendar file", package="icalendar", extra="ics") from None
    from tpi_cli.store.read import appointments as read

    told, office = _told(out, asked), clinic(db)
    first, words = _first(asked.since, office.today)
    who = people.patient(db, asked.patient).id if asked.patient else None
    found = list(read.appointments(db, read.Wanted(first, patient_id=who)))
    text = ics.written(office, found, told)
    with out.into() as into:
        into.write(text)
    named = ", with names" if told == "names" else ""
    out.say(f"{len(found)} appointment{'' if len(found) == 1 else 's'}{words} written{named}, not encrypted")


def _fhir(ctx: typer.Context, db: Database, out: Out, asked: Asked) -> None:
    """What hospitals read. Raises Usage, Grammar, NotFound, Conflict, Unwritten."""
    from tpi_cli.commands import export_fhir
    from tpi_cli.exchange.fhir.whole import Asked as Wanted

    shape = export_fhir.asked(out, asked.bundle, asked.ndjson)
    first, words = _first(asked.since, clinic(db).today)
    one = people.patient(db, asked.patient) if asked.patient else None
    export_fhir.fhir(ctx, db, Wanted(one, first), shape, words)


def _told(out: Out, asked: Asked) -> "Told":
    """What the events say of a patient. Raises Usage where names are both asked for and to be kept back."""
    if asked.names and out.redact != "none":
        raise Usage(f"--names, and --redact {out.redact} keeps them back", hint="leave --names out, or --redact none")
    if out.redact == "all":
        return "nothing"
    return "names" if asked.names else "ids"


def _first(since: str | None, today: date) -> tuple[date | None, str]:
    """The day typed, and how it is echoed; bare words look back. Raises Grammar."""
    if since is None:
        return None, ""
    from tpi_cli.commands.parse.dates import day, words

    first = day(since, today, forward=False)
    return first, f" since {words(first, today)}"


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
