"""What becomes of the appointments of a day on which somebody was treated, and the note of each thing done to one."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tpi_cli.rules.contact import OPEN
from tpi_cli.store.columns import known_day
from tpi_cli.store.write import Writing

if TYPE_CHECKING:
    from tpi_cli.store.tables import Appointment

UNTREATED = (*OPEN, "no-show")
"""What the session of its day closes."""


class Booked(NamedTuple):
    """One of the day, with what became of it and how often it changed."""

    id: str
    on_date: date
    wall: str
    minutes: int
    clinician_id: str | None
    status: str
    sequence: int


_OF_DAY = f"""
SELECT {", ".join(Booked._fields)} FROM appointment
 WHERE patient_id = :patient AND on_date = :on AND status IN {UNTREATED} ORDER BY starts_at, number
"""


def close(writing: Writing, patient_id: str, on: date, session_id: str) -> None:
    """The session of a day closes the appointments the patient had on it, one given up for missed too: whoever was
    treated came after all. The caller keeps the due dates."""
    for row in list(writing.db.rows(_OF_DAY, patient=patient_id, on=on.isoformat())):
        one = Booked(row[0], known_day(row[1]), *row[2:])
        again = one.status not in OPEN  # a calendar took it off
        done = {"status": "done", "session_id": session_id, "sequence": one.sequence + again}
        writing.change("appointment", one.id, {**done, "changed_at": writing.stamp})
        note(writing, one, "done", None, writing.today)


def note(writing: Writing, row: "Booked | Appointment", act: str, reason: str | None, on: date) -> None:
    """What was done to an appointment on a day, as it stands now. The caller keeps the due dates."""
    was = {"was_on": row.on_date, "was_wall": row.wall, "minutes": row.minutes, "clinician_id": row.clinician_id}
    told = {"reason": reason, "recorded_at": writing.stamp, "recorded_by": writing.by}
    about = {"appointment_id": row.id, "act": act, "on_date": on}
    writing.put("appointment_act", {**writing.record(), **about, **was, **told})
