"""Appointments, a line each."""

from typing import Any

from tpi_cli import clock
from tpi_cli.rules import identity
from tpi_cli.show.report import Column
from tpi_cli.store.read.appointments import Appointment

OFFSET = len("2026-11-24T10:00:00")


def columns(zone: str) -> tuple[Column, ...]:
    """The columns of a list; where the zone's clocks show the time twice that day, the time has its offset."""
    return (
        Column("appointment", lambda one: one.code),
        Column("date", lambda one: str(one.on)),
        Column("time", lambda one: _time(one, zone)),
        Column("minutes", lambda one: str(one.minutes), 4, right=True),
        Column("patient", lambda one: identity.patient(one.patient)),
        Column("name", lambda one: one.name),
        Column("born", lambda one: str(one.born), 2),
        Column("phone", lambda one: one.phone or "", 3),
        Column("clinician", lambda one: one.clinician or "", 1),
        Column("status", lambda one: one.status),
        Column("note", lambda one: one.note or "", 5),
    )


def _time(one: Appointment, zone: str) -> str:
    """`10:00`; `01:30+01:00` on the night that the clocks go back."""
    twice = len(clock.on_wall(one.on, one.wall, zone)) > 1
    return f"{one.wall}{one.start[OFFSET:]}" if twice else one.wall


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
