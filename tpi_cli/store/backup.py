"""A backup: one file with everything that was in the store at one moment, verified before it gets its name."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, NamedTuple

from tpi_cli import __version__, clock, config, errors, files
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.rules import chain
from tpi_cli.store import audit, connect, seal
from tpi_cli.store.connect import MANIFEST
from tpi_cli.store.database import Database, Driver
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place, free_name, make_folder
from tpi_cli.store.verify import Finding, Proof, findings

NAME = re.compile(r"tpi-\d{8}T\d{6}Z(-\d+)?\.db")
"""What a backup is called that was not given a name; no other file is ever removed."""

JOURNALS = ("-wal", "-shm", "-journal")
"""What SQLite may lay beside a store's file."""


class Manifest(NamedTuple):
    """What a backup says of itself: when and by which tpi it was made, of which clinic, and what is in it.

    `counts` are the rows of every table, `entry` and `hash` the last entry of the log.
    """

    made_at: str
    tpi: str
    schema: int
    clinic_id: str
    clinic: str
    counts: dict[str, int]
    entry: int
    hash: str


class Made(NamedTuple):
    """A finished backup: its file, how long that is, and its manifest."""

    path: str
    size: int
    manifest: Manifest


def usual_path() -> str:
    """A name that is free, in the folder for backups."""
    folder = os.path.join(config.data_home(), "backups")
    make_folder(folder)
    return free_name(os.path.join(folder, f"tpi-{clock.for_name()}"), ".db")


def checked_path(path: str) -> str:
    """A file's full name, if a backup can be made under it. Raises Conflict, StoreUnavailable."""
    path = os.path.abspath(os.path.expanduser(path))
    if os.path.lexists(path):
        raise errors.Conflict(f"{path} is there already", hint="a backup replaces nothing: name another file")
    if not os.path.isdir(os.path.dirname(path)):
        raise errors.StoreUnavailable(f"there is no folder {os.path.dirname(path)}", hint="make it, or name another")
    return path


def of_store(place: Place, path: str, keep: int | None, act: str, acting: str | None) -> tuple[Made, list[str]]:
    """Back the store up while others may write; returns the backup, and which older ones were removed for it.

    One that is still to be migrated gets no entry in its log: this tpi does not know how it is written. Nor does a
    backup of which another is made.
    """
    connection, key = connect.open_any_with_key(place)
    with closing(connection):
        made = make(connection, key, path)
    if made.manifest.schema == connect.SCHEMA:
        with suppress(errors.IsBackup):
            seal.noted(place, key, act, acting)
    return made, pruned(path, keep, made.manifest.clinic_id, key) if keep else []


def make(connection: Any, key: Key | None, path: str) -> Made:
    """Copy the store behind a connection into a new file under its own key.

    Raises IntegrityFailure or StoreUnavailable, and then there is no such file.
    """
    half = f"{path}.{os.getpid()}.new"
    try:
        _copy(connection, half, key)
        manifest = verified(Place(half, ""), key)
        _into_place(half, path)
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot write {path}: {fault.strerror}", hint="name another file") from None
    finally:
        clear(half)
    return Made(path, os.path.getsize(path), manifest)


def clear(half: str) -> None:
    """Take away what a finished or failed attempt leaves."""
    for path in (half, *(f"{half}{end}" for end in JOURNALS)):
        files.remove(path)


def _copy(connection: Any, half: str, key: Key | None) -> None:
    """All pages in one step: it reads one moment of the store and comes to an end however many write meanwhile."""
    with copied(connection, half, key) as copy:
        _note(Database(copy))


@contextmanager
def copied(connection: Any, half: str, key: Key | None) -> Iterator[Any]:
    """A new file with all that is behind a connection; what is done to it in the block is part of it. It is on the
    disk at the end."""
    try:
        os.close(files.make(half))
        with closing(connect.connect(half, key.digits if key else None)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("BEGIN")
            yield copy
            copy.execute("COMMIT")
    except Driver.Error as fault:
        if "malformed" in str(fault):
            raise errors.StoreUnavailable(
                "what was copied cannot be read: the store or the disk is damaged",
                hint="tpi verify tells whether it is the store; tpi help backup",
            ) from None
        raise connect.translated(fault, Place(half, "")) from None
    files.sync(half)


_MAKE = f"""
CREATE TABLE {MANIFEST} (made_at TEXT, tpi TEXT, schema INTEGER, clinic_id TEXT, clinic TEXT, counts TEXT, head INTEGER,
                         hash TEXT)
"""
_PUT = f"INSERT INTO {MANIFEST} VALUES (:made_at, :tpi, :schema, :clinic_id, :clinic, :counts, :entry, :hash)"
_READ = f"SELECT made_at, tpi, schema, clinic_id, clinic, counts, head, hash FROM {MANIFEST}"


def _note(db: Database) -> None:
    """Write down in the copy what is in it; in a copy of a backup, in the place of what was written there."""
    db.run(f"DROP TABLE IF EXISTS {MANIFEST}")
    clinic_id, clinic = db.row("SELECT id, name FROM clinic") or ("", "")
    schema = db.value("PRAGMA user_version")
    found = Manifest(clock.stamp(), __version__, schema, clinic_id, clinic, counts(db), *_head(db))
    db.run(_MAKE)
    db.run(_PUT, **{**found._asdict(), "counts": json.dumps(found.counts)})


def _head(db: Database) -> tuple[int, str]:
    """The log's head; its start, in a store of the schemas that had no log."""
    there = db.value("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'audit'")
    return audit.head(db) if there else (0, chain.START)


def counts(db: Database) -> dict[str, int]:
    """How many rows every table has."""
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    names = [name for (name,) in list(db.rows(sql)) if name != MANIFEST]
    return {name: int(db.value(f'SELECT COUNT(*) FROM "{name}"')) for name in names}


def manifest(db: Database) -> Manifest | None:
    """What the file says of itself; None where it is a store but no backup."""
    if not db.value("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", name=MANIFEST):
        return None
    row = db.row(_READ)
    return Manifest._make((*row[:5], json.loads(row[5]), *row[6:])) if row else None


def verified(place: Place, key: Key | None) -> Manifest:
    """Open a backup anew, recompute everything in it, and hold it against its manifest. Raises IntegrityFailure."""
    with _looked_into(place, key) as db:
        _raised(list(_wrong(db)))
        _raised(list(_not_as_told(db)))
        told = manifest(db)
        assert told is not None, "its absence is a finding"
        return told


def in_order(place: Place, key: Key | None) -> None:
    """Open a store anew and recompute everything in it. Raises IntegrityFailure."""
    with _looked_into(place, key) as db:
        _raised(list(_wrong(db)))


@contextmanager
def _looked_into(place: Place, key: Key | None) -> Iterator[Database]:
    with closing(connect.opened(place, key)) as connection:
        try:
            connection.execute("PRAGMA query_only=ON")
            connection.execute("BEGIN")
            yield Database(connection)
        except Driver.OperationalError as fault:
            raise connect.translated(fault, place) from None
        except (Driver.Error, ValueError, TypeError):
            raise errors.IntegrityFailure(f"{place.path} is damaged or was tampered with", hint=_HINT) from None


def _raised(found: list[Finding]) -> None:
    if found:
        words = f"{found[0].kind}: {found[0].text}" + (f" (and {len(found) - 1} more)" if found[1:] else "")
        raise errors.IntegrityFailure(f"the backup is not in order: {words}", hint=_HINT)


_HINT = "tpi verify tells more of the store; nothing was backed up or put in place"


def _wrong(db: Database) -> Iterator[Finding]:
    """The findings that speak of the records. A clock that once went back does not, and must not stop every backup
    to come; of a store that is still to be migrated only the file itself can be judged."""
    if db.value("PRAGMA user_version") < connect.SCHEMA:
        return (one for one in findings(db, Proof()) if one.kind == "database")
    ignored = {"clock"} if db.value("SELECT knowledge FROM clinic") == KNOWLEDGE else {"clock", "due dates"}
    return (one for one in findings(db, Proof()) if one.kind not in ignored)


def _not_as_told(db: Database) -> Iterator[Finding]:
    told = manifest(db)
    if told is None:
        yield Finding("manifest", "it has none: it is a store, or a copy, but no backup of tpi")
    elif (told.counts, told.entry, told.hash) != (counts(db), *_head(db)):
        yield Finding("manifest", "it does not fit what is in the file")


def _into_place(half: str, path: str) -> None:
    """Give the verified file its name; never in the place of another."""
    try:
        files.give_name(half, path)
        files.sync_folder(path)
    except FileExistsError:
        raise errors.Conflict(f"{path} is there already", hint="name another file") from None


def pruned(newest: str, keep: int, clinic_id: str, key: Key | None) -> list[str]:
    """Remove this clinic's older backups in a backup's folder, beyond so many; only files with a backup's own name
    that this key opens. Returns them."""
    folder = os.path.dirname(newest)
    ours = [one for one in _named(folder) if one == newest or _is_of(one, clinic_id, key)]
    older = [one for one in ours if one != newest]
    gone = older[max(0, keep - 1) :]
    for path in gone:
        os.unlink(path)
    return gone


def _named(folder: str) -> list[str]:
    """The files with a backup's name, newest first."""
    found = [name for name in os.listdir(folder) if NAME.fullmatch(name)]
    return [os.path.join(folder, name) for name in sorted(found, key=_age, reverse=True)]


def _age(name: str) -> tuple[str, int]:
    stamp, _, number = name.removesuffix(".db").removeprefix("tpi-").partition("-")
    return stamp, int(number or 1)


def _is_of(path: str, clinic_id: str, key: Key | None) -> bool:
    try:
        with closing(connect.opened(Place(path, ""), key)) as connection:
            told = manifest(Database(connection))
    except (errors.StoreUnavailable, Driver.Error):
        return False
    return told is not None and told.clinic_id == clinic_id
