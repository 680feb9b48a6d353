"""A day's work: booked, events to look at, due and not booked, to be called back, missed, left open, not signed."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from tpi_cli.rules import identity, standing
from tpi_cli.rules.contact import MISSED as MISSED_CALL
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.columns import OURS, known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments, due, people

BOOKED, ADVERSE, DUE, CALL_BACK = "booked", "adverse", "due", "call-back"
MISSED, LEFT_OPEN, UNSIGNED = "missed", "left-open", "unsigned"
NAMED_FOR = timedelta(weeks=4)
"""How long somebody is named whom no list of recalls would bring back: who missed an appointment and has no plan,
who was to be called again and has no site."""
AT_ONCE = 500
"""Patients asked about in one query: engines take only so many values."""


_WHO = "patient.number, patient.mrn, patient.name, patient.born, patient.phone"


class Who(NamedTuple):
    """A patient, as a line of the day names one."""

    patient: int
    mrn: str | None
    name: str
    born: date
    phone: str | None


class Row(NamedTuple):
    """A line of the day: `what` it is, `when` (an hour, or a day), who, and with which alerts."""

    what: str
    when: str
    who: Who
    clinician: str | None = None
    status: str | None = None
    sites: tuple[due.Site, ...] = ()
    record: str | None = None
    """The id of the appointment or the session."""
    note: str | None = None
    """What was noted at the call or the booking, or what happened."""
    alerts: tuple[people.Alert, ...] = ()


def rows(db: Database, query: due.Query, today: date) -> list[Row]:
    """The lines of the day `query.today`, section by section; before `today` an appointment can be left open."""
    on, clinician = query.today, query.clinician
    backs = {one.who.patient: one for one in _call_backs(db, on)}
    sooner = set(_booked_sooner(db, today, on))
    listed = [_listed(one, backs) for one in due.rows(db, query) if _comes(one, sooner)]
    known = {row.who.patient for row in listed if row.what != ADVERSE} | sooner
    promised = [] if clinician else [one for number, one in backs.items() if number not in known]
    called = [*(row for row in listed if row.what == CALL_BACK), *promised]
    back = sorted(called, key=lambda row: (row.when, row.who.patient))
    yesterday = min(on, today) - timedelta(days=1)
    past = appointments.Wanted(None, yesterday, clinician=clinician, statuses=OPEN)
    found = [
        *_appointments(db, BOOKED, appointments.Wanted(on, on, clinician=clinician)),
        *(row for what in (ADVERSE, DUE) for row in listed if row.what == what),
        *back,
        *_missed(db, on, clinician),
        *_appointments(db, LEFT_OPEN, past),
        *_sessions(db, on, clinician),
    ]
    alerts = _alerts(db, sorted({row.who.patient for row in found}))
    return [row._replace(alerts=alerts.get(row.who.patient, ())) for row in found]


def _appointments(db: Database, what: str, wanted: appointments.Wanted) -> Iterator[Row]:
    for one in appointments.appointments(db, wanted):
        if one.status not in {"cancelled", "no-show"}:
            when = one.wall if what == BOOKED else f"{one.on} {one.wall}"
            who = Who(one.patient, one.mrn, one.name, one.born, one.phone)
            yield Row(what, when, who, one.clinician, one.status, record=one.code, note=one.note)


_SOONER = f"""
SELECT patient.number FROM appointment JOIN patient ON patient.id = appointment.patient_id
WHERE appointment.clinic_id {OURS} AND appointment.on_date >= :today AND appointment.on_date < :on
  AND appointment.status IN {OPEN}
"""


def _booked_sooner(db: Database, today: date, on: date) -> Iterator[int]:
    """Who has an appointment to come before a later day, and so will have been here by then."""
    for (number,) in db.rows(_SOONER, today=today.isoformat(), on=on.isoformat()):
        yield int(number)


def _comes(one: due.Row, sooner: set[int]) -> bool:
    """Whether there is something to do about a patient on the list: an event is looked at whatever is booked."""
    return one.status == standing.ADVERSE or one.patient not in sooner


_MISSED = f"""
SELECT {_WHO}, missed.on_date, missed.wall, clinician.code, missed.number
FROM appointment AS missed JOIN patient ON patient.id = missed.patient_id
LEFT JOIN clinician ON clinician.id = missed.clinician_id
WHERE missed.clinic_id {OURS} AND missed.on_date BETWEEN :first AND :on AND missed.status = 'no-show'
  AND patient.status = 'active'
  AND NOT EXISTS (SELECT 1 FROM recall WHERE recall.patient_id = patient.id AND recall.due_on IS NOT NULL
                  AND recall.closed IS NULL)
  AND NOT EXISTS (SELECT 1 FROM appointment AS other WHERE other.patient_id = patient.id
                  AND (other.starts_at > missed.starts_at OR other.status IN {OPEN}))
  AND NOT EXISTS (SELECT 1 FROM session WHERE session.patient_id = patient.id AND session.voided_at IS NULL
                  AND session.on_date >= missed.on_date)
  AND NOT EXISTS (SELECT 1 FROM contact WHERE contact.patient_id = patient.id
                  AND contact.recorded_at >= missed.changed_at
                  AND (contact.snoozed_until IS NOT NULL OR contact.result NOT IN {MISSED_CALL}))
  AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.patient_id = patient.id AND hold.recorded_at >= missed.changed_at)
ORDER BY missed.starts_at, missed.number
"""


def _missed(db: Database, on: date, clinician: str | None) -> Iterator[Row]:
    """Who missed the last appointment and has no due date that would bring them back, until somebody does something."""
    first = (on - NAMED_FOR).isoformat()
    for *who, missed_on, wall, code, number in db.rows(_MISSED, first=first, on=on.isoformat()):
        if clinician in {None, code}:
            yield Row(MISSED, f"{missed_on} {wall}", _who(who), code, record=identity.appointment(number))


def _listed(one: due.Row, backs: dict[int, Row]) -> Row:
    """Who is on the list: for an event, to be called back, or else due."""
    who = Who(one.patient, one.mrn, one.name, one.born, one.phone)
    if one.status == standing.ADVERSE:
        return Row(ADVERSE, str(one.due), who, status=one.status, sites=one.sites, note=_happened(one))
    if one.patient in backs:
        return backs[one.patient]._replace(status=one.status, sites=one.sites)
    return Row(DUE, str(one.due), who, status=one.status, sites=one.sites)


def _happened(one: due.Row) -> str:
    """What the events are, in the words of their reasons."""
    import json

    return "; ".join(reason["text"] for reason in json.loads(one.reasons) if reason["rule"] == "recall.adverse")


_BACKS = f"""
SELECT {_WHO}, MIN(recall.call_back_on),
       (SELECT note FROM contact WHERE contact.patient_id = patient.id AND contact.snoozed_until IS NOT NULL
        ORDER BY contact.on_date DESC, contact.recorded_at DESC LIMIT 1)
FROM recall JOIN patient ON patient.id = recall.patient_id
WHERE recall.clinic_id {OURS} AND recall.call_back_on <= :on AND patient.status = 'active'
  AND (recall.booked_until IS NULL OR recall.booked_until < :on)
  AND (recall.closed IS NULL OR NOT EXISTS (
       SELECT 1 FROM recall AS other WHERE other.patient_id = patient.id
       AND (other.closed IS NULL OR other.closed = 'unreachable')))
GROUP BY patient.id, {_WHO}
UNION ALL
SELECT {_WHO}, called.snoozed_until, called.note
FROM contact AS called JOIN patient ON patient.id = called.patient_id
WHERE called.clinic_id {OURS} AND called.snoozed_until BETWEEN :first AND :on AND patient.status = 'active'
  AND NOT EXISTS (SELECT 1 FROM site WHERE site.patient_id = patient.id)
  AND NOT EXISTS (SELECT 1 FROM contact WHERE contact.patient_id = patient.id
                  AND contact.recorded_at > called.recorded_at)
  AND NOT EXISTS (SELECT 1 FROM appointment WHERE appointment.patient_id = patient.id
                  AND (appointment.changed_at > called.recorded_at
                       OR appointment.status IN {OPEN} AND appointment.on_date >= :on))
"""


def _call_backs(db: Database, on: date) -> Iterator[Row]:
    """The patients whom a call said to try again by that day, and nothing came of it since: due, not yet, or without
    a site that could be."""
    for *who, again, note in db.rows(_BACKS, on=on.isoformat(), first=(on - NAMED_FOR).isoformat()):
        yield Row(CALL_BACK, str(again), _who(who), note=note)


def _who(columns: Iterable[object]) -> Who:
    one = Who._make(columns)
    return one._replace(born=known_day(one.born))


_SESSIONS = f"""
SELECT {_WHO}, session.number, clinician.code FROM session JOIN patient ON patient.id = session.patient_id
JOIN clinician ON clinician.id = session.clinician_id
WHERE session.clinic_id {OURS} AND session.on_date = :on AND voided_at IS NULL AND signed_at IS NULL
ORDER BY session.number
"""


def _sessions(db: Database, on: date, clinician: str | None) -> Iterator[Row]:
    """The sessions of the day that wait for a signature."""
    for *who, session, code in db.rows(_SESSIONS, on=on.isoformat()):
        if clinician in {None, code}:
            yield Row(UNSIGNED, str(on), _who(who), code, record=identity.session(session))


def _alerts(db: Database, numbers: list[int]) -> dict[int, tuple[people.Alert, ...]]:
    """The open alerts of these patients, oldest first."""
    out: dict[int, tuple[people.Alert, ...]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        asked = ", ".join(map(str, numbers[start : start + AT_ONCE]))
        sql = (
            "SELECT patient.number, kind, text, since FROM alert JOIN patient ON patient.id = alert.patient_id"
            f" WHERE patient.clinic_id {OURS} AND patient.number IN ({asked}) AND ended_on IS NULL"
            " ORDER BY patient.number, since, kind"
        )
        for number, found in groupby(db.rows(sql), key=lambda row: int(row[0])):
            out[number] = tuple(people.Alert(kind, text, known_day(since)) for _, kind, text, since in found)
    return out
