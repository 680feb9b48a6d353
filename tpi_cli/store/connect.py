"""Opening a store: driver, key, pragmas, schema check. DB-API only: the read path loads nothing else.

SQLCipher opens plain stores too, so there is one driver and one SQLite, whichever way a store was made.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

from sqlcipher3 import dbapi2

from tpi_cli import errors
from tpi_cli.store import keys
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place, is_plain

APPLICATION_ID = 0x74706931
"""`tpi1` in the file's header: tells a tpi store from any other SQLite file."""
SCHEMA = 5
"""The schema this program reads and writes, kept as the store's `user_version`."""
TABLES = frozenset(
    ["adverse_event", "agent", "alert", "appointment", "appointment_act", "audit", "clinic", "clinician", "component",
     "contact", "elsewhere", "finding", "history", "hold", "injection", "mixture", "numbering", "outcome", "patient",
     "payer_rule", "plan", "ratchet", "recall", "request", "rule_setting", "session", "setting", "site"]
)  # fmt: skip
"""What must be tables in a store: a view in the place of one could tell anything, and need not come to an end."""
MANIFEST = "manifest"
"""The table by which a backup is known; what it says of itself stands in it."""
BUSY_SECONDS = 30.0
ROOM_KB = 32_000
"""What a long write may hold in memory of the store: its indexes grow at many places at once."""

Driver = dbapi2


class Database:
    """A connection with named parameters: rows out, statements in."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, one by one, as tuples in the order of its columns."""
        return iter(self.connection.execute(sql, values))

    def row(self, sql: str, **values: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        found: tuple[Any, ...] | None = self.connection.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, **values: Any) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, **values)
        return found[0] if found else None

    def run(self, sql: str, **values: Any) -> None:
        """Run a statement."""
        self.connection.execute(sql, values)

    def make_room(self) -> None:
        """Hold more of the store in memory until the connection is closed, for a long write."""
        self.connection.execute(f"PRAGMA cache_size=-{ROOM_KB}")

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        self.connection.executemany(sql, rows)


@contextmanager
def reading(place: Place) -> Iterator[Database]:
    """The store, for reading only; closed at the end. Raises StoreUnavailable in its several forms."""
    with closing(open_store(place)) as connection:
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            yield Database(connection)
        except dbapi2.Error as fault:
            raise translated(fault, place) from None


def open_store(place: Place) -> Any:
    """A connection in autocommit to a store of our schema, keyed. Raises OlderSchema for one to be migrated."""
    return open_with_key(place)[0]


def open_with_key(place: Place) -> tuple[Any, Key | None]:
    """The same, with the key that opened it; None of a plain store."""
    connection, key = open_any_with_key(place)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found < SCHEMA:
        connection.close()
        raise errors.OlderSchema(found=found, known=SCHEMA)
    return connection, key


def open_any(place: Place) -> Any:
    """A connection in autocommit to a store of our schema or an older one, keyed."""
    return open_any_with_key(place)[0]


def open_any_with_key(place: Place) -> tuple[Any, Key | None]:
    """A connection, and the key that opens the store: if a killed rotation had turned it over already, the new one."""
    if is_plain(place):
        return opened(place, None), None
    key = keys.key_of(place)
    try:
        return opened(place, key), key
    except errors.WrongKey:
        new = keys.beside(place, key)
        if new is None:
            raise
    connection = opened(place, new)
    with suppress(OSError, errors.StoreUnavailable):  # where the key cannot be moved it is found here again
        keys.take_over(place, key, new)
        new = Key(new.digits, key.source)
    return connection, new


def opened(place: Place, key: Key | None) -> Any:
    """A connection with this key, or to a plain store. Raises WrongKey and the store's other errors."""
    connection = connect(place.path, key.digits if key else None)
    try:
        _check(connection, place, key)
    except BaseException:
        connection.close()
        raise
    return connection


def alone(connection: Any, place: Place) -> None:
    """Keep every other program out of the store until the connection is closed. Raises StoreBusy."""
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except dbapi2.Error as fault:
        raise translated(fault, place) from None


def connect(path: str, key: str | None) -> Any:
    """A raw connection: key first, then the settings that need no look at the file."""
    uri = f"file:{_escaped(path)}?mode=rw"
    try:
        connection = dbapi2.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    except dbapi2.Error as fault:
        raise errors.StoreUnavailable(f"{path} cannot be opened: {fault}") from None
    connection.execute("PRAGMA cipher_log_level=NONE")
    if key is not None:
        connection.execute(f"PRAGMA key=\"x'{key}'\"")
    for pragma in ("foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def durable(connection: Any) -> None:
    """Settings under which an acknowledged record survives a power cut (design: durability). Raises IsBackup."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [MANIFEST]).fetchone():
        raise errors.IsBackup(path=connection.execute("PRAGMA database_list").fetchone()[2])
    safe_wal = dbapi2.sqlite_version_info >= (3, 51, 3)
    connection.execute(f"PRAGMA journal_mode={'WAL' if safe_wal else 'DELETE'}")
    connection.execute(f"PRAGMA synchronous={'FULL' if safe_wal else 'EXTRA'}")
    connection.execute("PRAGMA fullfsync=ON")
    connection.execute("PRAGMA checkpoint_fullfsync=ON")


def _escaped(path: str) -> str:
    """The path as a URI has it: these three marks would end it (SQLite, URI filenames)."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _check(connection: Any, place: Place, key: Key | None) -> None:
    try:
        views = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    except dbapi2.OperationalError as fault:
        raise translated(fault, place) from None
    except dbapi2.Error:
        if key:
            raise errors.WrongKey(key=key.source, path=place.path) from None
        raise errors.NotAStore(path=place.path) from None
    if not ours or views & TABLES:
        raise errors.NotAStore(path=place.path)
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found > SCHEMA:
        raise errors.NewerSchema(found=found, known=SCHEMA)


def translated(fault: BaseException, place: Place) -> errors.TpiError:
    """A driver's error as one of ours; its text is never shown, for it may quote a record."""
    text = str(fault).lower()
    if "locked" in text or "busy" in text:
        return errors.StoreBusy()
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return errors.StoreReadOnly(why="it is read-only", path=os.path.dirname(place.path))
    if "full" in text or "disk i/o" in text:
        return errors.StoreReadOnly(why="the disk is full or failing", path=os.path.dirname(place.path))
    if "malformed" in text or "not a database" in text:
        return errors.StoreUnavailable(
            f"{place.path} is damaged", hint="restore the last backup; tpi doctor tells more"
        )
    if isinstance(fault, dbapi2.IntegrityError):
        return errors.Conflict("the store refused the record: a value is not allowed or already taken")
    return errors.StoreUnavailable(f"the store {place.path} failed", hint="tpi doctor tells more; nothing was recorded")
