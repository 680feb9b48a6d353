"""Adverse events: what went wrong, what was done about it, how it ended; one that wants a look is a recall."""

from datetime import date
from typing import NamedTuple

from sqlmodel import select

from tpi_cli.errors import Conflict, NotFound
from tpi_cli.reference import adverse as types
from tpi_cli.store import tables
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


def add(writing: Writing, of: Happened, event: Event) -> tables.AdverseEvent:
    """Record an event; one whose type asks for it is on the list from its day until a look is recorded."""
    look = of.on_date if types.all_types()[event.type].look else None
    return put(writing, of, event, look)


def put(writing: Writing, of: Happened, event: Event, look_on: date | None) -> tables.AdverseEvent:
    """Record an event that wants a look from a day, or (None) no more than to be on file."""
    sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM adverse_event WHERE patient_id = :patient"
    row = tables.AdverseEvent(
        **writing.record(),
        **of._asdict(),
        **event._asdict(),
        number=writing.db.value(sql, patient=of.patient_id),
        follow_up_on=look_on,
        recorded_at=writing.stamp,
        recorded_by=writing.by,
    )
    return writing.add(row)


def close(
    writing: Writing, patient_id: str, number: int, on: date, outcome: str, action: str | None
) -> tables.AdverseEvent:
    """Record that somebody looked at it again, and how it ended. Raises NotFound, Conflict."""
    row = _numbered(writing, patient_id, number) if 0 < number <= MOST else None
    if row is None:
        raise NotFound(f"the patient has no adverse event {number}", hint="tpi adverse list PATIENT shows them")
    if row.closed_on is not None:
        raise Conflict(f"adverse event {number} was closed on {row.closed_on}", hint="tpi adverse add records another")
    if on < row.on_date:
        raise Conflict(f"{on} is before the event ({row.on_date})", hint="check --on")
    row.closed_on, row.closed_at, row.closed_by = on, writing.stamp, writing.by
    row.outcome, row.action = outcome, action or row.action
    return writing.add(row)


def _numbered(writing: Writing, patient_id: str, number: int) -> tables.AdverseEvent | None:
    table = tables.AdverseEvent
    return writing.session.exec(select(table).where(table.patient_id == patient_id, table.number == number)).first()
