"""Appointments brought in, past and to come, of one patient at a time. What was booked elsewhere was booked.

So the opening hours are not asked, nor whether two of one file overlap. One that is open and would overlap another
which is on file is refused, for somebody has to decide. A row is the same when its `source_id`, or without one its
time and clinician, is on file, be it as an appointment stands or as it stood before it was moved here.

A file does not say when something was booked or called off. A time that is open counts as booked on the day it is
brought in (one that has passed: on its own day), a missed one as missed on its day; one that was kept or called off
moves no recall: what was decided about it stands in other files. The caller keeps the due dates.
"""

from datetime import date
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.acts import appointment, visits
from tpi_cli.acts.appointment import Slot
from tpi_cli.acts.bring_in import Line, Person, Refusal, Result, not_then, nothing
from tpi_cli.acts.staff import named
from tpi_cli.acts.visits import Booked
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.columns import known_day
from tpi_cli.store.read import clinicians
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.slots import Appointed
from tpi_cli.store.write import Writing

STAGE = {"booked": 0, "arrived": 1, "no-show": 2, "done": 3, "cancelled": 3}
"""How far an appointment has come: a file may be older than what is on file, and says nothing new then."""
CAME = ("arrived", "done")


class Time(NamedTuple):
    """A day, an hour on the wall, and with whom (a code): what an appointment is known by where it has no id."""

    on: date
    wall: str
    clinician: str | None


def appointments(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Put a patient's appointments on file that are not there yet, in the order of the lines."""
    out = nothing()
    writing.db.overlap()
    for line in lines:
        row: Appointed = line.row
        slot = _slot(writing, row)
        known = slot and _known(writing, person, row, slot)
        if slot is None:
            wrong = _no_such_hour(writing, row)
        elif known:
            wrong = _at_odds(writing, person, known, row, slot)
        else:
            wrong = _fault(person, row, slot) or _add(writing, person, row, slot)
        if wrong:
            out.refused.append(Refusal(line.at, *wrong))
        else:
            (out.same if known else out.new).append(line)
    return out


Wrong = tuple[str, str] | None
"""A column and what is wrong with it."""


def _slot(writing: Writing, row: Appointed) -> Slot | None:
    """The time a row names; None where the clinic's clocks do not tell which moment it is."""
    minutes = row.minutes or clinic(writing.db).slot
    if row.offset is None:
        moments = clock.on_wall(row.on, row.wall, writing.clinic.zone)
        return Slot(row.on, row.wall, clock.stamped(moments[0]), minutes) if len(moments) == 1 else None
    moment = clock.on_wall(row.on, row.wall, "UTC")[0] - row.offset
    shown = moment.astimezone(clock.zone(writing.clinic.zone))
    return Slot(shown.date(), shown.strftime("%H:%M"), clock.stamped(moment), minutes)


def _no_such_hour(writing: Writing, row: Appointed) -> Wrong:
    twice = clock.on_wall(row.on, row.wall, writing.clinic.zone)
    what = f"comes twice: write the offset too, {row.on}T{row.wall}+00:00" if twice else "does not come"
    return "start", f"the clocks change that day, and {row.wall} {what}"


def _known(writing: Writing, person: Person, row: Appointed, slot: Slot) -> Booked | None:
    """The appointment that the row tells of: of its id, else of the patient at that time."""
    if row.source_id:
        found = visits.chosen(writing, "source_id = :source OR id = :source", source=row.source_id)
        return found[0] if found else None
    meant = Time(slot.on, slot.wall, row.clinician)
    own = visits.chosen(writing, "patient_id = :patient", patient=person.id)
    return next((one for one in own if any(_fits(meant, time) for time in _stood(writing, one))), None)


_STOOD = "SELECT was_on, was_wall, clinician_id FROM appointment_act WHERE appointment_id = :appointment"


def _stood(writing: Writing, one: Booked) -> set[Time]:
    """The times an appointment stands for, and stood for before it was moved."""
    acts = [(known_day(on), wall, who) for on, wall, who in writing.db.rows(_STOOD, appointment=one.id)]
    times = [(one.on_date, one.wall, one.clinician_id), *acts]
    return {Time(on, wall, clinicians.of(writing.db, who) if who else None) for on, wall, who in times}


def _fits(meant: Time, time: Time) -> bool:
    """Whether a file means that time; one that leaves the clinician out takes whoever is on file."""
    return meant == time or (meant.clinician is None and meant[:2] == time[:2])


def _at_odds(writing: Writing, person: Person, known: Booked, row: Appointed, slot: Slot) -> Wrong:
    """What a row says otherwise than the appointment on file, which may have come further since."""
    code = known.code
    if known.patient_id != person.id:
        return "source_id", f"{row.source_id} is another patient's on file"
    if not any(_fits(Time(slot.on, slot.wall, row.clinician), time) for time in _stood(writing, known)):
        return "start", f"{code} is on file with another time or clinician: tpi appt move {code}"
    if row.status != known.status and STAGE[row.status] >= STAGE[known.status]:
        return "status", f"{code} is {known.status} on file: see tpi appt cancel, arrive and no-show"
    return None


def _fault(person: Person, row: Appointed, slot: Slot) -> Wrong:
    """Why a patient cannot have had an appointment, or have one still."""
    if slot.on < person.born:
        return "start", "is before the birth date"
    if row.status in OPEN and person.status != "active":
        return "status", f"the patient is {person.status}: nothing can be booked"
    gone = not_then(person, slot.on) if row.status in CAME else None
    return ("start", gone) if gone else None


def _add(writing: Writing, person: Person, row: Appointed, slot: Slot) -> Wrong:
    """Put it on file, unless it clashes with one that was there before this file: then why."""
    new = appointment.at(writing, person.id, slot, named(writing, row.clinician) if row.clinician else None, row.status)
    if row.status in OPEN and slot.on >= writing.today:
        clash = appointment.taken(writing, new, "entry <> :entry", entry=writing.entry)
        if clash:
            return "start", f"{clash}: move that one, or tpi book this with --override clash='why'"
    session_id = appointment.session_of(writing, new) if row.status == "done" else None
    new = new._replace(number=writing.number("appointment"), session_id=session_id)
    appointment.put(writing, new, source_id=row.source_id)
    act = "no-show" if row.status == "no-show" else "book" if row.status in OPEN else None
    if act:
        visits.note(writing, new, act, "brought in from a file", min(slot.on, writing.today))
    return None
