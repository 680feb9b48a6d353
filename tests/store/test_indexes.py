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
