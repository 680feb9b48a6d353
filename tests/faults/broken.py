"""The program with a fault of our making, which a script must find: `python -m tests.faults.broken KIND WORDS...`.

Each kind is what a careless change would do, put over the real program before it starts.
"""

import sys
import time
from contextlib import suppress
from typing import Any

PAUSE = 0.4
"""Seconds: wide enough for a kill at random to fall into."""


def early(pause: float = 0) -> None:
    """Says `recorded` before the commit."""
    from tpi_cli.store import write

    end = write.end

    def too_soon(connection: Any, *, keep: bool) -> None:
        sys.stdout.write("recorded\n")
        sys.stdout.flush()
        time.sleep(pause)
        end(connection, keep=keep)

    write.end = too_soon


def lazy() -> None:
    """Says `recorded` and then takes its time over the commit."""
    early(PAUSE)


def halves(pause: float = 0) -> None:
    """Commits what was sent so far whenever something is sent: one act, many transactions."""
    from tpi_cli.store.write import Writing

    send = Writing.send

    def and_commit(self: Writing) -> None:
        send(self)
        driver = self._database.connection
        if driver.in_transaction:
            driver.execute("COMMIT")
            time.sleep(pause)
            driver.execute("BEGIN IMMEDIATE")

    Writing.send = and_commit  # type: ignore[method-assign]


def slow_halves() -> None:
    """The same, with time between the halves."""
    halves(PAUSE / 4)


def careless() -> None:
    """Takes a failed commit for a good one."""
    from tpi_cli.store import write

    end = write.end

    def whatever(connection: Any, *, keep: bool) -> None:
        with suppress(Exception):
            end(connection, keep=keep)

    write.end = whatever


def _synchronous(level: str) -> None:
    from tpi_cli.store import connect

    def settings(connection: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={level}")

    connect.durable = settings


def unsynced() -> None:
    """Never waits for the disk."""
    _synchronous("OFF")


def half_synced() -> None:
    """Waits for the disk at a checkpoint only."""
    _synchronous("NORMAL")


def deferred() -> None:
    """A plain BEGIN: a writer that first reads finds its snapshot overtaken."""
    from tpi_cli.store import turns

    turns.begin = lambda connection, _told=None: connection.execute("BEGIN")


def impatient() -> None:
    """Does not wait for another writer."""
    from tpi_cli.store import connect

    connect.BUSY_SECONDS = 0


def hasty() -> None:
    """Puts a new key in the old one's place before the store is turned over to it."""
    from tpi_cli.store import keys

    def at_once(place: Any, key: keys.Key, digits: str) -> keys.Key:
        keys.write(key.source, keys.text_of(digits))
        return keys.Key(digits, key.source)

    keys.put_beside = at_once


def piecemeal() -> None:
    """Commits a migration before the due dates and the log are there."""
    from tpi_cli.store import schema

    upgrade = schema.upgrade

    def and_commit(connection: Any) -> None:
        upgrade(connection)
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    schema.upgrade = and_commit


KINDS = {
    "early": early,
    "lazy": lazy,
    "halves": halves,
    "slow-halves": slow_halves,
    "careless": careless,
    "unsynced": unsynced,
    "half-synced": half_synced,
    "deferred": deferred,
    "impatient": impatient,
    "hasty": hasty,
    "piecemeal": piecemeal,
}

if __name__ == "__main__":
    from tpi_cli.main import main

    KINDS[sys.argv[1]]()
    main(sys.argv[2:])
