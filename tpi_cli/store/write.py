"""One transaction: everything a command changes is kept, or nothing is.

Records go into it as columns (`put`, `change`), or as rows of SQLModel (`add`). Those load the ORM, and what is written
all day goes without.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tpi_cli import clock, errors
from tpi_cli.rules import chain, identity
from tpi_cli.store import audit, chance, connect, rows, turns, versions
from tpi_cli.store.database import Database, faults
from tpi_cli.store.place import Place
from tpi_cli.store.read import clinicians
from tpi_cli.store.read.clinic import clinic

if TYPE_CHECKING:
    from sqlmodel import Session, SQLModel

    from tpi_cli.store.orm import Objects

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


Row = TypeVar("Row", bound="SQLModel")

_LAST = "SELECT last FROM numbering WHERE clinic_id = :clinic AND kind = :kind"
_GIVEN = """
INSERT INTO numbering (clinic_id, kind, last) VALUES (:clinic, :kind, :number)
ON CONFLICT (clinic_id, kind) DO UPDATE
   SET last = CASE WHEN excluded.last > numbering.last THEN excluded.last ELSE numbering.last END
"""


class Writing:
    """A transaction under way: its reads, whose records, who, and when.

    `entry` is the number of the log's entry that the transaction ends with; every record it writes carries it.
    `people` holds the UUIDs of the patients it is about, `about` their number and a record's code where it is said.
    """

    def __init__(self, db: Database, acting: str | None, act: str) -> None:
        self._database = db
        self._objects: Objects | None = None
        self._records: dict[str, dict[tuple[str, ...], list[dict[str, Any]]]] = {}
        self._touched: set[str] = set()
        self.people: set[str] = set()
        self._sessions: set[str] = set()
        self._appointments: set[str] = set()
        self.entry = audit.next_entry(db)
        if self.entry == 1:
            raise errors.OnlyACopy()
        self.clinic = clinic(db)
        self._clinic_id = self.clinic.id
        self.account = db.account
        self.named = clinicians.as_on_file(db, acting)
        self.acting = self.named or self._own_code()
        self.act = act
        self.about: tuple[int | None, str | None] | None = None
        self.stamp = db.stamp()

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
    def session(self) -> "Session":
        """The same transaction over SQLModel, with everything added so far sent."""
        self.send()
        return self._rows_of_sqlmodel().session

    def _rows_of_sqlmodel(self) -> "Objects":
        if self._objects is None:
            from tpi_cli.store.orm import Objects

            self._objects = Objects(
                self._database, self._sealed, lambda table, key: self._laid_aside(self._on_file(table, key))
            )
        return self._objects

    def send(self) -> None:
        """Send what waits, parents before children."""
        objects = self._objects.taken() if self._objects else {}
        records, self._records = self._records, {}
        for table in sorted({*objects, *records}, key=rows.ORDER.__getitem__):
            if table in objects and self._objects:
                self._objects.flush(objects[table])
            for names, found in records.get(table, {}).items():
                self._database.run_many(rows.insert(table, names), found)
        if self._objects:
            self._objects.flush()

    def _sealed(self, row: Any) -> None:
        """Note in a record which entry writes it, and give this version a salt of its own."""
        row.entry, row.salt = self.entry, versions.new_salt()
        self._seen(row)

    def _on_file(self, table: str, key: tuple[Any, ...]) -> versions.Version | None:
        return versions.by_key(self._database, table, rows.keys_of(table), key)

    def _laid_aside(self, on_file: versions.Version | None) -> bool:
        """Whether a version was kept in the history, before it is changed: one of this very transaction is not."""
        if on_file is None or on_file.entry == self.entry:
            return False
        versions.lay_aside(self._database, self._clinic_id, on_file, self.entry)
        return True

    def remove(self, row: "SQLModel") -> None:
        """Take a record out of its table; its last version is kept in the history, if it was there before."""
        self.send()
        self._seen(row)
        self._rows_of_sqlmodel().remove(row)

    def _seen(self, row: Any) -> None:
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
            self._sessions.add(identity.session(columns["number"]))
        elif table == "appointment":
            self._appointments.add(identity.appointment(columns["number"]))

    def remember(self, key: str, asked: str) -> None:
        """Note an idempotency key with this transaction's entry, and the hash of what was asked under it."""
        self._await("request", {**self.record(), "key": key, "asked": asked, "entry": self.entry})

    def seal(self) -> None:
        """End with the log's entry, if anything was written: who, what, and the hash over all of it."""
        of = {table: rows.keys_of(table) for table in sorted(self._touched)}
        count, content = chain.content(leaf.hash for leaf in versions.leaves(self.db, of, self.entry))
        if count:
            act = audit.Act(self.act, *(self.about or self._about()), count, content)
            audit.append(self.db, self._clinic_id, audit.Who(self.account, self.named), act, self.stamp)

    def _about(self) -> tuple[int | None, str | None]:
        """The number of the one patient, and the code of the one session that was written, or else appointment."""
        patients, codes = list(self.people), list(self._sessions or self._appointments)
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
        """Put a row of SQLModel into the transaction; it is sent with the others before the next read."""
        return self._rows_of_sqlmodel().add(row)

    def put(self, table: str, columns: Mapping[str, Any]) -> None:
        """Put a record into the transaction, with all its columns that are not empty; sent before the next read."""
        self._await(table, {**rows.row(columns), "entry": self.entry, "salt": versions.new_salt()})
        self.touched(table, columns)

    def at_home(self) -> None:
        """Look at the clinic anew, after its name or its zone was changed."""
        self.clinic = clinic(self.db)

    def _await(self, table: str, row: dict[str, Any]) -> None:
        self._records.setdefault(table, {}).setdefault(tuple(row), []).append(row)

    def change(self, table: str, id_: str, columns: Mapping[str, Any]) -> None:
        """Change columns of the record of that UUID; the version on file is kept in the history, unless it says so
        already."""
        self.send()
        on_file = self._on_file(table, (id_,))
        assert on_file is not None, "whoever changes a record has read it"
        changed, known = rows.row(columns), json.loads(on_file.content)
        if all(known.get(name) == value for name, value in changed.items()):
            return
        if self._laid_aside(on_file):
            changed |= {"entry": self.entry, "salt": versions.new_salt()}
        self._database.run(rows.update(table, changed), **changed, id=id_)
        self.touched(table, known)
        if self._objects:
            self._objects.outdated(id_)

    def mark(self) -> Callable[[], None]:
        """Take note of what stands now; what is returned takes everything back to it, as often as it is called."""
        self.send()
        self._database.run("SAVEPOINT marked")
        noted = [set(one) for one in (self.people, self._sessions, self._appointments, self._touched)]

        def back() -> None:
            self.send()
            self.people, self._sessions, self._appointments, self._touched = map(set, noted)
            if self._objects:
                self._objects.let_go()
            self._database.run("ROLLBACK TO marked")

        return back

    def number(self, kind: str) -> int:
        """The next short number of a kind of record in this clinic; none is ever given twice."""
        return self.numbered(kind, int(self._database.value(_LAST, clinic=self._clinic_id, kind=kind) or 0) + 1)

    def numbered(self, kind: str, number: int) -> int:
        """Note a number as given."""
        self._database.run(_GIVEN, clinic=self._clinic_id, kind=kind, number=number)
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

    def leave(self) -> None:
        """Let go of the rows of SQLModel: they stay readable, for a preview."""
        if self._objects:
            self._objects.let_go()


@contextmanager
def transaction(
    place: Place, acting: str | None = None, *, act: str = "direct", keep: bool = True
) -> Iterator[Writing]:
    """Run the block in one transaction that the log calls `act`. With `keep` off everything is taken back.

    Raises ServerLost where the connection was lost before the end, Unsettled where it was at the end.
    """
    at_end = False
    connection = None
    try:
        connection = _begun(place)
        writing = Writing(connect.of(connection), acting, act)
        yield writing
        writing.send()
        if keep:
            writing.seal()
        writing.leave()
        at_end = keep
        end(connection, keep=keep)
    except faults(*_of_the_orm()) as fault:
        raise _told(getattr(fault, "orig", None) or fault, place, at_end=at_end) from None
    finally:
        if connection is not None:
            _closed(connection)


def _begun(place: Place) -> Any:
    """A connection of its own to the store, in a transaction that writes: in its turn, and durable."""
    connection = _opened(place)
    try:
        _in_turn(connection, place)
    except BaseException:
        connection.close()
        raise
    return connection


def _opened(place: Place) -> Any:
    if place.url:
        from tpi_cli.store import server

        return server.connect(place, writes=True)
    return connect.open_store(place)


def _in_turn(connection: Any, place: Place) -> None:
    waits = place.secrets.waits if place.secrets else lambda: None
    if place.url:
        from tpi_cli.store import server

        server.begin(connection, waits)
    else:
        connect.durable(connection)
        turns.begin(connection, waits)


def end(connection: Any, *, keep: bool) -> None:
    """End the transaction: with everything in it, or as if it had not been."""
    connection.execute("COMMIT" if keep else "ROLLBACK")


def _closed(connection: Any) -> None:
    """Closed, and what was not kept is taken back; a connection that is lost has nothing to close."""
    with suppress(*faults()):
        connection.close()


def _of_the_orm() -> tuple[type[Exception], ...]:
    """What SQLAlchemy wraps a driver's error in, where an act has loaded it."""
    loaded = sys.modules.get("sqlalchemy.exc")
    return (loaded.DBAPIError,) if loaded else ()


def _told(fault: BaseException, place: Place, *, at_end: bool) -> errors.TpiError:
    """What came of a transaction that failed: of one whose COMMIT was not answered nobody knows."""
    found = connect.translated(fault, place)
    if not isinstance(found, errors.ServerLost):
        return found
    return errors.Unsettled() if at_end else errors.ServerLost(f"{found}; nothing was recorded")
