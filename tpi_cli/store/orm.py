"""SQLModel's way into a store: engines to make one or bring it up to date, and rows of a transaction under way."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.pool import NullPool, StaticPool
from sqlmodel import Session, SQLModel

from tpi_cli.store import connect, turns
from tpi_cli.store.database import Database, Driver
from tpi_cli.store.fields import Sealed
from tpi_cli.store.place import Place

Row = TypeVar("Row", bound=SQLModel)


def durably(opened: Callable[[Place], Any], place: Place) -> Callable[[], Any]:
    """A way to open a file's store so that it keeps what it acknowledges."""

    def creator() -> Any:
        connection = opened(place)
        connect.durable(connection)
        return connection

    return creator


def made(creator: Callable[[], Any]) -> Engine:
    """An engine over a way to connect to a file, a new connection each time, with our own BEGIN: the driver's would let
    two writers collide."""
    out = create_engine("sqlite://", creator=creator, module=Driver, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(out, "begin")
    def begin(connection: Any) -> None:
        turns.begin(connection.connection.driver_connection)

    return out


def _lent(db: Database) -> Engine:
    """An engine over a connection whose transaction is somebody else's: it neither begins nor ends one."""
    url = "postgresql+psycopg://" if db.on_server else "sqlite://"
    how: dict[str, Any] = {"use_native_hstore": False} if db.on_server else {"module": Driver}
    out = create_engine(url, creator=lambda: db.connection, poolclass=StaticPool, hide_parameters=True, **how)
    for ending in ("do_begin", "do_commit", "do_rollback", "do_close"):
        setattr(out.dialect, ending, lambda _connection: None)
    return out


class Objects:
    """Rows of SQLModel in a transaction that is under way.

    `seal` is told of each that is new or changed; `lay_aside` keeps the version on file, by table and key, and tells
    whether it did: one that the transaction wrote itself it leaves.
    """

    def __init__(
        self, db: Database, seal: Callable[[Any], None], lay_aside: Callable[[str, tuple[Any, ...]], bool]
    ) -> None:
        self.session = Session(_lent(db), expire_on_commit=False, autoflush=False)
        self._seal, self._lay_aside = seal, lay_aside
        self._waiting: list[SQLModel] = []

    def add(self, row: Row) -> Row:
        """Put a row into the transaction; it waits for the others."""
        self._waiting.append(row)
        return row

    def taken(self) -> dict[str, list[SQLModel]]:
        """What waits, by table: without relationships SQLAlchemy does not know the order. What changed is sealed."""
        for one in list(self.session.dirty):
            if self.session.is_modified(one):
                self._supersede(one)
        waiting, self._waiting = self._waiting, []
        objects: dict[str, list[SQLModel]] = {}
        for one in waiting:
            objects.setdefault(str(one.__tablename__), []).append(one)
        return objects

    def flush(self, objects: Iterable[SQLModel] = ()) -> None:
        """Send objects of one table; those that are on file already are changed with all the others in the end."""
        new = [one for one in objects if not inspect(one).persistent]
        for one in new:
            if isinstance(one, Sealed):
                self._seal(one)
        self.session.add_all(new)
        self.session.flush()

    def _supersede(self, row: SQLModel) -> None:
        """Lay the version on file aside before it is changed; one of this very transaction is only changed."""
        if isinstance(row, Sealed) and self._lay_aside(str(row.__tablename__), inspect(row).identity):
            self._seal(row)

    def remove(self, row: SQLModel) -> None:
        """Take a record out of its table; its last version is kept, if it was there before."""
        self._lay_aside(str(row.__tablename__), inspect(row).identity)
        self.session.delete(row)
        self.session.flush()

    def outdated(self, id_: str) -> None:
        """The row of a UUID was changed beside these: whoever holds it has it as it is now."""
        for one in list(self.session.identity_map.values()):
            if inspect(one).identity == (id_,):
                self.session.refresh(one)

    def let_go(self) -> None:
        """Know no row any more; those that others hold stay readable."""
        self.session.expunge_all()
