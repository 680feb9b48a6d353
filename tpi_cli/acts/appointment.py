"""Appointments: booked, moved, arrived, missed, called off; closed by the session that was recorded.

A time that overlaps another of the patient, or of the clinician, is refused unless a reason lets it. An appointment
of no named clinician may be anybody's, so it overlaps with all of them. The check and the row are one transaction
that no other writer can come between.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel import col, select

from tpi_cli import clock
from tpi_cli.acts import visits
from tpi_cli.acts.staff import named
from tpi_cli.errors import Conflict
from tpi_cli.rules import identity, opening
from tpi_cli.rules.contact import LONGEST, OPEN
from tpi_cli.store import keep, tables
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import clinicians
from tpi_cli.store.read.clinic import Clinic, clinic
from tpi_cli.store.write import Writing

CLASH, HOURS = "clash", "hours"
"""What a reason can go past: an overlap, and the opening hours."""
HOUR = 60


class Slot(NamedTuple):
    """A time: the day and the hour on the clinic's wall, the moment in UTC as a stamp, how many minutes."""

    on: date
    wall: str
    starts_at: str
    minutes: int

    @property
    def ends_at(self) -> str:
        """The moment it ends, as a stamp."""
        return clock.stamped(clock.unstamped(self.starts_at) + timedelta(minutes=self.minutes))

    @property
    def minute(self) -> int:
        """Minutes after midnight on the wall."""
        return int(self.wall[:2]) * HOUR + int(self.wall[3:])


def standing_at(one: read.Appointment, minutes: int | None = None) -> Slot:
    """The time of an appointment as it is, for so many minutes."""
    return Slot(one.on, one.wall, one.starts_at, minutes or one.minutes)


class Wish(NamedTuple):
    """What to book: a time, with whom (a clinician's code; None: whoever is free), past which rules and why."""

    slot: Slot
    clinician: str | None = None
    reasons: Mapping[str, str] = {}
    note: str | None = None


def book(writing: Writing, patient_id: str, wish: Wish) -> tables.Appointment:
    """Book a time. Raises Conflict where it is taken, outside the opening hours, or nobody's to book."""
    person = writing.session.get_one(tables.Patient, patient_id)
    if person.status != "active":
        raise Conflict(f"the patient is {person.status}", hint="tpi patient edit PATIENT --status active")
    slot = wish.slot
    row = tables.Appointment(
        **writing.record(),
        number=writing.number("appointment"),
        patient_id=patient_id,
        clinician_id=_clinician(writing, wish),
        on_date=slot.on,
        wall=slot.wall,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        minutes=slot.minutes,
        note=wish.note,
        recorded_at=writing.stamp,
        recorded_by=writing.by,
        changed_at=writing.stamp,
    )
    why = _let(writing, row, wish)
    return _done(writing, writing.add(row), "book", why)


def move(writing: Writing, appointment_id: str, wish: Wish) -> tables.Appointment:
    """Another time, or another clinician, for one that is open. Raises Conflict."""
    row = _open(writing, appointment_id)
    slot = wish.slot
    was = f"was {row.on_date} {row.wall}"
    wished = {
        "on_date": slot.on,
        "wall": slot.wall,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "minutes": slot.minutes,
        "clinician_id": _clinician(writing, wish) if wish.clinician else row.clinician_id,
    }
    if all(getattr(row, name) == wished[name] for name in ("starts_at", "minutes", "clinician_id")):
        raise Conflict("it stands there already", hint="name another time, --for or --with")
    # looked at before the row is touched, which takes its new time at once
    why = _let(writing, tables.Appointment(**{**row.model_dump(), **wished}), wish)
    row.status = row.status if row.starts_at == slot.starts_at else "booked"  # whoever is here stays here
    for name, value in wished.items():
        setattr(row, name, value)
    row.sequence += 1
    return _done(writing, row, "move", "; ".join(filter(None, [was, why, wish.note])))


def cancel(writing: Writing, appointment_id: str, reason: str | None) -> tables.Appointment:
    """Call one off that is open; the patient is back on the list at once."""
    return _ended(writing, appointment_id, "cancel", "cancelled", reason)


def no_show(writing: Writing, appointment_id: str, reason: str | None) -> tables.Appointment:
    """Nobody came; the patient is back on the list at once. Raises Conflict before its day, and where somebody came."""
    return _ended(writing, appointment_id, "no-show", "no-show", reason)


def arrive(writing: Writing, appointment_id: str, note: str | None = None) -> tables.Appointment:
    """The patient is here; `note` is kept with it. Raises Conflict on another day than the appointment's."""
    row = _open(writing, appointment_id)
    if row.status == "arrived":
        raise Conflict("the patient has arrived already", hint="tpi appt list shows it")
    if row.on_date != writing.today:
        raise Conflict(f"it is for {row.on_date} {row.wall}, not today", hint="tpi appt move brings it to today")
    row.status = "arrived"
    return _done(writing, row, "arrive", note)


def call_off(writing: Writing, patient_id: str, reason: str) -> None:
    """Whatever is still open of a patient who comes no more. The caller keeps the due dates."""
    for row in _of(writing, tables.Appointment.patient_id == patient_id, col(tables.Appointment.status).in_(OPEN)):
        row.status = "cancelled"
        row.sequence += 1
        _noted(writing, row, "cancel", reason)


def reopen(writing: Writing, session_id: str) -> None:
    """What a session closed that does not count is open again, unless another of the day stands for it.

    Off for good where its time was given to somebody else meanwhile, or the patient comes no more. The caller keeps
    the due dates.
    """
    writing.db.overlap()  # what was let stand before stands again
    for row in _of(writing, tables.Appointment.session_id == session_id):
        row.session_id = session_of(writing, row)
        if row.session_id is not None:
            writing.add(row)
            continue
        closed_at, row.status = row.changed_at, "booked"
        person = writing.session.get_one(tables.Patient, row.patient_id)
        gone = None if person.status == "active" else f"the patient is {person.status}"
        off = gone or taken(writing, row, _put_there(closed_at))
        if off:
            row.status = "cancelled"
            row.sequence += 1
        _noted(writing, row, "cancel" if off else "reopen", off)


def session_of(writing: Writing, row: tables.Appointment) -> str | None:
    """A session of the patient on the appointment's day that counts (UUID)."""
    table = tables.Session
    same = select(table.id).where(table.patient_id == row.patient_id, table.on_date == row.on_date)
    return writing.session.exec(same.where(col(table.voided_at).is_(None)).order_by(col(table.number))).first()


def _of(writing: Writing, *where: object) -> list[tables.Appointment]:
    return list(writing.session.exec(select(tables.Appointment).where(*where)))  # type: ignore[arg-type]


def _open(writing: Writing, appointment_id: str) -> tables.Appointment:
    """One that still holds its time. Raises Conflict."""
    row = writing.session.get_one(tables.Appointment, appointment_id)
    if row.status not in OPEN:
        code = identity.appointment(row.number)
        raise Conflict(f"{code} is {row.status} already", hint="tpi book makes another")
    return row


def _ended(writing: Writing, appointment_id: str, act: str, status: str, reason: str | None) -> tables.Appointment:
    row = _open(writing, appointment_id)
    if act == "no-show" and row.on_date > writing.today:
        raise Conflict(f"it is still to come: {row.on_date} {row.wall}", hint="tpi appt cancel calls it off")
    if act == "no-show" and row.status == "arrived":
        raise Conflict("the patient was marked as arrived", hint="if that was a slip: tpi appt cancel")
    if act == "no-show" and session_of(writing, row):
        raise Conflict("the patient was treated that day", hint="tpi session list PATIENT shows the session")
    row.status = status
    row.sequence += 1
    return _done(writing, row, act, reason)


def _clinician(writing: Writing, wish: Wish) -> str | None:
    return named(writing, wish.clinician) if wish.clinician else None


def _done(writing: Writing, row: tables.Appointment, act: str, reason: str | None) -> tables.Appointment:
    _noted(writing, row, act, reason)
    keep.refresh(writing.db, writing.clinic.id, [row.patient_id])
    return row


def _noted(writing: Writing, row: tables.Appointment, act: str, reason: str | None) -> None:
    """The row as it stands now, and what was done to it."""
    row.changed_at = writing.stamp
    writing.add(row)
    visits.note(writing, row, act, reason, writing.today)


def _let(writing: Writing, row: tables.Appointment, wish: Wish) -> str | None:
    """The reasons it may stand there for. Raises Conflict for one that is asked for and was not given."""
    against = {CLASH: taken(writing, row), HOURS: _shut(clinic(writing.db), wish.slot)}
    for rule, told in against.items():
        if told and rule not in wish.reasons:
            raise Conflict(told, hint=f"name another time, or --override {rule}='why'")
    if against[CLASH]:
        writing.db.overlap()
    given = [f"{rule}: {wish.reasons[rule]}" for rule, told in against.items() if told]
    return "; ".join(given) or None


def taken(writing: Writing, row: tables.Appointment, *where: object) -> str | None:
    """Whose time it overlaps, in words that name no other patient; of the open ones only those that fit (`where`)."""
    table = tables.Appointment
    longest_ago = clock.unstamped(row.starts_at) - timedelta(minutes=LONGEST)
    overlaps = _of(
        writing,
        table.clinic_id == row.clinic_id,
        table.starts_at > clock.stamped(longest_ago),
        table.starts_at < row.ends_at,
        table.ends_at > row.starts_at,
        col(table.status).in_(OPEN),
        table.id != row.id,
        *where,
    )
    for other in overlaps:
        if other.patient_id == row.patient_id:
            code = identity.appointment(other.number)
            return f"the patient has {code} at {other.wall} for {other.minutes} min that day"
    names = {row.clinician_id, None}
    taken = next((one for one in overlaps if row.clinician_id is None or one.clinician_id in names), None)
    if taken is None:
        return None
    length = f"at {taken.wall} for {taken.minutes} min that day"
    if taken.clinician_id is None:
        return f"an appointment with no clinician named stands {length}"
    return f"{clinicians.of(writing.db, taken.clinician_id)} has an appointment {length}"


def _put_there(since: str) -> object:
    """That it was booked or moved after a moment."""
    act = tables.AppointmentAct
    moved = select(act.appointment_id).where(col(act.act).in_(("book", "move")), act.recorded_at > since)
    return col(tables.Appointment.id).in_(moved)


def _shut(office: Clinic, slot: Slot) -> str | None:
    return opening.against(office.hours, office.closed, slot.on, slot.minute, slot.minutes)


def outside(writing: Writing) -> list[tuple[read.Appointment, str]]:
    """What is open from today on and stands outside the hours, and why: to be looked at when these change."""
    office = clinic(writing.db)
    still = read.appointments(writing.db, read.Wanted(office.today, statuses=OPEN))
    against = [(one, _shut(office, standing_at(one))) for one in still]
    return [(one, why) for one, why in against if why]


def rezone(writing: Writing, zone: str) -> None:
    """The moments of what is still open follow the clinic's zone: what was agreed is the hour on its wall.

    Raises Conflict where an hour does not come, or comes twice, in the new zone: which is meant is not guessed.
    """
    rows = _of(writing, col(tables.Appointment.status).in_(OPEN))
    moments = {row.id: clock.on_wall(row.on_date, row.wall, zone) for row in rows}
    unclear = [identity.appointment(row.number) for row in rows if len(moments[row.id]) != 1]
    if unclear:
        raise Conflict(
            f"the clocks of {zone} change over {', '.join(unclear)}",
            hint="move these appointments to another time first: tpi appt move",
        )
    writing.db.overlap()  # one after the other: on their way they stand in each other's time
    for row in rows:
        (starts,) = moments[row.id]
        row.starts_at = clock.stamped(starts)
        row.ends_at = clock.stamped(starts + timedelta(minutes=row.minutes))
        row.sequence += 1
        _noted(writing, row, "move", f"the clinic's zone is {zone} now")
    writing.db.run("UPDATE appointment SET starts_at = starts_at")  # all are where they will be: each claims its time
    keep.refresh(writing.db, writing.clinic.id, sorted({row.patient_id for row in rows}))
