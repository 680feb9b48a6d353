"""A new key for the store, in an order in which a kill at any point leaves a store that opens.

A backup under the old key; the new key on the disk, beside the old one; the store turned over in one transaction;
opened and checked with the new key; only then the new key in the old one's place. Whoever opens the store between
the last two finds that the old key fails and the one beside it opens (`connect`), and puts it in place.
"""

from contextlib import closing
from typing import Any, NamedTuple

from tpi_cli import errors, files
from tpi_cli.store import audit, backup, connect, keys, seal
from tpi_cli.store.database import Database, Driver
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place


class Rotated(NamedTuple):
    """What came of it: the new key, where it is and where the old one is kept, and the backup made before."""

    key: Key
    kept: str
    backup: backup.Made


def rotate(place: Place, path: str, act: str, acting: str | None) -> Rotated:
    """Give the store a new key; `path` is where the backup goes. Raises Conflict, StoreBusy, IntegrityFailure."""
    connection, key = connect.open_with_key(place)
    with closing(connection):
        old = movable(key, place)
        connect.alone(connection, place)
        connect.durable(connection)
        made = backup.make(connection, old, path)
        before = audit.head(Database(connection))
        _begun(place)
        new = keys.put_beside(place, old, keys.new_digits())
        turn_over(connection, new.digits, place)
    _checked(place, new, before, made)
    kept = keys.take_over(place, old, new)
    new = Key(new.digits, old.source)
    seal.noted(place, new, act, acting)
    return Rotated(new, kept, made)


def _begun(place: Place) -> None:
    """From here on the code on paper may be the old key's, whatever interrupts it. Raises StoreUnavailable."""
    try:
        files.put_new(keys.untold(place), "")
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot write beside {place.path}: {fault.strerror}") from None


def told(place: Place) -> None:
    """The recovery code of the key in use is known."""
    files.remove(keys.untold(place))


def movable(key: Key | None, place: Place) -> Key:
    """The key, if it lies somewhere on this computer. Raises Conflict, StoreUnavailable."""
    if key is None:
        raise errors.Conflict(f"{place.path} is not encrypted: it has no key", hint="tpi help keys")
    if key.source == keys.TYPED:
        raise errors.StoreUnavailable("the key is nowhere on this computer", hint="tpi key recover first")
    return key


def turn_over(connection: Any, digits: str, place: Place) -> None:
    """Encrypt the store behind a connection anew, all or nothing, and bring all of it into the one file."""
    try:
        connection.execute(f"PRAGMA rekey=\"x'{digits}'\"")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except Driver.Error as fault:
        raise connect.translated(fault, place) from None


def _checked(place: Place, new: Key, before: tuple[int, str], made: backup.Made) -> None:
    """Open the store with the new key and see that it is what it was."""
    hint = f"the backup {made.path} opens with the old key, which is still in place; tpi help backup"
    try:
        connection = connect.opened(place, new)
    except errors.WrongKey:
        raise errors.StoreUnavailable("the new key does not open the store; the old one is still in place") from None
    with closing(connection):
        db = Database(connection)
        if audit.head(db) != before or any(db.unsound()):
            raise errors.IntegrityFailure("the store is not what it was before its new key", hint=hint)
