"""Calls to a patient."""

from datetime import date
from typing import NamedTuple

from tpi_cli.store.columns import day, known_day
from tpi_cli.store.connect import Database


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
