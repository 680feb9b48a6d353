"""Appointments, a line each."""

from typing import Any

from tpi_cli.rules import identity
from tpi_cli.show.report import Column
from tpi_cli.store.read.appointments import Appointment

COLUMNS: tuple[Column, ...] = (
    Column("appointment", lambda one: one.code),
    Column("date", lambda one: str(one.on)),
    Column("time", lambda one: one.wall),
    Column("minutes", lambda one: str(one.minutes), 4, right=True),
    Column("patient", lambda one: identity.patient(one.patient)),
    Column("name", lambda one: one.name),
    Column("born", lambda one: str(one.born), 2),
    Column("phone", lambda one: one.phone or "", 3),
    Column("clinician", lambda one: one.clinician or "", 1),
    Column("status", lambda one: one.status),
    Column("note", lambda one: one.note or "", 5),
)


def record(one: Appointment) -> dict[str, Any]:
    """An appointment, for programs; `start` has the offset that the clinic's clocks have then."""
    return {
        "appointment": one.code,
        "patient": identity.patient(one.patient),
        "mrn": one.mrn,
        "name": one.name,
        "born": one.born,
        "start": one.start,
        "date": one.on,
        "time": one.wall,
        "minutes": one.minutes,
        "clinician": one.clinician,
        "status": one.status,
        "session": None if one.session is None else identity.session(one.session),
        "note": one.note,
    }
