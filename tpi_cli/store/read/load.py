"""What comes up: due and booked per day of the weeks ahead."""

from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli.rules import opening
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.columns import day as read_day
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read.clinic import Clinic

CAPACITY = "clinic.capacity"


class Day(NamedTuple):
    """A day: patients who come due on it, of them those who were late already, appointments, room for how many."""

    on: date
    due: int
    late: int
    booked: int
    capacity: int | None


class Week(NamedTuple):
    """Seven days from a Monday."""

    days: tuple[Day, ...]

    @property
    def capacity(self) -> int | None:
        """Of all its days; None where one day's is not known."""
        known = [day.capacity for day in self.days if day.capacity is not None]
        return sum(known) if len(known) == len(self.days) else None


_DUE = """
SELECT patient_id, due_on, snoozed_until, capped_until FROM recall
WHERE clinic_id = :clinic AND closed IS NULL AND due_on <= :last AND (booked_until IS NULL OR booked_until < :today)
"""
_BOOKED = f"""
SELECT on_date, COUNT(*) FROM appointment
WHERE clinic_id = :clinic AND status IN {OPEN} AND on_date BETWEEN :first AND :last GROUP BY on_date
"""


def weeks(db: Database, office: Clinic, monday: date, count: int) -> list[Week]:
    """So many weeks from a Monday on."""
    last = monday + timedelta(weeks=count, days=-1)
    span = {"clinic": office.id, "first": str(monday), "last": str(last), "today": str(office.today)}
    late, due = _due(db, office, span)
    booked = {known_day(on): number for on, number in db.rows(_BOOKED, **span)}
    days = [_day(office, monday + timedelta(at), late, due, booked) for at in range(7 * count)]
    return [Week(tuple(days[at : at + 7])) for at in range(0, len(days), 7)]


def _day(office: Clinic, on: date, late: int, due: Counter[date], booked: dict[date, int]) -> Day:
    over = late if on == office.today else 0
    return Day(on, due[on] + over, over, booked.get(on, 0), capacity(office, on))


def _due(db: Database, office: Clinic, span: dict[str, str]) -> tuple[int, Counter[date]]:
    """How many patients are late, and how many come on the list on which day: held ones when the hold ends."""
    first: dict[str, date] = {}
    for patient, due_on, snoozed, capped in db.rows(_DUE, **span):
        comes = max(filter(None, map(read_day, (due_on, snoozed, capped))))
        first[patient] = min(comes, first.get(patient, comes))
    late = sum(comes < office.today for comes in first.values())
    return late, Counter(comes for comes in first.values() if comes >= office.today)


def capacity(office: Clinic, on: date) -> int | None:
    """Room for how many patients: the clinic's number on days it is open, or what its hours hold."""
    said = office.own.get(CAPACITY)
    holds = opening.capacity(office.hours, office.closed, on, office.slot)
    if said and holds != 0:
        return int(said)
    return holds
