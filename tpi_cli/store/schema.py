"""Making a store and bringing its schema up to date, by Alembic, in one transaction."""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from tpi_cli import clock, errors, files
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.store import account, audit, backup, connect, keep, keys, seal, steps, tables, triggers, views
from tpi_cli.store.connect import APPLICATION_ID, SCHEMA
from tpi_cli.store.database import Database, Driver, faults
from tpi_cli.store.orm import durably, made
from tpi_cli.store.place import Place, make_folder
from tpi_cli.store.write import new_id


class Made(NamedTuple):
    """A new store: whether its key is new too, the key, and the log's first key, which is kept nowhere; as hex."""

    new_key: bool
    key: str | None
    officer_key: str


def make(place: Place, *, plain: bool, name: str, zone: str, passphrase: str | None = None) -> Made:
    """Make a new store, encrypted unless `plain`; a new key is locked with the passphrase. Raises Conflict."""
    if place.url:
        return _on_server(place, Clinic(name, zone, place.demo))
    if os.path.isdir(place.path):
        raise errors.NotAStore(path=place.path, hint="it is a folder: name a file in it")
    if os.path.exists(place.path):
        raise errors.Conflict(f"there is a store at {place.path} already", hint="tpi due reads it; --db names another")
    clinic = Clinic(name, zone, place.demo)
    make_folder(os.path.dirname(place.path))
    new_key = None if plain else keys.make_key(place.key_path, passphrase)
    if passphrase and new_key is None:
        raise errors.Conflict(f"{place.key_path} holds a key already", hint="tpi key passphrase locks it")
    key = new_key if plain or new_key else keys.key_of(place).digits
    half = f"{place.path}.{os.getpid()}.new"
    try:
        officer_key = filled(half, key, place, clinic.put)
        with closing(connect.connect(half, key)) as store:
            connect.durable(store)
        files.sync(half)
        files.give_name(half, place.path)
    except FileExistsError:
        raise errors.Conflict(f"there is a store at {place.path} already") from None
    except Driver.Error as fault:
        raise connect.translated(fault, place) from None
    except OSError as fault:
        where = os.path.dirname(place.path)
        raise errors.StoreUnavailable(
            f"cannot make a store in {where}: {fault.strerror}", hint="name another place with --db"
        ) from None
    finally:
        backup.clear(half)
    with suppress(OSError):  # the store has its name, and its officer key must be told
        files.sync_folder(place.path)
    return Made(new_key is not None, key, officer_key)


def _on_server(place: Place, clinic: "Clinic") -> Made:
    """On a server there is no key of ours: its disks and its backups are encrypted by whoever keeps it."""
    from tpi_cli.store import server_schema

    officer_key = server_schema.make(place, clinic.row, clinic.maker)
    return Made(new_key=False, key=None, officer_key=officer_key)


class Clinic:
    """What a new store is told about its clinic; who makes it is its first clinician."""

    def __init__(self, name: str, zone: str, made_up: bool) -> None:
        clock.zone(zone)
        self.row = tables.Clinic(id=new_id(), name=name, zone=zone, made_up=made_up, created_at=clock.stamp())
        self.maker = first_clinician(self.row.id)

    def put(self, connection: Connection) -> str:
        """Into a store that is laid out; returns the log's first key."""
        steps.put_clinic(connection, self.row, self.maker)
        db = Database(connection.connection.driver_connection)
        return seal.first(db, self.row.id, "init", KNOWLEDGE)


def first_clinician(clinic: str) -> tables.Clinician:
    """Whoever makes a store, or brings one of before up to date: somebody must be able to add the others."""
    login = account.name()
    return tables.Clinician(id=new_id(), clinic_id=clinic, code=login, account=login, created_at=clock.stamp())


Filled = TypeVar("Filled")


def filled(path: str, key: str | None, place: Place, fill: Callable[[Connection], Filled]) -> Filled:
    """Lay the schema out and fill it, in one transaction, for a store at a place; returns what `fill` does.

    With a rollback journal, so that all of it is in the one file that gets a name: a checkpoint at the end, as of a
    store in use, fails without a word.
    """
    backup.clear(path)
    os.close(files.make(path))
    engine = made(lambda: connect.connect(path, key))
    try:
        with engine.begin() as connection:
            upgrade(connection)
            return fill(connection)
    except (Driver.Error, DBAPIError) as fault:
        raise connect.translated(getattr(fault, "orig", None) or fault, place) from None


class State(NamedTuple):
    """How a store stands to this program: its schema, what its due dates were worked out with, and whether its
    views read as this program, with its SQLAlchemy, would write them."""

    schema: int
    knowledge: str | None
    views: bool = True

    @property
    def current(self) -> bool:
        """Whether there is nothing to migrate."""
        return (self.schema, self.knowledge, self.views) == (SCHEMA, KNOWLEDGE, True)


def state(place: Place) -> State:
    """What is there now; nothing is changed. Raises NewerSchema, NotAStore and the store's other errors."""
    if place.url:
        from tpi_cli.store import server_schema

        return State(*server_schema.state(place))
    with closing(connect.open_any(place)) as connection:
        schema = connection.execute("PRAGMA user_version").fetchone()[0]
        columns = {row[1] for row in connection.execute("PRAGMA table_info(clinic)")}
        known = connection.execute("SELECT knowledge FROM clinic").fetchone() if "knowledge" in columns else None
        stored = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))
    return State(schema, known[0] if known else None, stored == views.texts())


class Migrated(NamedTuple):
    """How many patients were worked out anew, and the log's first key where the store had no log before."""

    patients: int
    officer_key: str | None


def migrate(place: Place) -> Migrated:
    """Bring schema and due dates up to date in one transaction, with its entry in the log."""

    try:
        with _to_migrate(place).begin() as connection:
            upgrade(connection)
            db = connect.of(connection.connection.driver_connection)
            clinic = str(db.value("SELECT id FROM clinic"))
            keep.refresh_all(db, clinic)
            officer_key = _logged(connection, db, clinic)
            return Migrated(int(db.value("SELECT COUNT(*) FROM patient")), officer_key)
    except faults(DBAPIError) as fault:
        raise connect.translated(getattr(fault, "orig", None) or fault, place) from None


def _to_migrate(place: Place) -> Engine:
    if place.url:
        from tpi_cli.store import server_write

        return server_write.bare(place)

    return made(durably(connect.open_any, place))


def _logged(connection: Connection, db: Database, clinic: str) -> str | None:
    """The migration's entry in the log; a store without one gets it, and its first clinician, here."""
    if audit.head(db)[0]:
        seal.moved(db, clinic, "db migrate", KNOWLEDGE)
        return None
    with Session(connection) as session:
        session.merge(_enrolled(session, clinic))
        session.flush()
    return seal.first(db, clinic, "db migrate", KNOWLEDGE)


def _enrolled(session: Session, clinic: str) -> tables.Clinician:
    """Whoever migrates works as the clinician of that code, who is on file or new."""
    made = first_clinician(clinic)
    known = session.exec(select(tables.Clinician).where(tables.Clinician.code == made.code)).first()
    if known is None:
        return made
    known.account = made.account
    return known


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing and make the views anew, inside the caller's transaction."""
    steps.upgrade(connection)
    if connection.dialect.name != "sqlite":
        from tpi_cli.store import server_schema

        server_schema.finish(connection)
        return
    for statement in (*views.statements(connection.dialect), *triggers.statements()):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")
