"""What a morning asks for is looked up, not looked through: no query of the day reads a table from end to end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date

import pytest

from tests.conftest import Clinic
from tpi_cli.rules import standing
from tpi_cli.store import connect
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments, day, due

DAY = {"on": "2026-11-23", "today": "2026-11-23", "first": "2026-10-26", "last": "2026-11-23", "patient": "x"}
ASKED = {
    "booked": appointments._SQL.format(where=" AND one.on_date >= :first AND one.on_date <= :last"),
    "booked sooner": day._SOONER,
    "missed": day._MISSED,
    "to call back": day._BACKS,
    "sessions": day._SESSIONS,
}


@pytest.mark.parametrize("what", ASKED)
def test_a_query_of_the_day_uses_its_index(home: Clinic, what: str) -> None:
    home.ok("init", "--plain")
    with sqlite3.connect(home.store) as store:
        steps = [row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {ASKED[what]}", DAY)]
    assert [step for step in steps if step.startswith("SCAN")] == []


def test_what_an_entry_wrote_is_read_in_order_and_never_sorted(home: Clinic) -> None:
    """An import of a hundred thousand rows is one entry: sorted, all of them would be held at once."""
    home.ok("init", "--plain")
    with sqlite3.connect(home.store) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1:6:4] for row in store.execute(f"PRAGMA table_info({name})")] for name in tables}
        sealed = {
            name: [column for column, key in named if key]
            for name, named in columns.items()
            if {"entry", "salt"} <= dict(named).keys() and name != "history"
        }
        assert len(sealed) > 20
        for name, keys in sealed.items():
            sql = f"EXPLAIN QUERY PLAN SELECT * FROM {name} WHERE entry = 1 ORDER BY entry, {', '.join(keys)}"
            steps = [row[3] for row in store.execute(sql)]
            assert [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN")] == [], name


def test_who_is_born_on_a_day_is_looked_up(home: Clinic) -> None:
    home.ok("init", "--plain")
    with sqlite3.connect(home.store) as store:
        steps = [row[3] for row in store.execute("EXPLAIN QUERY PLAN SELECT 1 FROM patient WHERE born = '1971-03-04'")]
    assert [step for step in steps if step.startswith("SCAN")] == []


def plan(home: Clinic, sql: str, **values: object) -> list[str]:
    """The steps of the engine that the program brings along; another makes other plans."""
    home.ok("init", "--plain")
    with closing(connect.connect(str(home.store), None)) as store:
        return [row[3] for row in store.execute(f"EXPLAIN QUERY PLAN {sql}", values)]


DUE = due.Query(
    today=date(2026, 11, 23),
    at=standing.Thresholds(14, 0, 14, 90),
    statuses=frozenset({*standing.LISTED, "upcoming"}),
    until=date(2026, 11, 30),
    clinic="x",
)


def test_who_is_due_comes_out_of_the_index_in_order_and_is_never_sorted(home: Clinic) -> None:
    """Sorted, all of a long list would be held at once; only those of one day are put into order."""
    steps = plan(home, due.ordering(DUE, list(due.parts_of(DUE))), **due.values_of(DUE))
    assert [step for step in steps if step.startswith("SCAN")] == []
    assert {step for step in steps if "TEMP B-TREE" in step} == {"USE TEMP B-TREE FOR LAST TERM OF ORDER BY"}
    assert [step for step in steps if "ix_recall_open" in step] != []


def test_what_is_shown_of_them_is_looked_up_by_patient(home: Clinic) -> None:
    """By the clinic it would be the plans of everybody, once for every batch of patients."""
    sql = due.picking(DUE, list(due.parts_of(DUE)), "patient_id IN (:a, :b)")
    steps = plan(home, sql, **due.values_of(DUE), a="x", b="y")
    assert [step for step in steps if "recall" in step and "SEARCH" in step] != []
    assert [step for step in steps if "ix_recall_open" in step or step.startswith("SCAN recall")] == []


class Noting(Database):
    """Notes the counts of what is held back."""

    def __init__(self, connection: object) -> None:
        super().__init__(connection)
        self.asked: list[str] = []

    def rows(self, sql: str, **values: object) -> Iterator[tuple[object, ...]]:
        self.asked.append(sql)
        return super().rows(sql, **values)

    def value(self, sql: str, **values: object) -> object:
        self.asked.append(sql)
        return super().value(sql, **values)


def test_what_is_held_back_is_counted_out_of_indexes_of_its_own(home: Clinic) -> None:
    home.ok("init", "--plain")
    with closing(connect.connect(str(home.store), None)) as store:
        db = Noting(store)
        due.held_back(db, DUE)
        steps = [row[3] for sql in db.asked for row in store.execute(f"EXPLAIN QUERY PLAN {sql}", due.values_of(DUE))]
    used = {word for step in steps for word in step.split() if word.startswith("ix_recall_")}
    assert used == {f"ix_recall_{name}" for name in ("capped", "booked", "snoozed", "unplanned", "ended")}
    assert [step for step in steps if step.startswith("SCAN")] == []
