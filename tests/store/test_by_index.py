"""What is read of one patient, or of a day, is found by index: nobody else's records are gone through for it."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from tests.conftest import Clinic
from tpi_cli.rules import standing
from tpi_cli.store import connect
from tpi_cli.store.place import Place
from tpi_cli.store.read import day, due, offers, people, plans
from tpi_cli.store.read.clinic import clinic as office_of

GONE_THROUGH = re.compile(r"SCAN (patient|recall|site|session|injection|plan|outcome|alert|contact|appointment|hold)\b")


class Watched(connect.Database):
    """A store that explains each query as it is asked; `scans` holds the steps that go through a table of records."""

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.scans: list[str] = []

    def rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        self._explain(sql, values)
        return super().rows(sql, **values)

    def row(self, sql: str, **values: Any) -> tuple[Any, ...] | None:
        self._explain(sql, values)
        return super().row(sql, **values)

    def _explain(self, sql: str, values: dict[str, Any]) -> None:
        steps = self.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
        self.scans += [f"{step[3]}: {sql}" for step in steps if GONE_THROUGH.match(step[3])]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    clinic = Clinic(tmp_path_factory.mktemp("home"))
    clinic.ok("init")
    who = clinic.patient()
    clinic.inject(who, "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3")
    connection = connect.open_store(Place(str(clinic.store), str(clinic.key)))
    yield Watched(connection)
    connection.close()


def _query(db: connect.Database, **more: Any) -> due.Query:
    office = office_of(db)
    today = date(2026, 11, 23)
    return due.Query(
        today=today, at=office.thresholds, statuses=frozenset(standing.LISTED), until=today, clinic=office.id, **more
    )


def _session(db: connect.Database) -> str:
    return str(connect.Database(db.connection).value("SELECT id FROM session"))


READS: dict[str, Callable[[Watched], Any]] = {
    "a patient": lambda db: people.patient(db, "PT-0001"),
    "a patient's recalls": lambda db: list(due.of_site(db, _query(db, patients=(1,)))),
    "the list": lambda db: list(due.rows(db, _query(db))),
    "the list of a patient": lambda db: list(due.rows(db, _query(db, patients=(1,)))),
    "what is held back": lambda db: due.held_back(db, _query(db)),
    "the day": lambda db: day.rows(db, _query(db), date(2026, 11, 23)),
    "another day": lambda db: day.rows(db, _query(db), date(2026, 11, 23) - timedelta(days=1)),
    "what a payer holds back after a session": lambda db: plans.capped_until(db, _session(db)),
    "ids to offer": lambda db: list(offers.patient_numbers(db, [(1, 99)], 10)),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_nobody_elses_records_are_gone_through(watched: Watched, read: Callable[[Watched], Any]) -> None:
    watched.scans.clear()
    read(watched)
    assert watched.scans == []


def test_a_search_goes_through_the_names_alone(watched: Watched) -> None:
    from tpi_cli.store.read.search import search

    watched.scans.clear()
    assert search(watched, "tan", None)
    assert [scan.partition(":")[0] for scan in watched.scans] == [
        "SCAN patient USING COVERING INDEX ix_patient_name_key"
    ]


def test_the_watch_sees_a_scan(watched: Watched) -> None:
    """So that its silence above says something."""
    watched.scans.clear()
    list(people.patients(watched))
    assert watched.scans
