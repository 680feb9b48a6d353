"""`tpi export ics`: the appointments for a calendar program, and what may be told of a patient there."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tpi_cli.errors import MissingExtra, Usage
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


def write(db: Database, out: Out, asked: Asked) -> None:
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
