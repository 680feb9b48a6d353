"""Where the generator writes to: one class an engine, chosen by what `--db` names."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from tests.scale.work import insert
from tpi_cli import files
from tpi_cli.rules import paper
from tpi_cli.store import connect, schema, seal
from tpi_cli.store.database import Database
from tpi_cli.store.place import Place

ZONE = "Europe/London"
GIVEN = """
INSERT INTO numbering (clinic_id, kind, last) VALUES (:clinic, :kind, :last)
ON CONFLICT (clinic_id, kind) DO UPDATE SET last = excluded.last
"""


class Sink(Protocol):
    """A store that rows are put into by the thousand."""

    db: Database

    def begin(self) -> None:
        """Begin a transaction."""

    def put(self, table: str, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Put rows into a table."""

    def numbered(self, clinic: str, last: Mapping[str, int]) -> None:
        """Note the last short numbers given."""

    def entered(self, clinic: str, act: str) -> None:
        """Write the log's entry over all that carries its number."""

    def commit(self) -> None:
        """Keep the transaction."""

    def close(self) -> None:
        """Leave the store as the program expects to find it."""


class SQLite:
    """A new file, as `tpi init` makes it; written without a journal and without waiting for the disk."""

    def __init__(self, path: str, *, plain: bool) -> None:
        place = place_of(path)
        found = schema.make(place, plain=plain, name="Scale Clinic", zone=ZONE)
        files.put_new(
            str(Path(path).with_suffix(".officer.key")),
            f"{paper.write(paper.OFFICER, bytes.fromhex(found.officer_key))}\n",
        )
        connection = connect.open_store(place)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-1000000",
                       "locking_mode=EXCLUSIVE", "temp_store=MEMORY", "secure_delete=OFF"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")
        self.db = Database(connection)

    def begin(self) -> None:
        """Begin a transaction."""
        self.db.run("BEGIN IMMEDIATE")

    def put(self, table: str, names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
        """Put rows into a table."""
        self.db.connection.executemany(insert(table, names), rows)

    def numbered(self, clinic: str, last: Mapping[str, int]) -> None:
        """Note the last short numbers given."""
        for kind, number in last.items():
            self.db.run(GIVEN, clinic=clinic, kind=kind, last=number)

    def entered(self, clinic: str, act: str) -> None:
        """Write the log's entry over all that carries its number."""
        seal.entered(self.db, clinic, act)

    def commit(self) -> None:
        """Keep the transaction."""
        self.db.run("COMMIT")

    def close(self) -> None:
        """Back to the journal of a store in use."""
        self.db.run("PRAGMA locking_mode=NORMAL")
        connect.durable(self.db.connection)
        self.db.connection.close()


def place_of(path: str) -> Place:
    """The store at a path, its key in a file beside it."""
    return Place(str(Path(path).resolve()), str(Path(path).resolve().with_suffix(".key")))


def sink(db: str, *, plain: bool) -> Sink:
    """Where rows go to for a path, or for another engine's URL."""
    if "://" in db:
        raise SystemExit(f"no engine for {db.partition(':')[0]} here yet")
    return SQLite(db, plain=plain)
