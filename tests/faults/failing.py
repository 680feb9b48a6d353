"""Ways for a command to fail that lie around it: a lock, a full disk, a fault of ours, Ctrl-C; each on purpose."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any, NoReturn

from tests.conftest import Clinic
from tests.faults import ward
from tpi_cli.store import connect
from tpi_cli.store.database import Database

IMPATIENT = 0.01
"""Seconds that a command waits for a lock here."""


@contextmanager
def locked(clinic: Clinic) -> Iterator[None]:
    """Another program holds the store and lets nobody in."""
    place, before = ward.place(clinic), connect.BUSY_SECONDS
    with closing(connect.open_store(place)) as other:
        connect.alone(other, place)
        connect.BUSY_SECONDS = IMPATIENT
        try:
            yield
        finally:
            connect.BUSY_SECONDS = before


@contextmanager
def full_disk(_: Clinic) -> Iterator[None]:
    """No file may grow any more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def reading_fails(fault: Callable[[str], BaseException], after: int) -> Callable[[Clinic], Any]:
    """Reads go well so many times, then one fails with what it read in the words of its error."""

    @contextmanager
    def failing(_: Clinic) -> Iterator[None]:
        before, left = Database.rows, [after]

        def rows(self: Database, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
            left[0] -= 1
            return before(self, sql, **values) if left[0] >= 0 else _raised(fault, self)

        Database.rows = rows  # type: ignore[method-assign]
        try:
            yield
        finally:
            Database.rows = before  # type: ignore[method-assign]

    return failing


def _raised(fault: Callable[[str], BaseException], db: Database) -> NoReturn:
    """An error within an error, as faults are: both quote a row of the store."""
    row = repr(db.connection.execute("SELECT * FROM patient ORDER BY number DESC LIMIT 1").fetchone())
    try:
        raise KeyError(row)
    except KeyError as cause:
        raise fault(row) from cause


def _driver(words: str) -> BaseException:
    return connect.dbapi2.OperationalError(f"near {words}: syntax error")


def _refused(words: str) -> BaseException:
    return connect.dbapi2.IntegrityError(f"UNIQUE constraint failed: {words}")


def _interrupted(_: str) -> BaseException:
    return KeyboardInterrupt()


AROUND: dict[str, Callable[[Clinic], AbstractContextManager[None]]] = {
    "locked by another": locked,
    "disk full": full_disk,
    "a fault of ours at once": reading_fails(RuntimeError, 0),
    "a fault of ours": reading_fails(RuntimeError, 4),
    "a fault of ours later": reading_fails(ValueError, 12),
    "a fault of the driver's": reading_fails(_driver, 5),
    "refused by the store": reading_fails(_refused, 6),
    "interrupted": reading_fails(_interrupted, 5),
}
"""By name, what is done while the command runs as it should be used."""


def bound_by_permissions() -> None:
    """In a child before it starts: root becomes one whom permissions bind as they do everybody."""
    if os.geteuid() == 0:
        import ctypes

        for capability in range(3):  # CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: gone with the next exec


def cores_allowed() -> None:
    """In a child before it starts: core files as large as it likes, as developers set it."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
