"""What a morning asks for is looked up, not looked through: no query of the day reads a table from end to end."""

import sqlite3

import pytest

from tests.conftest import Clinic
from tpi_cli.store.read import appointments, day

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
