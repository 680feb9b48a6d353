"""Records that an entry of the log brought in: whose they are, and whether those that hang together are one patient's.

A record belongs to somebody by way of its session, mixture or appointment where it does not name the patient itself.
"""

from collections.abc import Iterator
from typing import NamedTuple

from tpi_cli.store.database import Database

_CHANGED = "EXISTS (SELECT 1 FROM history WHERE history.record = 'patient' AND history.key = patient.id)"
_NEW = f"patient.entry = :entry AND NOT {_CHANGED}"
"""A patient who was put on file by that entry; one that it changed has an earlier version."""
_OF_SESSION = " JOIN session ON session.id = {table}.session_id"
_OWN, _SESSION = "{table}.patient_id", "session.patient_id"
_OWNERS = {
    "patient": ("", "patient_.merged_into", "a patient"),
    **dict.fromkeys(("alert", "contact", "hold", "elsewhere", "site", "session"), ("", _OWN, "a patient")),
    **dict.fromkeys(("outcome", "adverse_event", "appointment"), ("", _OWN, "a patient")),
    **dict.fromkeys(("mixture", "injection", "plan", "finding"), (_OF_SESSION, _SESSION, "a session")),
    "component": (
        " JOIN mixture ON mixture.id = {table}.mixture_id JOIN session ON session.id = mixture.session_id",
        _SESSION,
        "a session",
    ),
    "appointment_act": (
        " JOIN appointment ON appointment.id = {table}.appointment_id",
        "appointment.patient_id",
        "an appointment",
    ),
}
"""How one gets from a table's record to its patient, the patient, and what it belongs to."""
_AT_SITE = " JOIN site ON site.id = {table}.site_id"
_ODD = (
    *((table, _AT_SITE, "site.patient_id <> {table}.patient_id") for table in ("outcome", "adverse_event", "hold")),
    ("elsewhere", _AT_SITE, "site.patient_id <> {table}.patient_id"),
    *(
        (table, _OF_SESSION, "session.patient_id <> {table}.patient_id")
        for table in ("outcome", "adverse_event", "appointment")
    ),
    *((table, _OF_SESSION + _AT_SITE, "site.patient_id <> session.patient_id") for table in ("injection", "plan")),
    ("injection", " JOIN mixture ON mixture.id = {table}.mixture_id", "mixture.session_id <> {table}.session_id"),
)
"""Tables, what their records name beside the patient, and where that is another's."""


class Odd(NamedTuple):
    """A record that cannot stay: its table, its UUID, and why."""

    table: str
    id: str
    what: str


def new_patients(db: Database, entry: int) -> list[str]:
    """The patients (UUIDs) who came on file with that entry."""
    return [id_ for (id_,) in db.rows(f"SELECT id FROM patient WHERE {_NEW} ORDER BY id", entry=entry)]


def to_others(db: Database, entry: int) -> Iterator[Odd]:
    """Of each table the first record of that entry that belongs to a patient who was on file before it."""
    for table, (join, owner, whose) in _OWNERS.items():
        name = "patient_" if table == "patient" else table
        sql = (
            f"SELECT {name}.id FROM {table} AS {name}{join.format(table=name)}"
            f" JOIN patient ON patient.id = {owner.format(table=name)}"
            f" WHERE {name}.entry = :entry AND NOT ({_NEW}) LIMIT 1"
        )
        for (id_,) in db.rows(sql, entry=entry):
            yield Odd(table, id_, f"belongs to {whose} on file")


def mixed(db: Database, entry: int) -> Iterator[Odd]:
    """Of each table the first record of that entry that names a session, site or mixture of another patient."""
    for table, join, wrong in _ODD:
        where = f"{table}.entry = :entry AND {wrong.format(table=table)}"
        for (id_,) in db.rows(f"SELECT {table}.id FROM {table}{join.format(table=table)} WHERE {where} LIMIT 1",
                              entry=entry):  # fmt: skip
            yield Odd(table, id_, "mixes two patients")


def agents(db: Database, entry: int) -> list[str]:
    """What was given in the records of that entry."""
    sql = "SELECT agent FROM component WHERE entry = :entry UNION SELECT agent FROM elsewhere WHERE entry = :entry"
    return [agent for (agent,) in db.rows(f"{sql} ORDER BY agent", entry=entry)]
