"""What becomes of the appointments of a day on which somebody was treated, and the note of each thing done to one."""

from datetime import date
from typing import Any, NamedTuple

from tpi_cli.rules import identity
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.columns import known_day
from tpi_cli.store.write import Writing

UNTREATED = (*OPEN, "no-show")
"""What the session of its day closes."""


class Booked(NamedTuple):
    """An appointment as its row has it: UUIDs, the day and hour on the clinic's wall, the moments as stamps."""

    id: str
    number: int
    patient_id: str
    clinician_id: str | None
    on_date: date
    wall: str
    starts_at: str
    ends_at: str
    minutes: int
    status: str
    sequence: int
    session_id: str | None
    changed_at: str

    @property
    def code(self) -> str:
        """`A-01RJ`."""
        return identity.appointment(self.number)


_SQL = f"SELECT {', '.join(Booked._fields)} FROM appointment WHERE"


def chosen(writing: Writing, where: str, **values: object) -> list[Booked]:
    """The appointments of which a condition in SQL holds, by number."""
    rows = writing.db.rows(f"{_SQL} {where} ORDER BY number", **values)
    return [Booked._make((*row[:4], known_day(row[4]), *row[5:])) for row in rows]


def close(writing: Writing, patient_id: str, on: date, session_id: str) -> None:
    """The session of a day closes the appointments the patient had on it, one given up for missed too: whoever was
    treated came after all. The caller keeps the due dates."""
    where = f"patient_id = :patient AND on_date = :on AND status IN {UNTREATED}"
    for one in chosen(writing, where, patient=patient_id, on=on.isoformat()):
        again = one.sequence + (one.status not in OPEN)  # a calendar took it off
        change(writing, one, "done", status="done", session_id=session_id, sequence=again)


def change(writing: Writing, one: Booked, act: str, reason: str | None = None, **columns: Any) -> Booked:
    """The appointment with other columns, as it stands now, and the note of what was done to it and why."""
    now = one._replace(**columns, changed_at=writing.stamp)
    writing.change("appointment", one.id, {**columns, "changed_at": writing.stamp})
    note(writing, now, act, reason, writing.today)
    return now


def note(writing: Writing, row: Booked, act: str, reason: str | None, on: date) -> None:
    """What was done to an appointment on a day, as it stands now. The caller keeps the due dates."""
    was = {"was_on": row.on_date, "was_wall": row.wall, "minutes": row.minutes, "clinician_id": row.clinician_id}
    told = {"reason": reason, "recorded_at": writing.stamp, "recorded_by": writing.by}
    about = {"appointment_id": row.id, "act": act, "on_date": on}
    writing.put("appointment_act", {**writing.record(), **about, **was, **told})
