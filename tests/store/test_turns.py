"""Who waits to write gets in while the others come to an end, and leaves where one holds the store and does nothing."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from tests.conftest import Clinic
from tests.transcripts.terminal import terminal
from tpi_cli.store import connect, turns


@pytest.fixture
def two(clinic: Clinic) -> Iterator[tuple[Any, Any]]:
    """Two connections to one store."""
    with closing(_writer(clinic)) as one, closing(_writer(clinic)) as other:
        yield one, other


def _writer(clinic: Clinic) -> Any:
    connection = connect.Driver.connect(str(clinic.store), isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA key=\"x'{clinic.key.read_text().split()[1]}'\"")
    connect.durable(connection)
    return connection


def test_a_free_store_is_written_at_once(two: tuple[Any, Any]) -> None:
    turns.begin(two[0])
    assert two[0].in_transaction
    two[0].execute("COMMIT")


def test_who_holds_it_and_writes_nothing_is_not_waited_for(two: tuple[Any, Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.2)
    one, other = two
    one.execute("BEGIN IMMEDIATE")
    with pytest.raises(connect.Driver.OperationalError, match="locked"):
        turns.begin(other)
    assert other.execute("PRAGMA busy_timeout").fetchone() == (200,)


def test_while_anybody_writes_it_is_waited_for(clinic: Clinic, two: tuple[Any, Any], monkeypatch: Any) -> None:
    """Twice as long as for one who does nothing; each writes anew within that time."""
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.4)
    one, other = two
    one.execute("BEGIN IMMEDIATE")
    one.execute("UPDATE clinic SET name = 'Held'")

    def busy() -> None:
        for _ in range(8):
            time.sleep(0.1)
            os.utime(f"{clinic.store}-wal")
        one.execute("COMMIT")

    thread = threading.Thread(target=busy)
    thread.start()
    turns.begin(other)
    assert other.execute("SELECT name FROM clinic").fetchone() == ("Held",)
    thread.join()


def test_who_came_first_is_served_first(clinic: Clinic, two: tuple[Any, Any]) -> None:
    """Six who come one after the other while the store is held, each asking only from the front of the line."""
    held = two[0]
    held.execute("BEGIN IMMEDIATE")
    served: list[int] = []

    def write(number: int) -> None:
        with closing(_writer(clinic)) as connection:
            turns.begin(connection)
            served.append(number)
            connection.execute("COMMIT")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
        time.sleep(0.15)
    held.execute("COMMIT")
    for thread in threads:
        thread.join()
    assert served == list(range(6))


@pytest.mark.parametrize("without", ["locks", "the module"])
def test_without_a_line_all_ask(two: tuple[Any, Any], monkeypatch: Any, without: str) -> None:
    """A file system without locks, or Windows."""

    def fails(*_: object) -> None:
        raise OSError(38, "Function not implemented")

    if without == "locks":
        monkeypatch.setattr(turns.fcntl, "flock", fails)
    else:
        monkeypatch.setattr(turns, "fcntl", None)
    turns.begin(two[0])
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.2)
    with pytest.raises(connect.Driver.OperationalError, match="locked"):
        turns.begin(two[1])
    two[0].execute("COMMIT")
    turns.begin(two[1])


def test_whoever_is_stopped_in_front_keeps_nobody_from_a_free_store(clinic: Clinic) -> None:
    """Somebody who pressed Ctrl-Z while waiting: the others look for themselves, however many they are."""
    front = os.open(clinic.store.parent, os.O_RDONLY)
    fcntl.flock(front, fcntl.LOCK_EX)

    def write() -> float:
        with closing(_writer(clinic)) as connection:
            came = time.monotonic()
            turns.begin(connection)
            connection.execute("UPDATE clinic SET name = name")
            connection.execute("COMMIT")
            return time.monotonic() - came

    with ThreadPoolExecutor(6) as desks:
        waited = [one.result() for one in [desks.submit(write) for _ in range(6)]]
    assert max(waited) < connect.BUSY_SECONDS / 2
    os.close(front)


def test_a_line_that_was_left_is_free(clinic: Clinic, two: tuple[Any, Any], monkeypatch: Any) -> None:
    """The thread that stood there gives the lock back when it gets it."""
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.2)
    front = os.open(clinic.store.parent, os.O_RDONLY)
    fcntl.flock(front, fcntl.LOCK_EX)
    turns.begin(two[0])
    two[0].execute("COMMIT")
    os.close(front)
    time.sleep(0.05)
    other = os.open(clinic.store.parent, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_whoever_waits_long_at_a_terminal_is_told(clinic: Clinic, two: tuple[Any, Any]) -> None:
    clinic.patient()
    turns.begin(two[0])
    with terminal(clinic, "patient", "edit", "1", "--phone", "0161 496 0107", "--yes") as screen:
        screen.sees("another tpi is writing: waiting for it to end")
        two[0].execute("COMMIT")
        assert screen.end() == 0
    assert clinic.ok("patient", "show", "1", "--json").json["phone"] == "0161 496 0107"
