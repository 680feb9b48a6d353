"""Putting a backup in the place of the store: verified first, and the store that was there is kept aside.

The copy is finished beside the store, its entry in the log among it, before anything is moved. Then the present
store gets a second name and the copy takes its first one, in one step: a kill at any point leaves the one or the
other in place. Meanwhile nobody else is in the present store, and it has no journal that the copy could inherit.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, NamedTuple

from tpi_cli import clock, errors, files
from tpi_cli.store import backup, connect, enrol, keys, recover, rotate, seal
from tpi_cli.store.backup import JOURNALS, Manifest
from tpi_cli.store.database import Database, Driver
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place, free_name, is_plain, make_folder


class Beyond(NamedTuple):
    """What the present store has and the backup has not; `same` is whether they are of one store at all."""

    same: bool
    entries: int
    records: int


class Restored(NamedTuple):
    """What came of it: where the store of before is, whether the account is new among the clinicians, the key file
    if it was written, and where the key file of before is."""

    aside: str | None
    enrolled: str | None
    key_file: str | None
    key_aside: str | None


def key_in_use(place: Place) -> Key | None:
    """The key of the present store, perhaps typed just now; None where there is none at hand."""
    try:
        return keys.key_of(place)
    except (errors.NoKey, errors.KeyLocked, errors.BadKey):
        return None


def fitting(path: str, at_hand: Key | None, place: Place) -> Key | None:
    """Of the key in use and the ones before it that are kept beside, the one that opens a backup."""
    older = (Key(keys.read_key(one), one) for one in keys.old_files(place.key_path) if not keys.is_locked(one))
    return next((key for key in _all(at_hand, older) if opens(path, key)), None)


def _all(first: Key | None, more: Iterable[Key]) -> Iterator[Key]:
    if first:
        yield first
    yield from more


def opens(path: str, key: Key) -> bool:
    """Whether a key opens a file. Raises the store's other errors."""
    try:
        connect.opened(Place(path, ""), key).close()
    except errors.WrongKey:
        return False
    return True


def beyond(db: Database, told: Manifest) -> Beyond:
    """Hold the present store against a backup: how much of its log came later."""
    same = db.value("SELECT hash FROM audit WHERE entry = :entry", entry=told.entry) == told.hash
    later = db.row("SELECT COUNT(*), COALESCE(SUM(records), 0) FROM audit WHERE entry > :entry", entry=told.entry)
    return Beyond(same, *(later or (0, 0)))


class Order(NamedTuple):
    """What to restore: the backup, the key that opens it, the key the store is to have (None: the same), who asks."""

    path: str
    key: Key | None
    in_use: Key | None
    act: str
    acting: str | None


def put(place: Place, order: Order) -> Restored:
    """Put the backup in the place of the store. Raises StoreBusy, IntegrityFailure; then the store is as it was."""
    if os.path.isdir(place.path):
        raise errors.NotAStore(path=place.path, hint="it is a folder: name a file with --db")
    make_folder(os.path.dirname(place.path))
    half = f"{place.path}.{os.getpid()}.restored"
    try:
        enrolled = _copied(half, order)
        key_aside = recover.write(place, order.key) if order.key and order.in_use is None else None
        aside = _swapped(place, half, [one for one in (order.in_use, order.key) if one])
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot put {place.path} in place: {fault.strerror}") from None
    finally:
        backup.clear(half)
    written = place.key_path if order.key and order.in_use is None else None
    return Restored(aside, enrolled, written, key_aside)


def _copied(half: str, order: Order) -> str | None:
    """A copy of the backup with an entry in its log and without the manifest, under the key in use; who was
    enrolled."""
    with (
        closing(connect.opened(Place(order.path, ""), order.key)) as source,
        backup.copied(source, half, order.key) as copy,
    ):
        db = Database(copy)
        db.run(f"DROP TABLE {connect.MANIFEST}")
        enrolled = _entered(db, order)
    _rekeyed(half, order)
    return enrolled


def _entered(db: Database, order: Order) -> str | None:
    """The entry in its log, and who was enrolled; a store that is to be migrated gets both by that (`schema`)."""
    if db.value("PRAGMA user_version") < connect.SCHEMA:
        return None
    clinic = str(db.value("SELECT id FROM clinic"))
    enrolled = enrol.enrolled(db, clinic)
    seal.entered(db, clinic, order.act, order.acting)
    return enrolled


def _rekeyed(half: str, order: Order) -> None:
    """Under the key in use, and what is there now is what was verified."""
    key = order.key
    with closing(connect.opened(Place(half, ""), key)) as copy:
        if key and order.in_use and order.in_use.digits != key.digits:
            rotate.turn_over(copy, order.in_use.digits, Place(half, ""))
            key = order.in_use
    files.sync(half)
    backup.in_order(Place(half, ""), key)


def _swapped(place: Place, half: str, at_hand: list[Key]) -> str | None:
    """The copy in the store's place; where the store of before is now, if there was one."""
    if not os.path.lexists(place.path):
        os.rename(half, place.path)
        files.sync_folder(place.path)
        return None
    aside = free_name(f"{place.path}.before-{clock.for_name()}")
    with _held(place, at_hand):
        _second_name(place.path, aside)
        for end in JOURNALS:  # none, unless the store could not be opened
            if os.path.lexists(place.path + end):
                _second_name(place.path + end, aside + end)
        files.sync_folder(aside)
        for end in JOURNALS:
            with suppress(FileNotFoundError):
                os.unlink(place.path + end)
        os.replace(half, place.path)
        files.sync_folder(place.path)
    return aside


def _second_name(path: str, name: str) -> None:
    try:
        os.link(path, name)
    except FileExistsError:
        raise errors.Conflict(f"{name} is there already", hint="try again in a moment") from None
    except OSError:  # a file system without links
        os.rename(path, name)


@contextmanager
def _held(place: Place, at_hand: list[Key]) -> Iterator[None]:
    """Keep everybody out of the present store, all of it in its one file; one that does not open is nobody's."""
    connection = _opened(place, at_hand)
    if connection is None:
        yield
        return
    with closing(connection):
        try:
            _to_one_file(connection, place)
        except Driver.DatabaseError as fault:
            _only_damaged(connect.translated(fault, place))
        yield


def _to_one_file(connection: Any, place: Place) -> None:
    """Without a journal of its own, and locked. Who waits for it meanwhile finds that it moved, and writes nothing."""
    connect.alone(connection, place)
    connection.execute("PRAGMA locking_mode=NORMAL")
    connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()  # lets the lock go: it would keep a journal
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.execute("BEGIN EXCLUSIVE")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "delete":
        raise errors.StoreBusy()


def _only_damaged(fault: errors.TpiError) -> None:
    if isinstance(fault, errors.StoreBusy | errors.StoreReadOnly):
        raise fault


def _opened(place: Place, at_hand: list[Key]) -> Any:
    for key in [None] if is_plain_file(place) else at_hand:
        try:
            return connect.opened(place, key)
        except errors.StoreUnavailable as fault:
            _only_damaged(fault)
    return None


def is_plain_file(place: Place) -> bool:
    """Whether the file there is unencrypted; what cannot be told is not."""
    try:
        return is_plain(place)
    except errors.StoreUnavailable:
        return False
