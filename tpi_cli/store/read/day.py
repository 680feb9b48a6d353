"""A day's work: booked, due and not booked, to be called back, left open, not signed."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli.rules import identity, standing
from tpi_cli.store.columns import known_day
from tpi_cli.store.connect import Database
from tpi_cli.store.read import appointments, due, people

BOOKED, ADVERSE, DUE, CALL_BACK = "booked", "adverse", "due", "call-back"
LEFT_OPEN, UNSIGNED = "left-open", "unsigned"
OPEN = ("booked", "arrived")


class Row(NamedTuple):
    """A line of the day: `what` it is, `when` (an hour, or a day), who, and with which alerts."""

    what: str
    when: str
    patient: int
    mrn: str | None
    name: str
    born: date
    phone: str | None
    clinician: str | None
    status: str | None
    sites: tuple[due.Site, ...]
    alerts: tuple[people.Alert, ...]
    record: str | None
    """The id of the appointment or the session."""
    note: str | None = None
    """What was noted at the call or the booking, or what happened."""


class Back(NamedTuple):
    """A call back: the day it was promised for, and what was noted."""

    on: date
    note: str | None


def rows(db: Database, query: due.Query, today: date) -> Iterator[Row]:
    """The lines of the day `query.today`, section by section; before `today` an appointment can be left open."""
    on = query.today
    backs = dict(_call_backs(db, on))
    listed = list(_due(db, query, backs))
    yield from _appointments(db, BOOKED, appointments.Wanted(on, on, clinician=query.clinician))
    for what in (ADVERSE, DUE, CALL_BACK):
        yield from (row for row in listed if row.what == what)
    if not query.clinician:
        known = {row.patient for row in listed}
        yield from _promised(db, {number: back for number, back in backs.items() if number not in known})
    past = appointments.Wanted(None, _before(min(on, today)), clinician=query.clinician, statuses=OPEN)
    yield from _appointments(db, LEFT_OPEN, past)
    yield from _sessions(db, on, query.clinician)


def _before(on: date) -> date:
    return date.fromordinal(on.toordinal() - 1)


def _appointments(db: Database, what: str, wanted: appointments.Wanted) -> Iterator[Row]:
    for one in appointments.appointments(db, wanted):
        if one.status == "cancelled":
            continue
        when = one.wall if what == BOOKED else f"{one.on} {one.wall}"
        alerts = tuple(people.alerts(db, one.patient_id))
        who = (one.patient, one.mrn, one.name, one.born, one.phone)
        yield Row(what, when, *who, one.clinician, one.status, (), alerts, one.code, one.note)


def _due(db: Database, query: due.Query, backs: dict[int, Back]) -> Iterator[Row]:
    """Who is on the list: for an event, to be called back, or else due."""
    for one in due.rows(db, query):
        back = backs.get(one.patient)
        what = ADVERSE if one.status == standing.ADVERSE else CALL_BACK if back else DUE
        when = str(back.on) if what == CALL_BACK and back else str(one.due or "")
        note = _happened(one) if what == ADVERSE else back.note if back else None
        who = people.patient(db, str(one.patient))
        alerts = tuple(people.alerts(db, who.id))
        known = (one.patient, one.mrn, one.name, one.born, one.phone)
        yield Row(what, when, *known, None, one.status, one.sites, alerts, None, note)


def _happened(one: due.Row) -> str:
    """What the events are, in the words of their reasons."""
    import json

    return "; ".join(reason["text"] for reason in json.loads(one.reasons) if reason["rule"] == "recall.adverse")


_BACK = """
SELECT patient.number, contact.snoozed_until, contact.note FROM contact JOIN patient ON patient.id = contact.patient_id
WHERE contact.snoozed_until <= :on AND patient.status = 'active'
  AND NOT EXISTS (SELECT 1 FROM contact AS newer WHERE newer.patient_id = contact.patient_id
      AND (newer.on_date > contact.on_date
           OR (newer.on_date = contact.on_date AND newer.recorded_at > contact.recorded_at)))
  AND NOT EXISTS (SELECT 1 FROM session WHERE session.patient_id = contact.patient_id AND voided_at IS NULL
      AND session.on_date >= contact.on_date)
  AND EXISTS (SELECT 1 FROM recall WHERE recall.patient_id = contact.patient_id AND closed IS NULL
      AND (booked_until IS NULL OR booked_until < :on) AND (snoozed_until IS NULL OR snoozed_until <= :on))
ORDER BY contact.snoozed_until, patient.number
"""


def _call_backs(db: Database, on: date) -> Iterator[tuple[int, Back]]:
    """The patients whose last call said to try again by that day, and nothing came of it since."""
    for number, until, note in db.rows(_BACK, on=on.isoformat()):
        yield number, Back(known_day(until), note)


def _promised(db: Database, backs: dict[int, Back]) -> Iterator[Row]:
    """Those of them who are not due yet: a call back that was promised is made all the same."""
    for number, back in backs.items():
        who = people.patient(db, str(number))
        alerts = tuple(people.alerts(db, who.id))
        known = (number, who.mrn, who.name, who.born, who.phone)
        yield Row(CALL_BACK, str(back.on), *known, None, None, (), alerts, None, back.note)


_SESSIONS = """
SELECT session.number, patient.number, clinician.code FROM session JOIN patient ON patient.id = session.patient_id
JOIN clinician ON clinician.id = session.clinician_id
WHERE session.on_date = :on AND voided_at IS NULL ORDER BY session.number
"""


def _sessions(db: Database, on: date, clinician: str | None) -> Iterator[Row]:
    """The sessions of the day, which nobody signed."""
    for session, number, code in list(db.rows(_SESSIONS, on=on.isoformat())):
        if clinician in {None, code}:
            who = people.patient(db, str(number))
            alerts = tuple(people.alerts(db, who.id))
            known = (number, who.mrn, who.name, who.born, who.phone)
            yield Row(UNSIGNED, str(on), *known, code, None, (), alerts, identity.session(session))
