"""Every table of the store as CSV, nothing left out but the log's key: no formula for a spreadsheet, and no loss."""

import csv
import re
from collections.abc import Iterator
from typing import Any, TextIO

from tpi_cli.exchange.copy import tables
from tpi_cli.show.delimited import GUARD, guarded
from tpi_cli.store.database import Database

_TYPES = {"INTEGER": "integer", "BIGINT": "integer", "DATE": "date", "BOOLEAN": "boolean"}
"""What a column's type in the store is called in a Table Schema; everything else is text."""
_MARKS = re.compile(f"{GUARD}*")


def cell(value: Any) -> str:
    """A value as a field. Nothing (NULL) is an empty field, an empty text a lone apostrophe.

    Text that is nothing but apostrophes gets one more before it, as does text that would start a formula: whoever
    takes that one away has the text as it was.
    """
    if value is None:
        return ""
    text = str(value)
    return GUARD + text if _MARKS.fullmatch(text) else guarded(text)


def write(db: Database, table: str, into: TextIO) -> int:
    """Write a table under a header, its rows in the order of their keys; returns how many."""
    names = [name for name, _, _ in _columns(db, table)]
    out = csv.writer(into, lineterminator="\r\n")  # with that a lone CR in a text is put into quotes as well
    out.writerow(names)
    count = 0
    for row in db.rows(f"SELECT * FROM {table} ORDER BY {', '.join(_keys(db, table))}"):
        out.writerow(map(cell, row))
        count += 1
    return count


def schema(db: Database, table: str) -> dict[str, Any]:
    """The Table Schema of a table's file."""
    fields = [_field(name, kind, needed) for name, kind, needed in _columns(db, table)]
    links = [
        {"fields": [column], "reference": {"resource": _resource(parent, table), "fields": [target]}}
        for column, parent, target in db.references(table)
    ]
    return {"fields": fields, "missingValues": [""], "primaryKey": _keys(db, table), "foreignKeys": links}


def _resource(parent: str, table: str) -> str:
    """What a table is called where another refers to it; nothing where it refers to itself (Table Schema)."""
    return "" if parent == table else name(parent)


def name(table: str) -> str:
    """What a table's file is called among the others."""
    return f"table-{table.replace('_', '-')}"


def _field(column: str, kind: str, needed: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column, "type": _TYPES.get(kind, "string")}
    if found["type"] == "boolean":
        found.update(trueValues=["1"], falseValues=["0"])
    return {**found, "constraints": {"required": True}} if needed else found


def _columns(db: Database, table: str) -> Iterator[tuple[str, str, bool]]:
    """Name, type, and whether it is never empty."""
    for one in db.columns(table):
        yield one.name, one.kind, one.needed


def _keys(db: Database, table: str) -> list[str]:
    """The columns of the primary key, in its order."""
    columns = [one for one in db.columns(table) if one.key]
    return [one.name for one in sorted(columns, key=lambda one: one.key)]


def written(db: Database) -> list[str]:
    """The tables that are written, by name."""
    return list(tables(db))
