"""One transaction: everything a command changes is kept, or nothing is."""

import getpass
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel import Session, SQLModel, select

from tpi_cli import clock
from tpi_cli.store import connect, tables
from tpi_cli.store.connect import Database, Driver
from tpi_cli.store.place import Place


def engine(place: Place) -> Engine:
    """SQLModel's way into the store: a new connection each time, BEGIN IMMEDIATE, no values in errors."""

    def creator() -> Any:
        connection = connect.open_store(place)
        connect.durable(connection)
        return connection

    return made(creator)


def made(creator: Any) -> Engine:
    """An engine over a way to connect, with our own BEGIN: the driver's would let two writers collide."""
    out = create_engine("sqlite://", creator=creator, module=Driver, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(out, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return out


def new_id() -> str:
    """A record's UUID, version 7: in order of time, so that indexes grow at their end."""
    moment = clock.stamp_ms().to_bytes(6, "big")
    raw = bytearray(moment + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


Row = TypeVar("Row", bound=SQLModel)

_ORDER = {table.name: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}


def _account() -> str:
    """Who is at the keyboard; a container's user without a name goes by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid-{os.getuid()}"


class Writing:
    """A transaction under way: the session, the same connection for reads, whose records, who, and when."""

    def __init__(self, session: Session, acting: str | None) -> None:
        self._session = session
        self._waiting: list[SQLModel] = []
        self._database = Database(session.connection().connection.driver_connection)
        self.clinic = session.exec(select(tables.Clinic)).one()
        self.account = _account()
        self.acting = acting or self.account
        self.stamp = clock.stamp()

    @property
    def db(self) -> Database:
        """The same transaction over the driver, with everything added so far sent."""
        self.send()
        return self._database

    @property
    def session(self) -> Session:
        """The same transaction over SQLModel, with everything added so far sent."""
        self.send()
        return self._session

    def send(self) -> None:
        """Send what waits, parents before children: without relationships SQLAlchemy does not know the order."""
        waiting, self._waiting = self._waiting, []
        by_table = sorted(waiting, key=lambda row: _ORDER[str(row.__tablename__)])
        for _, rows in groupby(by_table, key=lambda row: row.__tablename__):
            self._session.add_all(rows)
            self._session.flush()
        self._session.flush()

    @property
    def by(self) -> str:
        """Who does this: the account, and the clinician named beside it."""
        return self.account if self.acting == self.account else f"{self.account} as {self.acting}"

    @property
    def today(self) -> date:
        """The clinic's day."""
        return clock.today(self.clinic.zone)

    def add(self, row: Row) -> Row:
        """Put a row into the transaction; it is sent with the others before the next read."""
        self._waiting.append(row)
        return row

    def number(self, table: str) -> int:
        """The next short number of a kind of record in this clinic."""
        sql = f"SELECT COALESCE(MAX(number), 0) + 1 FROM {table} WHERE clinic_id = :clinic"
        return int(self.db.value(sql, clinic=self.clinic.id))

    def record(self) -> dict[str, Any]:
        """What every new record carries: its UUID and its clinic."""
        return {"id": new_id(), "clinic_id": self.clinic.id}


@contextmanager
def transaction(place: Place, acting: str | None = None, *, keep: bool = True) -> Iterator[Writing]:
    """Run the block in one transaction. With `keep` off everything is checked and then taken back."""
    try:
        with Session(engine(place), expire_on_commit=False) as session:
            writing = Writing(session, acting)
            yield writing
            writing.send()
            if keep:
                session.commit()
            else:
                session.expunge_all()  # rows stay readable for the preview
                session.rollback()
    except DBAPIError as fault:
        raise connect.translated(fault.orig or fault, place) from None
    except Driver.Error as fault:
        raise connect.translated(fault, place) from None
