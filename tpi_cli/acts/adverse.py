"""Adverse events: what went wrong, what was done about it, how it ended; one that wants a look is a recall."""

from datetime import date
from typing import NamedTuple

from tpi_cli.errors import Conflict, NotFound
from tpi_cli.reference import adverse as types
from tpi_cli.store.columns import known_day
from tpi_cli.store.write import Writing

MOST = 10**9
"""No patient has an event of a higher number, and the store takes none without an end."""


class Happened(NamedTuple):
    """What an adverse event belongs to: the session it followed, a site of it or None, the day it was told."""

    patient_id: str
    session_id: str | None
    site_id: str | None
    on_date: date


class Event(NamedTuple):
    """What went wrong (a type of the table), and what is known of it."""

    type: str
    text: str | None = None
    action: str | None = None
    outcome: str | None = None


def add(writing: Writing, of: Happened, event: Event) -> int:
    """Record an event; one whose type asks for it is on the list from its day until a look is recorded."""
    look = of.on_date if types.all_types()[event.type].look else None
    return put(writing, of, event, look)


def put(writing: Writing, of: Happened, event: Event, look_on: date | None) -> int:
    """Record an event that wants a look from a day, or (None) no more than to be on file; returns its number."""
    sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM adverse_event WHERE patient_id = :patient"
    number = int(writing.db.value(sql, patient=of.patient_id))
    told = {"recorded_at": writing.stamp, "recorded_by": writing.by}
    about = {**of._asdict(), **event._asdict(), "number": number, "follow_up_on": look_on}
    writing.put("adverse_event", {**writing.record(), **about, **told})
    return number


_NUMBERED = """
SELECT id, on_date, closed_on, type, text, action FROM adverse_event WHERE patient_id = :patient AND number = :number
"""


def close(writing: Writing, patient_id: str, number: int, on: date, outcome: str, action: str | None) -> Event:
    """Record that somebody looked at it again, and how it ended. Raises NotFound, Conflict."""
    row = writing.db.row(_NUMBERED, patient=patient_id, number=number) if 0 < number <= MOST else None
    if row is None:
        raise NotFound(f"the patient has no adverse event {number}", hint="tpi adverse list PATIENT shows them")
    id_, happened, closed, *event = row
    if closed is not None:
        raise Conflict(f"adverse event {number} was closed on {closed}", hint="tpi adverse add records another")
    if on < known_day(happened):
        raise Conflict(f"{on} is before the event ({happened})", hint="check --on")
    told = Event(event[0], event[1], action or event[2], outcome)
    ended = {"closed_on": on, "closed_at": writing.stamp, "closed_by": writing.by}
    writing.change("adverse_event", id_, {**ended, "outcome": told.outcome, "action": told.action})
    return told
