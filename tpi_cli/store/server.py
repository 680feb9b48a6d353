"""A store on a PostgreSQL server: the way in, and what a store is asked for in this engine's words.

Days, quantities and truths leave the driver as they do in a file (`database`), so that every read, rule and hash is
the same. Everything lies in a schema of its own, `tpi`, and who may do what there stands in `server.sql`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Dumper, Loader
from psycopg.types.string import TextLoader

from tpi_cli import errors
from tpi_cli.store import address, catalog
from tpi_cli.store.database import BUSY_SECONDS, SCHEMA, Column, Database
from tpi_cli.store.place import Place

HOME = "tpi"
"""The schema that everything lies in."""
LOCK = 0x747069
"""The advisory lock that whoever writes holds (`tpi` as a number): the log has one end."""
OLDEST = 15
"""The first PostgreSQL whose views look with the reader's own rights."""
PATIENT = 2.0
"""Seconds that nobody is told of."""
PAGE = 2_000
"""Rows that a long list is fetched by."""
_WORD = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|(?<![:\w]):([a-z_]\w*)|%""")
_VERSION = "SELECT version_num, EXISTS (SELECT 1 FROM clinic) FROM alembic_version"
"""The schema, and whether the login sees a clinic: one let into another store of the server has the roles as well."""
_THERE = f"SELECT 1 FROM pg_namespace WHERE nspname = '{HOME}' AND NOT has_schema_privilege(oid, 'USAGE')"
"""Whether there is a store that the login is not let into."""
_WATCHED = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "25000"}
"""A server that falls silent, as one without power, is given up after 25 seconds; one that works for long is not."""
_SETTLED = f"""
SET search_path = {HOME}, pg_temp; SET timezone = 'UTC'; SET datestyle = 'ISO'; SET client_min_messages = warning;
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""


class _Truth(Loader):
    """Yes and no as 1 and 0."""

    def load(self, data: Any) -> int:
        return int(bytes(data) == b"t")


class _Whole(Dumper):
    """A whole number without a type: the server takes it for what stands beside it, a truth too."""

    oid = 0

    def dump(self, obj: int) -> bytes:
        return b"%d" % obj


@cache
def written(sql: str) -> str:
    """The same statement with its parameters as this driver has them: `%(name)s`."""
    return _WORD.sub(lambda found: f"%({found[1]})s" if found[1] else found[0].replace("%", "%%"), sql)


def connect(place: Place, *, writes: bool = False) -> Any:
    """A connection in autocommit to a server's store of our schema. Raises StoreUnavailable in its several forms."""
    connection = reach(place, writes=writes)
    try:
        found = schema_of(connection, place)
    except BaseException:
        connection.close()
        raise
    if found == SCHEMA:
        return connection
    connection.close()
    raise (errors.OlderSchema if found < SCHEMA else errors.NewerSchema)(found=found, known=SCHEMA)


def reach(place: Place, *, writes: bool = False) -> Any:
    """A connection to the database, whatever is in it. Of several hosts, who writes goes to the one that can."""
    params = address.settled(place.url)
    wanted = params.get("target_session_attrs", "any")
    if writes and wanted != "primary" and address.several(params):
        wanted = "read-write"
    turns = ("standby", "any") if wanted == "prefer-standby" else (wanted,)
    for turn in turns:
        try:
            connection = _opened({**params, "target_session_attrs": turn}, place)
            break
        except psycopg.Error as fault:
            if turn == turns[-1]:
                raise _unreachable(str(fault), place) from None
    try:
        connection.execute(_SETTLED)
    except psycopg.Error as fault:
        connection.close()
        raise translated(fault, place) from None
    return connection


def _opened(params: dict[str, str], place: Place) -> Any:
    """Connected, with the password that the keyring has where libpq found none."""
    usual = {"connect_timeout": "10", "application_name": "tpi", **_WATCHED}
    known = {**usual, **params, "client_encoding": "UTF8"}
    try:
        return psycopg.connect(**known, autocommit=True)  # type: ignore[arg-type]
    except psycopg.OperationalError as fault:
        if fault.pgconn is None or not (fault.pgconn.needs_password or fault.pgconn.used_password):
            raise
        from tpi_cli.store import system_keyring

        password = system_keyring.password(place.path)
        if password is None:
            raise
    return psycopg.connect(**{**known, "password": password}, autocommit=True)  # type: ignore[arg-type]


def schema_of(connection: Any, place: Place) -> int:
    """The schema of the store there. Raises NoStore, NotPermitted."""
    try:
        found = connection.execute(_VERSION).fetchone()
    except psycopg.errors.UndefinedTable:
        if connection.execute(_THERE).fetchone():
            raise translated(psycopg.errors.InsufficientPrivilege(), place) from None
        raise errors.NoStore(path=place.path) from None
    except psycopg.Error as fault:
        raise translated(fault, place) from None
    if found and not found[1]:
        raise translated(psycopg.errors.InsufficientPrivilege(), place)
    return int(found[0]) if found else 0


@contextmanager
def reading(place: Place, *, latest: bool = False) -> Iterator["Server"]:
    """The store, for reading one moment of it; closed at the end. The `latest` is where it is written to."""
    with closing(connect(place, writes=latest)) as connection:
        try:
            _read(connection)
            yield Server(connection, place)
        except psycopg.Error as fault:
            raise translated(fault, place) from None


def _read(connection: Any) -> None:
    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


def begin(connection: Any, told: Callable[[], None] | None = None) -> None:
    """Begin a transaction that writes, once the others are done; who waits long is told so once.

    Waiting is in a line, the server's own. Raises the driver's error after `connect.BUSY_SECONDS`.
    """
    try:
        _begun(connection, PATIENT if told else BUSY_SECONDS)
    except psycopg.errors.LockNotAvailable:
        connection.execute("ROLLBACK")
        if told is None:
            raise
        told()
        _begun(connection, BUSY_SECONDS)


def _begun(connection: Any, seconds: float) -> None:
    wait = f"SET LOCAL lock_timeout = {round(seconds * 1000)}"
    connection.execute(f"BEGIN; {wait}; SELECT pg_advisory_xact_lock({LOCK})")


class Server(Database):
    """A connection to a store on a server."""

    on_server = True

    def __init__(self, connection: Any, place: Place | None = None) -> None:
        super().__init__(connection)
        self._place = place
        self._cursor = _adapted(connection.cursor())
        self._account: str | None = None
        self._pages = 0

    def _ran(self, sql: str, values: Mapping[str, Any]) -> Any:
        return self._cursor.execute(written(sql), values)

    def rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query, fetched whole: the same connection may be asked again while they are looked at."""
        return iter(self._ran(sql, values).fetchall())

    def stream(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows as they are asked for, a page at a time."""
        return self.headed_stream(sql, **values)[1]

    def row(self, sql: str, **values: Any) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        found: tuple[Any, ...] | None = self._ran(sql, values).fetchone()
        return found

    def headed(self, sql: str, **values: Any) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """The names of a query's columns, and its rows, fetched whole."""
        cursor = self._ran(sql, values)
        return _names(cursor), iter(cursor.fetchall())

    def headed_stream(self, sql: str, **values: Any) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """The same, the rows as they are asked for, a page at a time."""
        self._pages += 1
        cursor = _adapted(self.connection.cursor(name=f"rows{self._pages}"))
        cursor.itersize = PAGE
        cursor.execute(written(sql), values)
        return _names(cursor), _paged(cursor)

    def run(self, sql: str, **values: Any) -> None:
        """Run a statement."""
        self._ran(sql, values)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run a statement once for each row of values."""
        self._cursor.executemany(written(sql), rows)

    @property
    def account(self) -> str:
        """The login at the server: nobody acts under another's."""
        if self._account is None:
            self._account = str(self.value("SELECT session_user"))
        return self._account

    def stamp(self) -> str:
        """This moment by the server's clock, which all workstations go by."""
        return str(self.value("SELECT stamp(clock_timestamp())"))

    def make_room(self) -> None:
        """Nothing: what the server holds in memory is the server's to say."""

    def tables(self) -> list[str]:
        """The store's tables by name, but for those that only this engine has."""
        return [name for (name,) in self.rows(catalog.TABLES)]

    def columns(self, table: str) -> list[Column]:
        """A table's columns in their order."""
        return [
            Column(name, kind, bool(needed), key) for name, kind, needed, key in self.rows(catalog.COLUMNS, table=table)
        ]

    def references(self, table: str) -> list[tuple[str, str, str]]:
        """What a table's columns refer to: the column, the other table and its column."""
        return [(column, parent, target) for column, parent, target in self.rows(catalog.REFERENCES, table=table)]

    def structure(self) -> Iterator[tuple[Any, ...]]:
        """Every part of the schema: its kind, its name, what it is of, and its definition as this server writes it."""
        return self.rows(catalog.STRUCTURE)

    def log_end(self) -> tuple[int, str] | None:
        """The log's last entry by its key, and the hash of the key of the next one, which nobody gets to see."""
        found = self.row("SELECT entry, digest FROM log_end()")
        return found and (found[0], found[1])

    def health(self) -> Iterator[tuple[str, str]]:
        """How the server keeps the store: what it is, who is let in as what, and what could lose a record."""
        yield "server", f"PostgreSQL {self.value('SHOW server_version')}"
        yield "login", self.account
        yield "encrypted_connection", "yes" if self.value(catalog.ENCRYPTED) else "no"
        yield "standby", "yes" if self.value("SELECT pg_is_in_recovery()") else "no"
        for name in ("fsync", "full_page_writes", "synchronous_commit", "synchronous_standby_names", "data_checksums"):
            yield name, str(self.value(f"SHOW {name}")) or "none"

    def soundness(self) -> Iterator[tuple[str, str]]:
        """Nothing: the pages are the server's to check."""
        yield from ()

    def unsound(self, still: Callable[[], None] = lambda: None) -> Iterator[str]:  # noqa: ARG002
        """References that lead nowhere; the pages are the server's to check (data checksums, pg_amcheck)."""
        for table in self.loose(name for name in self.tables() if name != "ratchet"):  # which nobody gets to see
            yield f"{table} refers to a record that is not there"

    def refer_later(self) -> None:
        """For the rest of the transaction a record may come before what it refers to."""
        self.run("SET CONSTRAINTS ALL DEFERRED")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """A statement that may be refused: here the whole transaction would be, but for a savepoint."""
        self.run("SAVEPOINT attempt")
        try:
            yield
        except psycopg.Error:
            self.run("ROLLBACK TO attempt")
            raise
        self.run("RELEASE attempt")

    def overlap(self) -> None:
        """For the rest of the transaction two may have the same time."""
        self.run("SELECT set_config('tpi.overlap', 'on', true)")

    @contextmanager
    def between(self, seconds: float) -> Iterator[Database]:
        """A short write between two reads; who reads at a standby writes at the server it follows."""
        if self.value("SELECT pg_is_in_recovery()"):
            with self._elsewhere(seconds) as writer:
                yield writer
            return
        self.connection.execute("COMMIT")
        try:
            _begun(self.connection, seconds)
            yield self
            self.connection.execute("COMMIT")
        finally:
            if self.connection.info.transaction_status != pq.TransactionStatus.IDLE:
                self.connection.execute("ROLLBACK")
            _read(self.connection)

    @contextmanager
    def _elsewhere(self, seconds: float) -> Iterator[Database]:
        assert self._place is not None, "only a store that is read has readings to log"
        with closing(connect(self._place, writes=True)) as connection:
            _begun(connection, seconds)
            yield Server(connection)
            connection.execute("COMMIT")


def _names(cursor: Any) -> tuple[str, ...]:
    return tuple(column.name for column in cursor.description)


def _paged(cursor: Any) -> Iterator[tuple[Any, ...]]:
    with cursor:
        yield from cursor


def _adapted(cursor: Any) -> Any:
    """A cursor that gives and takes values as a store in a file does; SQLModel's own cursors stay as they are."""
    for name in ("date", "numeric"):
        cursor.adapters.register_loader(name, TextLoader)
    cursor.adapters.register_loader("bool", _Truth)
    cursor.adapters.register_dumper(int, _Whole)
    return cursor


def translated(fault: BaseException, place: Place) -> errors.TpiError:
    """A driver's error as one of ours; its text is never shown, for it may quote a record."""
    found = next((made for kind, made in _MEANING.items() if isinstance(fault, kind)), None)
    if found is not None:
        return found(place)
    if isinstance(fault, psycopg.OperationalError) and (fault.sqlstate or "08").startswith(("08", "57P")):
        return errors.ServerLost(f"the connection to {place.path} was lost")
    return errors.StoreUnavailable(f"the store {place.path} failed", hint="tpi doctor tells more; nothing was recorded")


def _unreachable(text: str, place: Place) -> errors.TpiError:
    """Why there is no connection; of the server's words only those that libpq itself says are looked at."""
    for part, (why, hint) in _REFUSED.items():
        if part in text:
            return errors.StoreUnavailable(f"{place.path} {why}", hint=hint)
    why = next((words for part, words in _NOT_NOW.items() if part in text), "cannot be reached")
    return errors.ServerLost(f"{place.path} {why}", hint="" if why in _NOT_NOW.values() else _GONE)


_REFUSED = {
    "certificate": ("could not prove that it is the clinic's", "sslrootcert=FILE names who signed for it"),
    "password": ("asks for a password that was not given, or not the right one", "tpi help server: ~/.pgpass"),
    "pg_hba": ("lets nobody in from here under this login", "the server's pg_hba.conf says who may"),
    "definition of service": ("is not in the service file", "~/.pg_service.conf, or PGSERVICEFILE, names it"),
    "does not exist": ("has no such database or login", "createdb and createuser make them; tpi help server"),
    "SSL": ("takes no encrypted connection that proves who it is", "tpi help server: encrypted on the way"),
}
"""What stays so until somebody does something about it."""
_NOT_NOW = {
    "session is": "has no server now that does what is asked",
    "too many": "has no place left for one more",
    "starting up": "is starting up",
}
"""What may be over in a moment, as when a standby takes the place of a server that is gone."""
_GONE = "is it running, and is the address right? tpi help scale tells what to do when a server is gone"


_MEANING: dict[type[Exception], Callable[[Place], errors.TpiError]] = {
    psycopg.errors.LockNotAvailable: lambda _: errors.StoreBusy(),
    psycopg.errors.SerializationFailure: lambda _: errors.Collided(),
    psycopg.errors.DeadlockDetected: lambda _: errors.Collided(),
    psycopg.errors.ReadOnlySqlTransaction: lambda place: errors.StoreUnavailable(
        f"{place.path} only reads: it is a standby; nothing was recorded",
        hint="name the other server too: postgresql://ONE,OTHER/DATABASE",
    ),
    psycopg.errors.InsufficientPrivilege: lambda place: errors.NotPermitted(
        f"your login at {place.path} may not do this",
        hint="whoever set the store up lets it: tpi db grant LOGIN writer|reader|auditor",
    ),
    psycopg.errors.ExclusionViolation: lambda _: errors.Conflict(
        "the time was taken meanwhile", hint="name another time, or --override clash='why'"
    ),
    psycopg.IntegrityError: lambda _: errors.Conflict(
        "the store refused the record: a value is not allowed or already taken"
    ),
    psycopg.errors.DiskFull: lambda place: errors.StoreReadOnly(why="the server's disk is full", path=place.path),
}
"""What the server's errors mean here, the narrower before the wider."""
