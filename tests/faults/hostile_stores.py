"""Stores and backups in a stranger's hands: other programs' files, ours cut, turned over, or with another's inside."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import Clinic
from tests.faults import ward
from tpi_cli.rules import paper
from tpi_cli.store import connect, keys

NUMBERS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)"
OURS = f"PRAGMA application_id={connect.APPLICATION_ID}"
NOW = f"PRAGMA user_version={connect.SCHEMA}"


def backup(clinic: Clinic) -> Path:
    """Where the honest backup lies."""
    return clinic.home / "desk" / "clinic.db"


def recovery_code(path: Path, clinic: Clinic) -> None:
    """The code that opens the store, where the officer key is wanted."""
    path.write_text(paper.write(paper.RECOVERY, bytes.fromhex(keys.read_key(str(clinic.key)))))


def _made(path: Path, *statements: str) -> None:
    """A plain SQLite file."""
    path.touch()
    with closing(connect.connect(str(path), None)) as file:
        for statement in statements:
            file.execute(statement)


def plain(path: Path, clinic: Clinic) -> None:
    """Another program's."""
    _made(path, "CREATE TABLE patient (id, name)", "INSERT INTO patient VALUES (1, 'Tan')")


def views(path: Path, clinic: Clinic) -> None:
    """One that says it is ours, with views where the tables should be."""
    _made(path, OURS, NOW, *(f"CREATE VIEW {name} AS SELECT 1 AS id" for name in ("clinic", "patient", "audit")))


def endless_views(path: Path, clinic: Clinic) -> None:
    """The same, and whoever reads one never comes to its end."""
    _made(path, OURS, NOW, *(_endless(name, columns) for name, (columns, _) in ward.tables(clinic).items()))


def _endless(name: str, columns: list[str]) -> str:
    return f"CREATE VIEW {name} AS {NUMBERS} SELECT {', '.join(f'x AS {one}' for one in columns)} FROM n"


def newer(path: Path, clinic: Clinic) -> None:
    """One of a schema that is still to come."""
    _made(path, OURS, "PRAGMA user_version=99")


@contextmanager
def _opened(path: Path, clinic: Clinic) -> Iterator[Any]:
    """A copy of the backup, open to whoever has its key."""
    shutil.copy(backup(clinic), path)
    with closing(connect.connect(str(path), keys.read_key(str(clinic.key)))) as file:
        yield file


def trigger(path: Path, clinic: Clinic) -> None:
    """A backup with a trigger that hides what is written."""
    with _opened(path, clinic) as file:
        file.execute("CREATE TRIGGER hide AFTER INSERT ON contact BEGIN DELETE FROM contact WHERE id = NEW.id; END")


def hidden(path: Path, clinic: Clinic) -> None:
    """A backup whose table of the log is a view that never ends."""
    with _opened(path, clinic) as file:
        file.execute("ALTER TABLE audit RENAME TO old_audit")
        file.execute(_endless("audit", ward.tables(clinic)["audit"][0]))


def no_backup(path: Path, clinic: Clinic) -> None:
    """A copy of the store itself."""
    shutil.copy(clinic.store, path)


def cut(path: Path, clinic: Clinic) -> None:
    """A backup that came over half way."""
    whole = backup(clinic).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _turned(path: Path, clinic: Clinic, at: int) -> None:
    whole = bytearray(backup(clinic).read_bytes())
    whole[at % len(whole)] ^= 1
    path.write_bytes(whole)


def flipped(path: Path, clinic: Clinic) -> None:
    """A backup with one bit turned over, in the middle."""
    _turned(path, clinic, backup(clinic).stat().st_size // 2 + 100)


def flipped_first(path: Path, clinic: Clinic) -> None:
    """The same, on its first page."""
    _turned(path, clinic, 100)
