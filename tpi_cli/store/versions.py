"""Versions of records: what is hashed of each, in which order, and where the earlier ones go."""

import heapq
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain as chained
from typing import Any, NamedTuple

from tpi_cli.rules import chain
from tpi_cli.store import chance
from tpi_cli.store.database import Database

WROTE, ENDED = 0, 1
"""The kinds of a leaf, in the order in which they are summed."""
SALT_BYTES = 16
SEAL = ("entry", "salt")
"""The columns of a record that are about its seal and not part of what is hashed as its content."""


def new_salt() -> str:
    """A salt of its own for a version of a record."""
    return chance.digits(2 * SALT_BYTES)


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
    for table in db.tables():
        columns = db.columns(table)
        if {"entry", "salt"} <= {one.name for one in columns} and table != "history":
            found[table] = tuple(one.name for one in sorted(columns, key=lambda one: one.key) if one.key)
    return found


def standing(db: Database, table: str, keys: tuple[str, ...], where: str = "", **values: Any) -> Iterator[Version]:
    """The present versions in a table, in the order of the entries that wrote them, then of their keys."""
    names, rows = db.headed_stream(f"SELECT * FROM {table} {where} ORDER BY entry, {', '.join(keys)}", **values)
    yield from map(_reader(table, keys, names), rows)


@cache
def _reader(table: str, keys: tuple[str, ...], names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], Version]:
    """What makes a version of a row with these columns."""
    form = chain.Form({name: place for place, name in enumerate(names) if name not in SEAL})
    entry, salt = map(names.index, SEAL)
    own = [names.index(key) for key in keys]

    def version(row: tuple[Any, ...]) -> Version:
        key = "|".join([str(row[place]) for place in own])
        content = form.record(row if _KNOWN.issuperset(map(type, row)) else tuple(map(_plain, row)))
        return Version(table, key, row[entry] or 0, row[salt], content)

    return version


_KNOWN = frozenset([int, str, type(None)])


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
    streams = [_written(db, table, keys, entry) for table, keys in sorted(of.items())]
    written = chained(*streams) if entry is not None else heapq.merge(*streams)
    return heapq.merge(written, _earlier(db, entry), _ended(db, entry))


def _written(db: Database, table: str, keys: tuple[str, ...], entry: int | None) -> Iterator[Leaf]:
    where = "" if entry is None else "WHERE entry = :entry"
    for one in standing(db, table, keys, where, **({} if entry is None else {"entry": entry})):
        hashed = chain.written(table, one.key, one.entry, one.salt, one.content)
        yield Leaf(one.entry, table, one.key, WROTE, hashed)


def _earlier(db: Database, entry: int | None) -> Iterator[Leaf]:
    where = "" if entry is None else "WHERE entry = :entry"
    sql = f"SELECT record, key, entry, salt, content, leaf FROM history {where} ORDER BY entry, record, key"
    for table, key, wrote, salt, text, leaf in db.stream(sql, **({} if entry is None else {"entry": entry})):
        hashed = chain.written(table, key, wrote, salt, text) if text is not None else leaf
        yield Leaf(wrote, table, key, WROTE, hashed or chain.START)


def _ended(db: Database, entry: int | None) -> Iterator[Leaf]:
    where = "" if entry is None else "WHERE ended_by = :entry"
    sql = f"SELECT record, key, entry, ended_by FROM history {where} ORDER BY ended_by, record, key"
    for table, key, wrote, by in db.stream(sql, **({} if entry is None else {"entry": entry})):
        yield Leaf(by, table, key, ENDED, chain.ended(table, key, wrote, by))
