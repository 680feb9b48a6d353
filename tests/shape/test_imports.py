"""What a command loads, seen in a fresh interpreter: the daily ones must not pay for libraries they do not use."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import Clinic

HEAVY = {"sqlmodel", "sqlalchemy", "pydantic", "alembic", "rich"}
WATCHED = """
import atexit, json, os, sys
told = int(os.environ["WATCHED_PIPE"])
atexit.register(lambda: open(told, "w").write(json.dumps(sorted(sys.modules))))
sys.argv = json.loads(os.environ["WATCHED_ARGV"])
from tpi_cli.main import main
main()
"""

ITEMS = ["ut", "l,", "ls", "l", "lido", "1%", "1ml", "each"]
TOLD = ["--pain", "7:3", "--next", "3mo", "--consent", "written"]


def loaded(clinic: Clinic, *words: str, code: int = 0, **more: str) -> set[str]:
    """The packages in `sys.modules` at the end of `tpi WORDS`, which must leave with that code."""
    return {name.partition(".")[0] for name in modules(clinic, *words, code=code, **more)}


def modules(clinic: Clinic, *words: str, code: int = 0, **more: str) -> set[str]:
    """All the modules."""
    reader, writer = os.pipe()
    environment = clinic.environment(WATCHED_ARGV=json.dumps(["tpi", *words]), WATCHED_PIPE=str(writer), **more)
    with subprocess.Popen([sys.executable, "-c", WATCHED], env=environment, pass_fds=[writer], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as running:  # fmt: skip
        os.close(writer)
        with os.fdopen(reader, "rb") as told:  # read as it comes: the names of the ORM are more than a pipe holds
            names = json.loads(told.read())
        out, err = running.communicate(timeout=60)
    assert running.returncode == code, (out, err)
    assert out, "it said something"
    return set(names)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    """An encrypted store with somebody due: the paths that read rows are walked."""
    clinic = Clinic(tmp_path_factory.mktemp("home"))
    clinic.ok("init")
    who = clinic.patient()
    clinic.inject(who, "ut l, ls l lido 1% 1ml each", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3")
    clinic.ok("stop", who, "ls", "l", "--reason", "resolved")
    other = clinic.patient("Khan, Sara", "1988-03-30")
    clinic.ok("book", other, "tomorrow 10:00")
    clinic.ok("adverse", "add", other, "infection")
    return clinic


READS: list[list[str]] = [
    ["due"],
    ["due", "--json"],
    ["due", "--format", "tsv", "--status", "all", "--explain"],
    ["due", "--within", "1w"],
    ["due", "PT-0001", "--muscle", "ut", "--agent", "lido"],
    ["why", "1"],
    ["why", "1", "ut", "l", "--json"],
    ["day"],
    ["day", "tomorrow", "--json"],
    ["appt", "list"],
    ["adverse", "list"],
    ["load"],
    ["find", "tan"],
    ["find", "tann"],
    ["log"],
    ["log", "1", "--since", "yesterday", "--json"],
    ["patient", "list"],
    ["patient", "show", "1"],
    ["patient", "alert", "1", "list"],
    ["site", "list", "1"],
    ["session", "list"],
    ["session", "show", "S-0018"],
    ["muscle", "list"],
    ["muscle", "show", "ut"],
    ["agent", "list"],
    ["agent", "show", "lido"],
    ["config", "list"],
    ["config", "path"],
    ["help", "dates"],
    ["doctor"],
    ["--help"],
    ["inject", "1", *ITEMS, *TOLD, "--dry-run"],
    ["again", "1", "--consent", "written", "--dry-run"],
    ["check", "1", *ITEMS],
    ["check", "1", *ITEMS, "--json"],
    ["rule", "list"],
    ["rule", "show", "la_over_limit"],
    ["payer", "list"],
    ["payer", "show", "medicare", "--json"],
    ["exposure"],
    ["export", "csv", "--kind", "patients"],
    ["export", "fhir"],
    ["exposure", "1"],
    ["chart", "1"],
    ["chart", "1", "--json"],
    ["trend", "1"],
    ["summary", "1"],
    ["summary", "1", "--html", "-"],
    ["letter", "1", "--kind", "recall"],
    ["stats"],
    ["stats", "--by", "agent"],
    ["bill", "2026-08-23"],
]
STOPPED: list[list[str]] = [
    ["check", "1", "gm", "r", "lido", "2%", "20ml"],
    ["inject", "1", *ITEMS, "--dry-run"],
]
"""What leaves with 4, its findings told."""


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_what_only_reads_loads_none_of_the_heavy_libraries(clinic: Clinic, words: list[str]) -> None:
    assert loaded(clinic, *words) & HEAVY == set()


def test_the_first_screen_loads_not_even_the_command_line(clinic: Clinic) -> None:
    assert loaded(clinic) & {"typer", "click", *HEAVY} == set()


def test_a_list_as_a_terminal_gets_it_loads_none_of_them_either(clinic: Clinic) -> None:
    assert loaded(clinic, "due", "--format", "table", "--color", "always") & HEAVY == set()


@pytest.mark.parametrize("words", STOPPED, ids=" ".join)
def test_what_is_stopped_loads_none_of_them_either(clinic: Clinic, words: list[str]) -> None:
    assert loaded(clinic, *words, code=4) & HEAVY == set()


@pytest.mark.parametrize("words", [["due"], ["due", "--json"], ["why", "1"], ["patient", "list"]], ids=" ".join)
def test_a_list_adds_nothing_up_and_needs_no_calendar_library(clinic: Clinic, words: list[str]) -> None:
    assert "dateutil" not in loaded(clinic, *words)


def test_a_list_has_no_use_for_decimals_or_hashes_and_a_search_for_none_of_the_orm(clinic: Clinic) -> None:
    assert loaded(clinic, "due") & {"decimal", "hashlib", "tempfile"} == set()
    assert loaded(clinic, "find", "tan") & {*HEAVY, "dateutil"} == set()


DAILY: list[list[str]] = [
    ["patient", "add", "Ruiz, Ana", "1965-03-04", "--allergy", "none", "--bleeding", "none"],
    ["inject", "2", *ITEMS, *TOLD, "--yes"],
    ["outcome", "1", "3", "--on", "2026-09-23"],
    ["call", "1", "no-answer"],
    ["snooze", "1", "8w", "--reason", "away"],
    ["resume", "1"],
    ["site", "add", "2", "is", "r", "--taut-band"],
    ["adverse", "add", "2", "bruise"],
    ["adverse", "close", "2", "1", "--outcome", "healed"],
    ["patient", "edit", "1", "--phone", "020 7946 0000"],
    ["patient", "alert", "2", "add", "anticoagulant", "apixaban"],
    ["call", "3", "booked", "wed 10:00"],
    ["appt", "move", "3", "wed 11:00"],
    ["appt", "cancel", "3"],
    ["sign", "--yes"],
    ["patient", "elsewhere", "1", "triam", "40mg", "--on", "2026-11-01"],
    ["stop", "1", "--reason", "moved"],
    ["book", "4", "today", "10:00"],
    ["appt", "arrive", "4"],
    ["session", "void", "S-0018", "--reason", "another patient's", "--yes"],
    ["import", "people.csv"],
]


def test_what_is_written_all_day_loads_none_of_the_heavy_libraries(clinic: Clinic) -> None:
    """One after the other: what one records the next goes on with."""
    clinic.patient("Berg, Ida", "1950-06-07")
    clinic.file("people.csv", "mrn,name,born\nB7,New Person,1981-02-03\n")
    for line in DAILY:
        words = [str(clinic.home / word) if word == "people.csv" else word for word in line]
        assert loaded(clinic, *words) & HEAVY == set(), words


def test_a_write_loads_the_dialect_of_its_own_engine_only(clinic: Clinic) -> None:
    found = modules(clinic, "config", "set", "appointment.minutes", "20")
    assert "sqlalchemy.dialects.sqlite" in found
    assert {name for name in found if name.startswith(("sqlalchemy.dialects.postgresql", "psycopg"))} == set()


@pytest.mark.parametrize("words", [["--version"], ["-V"]], ids=" ".join)
def test_the_version_is_told_before_anything_is_loaded(clinic: Clinic, words: list[str]) -> None:
    found = loaded(clinic, *words)
    assert found & {*HEAVY, "typer", "sqlcipher3", "dateutil"} == set()
    assert found - set(sys.stdlib_module_names) <= {"tpi_cli", "__main__", "sitecustomize", *_at_start()}


def _at_start() -> set[str]:
    """What this environment's own `.pth` files load into every interpreter."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys; print(*{name.partition('.')[0] for name in sys.modules})"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(told.stdout.split())


@pytest.mark.parametrize(
    ("line", "offered"),
    [("tpi why PT-", "PT-0001"), ("tpi due PT-", "PT-0001"), ("tpi d", "due"), ("tpi due --muscle u", "ut")],
)
def test_tab_offers_without_the_heavy_libraries(clinic: Clinic, line: str, offered: str) -> None:
    shell = {"_TPI_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    found = loaded(clinic, **shell)
    assert found & {*HEAVY, "dateutil"} == set()
    answer = clinic.process(**shell)
    assert offered in answer.out.split()


def test_recording_is_seen_to_load_them(clinic: Clinic) -> None:
    """So that their absence above says something."""
    found = loaded(clinic, "config", "set", "recall.due", "0")
    assert {"sqlmodel", "sqlalchemy", "pydantic"} <= found
