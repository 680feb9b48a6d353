"""Making a store and bringing its schema up to date, by Alembic, in one transaction."""

import os
from contextlib import closing, suppress
from typing import Any, NamedTuple

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from tpi_cli import clock, errors
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.store import connect, keep, tables, views
from tpi_cli.store.connect import APPLICATION_ID, SCHEMA
from tpi_cli.store.place import Place, make_folder, make_key, read_key
from tpi_cli.store.write import made, new_id


def make(place: Place, *, plain: bool, name: str, zone: str) -> bool:
    """Make a new store, encrypted unless `plain`; True if its key was made too. Raises Conflict if it exists."""
    if os.path.isdir(place.path):
        raise errors.NotAStore(path=place.path, hint="it is a folder: name a file in it")
    if os.path.exists(place.path):
        raise errors.Conflict(f"there is a store at {place.path} already", hint="tpi due reads it; --db names another")
    clinic = Clinic(name, zone, place.demo)
    make_folder(os.path.dirname(place.path))
    new_key = False if plain else make_key(place.key_path)
    half = f"{place.path}.{os.getpid()}.new"
    try:
        _fill(half, None if plain else read_key(place.key_path), clinic)
        _into_place(half, place)
    finally:
        _remove(half)
    return new_key


def _remove(half: str) -> None:
    """Take away what a finished or failed attempt leaves."""
    for path in (half, f"{half}-wal", f"{half}-shm", f"{half}-journal"):
        with suppress(FileNotFoundError):
            os.unlink(path)


class Clinic:
    """What a new store is told about its clinic."""

    def __init__(self, name: str, zone: str, made_up: bool) -> None:
        clock.zone(zone)
        self.row = tables.Clinic(id=new_id(), name=name, zone=zone, made_up=made_up, created_at=clock.stamp())
        self.row.knowledge = KNOWLEDGE


def _fill(path: str, key: str | None, clinic: Clinic) -> None:
    _new_file(path)

    def creator() -> Any:
        connection = connect.connect(path, key)
        connect.durable(connection)
        return connection

    engine = made(creator)
    try:
        with engine.begin() as connection:
            upgrade(connection)
            with Session(connection) as session:
                session.add(clinic.row)
                session.flush()
    except connect.Driver.Error as fault:
        raise connect.translated(fault, Place(path, "")) from None


def _new_file(path: str) -> None:
    """An empty file that only the owner can read, whatever the umask."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as fault:
        folder = os.path.dirname(path)
        raise errors.StoreUnavailable(
            f"cannot make a store in {folder}: {fault.strerror}", hint="name another place with --db"
        ) from None
    os.close(descriptor)
    os.chmod(path, 0o600)


def _into_place(half: str, place: Place) -> None:
    """Give the finished store its name; fails rather than replace one that came up meanwhile."""
    try:
        os.link(half, place.path)
    except FileExistsError:
        raise errors.Conflict(f"there is a store at {place.path} already") from None
    except OSError:  # a file system without links: whoever comes second replaces nothing, for it looked before
        os.rename(half, place.path)


class State(NamedTuple):
    """How a store stands to this program: its schema, and what its due dates were worked out with."""

    schema: int
    knowledge: str | None

    @property
    def current(self) -> bool:
        """Whether there is nothing to migrate."""
        return (self.schema, self.knowledge) == (SCHEMA, KNOWLEDGE)


def state(place: Place) -> State:
    """What is there now; nothing is changed. Raises NewerSchema, NotAStore and the store's other errors."""
    with closing(connect.open_any(place)) as connection:
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        columns = {row[1] for row in connection.execute("PRAGMA table_info(clinic)")}
        known = connection.execute("SELECT knowledge FROM clinic").fetchone() if "knowledge" in columns else None
    return State(schema, known[0] if known else None)


def migrate(place: Place) -> int:
    """Bring schema and due dates up to date in one transaction; returns how many patients were worked out anew."""

    def creator() -> Any:
        connection = connect.open_any(place)
        connect.durable(connection)
        return connection

    try:
        with made(creator).begin() as connection:
            upgrade(connection)
            db = connect.Database(connection.connection.driver_connection)
            clinics = [clinic for (clinic,) in list(db.rows("SELECT id FROM clinic"))]
            for clinic in clinics:
                keep.refresh_all(db, clinic)
            return int(db.value("SELECT COUNT(*) FROM patient"))
    except (connect.Driver.Error, DBAPIError) as fault:
        raise connect.translated(getattr(fault, "orig", None) or fault, place) from None


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing and make the views anew, inside the caller's transaction."""
    settings = Config()
    settings.set_main_option("script_location", os.path.join(os.path.dirname(__file__), "migrations"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
    for statement in views.statements(connection.dialect):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")
