"""`tpi export`: everything out, in forms other programs read."""

import os
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from tpi_cli.commands import complete, export_csv, options
from tpi_cli.commands.pick import picked
from tpi_cli.errors import MissingExtra, Usage
from tpi_cli.exchange import copy
from tpi_cli.show.machine import envelope
from tpi_cli.show.out import Out
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


def export(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="csv|json|ics|sqlite", help="In which form.")],
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="csv: patients, appointments, ...")] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", metavar="PATIENT", autocompletion=complete.patients, help="ics: of one.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="ics: from that day on (default: all there are).")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="ics: with names, birth dates and notes.")] = False,
) -> None:
    """Write everything out: csv (as tpi import reads it), json (every table), sqlite (a plain copy); or ics, the
    appointments for a calendar program, by patient number (tpi help calendar).

    What is written is not encrypted. csv into a folder holds everything (tpi help leaving); a file, or stdout, takes
    the --kind asked for: patients, injections, outcomes, appointments, holds or calls.

    \b
    tpi export csv -o export/
    tpi export csv --kind injections -o injections.csv
    tpi export ics --since today -o appointments.ics
    tpi export sqlite -o copy.db
    """
    copy.checked(what)
    asked = Asked(kind, patient, since, names)
    _fitting(what, asked)
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        out: Out = ctx.obj.out(clinic(db).today)
        if what == "ics":
            options.exported(ctx, db, what, people.patient(db, wanted).number if wanted else None)
            _ics(db, out, asked._replace(patient=wanted))
            return
        if out.redact != "none":
            raise Usage("an export is whole: --redact does not apply", hint="tpi patient list --redact names")
        _possible(what, out, kind)
        options.exported(ctx, db, what)
        _WRITERS[what](db, out, kind)


def _fitting(what: str, asked: Asked) -> None:
    """Refuse what belongs to another form. Raises Usage."""
    if what != "ics":
        for name in ("patient", "since", "names"):
            if getattr(asked, name):
                raise Usage(f"--{name} goes with ics", hint=f"an export as {what} is whole")
    elif asked.kind:
        raise Usage("--kind goes with csv", hint="tpi export ics -o appointments.ics")


def _possible(what: str, out: Out, kind: str | None) -> None:
    """Refuse what cannot be written before it is logged as written. Raises Usage, Unwritten."""
    if what != "csv" and kind:
        raise Usage("--kind goes with csv", hint=f"tpi export {what} -o copy")
    if what == "sqlite" and not out.output:
        raise Usage("a SQLite file cannot go to stdout", hint="name a file: -o copy.db")
    if what == "csv":
        export_csv.possible(out, kind)


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


_WRITERS = {"sqlite": _sqlite, "json": _json, "csv": export_csv.export}
