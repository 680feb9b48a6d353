"""Calls to a patient."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database


class Call(NamedTuple):
    """An attempt to reach a patient; `until` is the day to try again."""

    on: date
    result: str
    channel: str
    until: date | None
    note: str | None
    by: str


_LAST = """
SELECT on_date, result, channel, snoozed_until, note, recorded_by FROM contact
WHERE patient_id = :patient ORDER BY on_date DESC, recorded_at DESC LIMIT 1
"""


def last(db: Database, patient_id: str) -> Call | None:
    """The last call to a patient (UUID), if there was one."""
    row = db.row(_LAST, patient=patient_id)
    if row is None:
        return None
    one = Call._make(row)
    return one._replace(on=known_day(one.on), until=day(one.until))


class Called(NamedTuple):
    """An attempt to reach a patient as `calls.csv` has it; `until` is the day to try again."""

    mrn: str
    on: date
    result: str
    channel: str
    until: date | None = None
    note: str | None = None


_CALLED = """
SELECT patient.mrn, patient.number, on_date, result, channel, snoozed_until, contact.note
FROM contact JOIN patient ON patient.id = contact.patient_id ORDER BY on_date, recorded_at, contact.id
"""


def called(db: Database) -> Iterator[Called]:
    """Every call, in the order in which they were made."""
    for mrn, number, on, result, channel, until, note in db.rows(_CALLED):
        yield Called(mrn or identity.patient(number), known_day(on), result, channel, day(until), note)
