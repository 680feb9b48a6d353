"""One transaction: everything a command changes is kept, or nothing is."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel import Session, SQLModel, select

from tpi_cli import clock, errors
from tpi_cli.rules import chain, identity
from tpi_cli.store import audit, chance, connect, rows, tables, turns, versions
from tpi_cli.store.database import Database, Driver, faults
from tpi_cli.store.fields import Sealed
from tpi_cli.store.place import Place
from tpi_cli.store.read import clinicians


def engine(place: Place) -> Engine:
    """SQLModel's way into the store: a new connection each time, in its turn, no values in errors."""
    if place.url:
        from tpi_cli.store import server_write

        return server_write.engine(place)

    return made(durably(connect.open_store, place), place.secrets.waits if place.secrets else lambda: None)


def durably(opened: Callable[[Place], Any], place: Place) -> Callable[[], Any]:
    """A way to open a file's store so that it keeps what it acknowledges."""

    def creator() -> Any:
        connection = opened(place)
        connect.durable(connection)
        return connection

    return creator


def made(creator: Any, waits: Callable[[], None] = lambda: None) -> Engine:
    """An engine over a way to connect, with our own BEGIN: the driver's would let two writers collide.

    `waits` is called where the store is another's for long.
    """
    out = create_engine("sqlite://", creator=creator, module=Driver, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(out, "begin")
    def begin(connection: Any) -> None:
        turns.begin(connection.connection.driver_connection, waits)

    return out


_LAST_ID = [0]
"""The millisecond and the count within it that the last UUID was made of."""


def new_id() -> str:
    """A record's UUID, version 7: in order of time, so that indexes grow at their end, and of this program's records
    in the order in which they were made (RFC 9562, 6.2: the bits after the milliseconds count)."""
    _LAST_ID[0] = max(clock.stamp_ms() << 12, _LAST_ID[0] + 1)
    moment, count = divmod(_LAST_ID[0], 1 << 12)
    drawn = chance.digits(16)
    variant = "89ab"[int(drawn[15], 16) % 4]
    head = f"{moment:012x}"
    return f"{head[:8]}-{head[8:]}-7{count:03x}-{variant}{drawn[:3]}-{drawn[3:15]}"


Row = TypeVar("Row", bound=SQLModel)

ORDER = {table.name: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}
_LAST = "SELECT last FROM numbering WHERE clinic_id = :clinic AND kind = :kind"
_GIVEN = """
INSERT INTO numbering (clinic_id, kind, last) VALUES (:clinic, :kind, :number)
ON CONFLICT (clinic_id, kind) DO UPDATE
   SET last = CASE WHEN excluded.last > numbering.last THEN excluded.last ELSE numbering.last END
"""


def keys_of(table: str) -> tuple[str, ...]:
    """The columns of a table's primary key."""
    return tuple(column.name for column in SQLModel.metadata.tables[table].primary_key)


class Writing:
    """A transaction under way: the session, the same connection for reads, whose records, who, and when.

    `entry` is the number of the log's entry that the transaction ends with; every record it writes carries it.
    `people` holds the UUIDs of the patients it is about, `about` their number and a record's code where it is said.
    """

    def __init__(self, session: Session, acting: str | None, act: str) -> None:
        self._session = session
        self._waiting: list[SQLModel] = []
        self._records: dict[str, list[dict[str, Any]]] = {}
        self._touched: set[str] = set()
        self.people: set[str] = set()
        self._codes: set[str] = set()
        self._database = connect.of(session.connection().connection.driver_connection)
        self.entry = audit.next_entry(self._database)
        if self.entry == 1:
            raise errors.OnlyACopy()
        self.clinic = session.exec(select(tables.Clinic)).one()
        self._clinic_id = self.clinic.id
        self.account = self._database.account
        self.named = clinicians.as_on_file(self._database, acting)
        self.acting = self.named or self._own_code()
        self.act = act
        self.about: tuple[int | None, str | None] | None = None
        self.stamp = self._database.stamp()

    def _own_code(self) -> str:
        """The code of the person whose account this is; the account itself where it is nobody's."""
        person = clinicians.of_account(self._database, self.account)
        return person.code if person else self.account

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
        for one in list(self._session.dirty):
            if self._session.is_modified(one):
                self._supersede(one)
        waiting, self._waiting = self._waiting, []
        records, self._records = self._records, {}
        objects: dict[str, list[SQLModel]] = {}
        for one in waiting:
            objects.setdefault(str(one.__tablename__), []).append(one)
        for table in sorted({*objects, *records}, key=ORDER.__getitem__):
            if table in objects:
                self._flush(objects[table])
            if table in records:
                self._database.run_many(rows.insert(table), records[table])
        self._session.flush()

    def _flush(self, objects: Iterable[SQLModel]) -> None:
        """Send objects of one table; one that is on file already is changed with the others in the end."""
        new = [one for one in objects if not inspect(one).persistent]
        for one in new:
            self._sealed(one)
        self._session.add_all(new)
        self._session.flush()

    def _sealed(self, row: SQLModel) -> None:
        """Note in a record which entry writes it, and give this version a salt of its own."""
        if isinstance(row, Sealed):
            row.entry, row.salt = self.entry, versions.new_salt()
            self._seen(row)

    def _supersede(self, row: SQLModel) -> None:
        """Lay the version on file aside before it is changed; one of this very transaction is only changed."""
        if isinstance(row, Sealed) and self._laid_aside(row):
            self._sealed(row)

    def _laid_aside(self, row: SQLModel) -> bool:
        table = str(row.__tablename__)
        on_file = versions.by_key(self._database, table, keys_of(table), inspect(row).identity)
        if on_file is None or on_file.entry == self.entry:
            return False
        versions.lay_aside(self._database, self.clinic.id, on_file, self.entry)
        return True

    def remove(self, row: SQLModel) -> None:
        """Take a record out of its table; its last version is kept in the history, if it was there before."""
        self.send()
        self._laid_aside(row)
        self._seen(row)
        self._session.delete(row)
        self._session.flush()

    def _seen(self, row: SQLModel) -> None:
        named = ("id", "patient_id", "number")
        self.touched(str(row.__tablename__), {name: getattr(row, name, None) for name in named})

    def touched(self, table: str, columns: Mapping[str, Any]) -> None:
        """Take note of a record that this transaction writes or ends: whom and what the entry will be about."""
        self._touched.add(table)
        patient = columns.get("id") if table == "patient" else columns.get("patient_id")
        if patient is not None:
            self.people.add(patient)
        if not columns.get("number"):
            return
        if table == "session":
            self._codes.add(identity.session(columns["number"]))
        elif table == "appointment" and not self._codes:
            self._codes.add(identity.appointment(columns["number"]))

    def remember(self, key: str, asked: str) -> None:
        """Note an idempotency key with this transaction's entry, and the hash of what was asked under it."""
        self.add(tables.Request(**self.record(), key=key, asked=asked, entry=self.entry))

    def seal(self) -> None:
        """End with the log's entry, if anything was written: who, what, and the hash over all of it."""
        of = {table: keys_of(table) for table in sorted(self._touched)}
        count, content = chain.content(leaf.hash for leaf in versions.leaves(self.db, of, self.entry))
        if count:
            act = audit.Act(self.act, *(self.about or self._about()), count, content)
            audit.append(self.db, self.clinic.id, audit.Who(self.account, self.named), act, self.stamp)

    def _about(self) -> tuple[int | None, str | None]:
        """The number of the one patient, and the code of the one session or appointment, that was written."""
        patients, codes = list(self.people), list(self._codes)
        number = "SELECT number FROM patient WHERE id = :patient"
        patient = self.db.value(number, patient=patients[0]) if len(patients) == 1 else None
        return patient, codes[0] if len(codes) == 1 else None

    @cached_property
    def by(self) -> str:
        """Who does this: the account, and the clinician named beside it."""
        return f"{self.account} as {self.named}" if self.named not in {None, self.account} else self.account

    @property
    def today(self) -> date:
        """The clinic's day."""
        return clock.today(self.clinic.zone)

    def add(self, row: Row) -> Row:
        """Put a row into the transaction; it is sent with the others before the next read."""
        self._waiting.append(row)
        return row

    def put(self, table: str, columns: Mapping[str, Any]) -> None:
        """Put a record with its own UUID into the transaction; it is sent with the others before the next read."""
        sealed = rows.row(table, columns)
        sealed["entry"], sealed["salt"] = self.entry, versions.new_salt()
        self._records.setdefault(table, []).append(sealed)
        self.touched(table, columns)

    def mark(self) -> Callable[[], None]:
        """Take note of what stands now; what is returned takes everything back to it, as often as it is called."""
        self.send()
        self._database.run("SAVEPOINT marked")
        noted = set(self.people), set(self._codes), set(self._touched)

        def back() -> None:
            self.send()
            self.people, self._codes, self._touched = map(set, noted)
            self._session.expunge_all()
            self._database.run("ROLLBACK TO marked")

        return back

    def number(self, kind: str) -> int:
        """The next short number of a kind of record in this clinic; none is ever given twice."""
        return self.numbered(kind, int(self._database.value(_LAST, clinic=self.clinic.id, kind=kind) or 0) + 1)

    def numbered(self, kind: str, number: int) -> int:
        """Note a number as given."""
        self._database.run(_GIVEN, clinic=self.clinic.id, kind=kind, number=number)
        return number

    def numbers(self, kind: str, count: int) -> Iterator[int]:
        """So many numbers in a row."""
        first = self.number(kind) if count else 1
        if count > 1:
            self.numbered(kind, first + count - 1)
        return iter(range(first, first + count))

    def record(self) -> dict[str, Any]:
        """What every new record carries: its UUID and its clinic."""
        return {"id": new_id(), "clinic_id": self._clinic_id}


@contextmanager
def transaction(
    place: Place, acting: str | None = None, *, act: str = "direct", keep: bool = True
) -> Iterator[Writing]:
    """Run the block in one transaction that the log calls `act`. With `keep` off everything is taken back.

    Raises ServerLost where the connection was lost before the end, Unsettled where it was at the end.
    """
    at_end = False
    try:
        with Session(engine(place), expire_on_commit=False, autoflush=False) as session:
            writing = Writing(session, acting, act)
            yield writing
            writing.send()
            if keep:
                writing.seal()
                at_end = True
                session.commit()
            else:
                session.expunge_all()  # rows stay readable for the preview
                session.rollback()
    except DBAPIError as fault:
        raise _told(fault.orig or fault, place, at_end=at_end) from None
    except faults() as fault:
        raise _told(fault, place, at_end=at_end) from None


def _told(fault: BaseException, place: Place, *, at_end: bool) -> errors.TpiError:
    """What came of a transaction that failed: of one whose COMMIT was not answered nobody knows."""
    found = connect.translated(fault, place)
    if not isinstance(found, errors.ServerLost):
        return found
    return errors.Unsettled() if at_end else errors.ServerLost(f"{found}; nothing was recorded")
