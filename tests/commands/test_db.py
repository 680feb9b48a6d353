"""`tpi db status|migrate`: an older store is told from ours, and brought up to date whole or not at all."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, talk, words
from tests.conftest import Clinic
from tests.store.older import older, rows
from tests.store.places import place
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.store import connect, write
from tpi_cli.store.connect import SCHEMA

pytestmark = pytest.mark.file

SAMPLE = Path(__file__).parents[2] / "sample_data"
FIRST_LOG = 4
"""The first schema with a log."""
LISTS = (
    "due --status all --explain",
    "due --within 1y",
    "patient list --status all",
    "session list",
    "export csv --kind injections",
    "export csv --kind patients",
)


def lists(clinic: Clinic) -> list[str]:
    """Everything a clinic sees of its records."""
    return [clinic.ok(*words(command), *(() if "export" in command else ("--wide",))).out for command in LISTS]


@pytest.fixture(scope="module")
def _fresh(tmp_path_factory: pytest.TempPathFactory, _shipped: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.ok("import", str(SAMPLE / "patients.csv"), str(SAMPLE / "injections.csv"))
        for command in (
            "stop 1 --reason declined",
            "snooze 2 6w --reason exams",
            "patient edit 3 --payer medicare_mac",
        ):
            clinic.ok(*words(command))

    return made(tmp_path_factory, _shipped, build)


@pytest.fixture
def fresh(tmp_path: Path, _fresh: Path) -> Clinic:
    """The sample clinic in a store of our own schema, with every rule as it comes."""
    return copied(_fresh, tmp_path / "fresh")


@pytest.fixture(scope="module", params=range(1, SCHEMA))
def then(request: pytest.FixtureRequest) -> int:
    """Every schema there was before ours."""
    found: int = request.param
    return found


@pytest.fixture(scope="module")
def _old(tmp_path_factory: pytest.TempPathFactory, _fresh: Path, then: int) -> Path:
    return made(tmp_path_factory, _fresh, lambda clinic: older(clinic, then))


@pytest.fixture
def old(tmp_path: Path, _old: Path) -> Clinic:
    """The same clinic in a store of the schema before."""
    return copied(_old, tmp_path / "old")


# --- status


def test_a_store_of_ours_is_up_to_date(fresh: Clinic) -> None:
    before = everything(fresh)
    answer = fresh.ok("db", "status")
    assert answer.out.splitlines() == [
        f"schema  {SCHEMA} (this tpi has {SCHEMA})",
        f"rules   {KNOWLEDGE} (this tpi has {KNOWLEDGE})",
        "up to date",
    ]
    found = envelope(fresh.ok("db", "status", "--json"), "db-status")
    told = {key: found[key] for key in ("store_schema", "known_schema", "rules", "known_rules", "current")}
    assert told == {
        "store_schema": SCHEMA, "known_schema": SCHEMA, "rules": KNOWLEDGE, "known_rules": KNOWLEDGE, "current": True,
    }  # fmt: skip
    assert everything(fresh) == before


def test_an_older_store_is_told_and_what_to_do(old: Clinic, then: int) -> None:
    rules = None if then == 1 else KNOWLEDGE  # the first schema had no room for it
    answer = old.ok("db", "status")
    assert answer.out.splitlines() == [
        f"schema  {then} (this tpi has {SCHEMA})",
        f"rules   {rules or 'not recorded'} (this tpi has {KNOWLEDGE})",
        "tpi db migrate brings it up to date",
    ]
    found = old.ok("db", "status", "--json").json
    assert (found["store_schema"], found["rules"], found["current"]) == (then, rules, False)


@pytest.mark.parametrize("command", ["due", "patient list", "inject 1 ut l dry --consent written --yes", "rule list"])
def test_until_then_nothing_else_touches_it(old: Clinic, command: str, then: int) -> None:
    code, line, hint = refused(old, *words(command))
    assert (code, line) == (6, f"the store is of an older schema ({then}, this tpi needs {SCHEMA})")
    assert hint == "tpi db migrate brings it up to date; tpi backup first"


@pytest.mark.parametrize("command", ["status", "migrate"])
def test_where_there_is_no_store(home: Clinic, command: str) -> None:
    assert refused(home, "db", command)[0] == 6


# --- migrate


def test_the_list_is_that_of_a_fresh_store(old: Clinic, fresh: Clinic, then: int) -> None:
    answer = old.ok("db", "migrate")
    count = len(fresh.ok("patient", "list", "--status", "all", "--json").rows)
    first, *rest = answer.out.splitlines()
    assert first == f"migrated schema {then} to {SCHEMA}; due dates of {count} patients worked out anew"
    logged = then >= FIRST_LOG
    assert logged or "officer key" in rest[-1], "a store of before had no log, and gets one"
    assert not (logged and rest), "its own log goes on under the key it had"
    assert old.ok("verify", "--json").json["ok"]
    assert lists(old) == lists(fresh)
    assert "up to date" in old.ok("db", "status").out.splitlines()
    assert talk(old.ok("due")) == talk(fresh.ok("due"))
    told = old.ok("why", "3", "--json").rows
    assert told == fresh.ok("why", "3", "--json").rows != []
    assert any(reason["source"].startswith("medicare_mac_2024") for row in told for reason in row["reasons"])


def test_its_shape_is_that_of_a_fresh_store(old: Clinic, fresh: Clinic) -> None:
    old.ok("db", "migrate")
    shapes = []
    for clinic in (old, fresh):
        with closing(connect.open_store(place(clinic))) as connection:
            shapes.append(sorted(connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall(), key=str))
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert shapes[0] == shapes[1]


def test_everything_new_works_on_it(old: Clinic) -> None:
    old.ok("db", "migrate")
    assert old.inject("3", "gm r lido 1% 1ml").startswith("S-")
    for command in ("outcome 3 2", "patient elsewhere 3 triam 40mg", "rule set no_response --level note --reason x",
                    "payer add acme --from 2026-01-01 --max-sessions 4 --reason x",
                    "call 3 booked 'tue 10:00'",
                    "appt cancel 3", "adverse add 3 infection", "adverse close 3 1 --outcome healed", "log",
                    "exposure"):  # fmt: skip
        old.ok(*words(command))


def test_for_programs(old: Clinic, then: int) -> None:
    found = envelope(old.ok("db", "migrate", "--json"), "db-migrate")
    assert (found["from"], found["to"], found["current"]) == (then, SCHEMA, False)
    assert found["patients"] == len(old.ok("patient", "list", "--status", "all", "--json").rows)


def test_a_second_time_there_is_nothing_to_do(old: Clinic) -> None:
    old.ok("db", "migrate")
    before = everything(old)
    assert old.ok("db", "migrate").out == "up to date: nothing to do\n"
    assert old.ok("db", "migrate", "--json").json["current"] is True
    assert everything(old) == before


def test_a_dry_run_keeps_nothing(old: Clinic, then: int) -> None:
    before = everything(old)
    answer = old.ok("db", "migrate", "--dry-run")
    assert answer.out.splitlines() == [
        f"would migrate schema {then} to {SCHEMA} and work out every due date anew", "dry run: nothing was kept",
    ]  # fmt: skip
    assert everything(old) == before


def test_dates_worked_out_with_other_rules_are_worked_out_anew(fresh: Clinic) -> None:
    """The schema is ours; the rules are those of a release before, and so are the dates."""
    before = lists(fresh)
    with write.transaction(place(fresh)) as writing:
        writing.db.run("UPDATE clinic SET knowledge = 'rules/1'")
        writing.db.run(
            "UPDATE recall SET due_on = '2000-01-01', capped_until = NULL, eligible_from = NULL, reassess = 0"
        )
    assert lists(fresh) != before
    status = fresh.ok("db", "status").out.splitlines()
    assert status[1:] == [f"rules   rules/1 (this tpi has {KNOWLEDGE})", "tpi db migrate brings it up to date"]
    fresh.ok("db", "migrate")
    assert lists(fresh) == before
    assert fresh.ok("db", "status").out.splitlines()[-1] == "up to date"


# --- whole or not at all


def _dump(clinic: Clinic) -> list[Any]:
    with closing(connect.open_any(place(clinic))) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        shape = sorted(connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall(), key=str)
        version = connection.execute("PRAGMA user_version").fetchall()
        return [shape, version, *(sorted(map(repr, rows(connection, name))) for name in sorted(names))]


def test_a_migration_that_fails_at_the_dates_leaves_the_schema_as_it_was(
    old: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tpi_cli.store import keep

    def fail(*_: object) -> None:
        raise RuntimeError

    before = _dump(old)
    monkeypatch.setattr(keep, "refresh_all", fail)
    assert old.run("db", "migrate").code == 1
    monkeypatch.undo()
    assert _dump(old) == before
    old.ok("db", "migrate")


KILLED = """
import os, sys
from tpi_cli.store import keep
work = keep.worked_out
seen = []
def killed(*given):
    seen.append(given)
    if len(seen) == 20:
        os._exit(9)
    return work(*given)
keep.worked_out = killed
sys.argv = ["tpi", "db", "migrate"]
from tpi_cli.main import main
main()
"""


def test_a_migration_that_is_killed_half_way_leaves_the_store_as_it_was(old: Clinic, fresh: Clinic) -> None:
    before = _dump(old)
    done = subprocess.run([sys.executable, "-c", KILLED], env=old.environment(), check=False, timeout=60)
    assert done.returncode == 9
    assert _dump(old) == before
    old.ok("db", "migrate")
    assert lists(old) == lists(fresh)


def test_two_at_once_do_it_once(old: Clinic, fresh: Clinic) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: old.process("db", "migrate"), range(2)))
    assert [answer.code for answer in answers] == [0, 0], answers
    assert lists(old) == lists(fresh)


def test_the_options_of_a_record_have_no_place_here(old: Clinic) -> None:
    assert refused(old, *words("db migrate --on yesterday"))[0] == 2
    assert refused(old, *words("db migrate --note x"))[0] == 2


def test_views_of_another_release_are_written_anew(fresh: Clinic) -> None:
    """SQLAlchemy writes them, and another of its releases may write the same view in other words."""
    with closing(connect.open_store(place(fresh))) as connection:
        (text,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'event_list'").fetchone()
        connection.execute("DROP VIEW event_list")
        connection.execute(text.replace("SELECT ", "SELECT  ", 1))
    assert not fresh.ok("db", "status", "--json").json["current"]
    assert fresh.run("verify").code == 8
    fresh.ok("db", "migrate")
    assert fresh.ok("db", "status", "--json").json["current"]
    assert fresh.ok("verify", "--json").json["ok"]
