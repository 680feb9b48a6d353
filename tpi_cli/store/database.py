"""What a read or a write asks of a store, whichever engine keeps it: statements with named parameters, and what it has.

`Database` is a store in a file (SQLite); `server.Server` is the same on PostgreSQL. Both give a value alike: a day, a
quantity and a moment as text, a whole number as one, yes and no as 1 and 0. What is hashed is so the same on both.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from sqlcipher3 import dbapi2

from tpi_cli import clock
from tpi_cli.store import account
from tpi_cli.store.durable import durable

Driver = dbapi2
SCHEMA = 6
"""The schema this program reads and writes, kept as the store's `user_version`."""
BUSY_SECONDS = 30.0
"""How long a writer waits for the others."""
ROOM_KB = 65_536
"""What may be held in memory of a file: a page is decrypted anew, and its seal checked, when it was let go too soon."""
STEP = 100_000
"""Steps of the engine between two words that it is still at it: how far it has come it does not tell."""


class Column(NamedTuple):
    """A column as the store has it: its type, whether it is never empty, its place in the primary key (0: none)."""

    name: str
    kind: str
    needed: bool
    key: int


class Database:
    """A connection with named parameters: rows out, statements in."""

    on_server = False

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one by one, as tuples in the order of its columns."""
        return iter(self.connection.execute(sql, values))

    def stream(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The same for rows that may be too many to hold: on a server too they come as they are asked for."""
        return self.rows(sql, **values)

    def row(self, sql: str, **values: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        found: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, **values)
        return found[0] if found else None

    def headed(self, sql: str, **values: Any) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """The names of a query's columns, and its rows."""
        cursor = self.connection.execute(sql, values)
        return tuple(column[0] for column in cursor.description), iter(cursor)

    def headed_stream(self, sql: str, **values: Any) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """The same for rows that may be too many to hold."""
        return self.headed(sql, **values)

    def named(self, sql: str, **values: Any) -> Iterator[dict[str, Any]]:
        """The rows of a query by the names of its columns."""
        names, rows = self.headed(sql, **values)
        return (dict(zip(names, row, strict=True)) for row in rows)

    def streamed(self, sql: str, **values: Any) -> Iterator[dict[str, Any]]:
        """The same for rows that may be too many to hold."""
        names, rows = self.headed_stream(sql, **values)
        return (dict(zip(names, row, strict=True)) for row in rows)

    def run(self, sql: str, **values: Any) -> None:
        """Run a statement."""
        self.connection.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        self.connection.executemany(sql, rows)

    @property
    def account(self) -> str:
        """Whose account this is: of the computer, or of the server."""
        return account.name()

    def stamp(self) -> str:
        """This moment (`clock.stamp`), by the clock that everybody who writes here goes by."""
        return clock.stamp()

    def make_room(self) -> None:
        """Hold more of the store in memory until the connection is closed, for a list or a long write."""
        self.run(f"PRAGMA cache_size=-{ROOM_KB}")

    def tables(self) -> list[str]:
        """The store's tables by name, but for those that only the engine knows of."""
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        return [name for (name,) in self.rows(sql)]

    def columns(self, table: str) -> list[Column]:
        """A table's columns in their order."""
        found = self.rows(f"PRAGMA table_info({table})")
        return [Column(name, kind, bool(needed or key), key) for _, name, kind, needed, _, key in found]

    def references(self, table: str) -> list[tuple[str, str, str]]:
        """What a table's columns refer to: the column, the other table and its column."""
        found = self.rows(f"PRAGMA foreign_key_list({table})")
        return sorted((column, parent, target) for _, _, parent, column, target, *_ in found)

    def structure(self) -> Iterator[tuple[Any, ...]]:
        """Every part of the schema: its kind, its name, what it is of, and its definition."""
        sql = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"
        return self.rows(f"{sql} ORDER BY type, name")

    def log_end(self) -> tuple[int, str] | None:
        """The log's last entry by its key, and the hash (hex) of the key of the next one."""
        found = self.row("SELECT entry, key FROM ratchet")
        import hashlib  # it loads OpenSSL: a twentieth of a list, which hashes nothing

        return found and (found[0], hashlib.sha256(bytes.fromhex(found[1])).hexdigest())

    def health(self) -> Iterator[tuple[str, str]]:
        """How the engine keeps the store, in words that tell nothing about anybody."""
        yield "journal", str(self.value("PRAGMA journal_mode"))

    def soundness(self) -> Iterator[tuple[str, str]]:
        """What the engine's own check of its file says."""
        yield "integrity", str(self.value("PRAGMA integrity_check"))

    def unsound(self, still: Callable[[], None] = lambda: None) -> Iterator[str]:
        """What its own checks find wrong with its pages and its references; `still` is called while they are at it."""
        with suppress(Driver.Error):  # a store that lies on read-only media has nothing to check in
            self.run("PRAGMA wal_checkpoint(PASSIVE)")
        self.connection.set_progress_handler(still, STEP)
        try:
            yield from (str(text) for (text,) in self.rows("PRAGMA cipher_integrity_check"))
            found = (str(text) for (text,) in self.rows("PRAGMA integrity_check"))
            yield from (" ".join(text.split()) for text in found if text != "ok")
            for table, row, parent, _ in self.rows("PRAGMA foreign_key_check"):
                yield f"{table} row {row} refers to a {parent} that is not there"
        finally:
            self.connection.set_progress_handler(None, 0)

    def refer_later(self) -> None:
        """For the rest of the transaction a record may come before what it refers to."""
        self.run("PRAGMA defer_foreign_keys = ON")

    def loose(self, tables: Iterable[str]) -> list[str]:
        """Of these tables those that have a record that refers to one that is not there."""
        return [table for table in tables if any(self.value(sql) for sql in self._loose(table))]

    def _loose(self, table: str) -> Iterator[str]:
        for column, parent, target in self.references(table):
            there = f"SELECT 1 FROM {parent} AS other WHERE other.{target} = one.{column}"
            yield f"SELECT 1 FROM {table} AS one WHERE one.{column} IS NOT NULL AND NOT EXISTS ({there}) LIMIT 1"

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A statement that may be refused, after which the transaction goes on all the same."""
        yield

    def overlap(self) -> None:
        """For the rest of the transaction two may have the same time: somebody said why, or it was so elsewhere."""

    @contextmanager
    def between(self, seconds: float) -> Iterator["Database"]:
        """A short write between two reads, for which so long is waited; what is read afterwards is read anew.

        Raises the driver's error where nothing can be written now.
        """
        connection = self.connection
        connection.execute("COMMIT")
        try:
            connection.execute("PRAGMA query_only=OFF")
            durable(connection)
            connection.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
            connection.execute("BEGIN IMMEDIATE")
            yield self
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")


def faults(*more: type[Exception]) -> tuple[type[Exception], ...]:
    """What the drivers raise, and more beside it; for `except`, which asks only when something was raised."""
    return (Driver.Error, *_psycopg("Error"), *more)


def refusals() -> tuple[type[Exception], ...]:
    """What they raise where a record is not allowed to stand."""
    return (Driver.IntegrityError, *_psycopg("IntegrityError"))


def denials() -> tuple[type[Exception], ...]:
    """What they raise where a login may not look."""
    loaded = sys.modules.get("psycopg")
    return (loaded.errors.InsufficientPrivilege,) if loaded else ()


def _psycopg(name: str) -> tuple[type[Exception], ...]:
    """An error of the server's driver, which only a store on a server loads."""
    loaded = sys.modules.get("psycopg")
    return (getattr(loaded, name),) if loaded else ()
