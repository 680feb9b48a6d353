"""Who waits to write gets in while the others come to an end, and leaves where one holds the store and does nothing."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.conftest import Clinic
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


@pytest.mark.parametrize(
    ("age", "least", "most"), [(0, 0.05, 0.15), (2, 0.03, 0.09), (4, 0.01, 0.03), (999, 0.01, 0.03)]
)
def test_whoever_has_waited_longer_asks_more_often(age: float, least: float, most: float) -> None:
    assert least <= turns._nap(age) <= most
