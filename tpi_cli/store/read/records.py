"""The store's records as plain dictionaries, for copies that another store takes in again."""

from collections.abc import Iterator
from typing import Any

from tpi_cli.store.database import Database
from tpi_cli.store.versions import SEAL

TABLES = (
    *("clinic", "agent", "clinician", "patient", "payer_rule", "rule_setting", "setting", "alert", "contact"),
    *("session", "site", "adverse_event", "appointment", "elsewhere", "finding", "hold", "mixture", "outcome"),
    *("plan", "appointment_act", "component", "injection"),
)
"""The tables of records, each after those it refers to; a test compares them with the tables themselves."""
CLINICIAN = "clinician_id"
"""The column that names a clinician: by the code, which two stores share, where a record leaves its store."""
OWN = {
    "clinic": ("id", "knowledge", "created_at"),
    "clinician": ("id", "account", "created_at", "created_by"),
}
"""What is one store's alone: a clinician has another UUID and another login elsewhere."""


def of(db: Database, table: str, where: str = "", **values: Any) -> Iterator[dict[str, Any]]:
    """A table's records with every column but the seal, by key; `where` is what an SQL text has after WHERE.

    Values are as the store keeps them: text (days, moments, quantities too), whole numbers (0 and 1 for no and
    yes) and None.
    """
    condition = f" WHERE {where}" if where else ""
    key = "key" if table == "setting" else "id"
    for row in db.streamed(f"SELECT * FROM {table}{condition} ORDER BY {key}", **values):
        yield {name: value for name, value in row.items() if name not in SEAL}


def moments(db: Database, table: str, owner: str, where: str, **values: Any) -> Iterator[tuple[str, str]]:
    """When the log last wrote each of a table's records (a stamp), after what stands in the column `owner`."""
    at = f"(SELECT at FROM audit WHERE audit.entry = {table}.entry)"
    return db.rows(f"SELECT {owner}, {at} FROM {table} WHERE {where}", **values)


def abroad(db: Database, table: str, codes: dict[str, str], where: str = "", **values: Any) -> Iterator[dict[str, Any]]:
    """The same as another store can take it: without what is this store's alone, clinicians by code (`codes`)."""
    for columns in of(db, table, where, **values):
        yield leaving(table, columns, codes)


def leaving(table: str, columns: dict[str, Any], codes: dict[str, str]) -> dict[str, Any]:
    """One record as another store can take it; empty columns are left out.

    A clinic tells the namespace that ids of exports are made in: its own UUID, unless it took another's over.
    """
    own = ("clinic_id", *OWN.get(table, ()))
    out = {name: value for name, value in columns.items() if value is not None and name not in own}
    if CLINICIAN in out:
        out[CLINICIAN] = codes[out[CLINICIAN]]
    if table == "clinic":
        out["namespace"] = columns.get("namespace") or columns["id"]
    return out


def codes(db: Database) -> dict[str, str]:
    """The clinicians' codes by their UUIDs in this store."""
    return dict(db.rows("SELECT id, code FROM clinician"))
