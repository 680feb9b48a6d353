"""Everything of one patient by the UUIDs of its records, as other systems are told of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from tpi_cli.rules import identity
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database

Row = TypeVar("Row")


class Written(NamedTuple):
    """When something was written (a stamp), and by whom: an account, with the clinician it acted as where one was named
    (`desk as AM`).
    """

    at: str
    by: str


class Alert(NamedTuple):
    """An alert, open (`ended` None) or ended on a day, and when it was put on file (a stamp)."""

    id: str
    kind: str
    text: str | None
    since: date
    ended: date | None
    created_at: str


class Elsewhere(NamedTuple):
    """A dose that somebody else gave: mg or units of an agent, at a site where one was named."""

    id: str
    on: date
    agent: str
    mass: Decimal
    unit: str
    site_id: str | None
    note: str | None
    recorded_at: str
    voided_at: str | None


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
    recorded_by: str
    amended_at: str | None
    amended_by: str | None
    signed_at: str | None
    signed_by: str | None
    voided_at: str | None
    voided_by: str | None
    void_reason: str | None

    @property
    def code(self) -> str:
        """`S-01RJ`."""
        return identity.session(self.number)

    @property
    def last(self) -> Written:
        """The last that was done to it."""
        done = ((self.recorded_at, self.recorded_by), (self.amended_at, self.amended_by),
                (self.signed_at, self.signed_by), (self.voided_at, self.voided_by))  # fmt: skip
        return max(Written(at, by) for at, by in done if at and by)


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


class Recall(NamedTuple):
    """The recall of a site that was planned once: due, the first day its payer allows, until when it is off the list.

    `closed` is why it is over for good. Without a due date and open it was treated since and nothing planned then
    (`session_id`), or every session that planned it is void.
    """

    site_id: str
    session_id: str | None
    clinician: str | None
    anchor: date | None
    due: date | None
    capped_until: date | None
    snoozed_until: date | None
    closed: str | None


_WRITTEN = """
SELECT created_at, created_by FROM patient WHERE id = :patient
UNION ALL SELECT changed_at, changed_by FROM patient WHERE id = :patient AND changed_at IS NOT NULL
UNION ALL SELECT created_at, created_by FROM alert WHERE patient_id = :patient
UNION ALL SELECT ended_at, ended_by FROM alert WHERE patient_id = :patient AND ended_at IS NOT NULL
UNION ALL SELECT recorded_at, recorded_by FROM elsewhere WHERE patient_id = :patient
UNION ALL SELECT voided_at, voided_by FROM elsewhere WHERE patient_id = :patient AND voided_at IS NOT NULL
UNION ALL SELECT recorded_at, recorded_by FROM contact WHERE patient_id = :patient
UNION ALL SELECT recorded_at, recorded_by FROM hold WHERE patient_id = :patient
"""
_ALERTS = """
SELECT id, kind, text, since, ended_on, created_at FROM alert WHERE patient_id = :patient ORDER BY since, kind, id
"""
_ELSEWHERE = """
SELECT id, on_date, agent, mass, mass_unit, site_id, note, recorded_at, voided_at
FROM elsewhere WHERE patient_id = :patient ORDER BY on_date, id
"""
_SESSIONS = """
SELECT session.id, number, on_date, clinician.code, consent, position, alongside, diagnosis, note, recorded_at,
       recorded_by, amended_at, amended_by, signed_at, signed_by, voided_at, voided_by, void_reason
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
_RECALLS = """
SELECT site_id, session_id, clinician.code, anchor_on, due_on, capped_until, snoozed_until, closed
FROM recall LEFT JOIN session ON session.id = recall.session_id
LEFT JOIN clinician ON clinician.id = session.clinician_id
WHERE recall.patient_id = :patient AND (due_on IS NOT NULL OR EXISTS (
    SELECT 1 FROM plan WHERE plan.site_id = recall.site_id AND plan.follow_up <> 'none'))
ORDER BY due_on IS NULL, due_on, site_id
"""


def last_written(db: Database, patient_id: str) -> Written:
    """The last that was written of the patient as a person: the record, alerts, doses elsewhere, calls, decisions."""
    return max(Written._make(row) for row in db.rows(_WRITTEN, patient=patient_id))


def alerts(db: Database, patient_id: str) -> list[Alert]:
    """The patient's alerts, ended ones too, oldest first."""
    return _made(db, _ALERTS, patient_id, Alert, since=known_day, ended=day)


def elsewhere(db: Database, patient_id: str) -> list[Elsewhere]:
    """The doses the patient had elsewhere by day, void ones too."""
    return _made(db, _ELSEWHERE, patient_id, Elsewhere, on=known_day, mass=Decimal)


def sessions(db: Database, patient_id: str) -> list[Session]:
    """The patient's sessions by day, void ones too."""
    return _made(db, _SESSIONS, patient_id, Session, on=known_day)


def scores(db: Database, patient_id: str) -> list[Score]:
    """The patient's scores by day, those of void sessions too."""
    return _made(db, _SCORES, patient_id, Score, on=known_day, relief_pct=_amount, resolved=bool)


def events(db: Database, patient_id: str) -> list[Event]:
    """The patient's adverse events by number, those of void sessions too."""
    return _made(db, _EVENTS, patient_id, Event, on=known_day, closed=day)


def recalls(db: Database, patient_id: str) -> list[Recall]:
    """The recalls of the patient's sites that were ever planned, closed ones too, by due date."""
    return _made(db, _RECALLS, patient_id, Recall, anchor=day, due=day, capped_until=day, snoozed_until=day)


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
