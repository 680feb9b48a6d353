"""Opening a store: driver, key, pragmas, schema check. DB-API only: the read path loads nothing else.

One on a server is opened in `server`; this door leads there.

SQLCipher opens plain stores too, so there is one driver and one SQLite, whichever way a store was made.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

from tpi_cli import errors
from tpi_cli.store import keys
from tpi_cli.store.database import BUSY_SECONDS, SCHEMA, Database, Driver
from tpi_cli.store.durable import MANIFEST, durable
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place, is_plain

__all__ = ["BUSY_SECONDS", "MANIFEST", "SCHEMA", "Database", "Driver", "durable"]
"""What who opens a store needs beside it."""

APPLICATION_ID = 0x74706931
"""`tpi1` in the file's header: tells a tpi store from any other SQLite file."""
TABLES = frozenset(
    ["adverse_event", "agent", "alert", "appointment", "appointment_act", "audit", "clinic", "clinician", "component",
     "contact", "elsewhere", "finding", "history", "hold", "injection", "mixture", "numbering", "outcome", "patient",
     "payer_rule", "plan", "ratchet", "recall", "request", "rule_setting", "session", "setting", "site"]
)  # fmt: skip
"""What must be tables in a store: a view in the place of one could tell anything, and need not come to an end."""


def of(connection: Any) -> Database:
    """The store behind an open connection, of either engine."""
    if isinstance(connection, Driver.Connection):
        return Database(connection)
    from tpi_cli.store.server import Server

    return Server(connection)


@contextmanager
def reading(place: Place, *, latest: bool = False) -> Iterator[Database]:
    """The store, for reading only; closed at the end. Raises StoreUnavailable in its several forms.

    A standby lags behind by moments: whoever writes by what is read wants the `latest`.
    """
    if place.url:
        from tpi_cli.store import server

        with server.reading(place, latest=latest) as db:
            yield db
        return
    with closing(open_store(place)) as connection:
        try:
            connection.execute("PRAGMA query_only=ON")
            file = Database(connection)
            file.make_room()
            connection.execute("BEGIN")
            yield file
        except Driver.Error as fault:
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
    if place.url:
        raise errors.OnServer(path=place.path)
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
    except Driver.Error as fault:
        raise translated(fault, place) from None


def connect(path: str, key: str | None) -> Any:
    """A raw connection: key first, then the settings that need no look at the file."""
    uri = f"file:{_escaped(path)}?mode=rw"
    try:
        connection = Driver.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    except Driver.Error as fault:
        raise errors.StoreUnavailable(f"{path} cannot be opened: {fault}") from None
    connection.execute("PRAGMA cipher_log_level=NONE")
    if key is not None:
        connection.execute(f"PRAGMA key=\"x'{key}'\"")
    for pragma in ("foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF", "cell_size_check=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _escaped(path: str) -> str:
    """The path as a URI has it: these three marks would end it (SQLite, URI filenames)."""
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _check(connection: Any, place: Place, key: Key | None) -> None:
    try:
        views = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    except Driver.OperationalError as fault:
        raise translated(fault, place) from None
    except Driver.Error:
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
    if place.url:
        from tpi_cli.store import server

        return server.translated(fault, place)
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
    if isinstance(fault, Driver.IntegrityError):
        return errors.Conflict("the store refused the record: a value is not allowed or already taken")
    return errors.StoreUnavailable(f"the store {place.path} failed", hint="tpi doctor tells more; nothing was recorded")
