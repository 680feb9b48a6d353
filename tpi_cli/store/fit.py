"""What a record brought in from another store must be to stand in its table: its columns, their types, known words.

The tables' CHECKs stand behind; here is what they do not see, and what a rule would stumble over later.
"""

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Integer
from sqlmodel import SQLModel

from tpi_cli import clock, config
from tpi_cli.errors import Usage
from tpi_cli.reference import adverse, alerts, intervals, muscles, profiles, screening
from tpi_cli.rules import checks, identity, interval, opening, roles
from tpi_cli.rules.values import plain
from tpi_cli.store.fields import ID, Quantity
from tpi_cli.store.read.records import CLINICIAN, OWN
from tpi_cli.store.versions import SEAL

LONGEST = 128 * 1024
"""Characters: notes that were added to each other grow beyond what is typed at once."""
FIRST_YEAR = 1900
"""Of the first day that may be typed."""
LARGEST = 2**31
"""Whole numbers lie below: they count things, or are short ids."""
HAPPENED = frozenset(
    ["born", "on_date", "since", "found_on", "weight_on", "status_on", "erased_on", "ended_on", "closed_on"]
)
"""Days that are not ahead: something happened on them."""
AHEAD = ("appointment", "appointment_act")
"""Tables whose `on_date` may be."""
AN_OCEAN = timedelta(days=1)
"""How far ahead of this clinic's day it may be where a file comes from."""


def wrong(table: str, columns: Mapping[str, Any], today: date) -> str | None:
    """What is wrong with a record's columns (without those of `OWN`), or None."""
    known = _columns(table)
    for name, value in columns.items():
        if name not in known:
            return f"column {name[:40]!r} is not known: was it written by a newer tpi?"
        fault = _value(known[name], value) or _word(table, name, value)
        if fault is None and name in HAPPENED and table not in AHEAD and value > str(today + AN_OCEAN):
            fault = "is in the future"
        if fault:
            return f"{name} {fault}"
    lacking = [name for name, column in known.items() if not column.nullable and name not in columns]
    return f"{lacking[0]} is missing" if lacking else None


@cache
def _columns(table: str) -> dict[str, Column[Any]]:
    """The columns that a record of this table comes with."""
    own = {"clinic_id", *SEAL, *OWN.get(table, ())}
    return {column.name: column for column in SQLModel.metadata.tables[table].columns if column.name not in own}


def _value(column: Column[Any], value: Any) -> str | None:
    """What is wrong with the value for its column's type."""
    if isinstance(column.type, Boolean):
        return None if type(value) is int and value in {0, 1} else "is neither 0 nor 1"
    if isinstance(column.type, Integer):
        least, most = (1, identity.LAST_NUMBER) if column.name == "number" else (0, LARGEST)
        return None if type(value) is int and least <= value < most else "is no whole number that can be"
    if not isinstance(value, str):
        return "is no text"
    return checks.text(value, LONGEST) or _text(column, value)


def _text(column: Column[Any], value: str) -> str | None:
    try:
        if isinstance(column.type, Date):
            return None if _is_day(value) else "is no day"
        if isinstance(column.type, Quantity):
            return None if Decimal(value).is_finite() and plain(Decimal(value)) == value else "is no quantity"
        if column.name.endswith("_at"):
            return None if clock.stamped(clock.unstamped(value)) == value else "is no moment"
        if getattr(column.type, "length", None) == ID and column.name != CLINICIAN:
            return None if str(UUID(value)) == value else "is no id"
    except (ValueError, InvalidOperation):
        return "cannot be read"
    return None


def _is_day(text: str) -> bool:
    """Whether a text is a day as one is kept, of the years that days may be typed of."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return False
    return found.isoformat() == text and FIRST_YEAR <= found.year <= interval.LAST_YEAR


def _word(table: str, column: str, value: Any) -> str | None:
    """What is wrong with a text that rules or lists look up."""
    check = _WORDS.get((table, column))
    return None if check is None or check(value) else "is not known here"


def _follow_up(text: str) -> bool:
    return text == "none" or interval.read(text) is not None or _is_day(text)


def _wall(text: str) -> bool:
    return len(text) == len("10:00") and _reads(time.fromisoformat, text)


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (ValueError, OverflowError, Usage):
        return False
    return True


def _setting(key: str) -> bool:
    known = config.settings().get(key)
    return known is not None and known.home == "clinic"


def setting(key: str, value: str) -> bool:
    """Whether a clinic's setting can have that value."""
    if key in {"clinic.hours", "clinic.closed"}:
        return _reads(opening.read if key == "clinic.hours" else opening.closed, value)
    if config.settings()[key].default.isdigit() or key == "clinic.capacity":
        return value.isascii() and value.isdigit() and len(value) < 10
    return bool(value)


_WORDS: dict[tuple[str, str], Callable[[Any], bool]] = {
    ("alert", "kind"): lambda kind: kind in alerts.all_alerts(),
    ("adverse_event", "type"): lambda kind: kind in adverse.all_types(),
    ("site", "muscle"): lambda muscle: muscle in muscles.all_muscles(),
    ("agent", "kind"): lambda kind: kind in {"amide", "ester", "other"},
    ("session", "dose_profile"): lambda profile: profile in profiles.names(),
    ("plan", "rule"): lambda rule: rule in {one.id for one in intervals.shipped()},
    ("finding", "rule"): lambda rule: rule in screening.shipped(),
    ("rule_setting", "rule"): lambda rule: rule in screening.shipped(),
    ("plan", "follow_up"): _follow_up,
    ("payer_rule", "min_interval"): lambda text: interval.read(text) is not None,
    ("appointment", "wall"): _wall,
    ("appointment_act", "was_wall"): _wall,
    ("setting", "key"): _setting,
    ("clinic", "zone"): lambda name: _reads(clock.zone, name),
    ("clinic", "namespace"): lambda text: _reads(UUID, text),
    ("clinician", "role"): lambda role: role in roles.ROLES,
    ("patient", "name"): lambda text: checks.name(text) is None,
}
