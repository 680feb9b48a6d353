"""Carrying a store from a file to a server, or back: every row of every table, and the log's chain as it is.

The new store is finished, compared row for row, recomputed and sealed before it is anybody's; only then is the old
one laid aside under another name. Whatever interrupts it before, the old one stands as it did. Nobody else is in
the old one meanwhile.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import zip_longest
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from tpi_cli import clock, errors, files
from tpi_cli.store import backup, connect, enrol, keys, schema, seal, server, server_schema, server_write, steps, turns
from tpi_cli.store.database import Database, faults
from tpi_cli.store.place import Place, free_name, make_folder
from tpi_cli.store.verify import Proof, findings

TABLES = [table.name for table in SQLModel.metadata.sorted_tables]
"""Every table, each after those it refers to."""
KEYS = {table.name: tuple(column.name for column in table.primary_key) for table in SQLModel.metadata.sorted_tables}


class Moved(NamedTuple):
    """What came of it: the rows carried, by table; under which name the old store is; who was enrolled at the new
    place; and the new file's key (hex) where it was made for it."""

    counts: dict[str, int]
    aside: str
    enrolled: str | None
    new_key: str | None


class Order(NamedTuple):
    """By which act, named as whom; `told` hears of each table that is through with its rows."""

    act: str
    acting: str | None
    told: Callable[[str, int], None] | None = None


def move(source: Place, target: Place, order: Order) -> Moved:
    """Carry a store. Raises Conflict where there is one at the target, IntegrityFailure, StoreUnavailable."""
    new_key = None if target.url else _key(target)
    with _held(source) as (old, lay_aside):
        into = _to_server if target.url else _to_file
        counts, enrolled = into(target, lambda connection: _filled(old, connection, order))
        return Moved(counts, lay_aside(), enrolled, new_key)


def _key(target: Place) -> str | None:
    """The target's key as hex, if it is made here. Raises Conflict."""
    if os.path.lexists(target.path):
        raise errors.Conflict(f"{target.path} is there already", hint="name another file")
    make_folder(os.path.dirname(target.path))
    return keys.make_key(target.key_path, None)


Counted = tuple[dict[str, int], str | None]


def _filled(old: Database, connection: Connection, order: Order) -> Counted:
    """An empty store filled, compared, recomputed, and closed with an entry of its own log."""
    new = connect.of(connection.connection.driver_connection)
    counts = carried(old, new, order)
    clinic = str(new.value("SELECT id FROM clinic"))
    if new.on_server:
        server_schema.let_in(connection, clinic)
    enrolled = enrol.enrolled(new, clinic)
    seal.entered(new, clinic, order.act, order.acting)
    found = next((one for one in findings(new, Proof()) if one.kind not in {"clock", "due dates"}), None)
    if found:
        raise errors.IntegrityFailure(f"what was moved is not in order: {found.kind}: {found.text}")
    return counts, enrolled


def carried(old: Database, new: Database, order: Order, but: str = "") -> dict[str, int]:
    """Every row of every table (`but` one), each compared with what stands in its place. Raises IntegrityFailure."""
    new.refer_later()
    new.overlap()
    counts = {}
    for table in (name for name in TABLES if name != but):
        counts[table] = _table(old, new, table)
        if order.told and counts[table]:
            order.told(table, counts[table])
    return counts


def _table(old: Database, new: Database, table: str) -> int:
    names = [column.name for column in new.columns(table)]
    listed = ", ".join(names)
    put = f"INSERT INTO {table} ({listed}) VALUES ({', '.join(f':{name}' for name in names)})"
    sql = f"SELECT {listed} FROM {table} ORDER BY {', '.join(KEYS[table])}"
    new.run_many(put, old.streamed(sql))
    count = 0
    for count, (one, other) in enumerate(zip_longest(old.stream(sql), new.stream(sql)), 1):
        if one != other:
            raise errors.IntegrityFailure(f"row {count} of {table} did not arrive as it is")
    return count


@contextmanager
def _held(source: Place) -> Iterator[tuple[Database, Callable[[], str]]]:
    """The store that is moved, with nobody else in it, and what lays it aside."""
    held = _server_held if source.url else _file_held
    with held(source) as found:
        yield found


@contextmanager
def _file_held(source: Place) -> Iterator[tuple[Database, Callable[[], str]]]:
    with closing(connect.open_store(source)) as connection:
        try:
            connect.durable(connection)
            connect.alone(connection, source)
            connection.execute("PRAGMA journal_mode=DELETE")  # all of it in the one file that gets another name
            turns.begin(connection)
            yield Database(connection), lambda: _renamed(source)
        except faults() as fault:
            raise connect.translated(fault, source) from None


def _renamed(source: Place) -> str:
    aside = free_name(f"{source.path}.moved-{clock.for_name()}")
    os.rename(source.path, aside)
    files.sync_folder(source.path)
    return aside


@contextmanager
def _server_held(source: Place) -> Iterator[tuple[Database, Callable[[], str]]]:
    with closing(server.connect(source, writes=True)) as connection:
        try:
            server.begin(connection)
            connection.execute("SELECT FROM ratchet")  # it goes along, and only whoever owns the store gets to see it
            yield server.Server(connection), lambda: _schema_renamed(connection)
        except faults() as fault:
            raise server.translated(fault, source) from None


def _schema_renamed(connection: Any) -> str:
    aside = f"{server.HOME}_moved_{clock.for_name().lower()}"
    connection.execute(f"ALTER SCHEMA {server.HOME} RENAME TO {aside}")
    connection.execute("COMMIT")
    return f"the schema {aside}"


def _to_server(target: Place, fill: Callable[[Connection], Counted]) -> Counted:
    try:
        with server_write.bare(target).begin() as connection:
            server_schema.lay_out(connection, target)
            steps.stamp(connection)
            server_schema.finish(connection)
            return fill(connection)
    except faults(DBAPIError) as fault:
        raise server_schema.unmade(fault, target) from None


def _to_file(target: Place, fill: Callable[[Connection], Counted]) -> Counted:
    half = f"{target.path}.{os.getpid()}.new"
    key = keys.key_of(target).digits
    try:
        found = schema.filled(half, key, target, fill)
        with closing(connect.connect(half, key)) as store:
            connect.durable(store)
        files.sync(half)
        files.give_name(half, target.path)
        files.sync_folder(target.path)
    except FileExistsError:
        raise errors.Conflict(f"{target.path} is there already", hint="name another file") from None
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot write {target.path}: {fault.strerror}") from None
    finally:
        backup.clear(half)
    return found


def plain_copy(db: Database, path: str, replaced: Mapping[str, str]) -> None:
    """All of a server's store but the log's key, which nobody gets to see there, as an SQLite file without encryption;
    `replaced` is put in for it, by clinic."""

    def fill(connection: Connection) -> None:
        new = connect.of(connection.connection.driver_connection)
        carried(db, new, Order("", None), but="ratchet")
        end = db.log_end()
        for clinic, key in replaced.items():
            put = "INSERT INTO ratchet (clinic_id, entry, key) VALUES (:clinic, :entry, :key)"
            new.run(put, clinic=clinic, entry=end and end[0], key=key)
        for clinic in replaced:
            seal.entered(new, clinic, "export")  # the schema is a file's now

    schema.filled(path, None, Place(path, ""), fill)
