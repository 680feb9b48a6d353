"""Waiting to write while others do: in a line, so that nobody waits for ever.

SQLite's own wait is a race that the newest wins, and it leaves after a time however busy the others are: of fifty
writers at once it turned away every fourth. Here only the first in the line asks for the store. The line is a lock on
the store's folder, which the system takes from whoever ends, killed or not; where there is none, all ask.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tpi_cli.store import connect

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

NAP = 0.01
"""Seconds between two attempts of the first in the line."""
GLANCE = 0.1
"""Seconds between two looks of the others at whether anybody writes."""


def begin(connection: Any) -> None:
    """Begin a transaction that writes, once the others are done. Raises the driver's error if the store is held by one
    that does not write anything for `connect.BUSY_SECONDS`.
    """
    waiting = _Waiting(connection)
    connection.execute("PRAGMA busy_timeout=0")
    try:
        with _in_line(waiting):
            _begun(waiting)
    finally:
        connection.execute(f"PRAGMA busy_timeout={round(connect.BUSY_SECONDS * 1000)}")


class _Waiting:
    """Somebody who waits, and since when nobody has written."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.path = connection.execute("PRAGMA database_list").fetchone()[2]
        self._seen, self._since = self._written(), time.monotonic()

    def in_vain(self) -> bool:
        """Whether nothing moves: whoever holds the store has written nothing for too long."""
        found = self._written()
        if found != self._seen:
            self._seen, self._since = found, time.monotonic()
        return time.monotonic() - self._since >= connect.BUSY_SECONDS

    def _written(self) -> list[tuple[int, int]]:
        """Something that changes whenever anybody writes."""
        found = []
        for name in (self.path, f"{self.path}-wal"):
            with suppress(OSError):
                found.append((os.stat(name).st_size, os.stat(name).st_mtime_ns))
        return found


def _begun(waiting: _Waiting) -> None:
    while True:
        try:
            waiting.connection.execute("BEGIN IMMEDIATE")
            return
        except connect.Driver.OperationalError as fault:
            if "locked" not in str(fault) or waiting.in_vain():
                raise
        time.sleep(NAP)


@contextmanager
def _in_line(waiting: _Waiting) -> Iterator[None]:
    """Go on as the first of those who wait, or after having waited in vain."""
    try:
        folder = os.open(os.path.dirname(waiting.path), os.O_RDONLY) if fcntl else -1
    except OSError:
        folder = -1
    if folder < 0 or _stood(folder, waiting):
        try:
            yield
        finally:
            if folder >= 0:
                os.close(folder)  # and whoever is next comes to the front
    else:
        yield


def _stood(folder: int, waiting: _Waiting) -> bool:
    """Stand in the line up to its front; False where one leaves it, with somebody still at it for us."""
    with suppress(OSError):
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    from threading import Thread

    def stand() -> None:
        with suppress(OSError):  # a file system without such locks
            fcntl.flock(folder, fcntl.LOCK_EX)

    standing = Thread(target=stand, daemon=True)
    standing.start()
    while standing.is_alive():
        standing.join(GLANCE)
        if waiting.in_vain():
            return False
    return True
