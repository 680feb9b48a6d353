"""Records as rows: their columns as the driver takes them. A write need not load the ORM so, and many are one call."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from tpi_cli.rules.values import plain

ORDER = {
    table: place
    for place, table in enumerate(
        ("clinic", "agent", "audit", "clinician", "history", "numbering", "patient", "payer_rule", "ratchet", "request",
         "rule_setting", "setting", "alert", "contact", "session", "site", "adverse_event", "appointment", "elsewhere",
         "finding", "hold", "mixture", "outcome", "plan", "recall", "appointment_act", "component", "injection")
    )
}  # fmt: skip
"""Every table, each after those it refers to."""
_KEYS = {"setting": ("clinic_id", "key")}
_KEPT: dict[type, Callable[[Any], Any]] = {date: date.isoformat, Decimal: plain, bool: int}


def keys_of(table: str) -> tuple[str, ...]:
    """The columns of the primary key of a table of records."""
    return _KEYS.get(table, ("id",))


def _column(name: str) -> str:
    """A column's name as it may stand in a statement: some come out of the history, which others can write to."""
    if not (name.isascii() and name.isidentifier() and name.islower()):
        raise ValueError("no name of a column")
    return name


@cache
def insert(table: str, names: tuple[str, ...]) -> str:
    """The statement that puts rows with these columns into a table; what is not named is empty."""
    names = tuple(map(_column, names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def update(table: str, names: Iterable[str]) -> str:
    """The statement that changes these columns of the row with the UUID `:id`."""
    return f"UPDATE {table} SET {', '.join(f'{name} = :{name}' for name in map(_column, names))} WHERE id = :id"


def row(columns: Mapping[str, Any]) -> dict[str, Any]:
    """A record's columns as they are kept: days and quantities as text, yes and no as 1 and 0."""
    return {name: _KEPT[type(value)](value) if type(value) in _KEPT else value for name, value in columns.items()}
