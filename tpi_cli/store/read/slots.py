"""Appointments as `appointments.csv` has them."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.rules import identity
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read.clinic import clinic


class Appointed(NamedTuple):
    """A booked time: the day and the hour (`10:00`) on the clinic's wall, how many minutes, what became of it.

    `offset`, where it is known, is how far the clocks were ahead of UTC: with it `on` and `wall` name one moment,
    also in the hour that comes twice when they go back. No `minutes`: as long as the clinic's usual appointment.
    """

    mrn: str
    on: date
    wall: str
    offset: timedelta | None = None
    minutes: int | None = None
    clinician: str | None = None
    status: str = "booked"
    source_id: str | None = None


_SQL = """
SELECT patient.mrn, patient.number, one.on_date, one.wall, one.starts_at, one.minutes, clinician.code, one.status,
       COALESCE(one.source_id, one.id)
FROM appointment AS one JOIN patient ON patient.id = one.patient_id
LEFT JOIN clinician ON clinician.id = one.clinician_id
ORDER BY one.starts_at, one.number
"""


def appointed(db: Database) -> Iterator[Appointed]:
    """Every appointment, whatever became of it, in order of time; one without an id of its own goes by the store's."""
    zone = clinic(db).zone
    for mrn, number, on, wall, starts_at, minutes, clinician, status, source in db.rows(_SQL):
        day = known_day(on)
        offset = _offset(day, wall, starts_at, zone)
        yield Appointed(mrn or identity.patient(number), day, wall, offset, minutes, clinician, status, source)


def _offset(on: date, wall: str, starts_at: str, zone: str) -> timedelta | None:
    """How far the clocks were ahead of UTC, where the hour on the wall does not tell by itself."""
    if len(clock.on_wall(on, wall, zone)) == 1:
        return None
    return clock.on_wall(on, wall, "UTC")[0] - clock.unstamped(starts_at)
