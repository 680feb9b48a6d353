"""Records as rows: the columns of their table as the driver takes them, so that many go into the store by one call."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Date
from sqlmodel import SQLModel

from tpi_cli.rules.values import plain
from tpi_cli.store import tables
from tpi_cli.store.fields import Quantity, Sealed

_TABLES = {str(one.__tablename__): one for one in Sealed.__subclasses__() if one.__module__.startswith(tables.__name__)}
_KEPT: dict[type, Callable[[Any], Any]] = {date: date.isoformat, Decimal: plain, bool: int}


@cache
def insert(table: str) -> str:
    """The statement that puts rows with all columns of a table into it."""
    names = tuple(_unsaid(table))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})"


def row(table: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """A record as all columns of its table: days and quantities as text, yes and no as 1 and 0."""
    out = {**_unsaid(table), **columns}
    for name in _otherwise(table):
        if type(out[name]) in _KEPT:
            out[name] = _KEPT[type(out[name])](out[name])
    return out


@cache
def _otherwise(table: str) -> tuple[str, ...]:
    """The columns that hold something else than text or a number."""
    columns = SQLModel.metadata.tables[table].columns
    return tuple(one.name for one in columns if isinstance(one.type, Boolean | Date | Quantity))


@cache
def _unsaid(table: str) -> dict[str, Any]:
    """What each column holds where nothing is said of it, by the table's class."""
    unsaid = {name: field.get_default() for name, field in _TABLES[table].model_fields.items()}
    return {name: value if isinstance(value, int | str) else None for name, value in unsaid.items()}
