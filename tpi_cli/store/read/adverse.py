"""Adverse events as lists show them."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database


class Event(NamedTuple):
    """What went wrong, told on a day; `look_on` is from when it is on the list, until `closed_on`."""

    number: int
    on: date
    patient: int
    name: str
    type: str
    text: str | None
    session: int | None
    look_on: date | None
    closed_on: date | None
    action: str | None
    outcome: str | None


_SQL = """
SELECT event.number, event.on_date, patient.number, patient.name, type, text, session.number, follow_up_on, closed_on,
       action, outcome
FROM adverse_event AS event JOIN patient ON patient.id = event.patient_id
LEFT JOIN session ON session.id = event.session_id
WHERE 1 = 1{where} ORDER BY event.on_date DESC, patient.number, event.number DESC
"""


def events(db: Database, patient_id: str | None = None, *, open_only: bool = False) -> Iterator[Event]:
    """Adverse events, newest first, of one patient (UUID) or of all."""
    where = " AND event.patient_id = :patient" if patient_id else ""
    open_ones = " AND follow_up_on IS NOT NULL AND closed_on IS NULL AND session.voided_at IS NULL"
    where += open_ones if open_only else ""
    for row in db.rows(_SQL.format(where=where), patient=patient_id):
        one = Event._make(row)
        yield one._replace(on=known_day(one.on), look_on=day(one.look_on), closed_on=day(one.closed_on))
