"""Due dates for a calendar: one event of a whole day a patient, on the day that `tpi due` shows."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from icalendar import Event

from tpi_cli import clock
from tpi_cli.exchange.ics import Entry, Told, titled
from tpi_cli.rules import standing
from tpi_cli.store.database import Database
from tpi_cli.store.read import due as read
from tpi_cli.store.read.clinic import Clinic
from tpi_cli.store.read.due_changes import Followed, followed

TURNS = 100
"""More often than that the days alone do not hold back and let go a recall between two entries about it."""


class Wanted(NamedTuple):
    """Which to write: the last due date (None: however far), the first day of an event, the patient's number."""

    until: date | None = None
    first: date | None = None
    patient: int | None = None


def entries(db: Database, office: Clinic, wanted: Wanted, told: Told) -> list[Entry]:
    """The due dates in order of day and patient. Who is not on the list any more is there as cancelled.

    That one lies where its due date is, or where there is none on the day of the change, in the clinic's zone. One
    beyond `until` is left out, not cancelled: it would stand as cancelled on the very day the patient is due.
    """
    listed = _days(db, office, wanted, ("upcoming", *standing.LISTED))
    held = _days(db, office, wanted, standing.HELD)
    found: list[tuple[date, int, Entry]] = []
    for one in followed(db, wanted.patient):
        changed = _changed(one, office)
        on = listed.get(one.number) or held.get(one.number) or changed.astimezone(clock.zone(office.zone)).date()
        if (wanted.first or on) <= on <= (wanted.until or on):
            event = _event(one, on, office, told, off=one.number not in listed)
            found.append((on, one.number, Entry(on, event)))
    return [entry for *_, entry in sorted(found, key=lambda one: one[:2])]


def _days(db: Database, office: Clinic, wanted: Wanted, statuses: Iterable[str]) -> dict[int, date]:
    """By patient's number the earliest due date with one of these statuses."""
    query = read.Query(
        today=office.today,
        at=office.thresholds,
        statuses=frozenset(statuses),
        until=None,
        patients=() if wanted.patient is None else (wanted.patient,),
        clinic=office.id,
    )
    return {row.patient: row.due for row in read.rows(db, query) if row.due}


def _event(one: Followed, on: date, office: Clinic, told: Told, *, off: bool) -> Event:
    event = Event()
    event.add("uid", f"due.{one.id}@tpi.{office.id}")
    event.add("sequence", _sequence(one, office.today))
    event.add("dtstamp", _changed(one, office))
    event.add("last-modified", _changed(one, office))
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "CONFIDENTIAL")
    who = titled(one.number, one.name, one.born, told) if told != "nothing" else ""
    event.add("summary", f"{'cancelled: ' if off else ''}due {who}".strip())
    return event


def _passed(one: Followed, today: date) -> list[date]:
    return [turn for turn in one.turns if turn <= today]


def _sequence(one: Followed, today: date) -> int:
    """Rises with every entry about the recall, and with every day between two that moves it by itself."""
    return TURNS * one.entry + min(len(_passed(one, today)), TURNS - 1)


def _changed(one: Followed, office: Clinic) -> datetime:
    """The moment of the last change, in UTC; of one that came with a day, the day's first moment in the clinic."""
    entered = clock.unstamped(one.at)
    return max([entered, *(_begin(turn, office) for turn in _passed(one, office.today))])


def _begin(day: date, office: Clinic) -> datetime:
    return datetime.combine(day, time(), clock.zone(office.zone)).astimezone(UTC)
