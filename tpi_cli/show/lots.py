"""Who had a lot, a line each session."""

from typing import Any

from tpi_cli.rules import identity
from tpi_cli.show.due import site_code
from tpi_cli.show.report import Column
from tpi_cli.store.read.lots import Given

CLINIC = Column("clinic", lambda one: one.clinic)
"""The column before the others where several clinics are asked."""
COLUMNS: tuple[Column, ...] = (
    Column("date", lambda one: str(one.on)),
    Column("patient", lambda one: identity.patient(one.patient)),
    Column("name", lambda one: one.name),
    Column("born", lambda one: str(one.born), 1),
    Column("phone", lambda one: one.phone or "", 2),
    Column("agent", lambda one: one.agent.replace("_", " "), 4),
    Column("lot", lambda one: one.lot, 6),
    Column("expiry", lambda one: str(one.expiry or ""), 7),
    Column("sites", lambda one: " ".join(map(site_code, one.sites)), 5),
    Column("session", lambda one: identity.session(one.session), 3),
    Column("status", lambda one: "void" if one.void else ""),
)


def record(one: Given) -> dict[str, Any]:
    """What was given, for programs."""
    return {
        "date": one.on,
        "patient": identity.patient(one.patient),
        "mrn": one.mrn,
        "name": one.name,
        "born": one.born,
        "phone": one.phone,
        "agent": one.agent,
        "lot": one.lot,
        "expiry": one.expiry,
        "sites": [where._asdict() for where in one.sites],
        "session": identity.session(one.session),
        "void": one.void,
    }


def footer(found: list[Given], lot: str) -> str:
    """`2 patients had lot L-12, in 3 sessions (1 void)`."""
    patients = len({(one.clinic, one.patient) for one in found})
    sessions = {(one.clinic, one.session): one.void for one in found}
    void = sum(sessions.values())
    whom = f"{patients} patient{'' if patients == 1 else 's'}"
    when = f"{len(sessions)} session{'' if len(sessions) == 1 else 's'}" + (f" ({void} void)" if void else "")
    return f"{whom} had lot {lot}, in {when}"
