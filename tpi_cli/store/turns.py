"""Waiting to write while others do: in a line, so that nobody waits for ever.

SQLite's own wait is a race that the newest wins, and it leaves after a time however busy the others are: of fifty
writers at once it turned away every fourth. Here the first in the line asks for the store, and the others only where
nobody has written for a while: whoever is in front may have been stopped. The line is a lock on the store's folder,
which the system takes from whoever ends, killed or not; where there are no such locks, all ask.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tpi_cli import clock
from tpi_cli.store import connect
from tpi_cli.store.database import Driver

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

NAP = 0.01
"""Seconds between two attempts of the first in the line."""
GLANCE = 0.1
"""Seconds between two looks of the others."""
QUIET = 1.0
"""Seconds without a write after which those further back ask as well."""


PATIENT = 2.0
"""Seconds that nobody is told of."""


def begin(connection: Any, told: Callable[[], None] = lambda: None) -> None:
    """Begin a transaction that writes, once the others are done; who waits long is told so once.

    Raises the driver's error if the store is held by one that does not write anything for `connect.BUSY_SECONDS`.
    """
    waiting = _Waiting(connection)
    line = _Line(os.path.dirname(waiting.path))
    connection.execute("PRAGMA busy_timeout=0")
    until: float | None = clock.running() + PATIENT
    try:
        while True:
            first = line.first()
            if (first or waiting.quiet(QUIET)) and _begun(waiting):
                return
            if until is not None and clock.running() > until:
                told()
                until = None
            if first:
                clock.pause(NAP)
    finally:
        line.leave()
        connection.execute(f"PRAGMA busy_timeout={round(connect.BUSY_SECONDS * 1000)}")


def _begun(waiting: "_Waiting") -> bool:
    try:
        waiting.connection.execute("BEGIN IMMEDIATE")
    except Driver.OperationalError as fault:
        if "locked" not in str(fault) or waiting.quiet(connect.BUSY_SECONDS):
            raise
        return False
    return True


class _Waiting:
    """Somebody who waits, and since when nobody has written."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.path = connection.execute("PRAGMA database_list").fetchone()[2]
        self._seen, self._since = self._written(), clock.running()

    def quiet(self, seconds: float) -> bool:
        """Whether nothing was written for so long, or for as long as anybody is waited for."""
        found = self._written()
        if found != self._seen:
            self._seen, self._since = found, clock.running()
        return clock.running() - self._since >= min(seconds, connect.BUSY_SECONDS)

    def _written(self) -> list[tuple[int, int]]:
        """Something that changes whenever anybody writes."""
        found = []
        for name in (self.path, f"{self.path}-wal"):
            with suppress(OSError):
                one = os.stat(name)
                found.append((one.st_size, one.st_mtime_ns))
        return found


class _Line:
    """A place in the line, from the first question to `leave`."""

    def __init__(self, folder: str) -> None:
        self._lock: int | None = None
        self._standing: Any = None
        with suppress(OSError):
            self._lock = os.open(folder, os.O_RDONLY) if fcntl else None

    def first(self) -> bool:
        """Whether nobody is before us; waits a moment for it."""
        if self._lock is None:
            return True
        if self._standing is None:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                self._standing = _Standing(self._lock)
            except OSError:  # a file system without such locks
                return True
        return bool(self._standing.first(GLANCE))

    def leave(self) -> None:
        """Whoever is next comes to the front."""
        if self._lock is not None and (self._standing is None or self._standing.left()):
            os.close(self._lock)


class _Standing:
    """A thread that waits for the lock, for there is no other way to wait for it and to look up meanwhile."""

    def __init__(self, lock: int) -> None:
        from threading import Lock, Thread

        self._lock, self._guard = lock, Lock()
        self._gone = self._ended = False
        self._thread = Thread(target=self._stand, daemon=True)
        self._thread.start()

    def _stand(self) -> None:
        with suppress(OSError):
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        with self._guard:
            self._ended = True
            if self._gone:
                os.close(self._lock)

    def first(self, seconds: float) -> bool:
        """Whether it has come to the front, after so long at most."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def left(self) -> bool:
        """Whether the lock is ours to close; else the thread does it, once it has it."""
        with self._guard:
            self._gone = True
            return self._ended
