"""Appointments as lists show them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from tpi_cli.errors import NotFound
from tpi_cli.rules import identity
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database


class Person(NamedTuple):
    """Who a patient is, as a head line has it."""

    number: int
    name: str
    born: date


class Appointment(NamedTuple):
    """A booked time: its patient, the day and hour on the clinic's wall, the moment in UTC, and what became of it."""

    id: str
    number: int
    patient_id: str
    patient: int
    mrn: str | None
    name: str
    born: date
    phone: str | None
    clinician: str | None
    on: date
    wall: str
    starts_at: str
    minutes: int
    status: str
    session: int | None
    sequence: int
    recorded_at: str
    changed_at: str
    note: str | None

    @property
    def code(self) -> str:
        """`A-01RJ`."""
        return identity.appointment(self.number)

    @property
    def person(self) -> "Person":
        """Whose it is."""
        return Person(self.patient, self.name, self.born)

    @property
    def start(self) -> str:
        """ISO with the offset that the clinic's clocks have then: `2026-11-24T10:00:00+00:00`."""
        shown = datetime.fromisoformat(f"{self.on}T{self.wall}:00+00:00")
        minutes = round((shown - datetime.fromisoformat(self.starts_at)).total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        return f"{self.on}T{self.wall}:00{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


_SQL = """
SELECT one.id, one.number, one.patient_id, patient.number, patient.mrn, patient.name, patient.born, patient.phone,
       clinician.code, one.on_date, one.wall, one.starts_at, one.minutes, one.status, session.number, one.sequence,
       one.recorded_at, one.changed_at, one.note
FROM appointment AS one JOIN patient ON patient.id = one.patient_id
LEFT JOIN clinician ON clinician.id = one.clinician_id
LEFT JOIN session ON session.id = one.session_id
WHERE one.clinic_id IN (SELECT id FROM clinic){where} ORDER BY one.starts_at, one.number
"""


class Wanted(NamedTuple):
    """Which to list: from a day to a day (None: without end), of a patient, a clinician, with one of the statuses."""

    first: date | None = None
    last: date | None = None
    patient_id: str | None = None
    clinician: str | None = None
    statuses: tuple[str, ...] = ()


def appointments(db: Database, wanted: Wanted) -> Iterator[Appointment]:
    """The appointments asked for, in order of time."""
    where = ""
    where += " AND one.on_date >= :first" if wanted.first else ""
    where += " AND one.on_date <= :last" if wanted.last else ""
    where += " AND one.patient_id = :patient" if wanted.patient_id else ""
    where += " AND clinician.code = :clinician" if wanted.clinician else ""
    names = {f"status{at}": status for at, status in enumerate(wanted.statuses)}
    where += f" AND one.status IN ({', '.join(f':{name}' for name in names)})" if names else ""
    values = {
        "first": str(wanted.first),
        "last": str(wanted.last),
        "patient": wanted.patient_id,
        "clinician": wanted.clinician,
        **names,
    }
    yield from (_read(row) for row in db.rows(_SQL.format(where=where), **values))


def still_open(db: Database, patient_id: str, first: date | None = None) -> list[Appointment]:
    """A patient's appointments that are open, from a day on (None: however old)."""
    return list(appointments(db, Wanted(first, patient_id=patient_id, statuses=OPEN)))


def closed_by(db: Database, session_id: str) -> list[str]:
    """The appointments (UUIDs) that a session closed."""
    sql = "SELECT id FROM appointment WHERE session_id = :session ORDER BY starts_at"
    return [one for (one,) in db.rows(sql, session=session_id)]


def _read(row: tuple[object, ...]) -> Appointment:
    kept = dict(zip(Appointment._fields, row, strict=True))
    kept.update(born=known_day(kept["born"]), on=known_day(kept["on"]))
    return Appointment._make(kept.values())


def appointment(db: Database, text: str) -> Appointment:
    """The appointment that `A-01RJ` names. Raises NotFound, for a mistyped letter too."""
    number = identity.read_appointment(text)
    row = db.row(_SQL.format(where=" AND one.number = :number"), number=number) if number else None
    if row is None:
        raise NotFound(f"no appointment {text}", hint="tpi appt list shows them")
    return _read(row)


def of(db: Database, appointment_id: str) -> Appointment:
    """The appointment of that UUID, which is there."""
    row = db.row(_SQL.format(where=" AND one.id = :id"), id=appointment_id)
    assert row is not None, "just written, or just read"
    return _read(row)
