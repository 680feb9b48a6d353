"""Waiting to write while others do: whoever has waited longer asks more often, so that nobody waits for ever.

SQLite's own wait asks ever more seldom and leaves after a time, however busy the others are: of fifty writers at once
it turned away every fourth.
"""

import os
import time
from contextlib import suppress
from typing import Any

from tpi_cli.store import connect

SELDOM, OFTEN = 0.1, 0.02
"""Seconds between two attempts, at first and in the end."""
AGED = 4.0
"""Seconds after which one asks as often as that."""


def begin(connection: Any) -> None:
    """Begin a transaction that writes, once the others are done. Raises the driver's error if the store is held by one
    that does not write anything for `connect.BUSY_SECONDS`.
    """
    connection.execute("PRAGMA busy_timeout=0")
    try:
        _begun(connection)
    finally:
        connection.execute(f"PRAGMA busy_timeout={round(connect.BUSY_SECONDS * 1000)}")


def _begun(connection: Any) -> None:
    came = moved = time.monotonic()
    seen = None
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
            return
        except connect.Driver.OperationalError as fault:
            if "locked" not in str(fault):
                raise
            now, before, seen = time.monotonic(), seen, _written(connection)
            moved = now if seen != before else moved
            if now - moved >= connect.BUSY_SECONDS:
                raise
        time.sleep(_nap(now - came))


def _nap(age: float) -> float:
    """Shorter the longer one waits, and never the same for two who came together."""
    usual = max(OFTEN, SELDOM - age * (SELDOM - OFTEN) / AGED)
    return usual * (0.5 + time.monotonic_ns() % 1000 / 1000)


def _written(connection: Any) -> list[tuple[int, int]]:
    """Something that changes whenever anybody writes."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    found = []
    for name in (path, f"{path}-wal"):
        with suppress(OSError):
            found.append((os.stat(name).st_size, os.stat(name).st_mtime_ns))
    return found
