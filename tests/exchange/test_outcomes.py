"""`outcomes.csv`, in and out: scores after a session, whole or not at all, and a second time without effect."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, made
from tests.conftest import Answer, Clinic

HEADER = "mrn,date,muscle,side,pain,relief_pct,resolved,source_id"
ROW = {"mrn": "A1", "date": "2026-11-02", "pain": "3"}
PEOPLE = 'mrn,name,born\nA1,"Tan, Mei",1971-03-04\nA2,"Ruiz, Ana",1965-04-05\n'
SHOTS = """mrn,date,muscle,side,agent,strength,volume_ml,follow_up,pain_before
A1,2026-08-23,ut,L,lido,1%,1,3mo,7
A1,2026-08-23,ls,L,lido,1%,1,3mo,7
A1,2026-10-05,ut,L,lido,1%,1,3mo,5
"""


def scores(*rows: dict[str, str], header: str = HEADER) -> str:
    """A file of outcomes; each row is the plain one with what is given changed."""
    names = header.split(",")
    lines = [",".join(f'"{ {**ROW, **row}.get(name, "") }"' for name in names) for row in rows]
    return "\n".join([header, *lines, ""])


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.ok("import", clinic.file("people.csv", PEOPLE), clinic.file("shots.csv", SHOTS))
        clinic.ok("site", "add", "1", "is", "r")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    """A1: sites ut L (23 August, 5 October), ls L (23 August), is R (never treated). A2: nothing yet."""
    return copied(_mei, tmp_path)


def bring(clinic: Clinic, text: str, *more: str) -> Answer:
    return clinic.run("import", clinic.file("scores.csv", text), *more)


def counted(answer: Answer) -> tuple[int, int, int, int]:
    """New, changed, same, refused."""
    assert answer.code == 0, answer
    found = answer.json
    return found["new"], found["changed"], found["same"], found["refused"]


def stored(clinic: Clinic, table: str = "outcome") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = clinic.ok("export", "json").json["tables"][table]
    return [row for row in rows if table != "outcome" or row["phase"] == "later"]


def written(clinic: Clinic) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(clinic.ok("export", "csv", "--kind", "outcomes").out)))


def closed(clinic: Clinic) -> dict[str, str | None]:
    return {row["muscle"]: row["closed"] for row in clinic.ok("site", "list", "1", "--json").rows}


# What comes in


def test_a_score_is_measured_against_the_session_before_it(mei: Clinic) -> None:
    rows = [
        {"date": "2026-09-30"},
        {"date": "2026-10-05"},
        {"muscle": "ls", "side": "L"},
        {"muscle": "ut", "side": "l"},
    ]
    assert counted(bring(mei, scores(*rows), "--json")) == (4, 0, 0, 0)
    first, last = (row["id"] for row in sorted(stored(mei, "session"), key=lambda row: row["on_date"]))
    muscle: dict[str | None, str] = {row["id"]: row["muscle"] for row in stored(mei, "site")}
    whole = {row["on_date"]: row["session_id"] for row in stored(mei) if row["site_id"] is None}
    assert whole == {"2026-09-30": first, "2026-10-05": last}
    sites = {muscle[row["site_id"]]: row["session_id"] for row in stored(mei) if row["site_id"]}
    assert sites == {"levator_scapulae": first, "trapezius_upper": last}


VALUES: list[tuple[dict[str, str], tuple[Any, ...]]] = [
    ({"pain": "0"}, (0, None, 0, None)),
    ({"pain": "10", "relief_pct": "-42.5"}, (10, "-42.5", 0, None)),
    ({"pain": "", "relief_pct": "60.0"}, (None, "60", 0, None)),
    ({"relief_pct": "-0"}, (3, "0", 0, None)),
    ({"resolved": "no"}, (3, None, 0, None)),
    ({"resolved": "YES", "muscle": "ls", "side": "L"}, (3, None, 1, None)),
    ({"source_id": "Q1"}, (3, None, 0, "Q1")),
]


@pytest.mark.parametrize(("row", "kept"), VALUES, ids=[str(row) for row, _ in VALUES])
def test_what_is_kept(mei: Clinic, row: dict[str, str], kept: tuple[Any, ...]) -> None:
    assert counted(bring(mei, scores(row), "--json")) == (1, 0, 0, 0)
    (found,) = stored(mei)
    assert tuple(found[name] for name in ("pain", "relief_pct", "resolved", "source_id")) == kept


@pytest.mark.parametrize("header", ["mrn,date,pain", "mrn,date,relief_pct", "date,pain,mrn,muscle,side"])
def test_the_header_tells_that_they_are_outcomes(mei: Clinic, header: str) -> None:
    assert counted(bring(mei, scores({"relief_pct": "60"}, header=header), "--json")) == (1, 0, 0, 0)


def test_the_kind_said_is_the_kind_read(mei: Clinic) -> None:
    assert counted(bring(mei, scores({}), "--kind", "outcomes", "--json")) == (1, 0, 0, 0)
    answer = bring(mei, scores({}), "--kind", "injections")
    assert (answer.code, "column agent is missing" in answer.err) == (2, True)
    answer = bring(mei, "mrn,pain\nA1,3\n")
    assert (answer.code, "column date is missing" in answer.err) == (2, True)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_patients_injections_and_outcomes_at_once_in_any_order(clinic: Clinic, order: tuple[int, ...]) -> None:
    texts = [PEOPLE, SHOTS, scores({})]
    files = [clinic.file(f"{at}.csv", text) for at, text in enumerate(texts)]
    answer = clinic.ok("import", *(files[at] for at in order), "--json")
    assert counted(answer) == (6, 0, 0, 0)


# What is wrong, and where

WRONG = [
    ("mrn", {"mrn": ""}, "is empty"),
    ("mrn", {"mrn": "A9"}, "no patient has this mrn"),
    ("mrn", {"mrn": "PT-0001"}, "no patient has this mrn"),
    ("date", {"date": ""}, "is empty"),
    ("date", {"date": "2026-02-30"}, "no day of the calendar"),
    ("date", {"date": "2026-11-24"}, "in the future"),
    ("date", {"date": "1971-03-03"}, "before the birth date"),
    ("date", {"date": "2026-08-22"}, "no session on or before it"),
    ("date", {"mrn": "A2"}, "no session on or before it"),
    ("muscle", {"muscle": "thumb", "side": "L"}, "unknown muscle"),
    ("muscle", {"side": "L"}, "is empty beside a side"),
    ("side", {"muscle": "ut"}, "none of L, R, mid"),
    ("muscle", {"muscle": "gm", "side": "R"}, "the patient has no such site"),
    ("muscle", {"muscle": "is", "side": "R"}, "was not treated on or before that day"),
    ("muscle", {"muscle": "ls", "side": "L", "date": "2026-08-22"}, "was not treated on or before that day"),
    ("pain", {"pain": "11"}, "no whole number from 0 to 10"),
    ("pain", {"pain": "7:3"}, "no whole number from 0 to 10"),
    ("pain", {"pain": "2.5"}, "no whole number from 0 to 10"),
    ("pain", {"pain": ""}, "is empty, and so is relief_pct"),
    ("relief_pct", {"relief_pct": "101"}, "no number from -100 to 100"),
    ("relief_pct", {"relief_pct": "-100.1"}, "no number from -100 to 100"),
    ("relief_pct", {"relief_pct": "60%"}, "no number from -100 to 100"),
    ("relief_pct", {"relief_pct": "62,5"}, "no number from -100 to 100"),
    ("resolved", {"resolved": "maybe"}, "none of"),
    ("resolved", {"resolved": "yes"}, "needs a site"),
]


@pytest.mark.parametrize(("column", "row", "what"), WRONG, ids=[f"{column} {row}" for column, row, _ in WRONG])
def test_a_bad_row_is_named_and_nothing_comes_in(mei: Clinic, column: str, row: dict[str, str], what: str) -> None:
    before = mei.bytes()
    answer = bring(mei, scores({"date": "2026-11-03"}, row))
    assert (answer.code, answer.out, mei.bytes()) == (2, "", before)
    assert f"scores.csv:3: {column}: " in answer.err
    assert what in answer.err


def test_skip_takes_the_rest_and_keeps_the_reasons(mei: Clinic) -> None:
    answer = bring(mei, scores({}, {"date": "2026-08-01"}), "--on-error", "skip", "--json")
    assert counted(answer) == (1, 0, 0, 1)
    kept = (mei.home / "scores.refused.csv").read_text(encoding="utf-8")
    assert kept.splitlines()[1].endswith("date: no session on or before it")


def test_nobody_is_scored_after_death(mei: Clinic) -> None:
    mei.ok("stop", "1", "--reason", "died", "--on", "2026-11-01", "--yes")
    answer = bring(mei, scores({}))
    assert (answer.code, "is after the patient's death (2026-11-01)" in answer.err) == (2, True)


def test_a_session_refused_leaves_its_scores_without_one(clinic: Clinic) -> None:
    shots = SHOTS.splitlines()[0] + "\nA1,2026-08-23,thumb,L,lido,1%,1,3mo,7\n"
    files = [clinic.file("p.csv", PEOPLE), clinic.file("i.csv", shots), clinic.file("o.csv", scores({}))]
    assert counted(clinic.ok("import", *files, "--on-error", "skip", "--json")) == (2, 0, 0, 2)
    assert stored(clinic) == []


# A second time

TWICE = {
    "with an id": [{"source_id": "Q1"}],
    "without one": [{}],
    "of a site": [{"muscle": "ls", "side": "L", "relief_pct": "50"}],
    "relief alone": [{"pain": "", "relief_pct": "50"}],
    "resolved": [{"muscle": "ls", "side": "L", "resolved": "yes"}],
}


@pytest.mark.parametrize("case", TWICE)
def test_a_second_import_changes_nothing(mei: Clinic, case: str) -> None:
    text = scores(*TWICE[case])
    assert counted(bring(mei, text, "--json")) == (1, 0, 0, 0)
    before = mei.bytes()
    assert counted(bring(mei, text, "--json")) == (0, 0, 1, 0)
    assert mei.bytes() == before


def test_a_score_typed_in_is_the_same_score(mei: Clinic) -> None:
    mei.ok("outcome", "1", "3", "--on", "2026-11-02")
    assert counted(bring(mei, scores({}, {"source_id": "Q1"}), "--json")) == (0, 0, 2, 0)


def test_a_row_that_stands_twice_is_one_score(mei: Clinic) -> None:
    assert counted(bring(mei, scores({}, {}), "--json")) == (1, 0, 1, 0)


OTHERWISE: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "same id, other pain": ({"source_id": "Q1"}, {"source_id": "Q1", "pain": "4"}, "source_id: Q1 is on file with"),
    "same id, other day": (
        {"source_id": "Q1"}, {"source_id": "Q1", "date": "2026-11-03"}, "source_id: Q1 is on file with"),
    "same day, other pain": ({}, {"pain": "4"}, "date: another score of that site and day"),
    "same day, other id": ({"source_id": "Q1"}, {"source_id": "Q2", "pain": "4"}, "date: another score of that site"),
}  # fmt: skip


@pytest.mark.parametrize("apart", [True, False], ids=["two files", "one file"])
@pytest.mark.parametrize("case", OTHERWISE)
def test_a_row_that_says_otherwise_is_refused(mei: Clinic, case: str, *, apart: bool) -> None:
    first, second, what = OTHERWISE[case]
    if apart:
        bring(mei, scores(first))
    answer = bring(mei, scores(second) if apart else scores(first, second))
    assert answer.code == 2
    assert what in answer.err


def test_a_score_whose_session_was_voided_is_known_by_its_id(mei: Clinic) -> None:
    text = scores({"source_id": "Q1"})
    bring(mei, text)
    last = mei.ok("session", "list", "1", "--json").rows[0]["session"]
    mei.ok("session", "void", last, "--reason", "wrong patient", "--yes")
    assert counted(bring(mei, text, "--json")) == (0, 0, 1, 0)
    assert written(mei) == [], "and it stays behind with its session"


# Resolved


def test_resolved_closes_the_site_as_of_that_day(mei: Clinic) -> None:
    bring(mei, scores({"muscle": "ls", "side": "L", "resolved": "yes"}))
    assert closed(mei) == {"trapezius_upper": None, "levator_scapulae": "resolved", "infraspinatus": None}
    (hold,) = stored(mei, "hold")
    assert (hold["act"], hold["on_date"]) == ("resolve", "2026-11-02")


def test_a_site_resolved_and_treated_again_later_is_open(mei: Clinic) -> None:
    row = {"muscle": "ut", "side": "L", "date": "2026-09-01", "resolved": "yes"}
    assert counted(bring(mei, scores(row), "--json")) == (1, 0, 0, 0)
    assert closed(mei)["trapezius_upper"] is None
    last = mei.ok("session", "list", "1", "--json").rows[0]["session"]
    mei.ok("session", "void", last, "--reason", "wrong patient", "--yes")
    assert closed(mei)["trapezius_upper"] == "resolved", "the later session gone, it holds again"


def test_a_site_resolved_already_is_no_reason_to_refuse(mei: Clinic) -> None:
    mei.ok("site", "resolve", "1", "ls", "l", "--on", "2026-11-02")
    assert counted(bring(mei, scores({"muscle": "ls", "side": "L", "resolved": "yes"}), "--json")) == (1, 0, 0, 0)
    assert len(stored(mei, "hold")) == 1


# Out, and in again


def test_scores_survive_the_round_trip(mei: Clinic, other: Clinic) -> None:
    bring(mei, scores({"source_id": "Q1"}, {"pain": "", "relief_pct": "-12.5", "date": "2026-11-04"}))
    mei.ok("outcome", "1", "0", "--site", "ls l", "--resolved", "--relief", "100")
    mei.ok("outcome", "1", "4", "--site", "ut l")
    folder = mei.home / "export"
    mei.ok("export", "csv", "-o", str(folder))
    first = (folder / "outcomes.csv").read_bytes()
    assert len(first.splitlines()) == 5
    other.ok("import", *(str(folder / f"{kind}.csv") for kind in ("outcomes", "patients", "injections")))
    other.ok("export", "csv", "-o", str(other.home / "export"))
    assert (other.home / "export" / "outcomes.csv").read_bytes() == first
    assert closed(other) == {"trapezius_upper": None, "levator_scapulae": "resolved"}
    before = mei.bytes()
    assert counted(mei.ok("import", str(folder / "outcomes.csv"), "--json")) == (0, 0, 4, 0)
    assert mei.bytes() == before, "and back home nothing is new"


def test_a_patient_without_an_mrn_goes_by_the_short_id(clinic: Clinic, other: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-02", "--pain", "7")
    clinic.ok("outcome", "1", "3")
    folder = clinic.home / "export"
    clinic.ok("export", "csv", "-o", str(folder))
    alone = clinic.run("import", str(folder / "outcomes.csv"))
    assert (alone.code, "a PT- id holds only beside its patients file" in alone.err) == (2, True)
    other.ok("import", *(str(folder / f"{kind}.csv") for kind in ("patients", "injections", "outcomes")))
    assert written(other) == written(clinic) != []


def test_a_site_reopened_since_is_not_closed_again_elsewhere(mei: Clinic, other: Clinic) -> None:
    original = scores({"muscle": "ls", "side": "L", "resolved": "yes", "source_id": "Q1"})
    bring(mei, original)
    assert [row["resolved"] for row in written(mei)] == ["yes"]
    mei.ok("resume", "1", "ls", "l")
    assert [row["resolved"] for row in written(mei)] == [""]
    folder = mei.home / "export"
    mei.ok("export", "csv", "-o", str(folder))
    other.ok("import", *(str(folder / f"{kind}.csv") for kind in ("patients", "injections", "outcomes")))
    assert closed(other)["levator_scapulae"] is None
    for text in (original, (folder / "outcomes.csv").read_text(encoding="utf-8")):
        assert counted(bring(mei, text, "--json")) == (0, 0, 1, 0)
    assert closed(mei)["levator_scapulae"] is None


def test_what_was_scored_at_the_session_is_no_outcome_of_its_own(mei: Clinic) -> None:
    assert written(mei) == []


def test_the_folder_holds_them(mei: Clinic) -> None:
    mei.ok("export", "csv", "-o", str(mei.home / "export"))
    assert (mei.home / "export" / "outcomes.csv").is_file()


def test_the_demo_has_the_scores_with_their_days_moved(home: Clinic) -> None:
    home.today = "2027-01-04"
    home.ok("demo")
    folder = Path(__file__).parent.parent.parent / "sample_data"
    with (folder / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        sample = {row["source_id"]: row for row in csv.DictReader(file)}
    text = home.ok("--db", "demo", "export", "csv", "--kind", "outcomes").out
    found = {row["source_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert found.keys() == sample.keys()
    assert (sample["Q00001"]["date"], found["Q00001"]["date"]) == ("2024-02-08", "2024-03-21")
    assert max(row["date"] for row in found.values()) < "2027-01-04"
