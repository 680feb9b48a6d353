"""`tpi session`: the log, newest first; one session whole; a session voided and never gone."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, one_line, talk, words
from tests.conftest import ME, Clinic


@pytest.fixture(scope="module")
def _two(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12")
        clinic.patient("Ruiz, Ana", "1965-04-05")
        clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--on", "2026-10-01", "--pain", "7:3", "--next", "6w")
        both = "ut l lido 1% 1ml + triam 40mg/ml 0.25ml"
        clinic.inject("1", both, "--on", "2026-11-01", "--next", "3mo", "--as", "JS")
        clinic.inject("2", "gm r dry", "--on", "2026-10-15")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def two(tmp_path: Path, _two: Path) -> Clinic:
    """Mei with S-0018 (1 Oct) and S-002B (1 Nov), Ana with S-003E (15 Oct)."""
    return copied(_two, tmp_path)


def test_a_row_holds_what_scripts_lean_on(two: Clinic) -> None:
    found = envelope(two.ok("session", "list", "1", "--json"), "session-list")
    assert [row["session"] for row in found["rows"]] == ["S-002B", "S-0018"]
    row = found["rows"][1]
    told = {
        "session": "S-0018", "patient": "PT-0001", "mrn": "A12", "date": "2026-10-01", "agents": ["lidocaine"],
        "pain": {"before": 7, "after": 3}, "signed": False, "voided": False,
    }  # fmt: skip
    assert {key: row[key] for key in told} == told
    assert [(site["muscle"], site["side"]) for site in row["sites"]] == [
        ("trapezius_upper", "L"),
        ("levator_scapulae", "L"),
    ]


def test_the_list_is_newest_first_and_of_all_or_one(two: Clinic) -> None:
    def listed(*more: str) -> list[str]:
        return [row["session"] for row in two.ok("session", "list", *more, "--json").rows]

    assert listed() == ["S-002B", "S-003E", "S-0018"]
    assert listed("--limit", "2") == ["S-002B", "S-003E"]
    assert listed("mrn:A12") == ["S-002B", "S-0018"]
    assert two.ok("session", "list", "1").out.splitlines()[0].split() == (
        ["SESSION", "DATE", "PATIENT", "MRN", "SITES", "AGENTS", "PAIN", "CLINICIAN", "SIGNED", "VOIDED"]
    )


@pytest.mark.parametrize("typed", ["S-002B", "s-002b", "002B", "OO2B", "S-OO2B"])
def test_the_ways_to_name_a_session(two: Clinic, typed: str) -> None:
    """Letters that look like digits are read as those; the last one catches a slip."""
    assert two.ok("session", "show", typed, "--json").json["session"] == "S-002B"


@pytest.mark.parametrize("typed", ["S-002C", "S-012B", "S-02B", "S-002", "2", "S-003B", "", "S-", "1"])
def test_a_slip_finds_nothing(two: Clinic, typed: str) -> None:
    assert two.run("session", "show", typed).code == 3


def test_show_tells_who_recorded_it(two: Clinic) -> None:
    found = envelope(two.ok("session", "show", "S-002B", "--json"), "session")
    assert (found["clinician"], found["recorded_by"]) == ("JS", f"{ME} as JS")
    lines = two.ok("session", "show", "S-002B").out.splitlines()
    assert lines[0] == "S-002B  2026-11-01  JS   PT-0001 Tan, Mei born 4 Mar 1971"
    assert "triamcinolone acetonide 40 mg/mL  0.25 mL = 10 mg" in lines[1]


def test_voiding_keeps_the_session_and_brings_the_earlier_plan_back(two: Clinic) -> None:
    assert [row["due"] for row in two.ok("due", "1", "-w", "1y", "--json").rows] == ["2026-11-12"]
    due = {site["muscle"]: site["due"] for site in two.ok("due", "1", "-w", "1y", "--json").rows[0]["sites"]}
    assert due == {"levator_scapulae": "2026-11-12", "trapezius_upper": "2027-02-01"}
    answer = two.ok("session", "void", "S-002B", "--reason", "wrong patient", "--yes")
    assert answer.out == "voided: S-002B of 2026-11-01, PT-0001 Tan, Mei born 4 Mar 1971\n"
    due = {site["muscle"]: site["due"] for site in two.ok("due", "1", "-w", "1y", "--json").rows[0]["sites"]}
    assert due == {"levator_scapulae": "2026-11-12", "trapezius_upper": "2026-11-12"}
    listed = {row["session"]: row["voided"] for row in two.ok("session", "list", "1", "--json").rows}
    assert listed == {"S-002B": True, "S-0018": False}
    shown = two.ok("session", "show", "S-002B", "--json").json
    assert (shown["voided"], shown["void_reason"], len(shown["injections"])) == (True, "wrong patient", 2)
    assert "VOIDED" in two.ok("session", "show", "S-002B").out
    assert ",2026-11-01," not in two.ok("export", "csv", "--kind", "injections").out


def test_voiding_asks_first_naming_whom(two: Clinic) -> None:
    before = everything(two)
    command = ("session", "void", "S-002B", "--reason", "wrong patient")
    for stdin, code in (("n\n", 9), ("\n", 9), ("", 9)):
        answer = two.run(*command, stdin=stdin)
        assert (answer.code, answer.out) == (code, "")
        assert "void S-002B of 2026-11-01, PT-0001 Tan, Mei born 4 Mar 1971" in answer.err
        assert everything(two) == before
    assert two.run(*command, "--no-input", stdin="y\n").code == 9
    assert two.run(*command, stdin="y\n").code == 0
    assert everything(two) != before


def test_a_dry_run_of_voiding(two: Clinic) -> None:
    before = everything(two)
    answer = two.ok("session", "void", "S-002B", "--reason", "wrong patient", "-n")
    assert answer.out.splitlines()[0].startswith("would be voided: S-002B")
    assert everything(two) == before


def test_voiding_twice_is_a_conflict(two: Clinic) -> None:
    two.ok("session", "void", "S-002B", "--reason", "wrong patient", "--yes")
    answer = two.run("session", "void", "S-002B", "--reason", "once more")
    assert (answer.code, one_line(answer)[0]) == (5, "S-002B is void already")


def test_the_number_of_a_voided_session_is_not_given_again(two: Clinic) -> None:
    two.ok("session", "void", "S-003E", "--reason", "entered twice", "--yes")
    assert two.inject("2", "gm r dry") == "S-004H"


def test_no_sessions(clinic: Clinic) -> None:
    answer = clinic.ok("session", "list")
    assert (answer.out, talk(answer)) == ("", ["0 sessions"])
    assert clinic.ok("session", "list", "--json").rows == []


def test_a_voided_session_can_be_entered_anew_by_hand(two: Clinic) -> None:
    two.ok(*words("session void S-002B --reason 'wrong side' --yes"))
    two.inject("1", "ut r lido 1% 1ml", "--on", "2026-11-01", "--next", "3mo")
    due = {
        (site["muscle"], site["side"]): site["due"]
        for site in two.ok("due", "1", "-w", "1y", "--json").rows[0]["sites"]
    }
    assert due[("trapezius_upper", "R")] == "2027-02-01"
    assert due[("trapezius_upper", "L")] == "2026-11-12"
