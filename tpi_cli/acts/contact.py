"""A call to a patient: logged, and the list follows. What was booked in it is an appointment beside it."""

from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli.errors import Conflict
from tpi_cli.store import keep
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.write import Writing


class Call(NamedTuple):
    """An attempt: its result, the channel, its day, and the day to try again where one was named."""

    patient_id: str
    result: str
    channel: str
    on: date
    until: date | None = None
    note: str | None = None


def log(writing: Writing, call: Call) -> date | None:
    """Keep the call; off the list until the day named, or as many days as the clinic set for that result: that day.

    Raises Conflict for a patient who died, and for a day before the birth.
    """
    person = people.of_uuid(writing.db, call.patient_id)
    if person.status == "deceased":
        raise Conflict(
            "the patient is deceased: nobody is to be called",
            hint="if that is wrong: tpi patient edit PATIENT --status active",
        )
    if call.on < person.born:
        raise Conflict(f"{call.on} is before the birth date", hint="check --on")
    again = call.until or _until(writing, call)
    put(writing, call, again)
    keep.refresh(writing.db, writing.clinic.id, [call.patient_id])
    return again


def put(writing: Writing, call: Call, again: date | None) -> None:
    """The call's row, with the day from which it is listed again. The caller keeps the due dates."""
    told = {"result": call.result, "channel": call.channel, "note": call.note}
    when = {"on_date": call.on, "snoozed_until": again, "recorded_at": writing.stamp, "recorded_by": writing.by}
    writing.put("contact", {**writing.record(), "patient_id": call.patient_id, **told, **when})


def _until(writing: Writing, call: Call) -> date | None:
    days = clinic(writing.db).waits.get(call.result, 0)
    return call.on + timedelta(days) if days else None
