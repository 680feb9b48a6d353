"""Appointments: booked, moved, arrived, missed, called off; closed by the session that was recorded.

A time that overlaps another of the patient, or of the clinician, is refused unless a reason lets it. An appointment
of no named clinician may be anybody's, so it overlaps with all of them. The check and the row are one transaction
that no other writer can come between.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.acts import visits
from tpi_cli.acts.staff import named
from tpi_cli.acts.visits import Booked
from tpi_cli.errors import Conflict
from tpi_cli.rules import opening
from tpi_cli.rules.contact import LONGEST, OPEN
from tpi_cli.store import keep
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import clinicians, people
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


def book(writing: Writing, patient_id: str, wish: Wish) -> Booked:
    """Book a time. Raises Conflict where it is taken, outside the opening hours, or nobody's to book."""
    person = people.of_uuid(writing.db, patient_id)
    if person.status != "active":
        raise Conflict(f"the patient is {person.status}", hint="tpi patient edit PATIENT --status active")
    wished = at(writing, patient_id, wish.slot, _clinician(writing, wish))
    why = _let(writing, wished, wish)
    new = wished._replace(number=writing.number("appointment"))
    put(writing, new, note=wish.note)
    visits.note(writing, new, "book", why, writing.today)
    return _kept(writing, new)


def at(writing: Writing, patient_id: str, slot: Slot, clinician_id: str | None, status: str = "booked") -> Booked:
    """A new appointment at that time, under no number yet."""
    return Booked(str(writing.record()["id"]), 0, patient_id, clinician_id, slot.on, slot.wall, slot.starts_at,
                  slot.ends_at, slot.minutes, status, 0, None, writing.stamp)  # fmt: skip


def put(writing: Writing, new: Booked, **more: str | None) -> None:
    """A new appointment's row. The caller keeps the due dates."""
    told = {"recorded_at": writing.stamp, "recorded_by": writing.by}
    writing.put("appointment", {**new._asdict(), "clinic_id": writing.clinic.id, **more, **told})


def move(writing: Writing, appointment_id: str, wish: Wish) -> Booked:
    """Another time, or another clinician, for one that is open. Raises Conflict."""
    row = _open(writing, appointment_id)
    slot = wish.slot
    wished = row._replace(
        on_date=slot.on,
        wall=slot.wall,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        minutes=slot.minutes,
        clinician_id=_clinician(writing, wish) if wish.clinician else row.clinician_id,
    )
    if all(getattr(row, name) == getattr(wished, name) for name in ("starts_at", "minutes", "clinician_id")):
        raise Conflict("it stands there already", hint="name another time, --for or --with")
    why = _let(writing, wished, wish)  # looked at before the row is touched, which takes its new time at once
    status = row.status if row.starts_at == slot.starts_at else "booked"  # whoever is here stays here
    told = "; ".join(filter(None, [f"was {row.on_date} {row.wall}", why, wish.note]))
    names = ("on_date", "wall", "starts_at", "ends_at", "minutes", "clinician_id")
    moved = {name: getattr(wished, name) for name in names}
    return _kept(writing, visits.change(writing, row, "move", told, **moved, status=status, sequence=row.sequence + 1))


def cancel(writing: Writing, appointment_id: str, reason: str | None) -> Booked:
    """Call one off that is open; the patient is back on the list at once."""
    return _ended(writing, appointment_id, "cancel", "cancelled", reason)


def no_show(writing: Writing, appointment_id: str, reason: str | None) -> Booked:
    """Nobody came; the patient is back on the list at once. Raises Conflict before its day, and where somebody came."""
    return _ended(writing, appointment_id, "no-show", "no-show", reason)


def arrive(writing: Writing, appointment_id: str, note: str | None = None) -> Booked:
    """The patient is here; `note` is kept with it. Raises Conflict on another day than the appointment's."""
    row = _open(writing, appointment_id)
    if row.status == "arrived":
        raise Conflict("the patient has arrived already", hint="tpi appt list shows it")
    if row.on_date != writing.today:
        raise Conflict(f"it is for {row.on_date} {row.wall}, not today", hint="tpi appt move brings it to today")
    return _kept(writing, visits.change(writing, row, "arrive", note, status="arrived"))


def call_off(writing: Writing, patient_id: str, reason: str) -> None:
    """Whatever is still open of a patient who comes no more. The caller keeps the due dates."""
    for row in visits.chosen(writing, f"patient_id = :patient AND status IN {OPEN}", patient=patient_id):
        visits.change(writing, row, "cancel", reason, status="cancelled", sequence=row.sequence + 1)


def reopen(writing: Writing, session_id: str) -> None:
    """What a session closed that does not count is open again, unless another of the day stands for it.

    Off for good where its time was given to somebody else meanwhile, or the patient comes no more. The caller keeps
    the due dates.
    """
    writing.db.overlap()  # what was let stand before stands again
    for row in visits.chosen(writing, "session_id = :session", session=session_id):
        other = session_of(writing, row)
        if other is not None:
            writing.change("appointment", row.id, {"session_id": other})
            continue
        person = people.of_uuid(writing.db, row.patient_id)
        gone = None if person.status == "active" else f"the patient is {person.status}"
        off = gone or taken(writing, row, _PUT_THERE, since=row.changed_at)
        if off:
            visits.change(writing, row, "cancel", off, session_id=None, status="cancelled", sequence=row.sequence + 1)
        else:
            visits.change(writing, row, "reopen", None, session_id=None, status="booked")


_SESSION_OF = """
SELECT id FROM session WHERE patient_id = :patient AND on_date = :on AND voided_at IS NULL ORDER BY number LIMIT 1
"""


def session_of(writing: Writing, row: Booked) -> str | None:
    """A session of the patient on the appointment's day that counts (UUID)."""
    found: str | None = writing.db.value(_SESSION_OF, patient=row.patient_id, on=row.on_date.isoformat())
    return found


def _open(writing: Writing, appointment_id: str) -> Booked:
    """One that still holds its time. Raises Conflict."""
    (row,) = visits.chosen(writing, "id = :id", id=appointment_id)
    if row.status not in OPEN:
        raise Conflict(f"{row.code} is {row.status} already", hint="tpi book makes another")
    return row


def _ended(writing: Writing, appointment_id: str, act: str, status: str, reason: str | None) -> Booked:
    row = _open(writing, appointment_id)
    if act == "no-show" and row.on_date > writing.today:
        raise Conflict(f"it is still to come: {row.on_date} {row.wall}", hint="tpi appt cancel calls it off")
    if act == "no-show" and row.status == "arrived":
        raise Conflict("the patient was marked as arrived", hint="if that was a slip: tpi appt cancel")
    if act == "no-show" and session_of(writing, row):
        raise Conflict("the patient was treated that day", hint="tpi session list PATIENT shows the session")
    return _kept(writing, visits.change(writing, row, act, reason, status=status, sequence=row.sequence + 1))


def _clinician(writing: Writing, wish: Wish) -> str | None:
    return named(writing, wish.clinician) if wish.clinician else None


def _kept(writing: Writing, row: Booked) -> Booked:
    keep.refresh(writing.db, writing.clinic.id, [row.patient_id])
    return row


def _let(writing: Writing, row: Booked, wish: Wish) -> str | None:
    """The reasons it may stand there for. Raises Conflict for one that is asked for and was not given."""
    against = {CLASH: taken(writing, row), HOURS: _shut(clinic(writing.db), wish.slot)}
    for rule, told in against.items():
        if told and rule not in wish.reasons:
            raise Conflict(told, hint=f"name another time, or --override {rule}='why'")
    if against[CLASH]:
        writing.db.overlap()
    given = [f"{rule}: {wish.reasons[rule]}" for rule, told in against.items() if told]
    return "; ".join(given) or None


_OVERLAPS = f"""
clinic_id = :clinic AND starts_at > :longest_ago AND starts_at < :ends AND ends_at > :starts AND status IN {OPEN}
AND id <> :id"""
_PUT_THERE = """id IN (
SELECT appointment_id FROM appointment_act WHERE act IN ('book', 'move') AND recorded_at > :since)"""
"""That it was booked or moved after a moment."""


def taken(writing: Writing, row: Booked, fits: str = "1 = 1", **values: object) -> str | None:
    """Whose time it overlaps, in words that name no other patient; of the open ones only those of which a condition in
    SQL holds."""
    longest_ago = clock.stamped(clock.unstamped(row.starts_at) - timedelta(minutes=LONGEST))
    times = {"longest_ago": longest_ago, "starts": row.starts_at, "ends": row.ends_at}
    whose = {"clinic": writing.clinic.id, "id": row.id}
    overlaps = visits.chosen(writing, f"{_OVERLAPS} AND {fits}", **times, **whose, **values)
    for other in overlaps:
        if other.patient_id == row.patient_id:
            return f"the patient has {other.code} at {other.wall} for {other.minutes} min that day"
    names = {row.clinician_id, None}
    taken = next((one for one in overlaps if row.clinician_id is None or one.clinician_id in names), None)
    if taken is None:
        return None
    length = f"at {taken.wall} for {taken.minutes} min that day"
    if taken.clinician_id is None:
        return f"an appointment with no clinician named stands {length}"
    return f"{clinicians.of(writing.db, taken.clinician_id)} has an appointment {length}"


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
    rows = visits.chosen(writing, f"status IN {OPEN}")
    moments = {row.id: clock.on_wall(row.on_date, row.wall, zone) for row in rows}
    unclear = [row.code for row in rows if len(moments[row.id]) != 1]
    if unclear:
        raise Conflict(
            f"the clocks of {zone} change over {', '.join(unclear)}",
            hint="move these appointments to another time first: tpi appt move",
        )
    writing.db.overlap()  # one after the other: on their way they stand in each other's time
    for row in rows:
        (starts,) = moments[row.id]
        moved = {"starts_at": clock.stamped(starts), "ends_at": clock.stamped(starts + timedelta(minutes=row.minutes))}
        why = f"the clinic's zone is {zone} now"
        visits.change(writing, row, "move", why, **moved, sequence=row.sequence + 1)
    writing.db.run("UPDATE appointment SET starts_at = starts_at")  # all are where they will be: each claims its time
    keep.refresh(writing.db, writing.clinic.id, sorted({row.patient_id for row in rows}))
