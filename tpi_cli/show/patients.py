"""Patients in a list: one line each."""

from typing import Any

from tpi_cli.show.report import Column
from tpi_cli.store.read.people import Patient

COLUMNS: tuple[Column, ...] = (
    Column("patient", lambda one: one.code),
    Column("mrn", lambda one: one.mrn or "", 2),
    Column("name", lambda one: one.name),
    Column("born", lambda one: str(one.born)),
    Column("phone", lambda one: one.phone or "", 3),
    Column("status", lambda one: one.status, 1),
)


def record(one: Patient) -> dict[str, Any]:
    """A patient in a list, for programs."""
    return {"patient": one.code, "mrn": one.mrn, "name": one.name, "born": one.born, "phone": one.phone,
            "status": one.status}  # fmt: skip
