"""A store that is carried to a server and back: nothing is lost on the way, and nothing is there twice."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.postgres.cluster import programs
from tests.postgres.shelves import ME, SHELVES
from tests.store.places import fill, records
from tpi_cli.store import connect, move
from tpi_cli.store.place import find

pytestmark = pytest.mark.file


@pytest.fixture(scope="module", autouse=True)
def _server() -> None:
    """Skip loudly where no server is installed; where everything must be tested, fail."""
    if programs() is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("NOT TESTED: no PostgreSQL server here")


@pytest.fixture(scope="module")
def _full(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """A store with a row in every table, and some that were changed, voided and taken back."""
    home = tmp_path_factory.mktemp("full")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    fill(clinic)
    clinic.inject("1", "ut r lido 1% 0.5ml + triam 10mg", "--pain", "8:0", "--on", "2026-10-01")
    clinic.ok("patient", "edit", "1", "--height", "171.50", "--note", 'quotes " and \\ and ü and 𝛼')
    clinic.ok("patient", "edit", "1", "--phone", "1")
    clinic.ok("undo", "--yes")
    return home


@pytest.fixture
def full(tmp_path: Path, _full: Path) -> Clinic:
    shutil.copytree(_full, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> str:
    """The address of a database without a store."""
    return SHELVES.url(tmp_path / "server", ME)


def rows(where: str, clinic: Clinic) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table at a store's name, but for who was enrolled and the entry of the move."""
    with connect.reading(find(where, str(clinic.key))) as db:
        return {table: list(db.rows(f"SELECT * FROM {table} ORDER BY {', '.join(move.KEYS[table])}"))
                for table in move.TABLES}  # fmt: skip


def due(clinic: Clinic, where: str) -> object:
    said = json.loads(clinic.ok("--db", where, "due", "--status", "all", "--json").out)
    return {name: value for name, value in said.items() if name != "generated_at"}


def test_there_and_back_every_row_is_what_it_was(full: Clinic, empty: str) -> None:
    here = str(full.store)
    before, listed = rows(here, full), due(full, here)
    there = full.ok("db", "move", empty, "--yes", "--json").json
    assert due(full, empty) == listed
    assert full.ok("--db", empty, "verify", "--json").json["ok"]
    back = str(full.home / "back.db")
    again = full.ok("--db", empty, "db", "move", back, "--yes", "--json").json
    after = rows(back, full)
    assert due(full, back) == listed
    assert full.ok("--db", back, "verify", "--json").json["ok"]
    added = {"audit": 2, "ratchet": 0}
    for table, known in before.items():
        if table != "ratchet":
            assert after[table][: len(known)] == known, table
        assert len(after[table]) == len(known) + added.get(table, 0), table
    assert there["rows"]["patient"] == again["rows"]["patient"] == len(before["patient"])
    assert Path(there["aside"]).is_file()
    assert not full.store.exists()


def test_the_store_of_before_is_gone_from_where_it_was(full: Clinic, empty: str) -> None:
    """Nobody goes on writing into a store that was carried away."""
    full.ok("db", "move", empty, "--yes")
    assert full.run("due").code == 6
    full.ok("--db", empty, "db", "move", str(full.home / "back.db"), "--yes")
    assert full.run("--db", empty, "due").code == 6


@pytest.mark.parametrize("there", ["a store", "a file"])
def test_what_is_at_the_target_is_left_alone(full: Clinic, empty: str, there: str) -> None:
    before = full.bytes()
    if there == "a store":
        full.ok("--db", empty, "init")
        answer = full.run("db", "move", empty, "--yes")
    else:
        full.ok("db", "move", empty, "--yes")
        answer = full.run("--db", empty, "db", "move", full.file("taken.db", "x"), "--yes")
        before = full.bytes() if full.store.exists() else before
    assert answer.code == 5, answer
    assert len(answer.err.splitlines()) <= 3


def test_a_dry_run_carries_nothing(full: Clinic, empty: str) -> None:
    before = full.bytes()
    assert "would carry" in full.ok("db", "move", empty, "--dry-run").out
    assert full.bytes() == before
    assert full.run("--db", empty, "due").code == 6


def test_a_row_that_does_not_arrive_stops_the_move(full: Clinic, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is compared: the old store stands, and there is none at the target."""
    real, before = move.zip_longest, records(full)
    monkeypatch.setattr(move, "zip_longest", lambda one, other: ((a, (*b[:-1], "x")) for a, b in real(one, other)))
    answer = full.run("db", "move", empty, "--yes")
    assert answer.code == 8, answer
    assert records(full) == before
    full.ok("due")
    assert full.run("--db", empty, "due").code == 6


def test_a_store_moves_between_kinds_only(full: Clinic) -> None:
    answer = full.run("db", "move", str(full.home / "other.db"), "--yes")
    assert answer.code == 2, answer


def test_a_server_s_store_leaves_as_a_plain_file_too(full: Clinic, empty: str) -> None:
    """The log's key is in no copy."""
    import sqlite3

    full.ok("db", "move", empty, "--yes")
    before = rows(empty, full)
    out = full.home / "out.db"
    full.ok("--db", empty, "export", "sqlite", "--output", str(out))
    with sqlite3.connect(out) as plain:
        for table, known in before.items():
            found = plain.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
            assert found == len(known) + 2 * (table == "audit"), table  # the export, and the schema that the copy has
        assert plain.execute("SELECT key FROM ratchet").fetchone() != before["ratchet"][0][2:]
