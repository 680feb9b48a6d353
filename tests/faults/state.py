"""What a store holds, to be compared: whole, and the same however often it was recorded anew."""

import tomllib
from collections import Counter
from contextlib import closing
from typing import Any, NamedTuple

from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli.errors import TpiError
from tpi_cli.store import connect, verify

Row = tuple[tuple[str, Any], ...]
Dump = dict[str, list[Row]]
"""The rows of every table, each with the names of its columns."""

SETTINGS = "settings file"
"""Kept beside the tables as if it were one."""


class Damaged(Exception):
    """The store does not open, or is not whole."""


def read(clinic: Clinic) -> Dump:
    """Everything in the store and in the settings file; nothing where there is no store.

    Raises Damaged unless all of it is sound and can be written.
    """
    if not clinic.store.exists():
        return {}
    try:
        with closing(connect.open_store(place(clinic))) as connection:
            sound(connection)
            found = _tables(connection)
    except (TpiError, connect.Driver.Error) as fault:
        raise Damaged(f"{type(fault).__name__}: {fault}") from None
    return {**found, SETTINGS: _settings(clinic)}


def sound(connection: Any) -> None:
    """All that `tpi verify` looks at, log and due dates included, and that a writer gets in: no lock is left behind."""
    found = list(verify.findings(connect.Database(connection), verify.Proof(None, ())))
    if found:
        raise Damaged(f"verify: {found[:3]}")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")


def _tables(connection: Any) -> Dump:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    out = {}
    for (table,) in connection.execute(sql).fetchall():
        cursor = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        out[table] = sorted((tuple(zip(names, row, strict=True)) for row in cursor), key=repr)
    return out


def _settings(clinic: Clinic) -> list[Row]:
    path = clinic.key.with_name("config.toml")
    try:
        return [tuple(tomllib.loads(path.read_text(encoding="utf-8")).items())] if path.exists() else []
    except (ValueError, OSError) as fault:
        raise Damaged(f"settings file: {fault}") from None


class Story(NamedTuple):
    """An act's two ends. `volatile` are the columns that come out otherwise each time: ids, stamps, salts, hashes."""

    before: Dump
    after: Dump
    volatile: frozenset[tuple[str, str]]

    def where(self, found: Dump) -> str:
        """`before`, `after`, or `between`, which no store may be."""
        plain = self.plain(found)
        ends = [name for name in ("before", "after") if plain == self.plain(getattr(self, name))]
        return ends[0] if ends else "between"

    def plain(self, found: Dump) -> dict[str, Counter[Row]]:
        """The rows with what is volatile left out of those that are new or changed."""
        return {table: Counter(self._plain(table, row) for row in rows) for table, rows in found.items()}

    def _plain(self, table: str, row: Row) -> Row:
        if row in self.before.get(table, ()):
            return row
        return tuple((name, value) for name, value in row if (table, name) not in self.volatile)


def told(before: Dump, after: Dump, again: Dump) -> Story:
    """An act as two runs of it from the same store tell it: where they differ is volatile, whichever table it is."""
    volatile = set()
    for table in after:
        one, other = _columns(after[table]), _columns(again.get(table, []))
        volatile |= {(table, name) for name in one if one[name] != other.get(name)}
    story = Story(before, after, frozenset(volatile))
    assert story.where(again) == "after", "two runs of the command agree"
    return story


def _columns(rows: list[Row]) -> dict[str, Counter[Any]]:
    out: dict[str, Counter[Any]] = {}
    for row in rows:
        for name, value in row:
            out.setdefault(name, Counter())[value] += 1
    return out
