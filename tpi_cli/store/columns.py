"""How single columns come out of the driver, and the condition on the one that every table has."""

from datetime import date
from typing import Any

OURS = "IN (SELECT id FROM clinic)"
"""A clinic_id of this store's: what most indexes begin with, so that none is passed over."""


def day(value: Any) -> date | None:
    """A DATE column's value: text out of a store of either engine, a date where SQLModel read it."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def known_day(value: Any) -> date:
    """A DATE column that is never empty."""
    found = day(value)
    assert found is not None, "the column is declared NOT NULL"
    return found
