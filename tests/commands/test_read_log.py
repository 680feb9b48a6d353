"""Charts that are read and exports stand in the log, and reports off a terminal end with its head."""

from contextlib import closing
from typing import Any

import pytest

from tests.commands.reading import rows, words
from tests.conftest import ME, Clinic
from tests.store.places import place, records
from tests.transcripts.terminal import terminal
from tpi_cli.store import audit, connect


@pytest.fixture
def mei(clinic: Clinic) -> Clinic:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo")
    return clinic


def entries(clinic: Clinic) -> list[tuple[Any, ...]]:
    """account, acting, act, patient, subject of every entry that wrote no record."""
    sql = "SELECT account, acting, act, patient, subject FROM audit WHERE records = 0 ORDER BY entry"
    with connect.reading(place(clinic)) as db:
        return list(db.rows(sql))


CHARTS = """
command                | act                | subject
patient show 1         | patient show       |
patient show 1 --history | patient show     |
why 1                  | why                |
why 1 ut l --json      | why                |
session show S-0018    | session show       | S-0018
session show S-0018 --history | session show | S-0018
session list 1         | session list       |
site list 1            | site list          |
patient alert 1        | patient alert list |
adverse list 1         | adverse list       |
exposure 1             | exposure           |
chart 1                | chart              |
chart 1 --svg /dev/null | chart             | svg
trend 1                | trend              |
summary 1              | summary            | for patient
letter 1 --kind aftercare | letter          | aftercare
"""


@pytest.mark.parametrize(("command", "act", "subject"), rows(CHARTS), ids=[one[0] for one in rows(CHARTS)])
def test_a_chart_that_is_read_is_an_entry(mei: Clinic, command: str, act: str, subject: str) -> None:
    before = records(mei)
    mei.ok(*words(command), "--as", "js")
    assert entries(mei) == [(ME, "js", act, 1, subject or None)]
    assert records(mei) == before
    assert mei.ok("verify", "--json").json["ok"]


LISTS = ["due", "day", "find tan", "patient list", "session list", "load", "log 1", "check 1 ut l lido 1% 1ml", "stats"]


@pytest.mark.parametrize("command", LISTS)
def test_a_list_is_no_chart(mei: Clinic, command: str) -> None:
    mei.run(*words(command))
    assert entries(mei) == []


REFUSED = [
    "trend 1 --site 'rh l'",
    "chart 99",
    "summary 1 --redact all",
    "letter 1 --kind x",
    "why 1 rh l",
    "why 99",
    "patient show 99",
    "session show S-0000",
]
COLUMNS = [
    "why 1 --format csv",
    "session list 1",
    "site list 1",
    "patient alert 1 list",
    "adverse list 1",
    "exposure 1",
    "chart 1",
    "trend 1",
]


@pytest.mark.parametrize("command", [*REFUSED, *(f"{one} --columns shoe" for one in COLUMNS)])
def test_what_is_refused_is_not_read(mei: Clinic, command: str) -> None:
    assert mei.run(*words(command)).code != 0
    assert entries(mei) == []


def test_a_clinician_is_logged_as_on_file(mei: Clinic) -> None:
    mei.ok("clinician", "add", "JS")
    mei.ok("why", "1", "--as", "js")
    mei.ok("call", "1", "no-answer", "--as", "js")
    assert entries(mei)[-1][1] == "JS"
    assert mei.ok("log", "--limit", "1", "--json").rows[0]["by"] == f"{ME} as JS"


@pytest.mark.file
def test_a_chart_is_shown_while_another_program_holds_the_store(mei: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A patient may be waiting; that it could not be logged is said."""
    monkeypatch.setattr(audit, "NOTE_SECONDS", 0.05)
    with closing(connect.open_store(place(mei))) as held:
        held.execute("BEGIN IMMEDIATE")
        answer = mei.ok("why", "1")
        held.execute("ROLLBACK")
    assert "upper trapezius L" in answer.out
    assert "this reading could not be logged: the store cannot be written now" in answer.err
    assert entries(mei) == []


@pytest.mark.file
def test_an_export_waits_for_the_log_or_is_none(mei: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "NOTE_SECONDS", 0.05)
    path = mei.home / "patients.csv"
    with closing(connect.open_store(place(mei))) as held:
        held.execute("BEGIN IMMEDIATE")
        answer = mei.run("export", "csv", "--kind", "patients", "-o", str(path))
        held.execute("ROLLBACK")
    assert (answer.code, path.exists()) == (6, False)


# --- the head under reports


@pytest.mark.parametrize("report", ["due", "due --status all --format csv", "day", "load"])
def test_a_report_off_a_terminal_tells_the_head(mei: Clinic, report: str) -> None:
    head = mei.ok("verify", "--json").json["chain"]["head"]
    *_, told, _footer = mei.ok(*words(report)).err.splitlines()
    assert told == f"log head {head}"
    assert mei.ok("verify", "--anchor", told.removeprefix("log head ")).code == 0


@pytest.mark.parametrize("report", ["due -q", "due --json", "day -q", "load --quiet", "due --if-any"])
def test_and_where_it_would_be_in_the_way_it_does_not(mei: Clinic, report: str) -> None:
    """Quiet, to a program, or where nobody is due and cron should send nothing."""
    assert "log head" not in mei.ok(*words(report)).err


def test_nor_on_a_terminal(mei: Clinic) -> None:
    with terminal(mei, "due", "--status", "all") as screen:
        screen.end()
    assert "log head" not in screen.screen


@pytest.mark.file
def test_a_head_is_an_anchor_outside_the_store(mei: Clinic) -> None:
    """Put back to before it, the store is found out by what cron had mailed."""
    kept = mei.bytes()
    mei.ok("call", "1", "no-answer")
    head = mei.ok("due").err.splitlines()[-2].removeprefix("log head ")
    mei.store.write_bytes(kept)
    assert mei.ok("verify").code == 0, "whole in itself"
    assert mei.run("verify", "--anchor", head).code == 8
