"""Versions of records: what is hashed of each, in which order, and where the earlier ones go."""

import heapq
import os
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from tpi_cli.rules import chain
from tpi_cli.store.connect import Database

WROTE, ENDED = 0, 1
"""The kinds of a leaf, in the order in which they are summed."""
SALT_BYTES = 16
SEAL = ("entry", "salt")
"""The columns of a record that are about its seal and not part of what is hashed as its content."""


def new_salt() -> str:
    """A salt of its own for a version of a record."""
    return os.urandom(SALT_BYTES).hex()


class Leaf(NamedTuple):
    """A hash that an entry's content is made of: a version it wrote, or the fact that it ended one."""

    entry: int
    table: str
    key: str
    kind: int
    hash: str


class Version(NamedTuple):
    """A version of a record as it stands in its table: its key, its seal and its columns as canonical JSON."""

    table: str
    key: str
    entry: int
    salt: str | None
    content: str


def tables(db: Database) -> dict[str, tuple[str, ...]]:
    """The tables of records (those with a seal), by name, with the columns of their primary keys."""
    found = {}
    for (table,) in list(db.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")):
        columns = list(db.rows(f"PRAGMA table_info({table})"))
        if {"entry", "salt"} <= {column[1] for column in columns} and table != "history":
            found[table] = tuple(column[1] for column in sorted(columns, key=lambda one: one[5]) if column[5])
    return found


def standing(db: Database, table: str, keys: tuple[str, ...], where: str = "", **values: Any) -> Iterator[Version]:
    """The present versions in a table, in the order of the entries that wrote them, then of their keys."""
    cursor = db.connection.execute(f"SELECT * FROM {table} {where} ORDER BY entry, {', '.join(keys)}", values)
    names = [column[0] for column in cursor.description]
    key_at = [names.index(name) for name in keys]
    entry_at, salt_at = (names.index(name) for name in SEAL)
    kept = [(at, name) for at, name in enumerate(names) if name not in SEAL]
    for row in cursor:
        content = {name: value if type(value) in _AS_IT_IS else _plain(value)
                   for at, name in kept if (value := row[at]) is not None}  # fmt: skip
        key = "|".join([str(row[at]) for at in key_at])
        yield Version(table, key, row[entry_at] or 0, row[salt_at], chain.record(content))


_AS_IT_IS = (str, int)


def _plain(value: Any) -> Any:
    """Integers and text as they are. No column holds anything else, so whatever else is found is told apart."""
    return value if isinstance(value, int | str) else f"{type(value).__name__}:{value!r}"


def by_key(db: Database, table: str, keys: tuple[str, ...], values: tuple[Any, ...]) -> Version | None:
    """The present version of a record."""
    named = {f"key{place}": value for place, value in enumerate(values)}
    where = "WHERE " + " AND ".join(f"{name} = :key{place}" for place, name in enumerate(keys))
    return next(standing(db, table, keys, where, **named), None)


_LAY_ASIDE = """
INSERT INTO history (record, key, entry, clinic_id, ended_by, salt, content)
VALUES (:record, :key, :entry, :clinic, :by, :salt, :content)
"""


def lay_aside(db: Database, clinic: str, one: Version, by: int) -> None:
    """Keep a version that the entry `by` is about to change or remove."""
    db.run(_LAY_ASIDE, record=one.table, key=one.key, entry=one.entry, clinic=clinic, by=by, salt=one.salt,
           content=one.content)  # fmt: skip


def leaves(db: Database, of: dict[str, tuple[str, ...]], entry: int | None = None) -> Iterator[Leaf]:
    """The hashes of all versions in these tables, or of those one entry wrote or ended, in the order of their sum."""
    streams: list[Iterable[Leaf]] = [_written(db, table, keys, entry) for table, keys in of.items()]
    return heapq.merge(*streams, _earlier(db, entry), _ended(db, entry))


def _written(db: Database, table: str, keys: tuple[str, ...], entry: int | None) -> Iterator[Leaf]:
    where = "" if entry is None else "WHERE entry = :entry"
    for one in standing(db, table, keys, where, **({} if entry is None else {"entry": entry})):
        hashed = chain.written(table, one.key, one.entry, one.salt, one.content)
        yield Leaf(one.entry, table, one.key, WROTE, hashed)


def _earlier(db: Database, entry: int | None) -> Iterator[Leaf]:
    where = "" if entry is None else "WHERE entry = :entry"
    sql = f"SELECT record, key, entry, salt, content, leaf FROM history {where} ORDER BY entry, record, key"
    for table, key, wrote, salt, text, leaf in db.rows(sql, **({} if entry is None else {"entry": entry})):
        hashed = chain.written(table, key, wrote, salt, text) if text is not None else leaf
        yield Leaf(wrote, table, key, WROTE, hashed or chain.START)


def _ended(db: Database, entry: int | None) -> Iterator[Leaf]:
    where = "" if entry is None else "WHERE ended_by = :entry"
    sql = f"SELECT record, key, entry, ended_by FROM history {where} ORDER BY ended_by, record, key"
    for table, key, wrote, by in db.rows(sql, **({} if entry is None else {"entry": entry})):
        yield Leaf(by, table, key, ENDED, chain.ended(table, key, wrote, by))
