"""Rows to the rules' values: the only place that knows how a fact is stored."""

from decimal import Decimal
from typing import Any

from tpi_cli.rules import identity, recall
from tpi_cli.rules.values import Strength, label
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.connect import Database

DRY = "dry_needling"
"""The agent that a session without one is listed under."""

_TREATMENTS = """
SELECT plan.site_id, session.number, session.on_date, plan.follow_up, plan.origin, session.recorded_at
FROM plan JOIN session ON session.id = plan.session_id
WHERE session.patient_id = :patient AND session.voided_at IS NULL
"""
_HOLDS = """
SELECT site_id, act, on_date, recorded_by, reason, until, note, recorded_at
FROM hold WHERE patient_id = :patient
"""
_DOSES = """
SELECT DISTINCT agent, strength, strength_unit, epinephrine FROM injection_list
WHERE session_id = :session AND site_id = :site ORDER BY injection, component
"""
_PAIN = """
SELECT pain FROM outcome
WHERE session_id = :session AND phase = :phase AND (site_id = :site OR site_id IS NULL)
ORDER BY site_id IS NULL LIMIT 1
"""


def of_patient(db: Database, patient_id: str) -> dict[str, recall.Facts]:
    """The recall facts of every site of a patient, by site id."""
    found = db.row("SELECT status, status_on FROM patient WHERE id = :patient", patient=patient_id)
    assert found is not None, "a site's patient is there: the store keeps foreign keys"
    treatments = _treatments(db, patient_id)
    holds = _holds(db, patient_id)
    return {
        site: recall.Facts(
            tuple(treatments.get(site, ())),
            tuple(holds.get(site, ())) + tuple(holds.get(None, ())),
            found[0],
            day(found[1]),
        )
        for (site,) in db.rows("SELECT id FROM site WHERE patient_id = :patient", patient=patient_id)
    }


def _treatments(db: Database, patient_id: str) -> dict[str, list[recall.Treatment]]:
    out: dict[str, list[recall.Treatment]] = {}
    for site, number, on, follow_up, origin, recorded in db.rows(_TREATMENTS, patient=patient_id):
        one = recall.Treatment(identity.session(number), known_day(on), follow_up, origin, recorded, number)
        out.setdefault(site, []).append(one)
    return out


def _holds(db: Database, patient_id: str) -> dict[str | None, list[recall.Hold]]:
    out: dict[str | None, list[recall.Hold]] = {}
    for site, act, on, by, reason, until, note, recorded in db.rows(_HOLDS, patient=patient_id):
        one = recall.Hold(act, known_day(on), by, reason, day(until), note, recorded, site is None)
        out.setdefault(site, []).append(one)
    return out


def sites(db: Database, patient_id: str) -> dict[str, tuple[int, tuple[str, str]]]:
    """Number, muscle and side of every site of a patient, by site id."""
    rows = db.rows("SELECT id, number, muscle, side FROM site WHERE patient_id = :patient", patient=patient_id)
    return {site: (number, (muscle, side)) for site, number, muscle, side in rows}


def session_id(db: Database, clinic: str, code: str) -> str | None:
    """The UUID of the session a short id names."""
    number = identity.read_session(code)
    sql = "SELECT id FROM session WHERE clinic_id = :clinic AND number = :number"
    found: str | None = db.value(sql, clinic=clinic, number=number)
    return found


def strength(amount: Any, unit: str | None) -> Strength | None:
    """A strength from its two columns."""
    return None if amount is None or unit is None else Strength(Decimal(amount), unit)


def agents_at(db: Database, session: str, site: str) -> list[str]:
    """What a session put into a site, as lists show it: `["lidocaine 1%"]`."""
    return [
        label(agent or DRY, strength(amount, unit), epinephrine)
        for agent, amount, unit, epinephrine in db.rows(_DOSES, session=session, site=site)
    ]


def pain_at(db: Database, session: str, site: str, phase: str) -> int | None:
    """A session's pain score, the site's own before the whole patient's; `phase` is before or after."""
    found: int | None = db.value(_PAIN, session=session, site=site, phase=phase)
    return found
