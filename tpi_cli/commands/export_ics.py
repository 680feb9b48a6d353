"""`tpi export ics`: appointments and due dates for a calendar program, and what may be told of a patient there."""

import os
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import typer

from tpi_cli import files
from tpi_cli.commands import options
from tpi_cli.commands.filters import since
from tpi_cli.errors import MissingExtra, Usage
from tpi_cli.show.out import Out, Unwritten
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import Clinic, clinic

if TYPE_CHECKING:
    from tpi_cli.exchange.ics import Entry, Told

ONLY = "only"
"""What --due may be given: the due dates without the appointments."""


class Asked(NamedTuple):
    """The options of this form, as given."""

    patient: str | None = None
    since: str | None = None
    names: bool = False
    due: str | None = None
    within: str | None = None
    split: str | None = None


def ics(ctx: typer.Context, db: Database, out: Out, asked: Asked) -> None:
    """Write what was asked for, once that is logged. Raises Usage, Grammar, NotFound, MissingExtra, Unwritten."""
    fitting(out, asked)
    options.exported(ctx, db, "ics", people.patient(db, asked.patient).number if asked.patient else None)
    write(db, out, asked)


def write(db: Database, out: Out, asked: Asked) -> None:
    """Write the calendar: in one file, or a file for each event. Raises Usage, Grammar, MissingExtra, Unwritten."""
    try:
        from tpi_cli.exchange import ics
    except ImportError:
        raise MissingExtra(what="a calendar file", package="icalendar", extra="ics") from None

    told, office = _told(out, asked), clinic(db)
    first, words = since(asked.since, office.today)
    booked = [] if asked.due == ONLY else _appointments(db, office, asked, first, told)
    due = [] if asked.due is None else _due(db, office, asked, first, told)
    if asked.split is not None:
        booked, due = _worth_telling(booked, asked.split), _worth_telling(due, asked.split)
    counted = _counted(asked, booked, due) + words
    named = ", with names" if told == "names" else ""
    if asked.split is not None:
        kept = _split(office, [*booked, *due], asked.split)
        out.say(f"{counted} written{named}, not encrypted: {kept}")
        return
    name = f"{office.name}: due" if asked.due == ONLY else office.name
    with out.into() as into:
        into.write(ics.whole(office, [*booked, *due], name))
    out.say(f"{counted} written{named}, not encrypted")


def fitting(out: Out, asked: Asked) -> None:
    """Refuse what does not go together, before it is logged as written. Raises Usage."""
    if asked.due not in {None, "", ONLY}:
        raise Usage(f"--due cannot be {asked.due!r}", hint="--due, or --due only for due dates without appointments")
    if asked.within is not None and asked.due is None:
        raise Usage("--within goes with --due", hint="tpi export ics --due --within 3mo")
    if asked.split is not None and out.output is not None:
        raise Usage("--split writes into its folder, and --output names a file", hint="leave one of them out")


def _appointments(db: Database, office: Clinic, asked: Asked, first: date | None, told: "Told") -> "list[Entry]":
    from tpi_cli.exchange import ics
    from tpi_cli.store.read import appointments as read

    who = people.patient(db, asked.patient).id if asked.patient else None
    return ics.appointments(office, read.appointments(db, read.Wanted(first, patient_id=who)), told)


def _due(db: Database, office: Clinic, asked: Asked, first: date | None, told: "Told") -> "list[Entry]":
    from tpi_cli.commands.due import ahead
    from tpi_cli.exchange import ics_due

    until = ahead(asked.within, office.today) if asked.within else None
    who = people.patient(db, asked.patient).number if asked.patient else None
    return ics_due.entries(db, office, ics_due.Wanted(until, first, who), told)


def _counted(asked: Asked, booked: "Sequence[Entry]", due: "Sequence[Entry]") -> str:
    """`2 appointments, 3 due dates (1 cancelled)`."""
    parts = [] if asked.due == ONLY else [f"{len(booked)} appointment{'' if len(booked) == 1 else 's'}"]
    if asked.due is not None:
        off = sum(map(_off, due))
        parts.append(f"{len(due)} due date{'' if len(due) == 1 else 's'}{f' ({off} cancelled)' if off else ''}")
    return ", ".join(parts)


def _off(entry: "Entry") -> bool:
    return bool(entry.event["status"] == "CANCELLED")


def _path(folder: str, entry: "Entry") -> str:
    return os.path.join(folder, f"{entry.uid}.ics")


def _worth_telling(entries: "Sequence[Entry]", folder: str) -> "list[Entry]":
    """All but the cancelled ones that the folder does not have: nobody got them, or somebody took them away."""
    return [one for one in entries if not _off(one) or os.path.lexists(_path(folder, one))]


def _split(office: Clinic, entries: "Sequence[Entry]", folder: str) -> str:
    """A file for each, UID.ics; one that says the same already is left alone, so that a sync sends only what changed.

    Returns how many there were of both. Raises Unwritten.
    """
    from tpi_cli.exchange import ics

    try:
        files.make_folder(folder)
        changed = sum(_put(_path(folder, one), ics.alone(office, one)) for one in entries)
        files.sync_folder(os.path.join(folder, ""))
    except OSError as fault:
        raise Unwritten(path=folder, why=fault.strerror, hint="name another folder: --split FOLDER") from None
    return f"{changed} new or changed in {folder}, {len(entries) - changed} as they were"


def _put(path: str, text: str) -> bool:
    """Whether the file was written, for it was not there or said something else. Raises OSError."""
    if os.path.lexists(path):
        with files.opened(path) as file:
            if file.read() == text.encode():
                return False
    files.put(path, text)
    return True


def _told(out: Out, asked: Asked) -> "Told":
    """What the events say of a patient. Raises Usage where names are both asked for and to be kept back."""
    if asked.names and out.redact != "none":
        raise Usage(f"--names, and --redact {out.redact} keeps them back", hint="leave --names out, or --redact none")
    if out.redact == "all":
        return "nothing"
    return "names" if asked.names else "ids"
