"""Rows to the rules' values: the only place that knows how a fact is stored."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tpi_cli.reference import contact as settings
from tpi_cli.rules import contact, identity, recall
from tpi_cli.rules.values import Strength
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database

DRY = "dry_needling"
"""The agent that a session without one is listed under."""

_TREATMENTS = """
SELECT plan.site_id, session.number, session.on_date, plan.follow_up, plan.origin, session.recorded_at,
       plan.rule, plan.reason
FROM plan JOIN session ON session.id = plan.session_id
WHERE session.patient_id = :patient AND session.voided_at IS NULL
"""
_HOLDS = """
SELECT site_id, act, on_date, recorded_by, reason, until, note, recorded_at
FROM hold WHERE patient_id = :patient
"""
_CALLS = """
SELECT result, channel, on_date, recorded_by, snoozed_until, note, recorded_at
FROM contact WHERE patient_id = :patient
"""
_BOOKINGS = """
SELECT act, number, done.on_date, done.recorded_by, was_on, was_wall, done.reason, done.recorded_at
FROM appointment_act AS done JOIN appointment ON appointment.id = done.appointment_id
WHERE appointment.patient_id = :patient
"""
_BOOKED = f"""
SELECT number, on_date, wall FROM appointment
WHERE patient_id = :patient AND status IN {contact.OPEN} ORDER BY starts_at
"""
_PAINS = """
SELECT session_id, site_id, phase, pain FROM outcome
WHERE patient_id = :patient AND phase <> 'later' AND session_id IS NOT NULL ORDER BY recorded_at, id
"""
_VISITS = "SELECT on_date, recorded_at FROM session WHERE patient_id = :patient AND voided_at IS NULL"
_FOUND = "SELECT id, found_on, created_at FROM site WHERE patient_id = :patient"


def of_patient(db: Database, patient_id: str) -> dict[str, recall.Facts]:
    """The recall facts of every site of a patient, by site id."""
    found = db.row("SELECT status, status_on FROM patient WHERE id = :patient", patient=patient_id)
    assert found is not None, "a site's patient is there: the store keeps foreign keys"
    treatments = _treatments(db, patient_id)
    holds = _holds(db, patient_id)
    common = recall.Facts(
        (),
        (),
        found[0],
        day(found[1]),
        tuple(_calls(db, patient_id)),
        tuple(_bookings(db, patient_id)),
        tuple(contact.Visit(known_day(on), at) for on, at in db.rows(_VISITS, patient=patient_id)),
        tuple(recall.Booked(identity.appointment(number), known_day(on), wall)
              for number, on, wall in db.rows(_BOOKED, patient=patient_id)),
        settings.tries(),
    )  # fmt: skip
    return {
        site: common._replace(
            treatments=tuple(treatments.get(site, ())),
            holds=tuple(holds.get(site, ())) + tuple(holds.get(None, ())),
            found=day(found_on),
            found_at=created_at,
        )
        for site, found_on, created_at in db.rows(_FOUND, patient=patient_id)
    }


def _calls(db: Database, patient_id: str) -> Iterator[contact.Call]:
    for result, channel, on, by, until, note, recorded in db.rows(_CALLS, patient=patient_id):
        yield contact.Call(result, channel, known_day(on), by, day(until), note, recorded)


def _bookings(db: Database, patient_id: str) -> Iterator[contact.Booking]:
    for act, number, on, by, was_on, wall, reason, recorded in db.rows(_BOOKINGS, patient=patient_id):
        code = identity.appointment(number)
        yield contact.Booking(act, code, known_day(on), by, known_day(was_on), wall, reason, recorded)


def _treatments(db: Database, patient_id: str) -> dict[str, list[recall.Treatment]]:
    out: dict[str, list[recall.Treatment]] = {}
    for site, number, on, follow_up, origin, recorded, rule, why in db.rows(_TREATMENTS, patient=patient_id):
        one = recall.Treatment(identity.session(number), known_day(on), follow_up, origin, recorded, number, rule, why)
        out.setdefault(site, []).append(one)
    return out


def _holds(db: Database, patient_id: str) -> dict[str | None, list[recall.Hold]]:
    out: dict[str | None, list[recall.Hold]] = {}
    for site, act, on, by, reason, until, note, recorded in db.rows(_HOLDS, patient=patient_id):
        one = recall.Hold(act, known_day(on), by, reason, day(until), note, recorded, site is None)
        out.setdefault(site, []).append(one)
    return out


def episodes(db: Database, patient_id: str) -> dict[str, list[recall.Treatment]]:
    """The treatments of every site of a patient since it was last resolved or found, by site id."""
    return {site: recall.episode(known) for site, known in of_patient(db, patient_id).items()}


def sites(db: Database, patient_id: str) -> dict[str, tuple[int, tuple[str, str]]]:
    """Number, muscle and side of every site of a patient, by site id."""
    rows = db.rows("SELECT id, number, muscle, side FROM site WHERE patient_id = :patient", patient=patient_id)
    return {site: (number, (muscle, side)) for site, number, muscle, side in rows}


def session_ids(db: Database, patient_id: str) -> dict[str, str]:
    """The UUIDs of a patient's sessions, by short id."""
    rows = db.rows("SELECT number, id FROM session WHERE patient_id = :patient", patient=patient_id)
    return {identity.session(number): session for number, session in rows}


def strength(amount: Any, unit: str | None) -> Strength | None:
    """A strength from its two columns."""
    return None if amount is None or unit is None else Strength(Decimal(amount), unit)


def pains(db: Database, patient_id: str) -> dict[tuple[str, str | None, str], int | None]:
    """A patient's pain scores of the sessions themselves, by session and site (UUIDs; None: the whole patient) and by
    phase, before or after."""
    out: dict[tuple[str, str | None, str], int | None] = {}
    for session, site, phase, pain in db.rows(_PAINS, patient=patient_id):
        out.setdefault((session, site, phase), pain)
    return out
