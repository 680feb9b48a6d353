"""Everything of one patient by the UUIDs of its records, as other systems are told of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from tpi_cli.rules import identity
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.connect import Database

Row = TypeVar("Row")


class Stamps(NamedTuple):
    """When and by whom a patient was put on file, and last changed; moments are stamps."""

    created_at: str
    created_by: str
    changed_at: str | None
    changed_by: str | None


class Alert(NamedTuple):
    """An alert, open (`ended` None) or ended on a day."""

    id: str
    kind: str
    text: str | None
    since: date
    ended: date | None


class Session(NamedTuple):
    """A session; `clinician` is a code, `alongside` words joined by commas."""

    id: str
    number: int
    on: date
    clinician: str
    consent: str | None
    position: str | None
    alongside: str | None
    diagnosis: str | None
    note: str | None
    recorded_at: str
    amended_at: str | None
    voided_at: str | None
    void_reason: str | None

    @property
    def code(self) -> str:
        """`S-01RJ`."""
        return identity.session(self.number)


class Score(NamedTuple):
    """A pain score before, after or later than a session, of a site or (no `site_id`) the patient as a whole."""

    id: str
    session_id: str | None
    site_id: str | None
    phase: str
    on: date
    pain: int | None
    relief_pct: Decimal | None
    resolved: bool
    note: str | None


class Event(NamedTuple):
    """An adverse event; `closed` is the day of the look that was the last."""

    id: str
    session_id: str | None
    site_id: str | None
    type: str
    text: str | None
    action: str | None
    outcome: str | None
    on: date
    closed: date | None


class Open(NamedTuple):
    """The open recall of a site: due, the first day its payer allows, until when it is off the list."""

    site_id: str
    session_id: str | None
    clinician: str | None
    anchor: date | None
    due: date
    capped_until: date | None
    snoozed_until: date | None


_STAMPS = "SELECT created_at, created_by, changed_at, changed_by FROM patient WHERE id = :patient"
_ALERTS = "SELECT id, kind, text, since, ended_on FROM alert WHERE patient_id = :patient ORDER BY since, kind, id"
_SESSIONS = """
SELECT session.id, number, on_date, clinician.code, consent, position, alongside, diagnosis, note, recorded_at,
       amended_at, voided_at, void_reason
FROM session JOIN clinician ON clinician.id = session.clinician_id
WHERE patient_id = :patient ORDER BY on_date, number
"""
_SCORES = """
SELECT id, session_id, site_id, phase, on_date, pain, relief_pct, resolved, note
FROM outcome WHERE patient_id = :patient ORDER BY on_date, id
"""
_EVENTS = """
SELECT id, session_id, site_id, type, text, action, outcome, on_date, closed_on
FROM adverse_event WHERE patient_id = :patient ORDER BY number
"""
_OPEN = """
SELECT site_id, session_id, clinician.code, anchor_on, due_on, capped_until, snoozed_until
FROM recall LEFT JOIN session ON session.id = recall.session_id
LEFT JOIN clinician ON clinician.id = session.clinician_id
WHERE recall.patient_id = :patient AND closed IS NULL AND due_on IS NOT NULL ORDER BY due_on, site_id
"""


def stamps(db: Database, patient_id: str) -> Stamps:
    """When the patient was put on file and changed."""
    found = db.row(_STAMPS, patient=patient_id)
    assert found is not None, "just read"
    return Stamps._make(found)


def alerts(db: Database, patient_id: str) -> list[Alert]:
    """The patient's alerts, ended ones too, oldest first."""
    return _made(db, _ALERTS, patient_id, Alert, since=known_day, ended=day)


def sessions(db: Database, patient_id: str) -> list[Session]:
    """The patient's sessions by day, void ones too."""
    return _made(db, _SESSIONS, patient_id, Session, on=known_day)


def scores(db: Database, patient_id: str) -> list[Score]:
    """The patient's scores by day, those of void sessions too."""
    return _made(db, _SCORES, patient_id, Score, on=known_day, relief_pct=_amount, resolved=bool)


def events(db: Database, patient_id: str) -> list[Event]:
    """The patient's adverse events by number, those of void sessions too."""
    return _made(db, _EVENTS, patient_id, Event, on=known_day, closed=day)


def open_recalls(db: Database, patient_id: str) -> list[Open]:
    """The patient's sites with a due date that nothing closed for good, by it."""
    return _made(db, _OPEN, patient_id, Open, anchor=day, due=known_day, capped_until=day, snoozed_until=day)


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _made(db: Database, sql: str, patient_id: str, kind: type[Row], **reads: Callable[[Any], Any]) -> list[Row]:
    """The rows of a query as values of a NamedTuple, with what single columns are read by."""
    fields: tuple[str, ...] = getattr(kind, "_fields")  # noqa: B009 - a bound type variable cannot say that it has any
    out = []
    for row in db.rows(sql, patient=patient_id):
        cells = dict(zip(fields, row, strict=True))
        cells.update({name: read(cells[name]) for name, read in reads.items()})
        out.append(kind(**cells))
    return out
