"""`tpi why`: every reason a patient is, or is not, on the list, each with its rule, its source and when it ends."""

import shutil
from pathlib import Path

import pytest

from tests.commands.board import board
from tests.commands.reading import envelope, rows
from tests.conftest import ME, Clinic

WARD = """
Ann | 2026-09-07 | 3mo
Bea | 2026-08-23 | 3mo
Dan | 2026-08-09 | 3mo
Eve | 2026-05-25 | 3mo
Gus | 2026-08-20 | 3mo | snoozed
Hal | 2026-08-20 | 3mo | declined
Jon | 2026-08-20 | 3mo | resolved
Kim | 2026-08-20 | 3mo | archived
Oda | 2026-11-09 | none
Fay | 2024-02-29 | 1y
Day | 2026-11-09 | 2026-12-24
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = board(Clinic(home), WARD)
    clinic.patient("Mia, Never", "1970-01-01")
    return clinic


STANDING = """
who | how it stands
1   | upcoming, due 2026-12-07 (in 14 days); comes on the list 2026-12-07
2   | due, on the list; due 2026-11-23 (today); overdue from 2026-12-07
3   | overdue, on the list; due 2026-11-09 (14 days ago); lapsed from 2027-02-07
4   | lapsed, on the list; due 2026-08-25 (90 days ago)
5   | snoozed until 2027-01-04, held back from the list; due 2026-11-20
6   | declined, held back from the list; due 2026-11-20
7   | resolved, held back from the list; due 2026-11-20
8   | archived, held back from the list; due 2026-11-20
9   | no follow-up planned, not on the list
10  | lapsed, on the list; due 2025-02-28 (633 days ago)
11  | upcoming, due 2026-12-24 (in 31 days); comes on the list 2026-12-24
"""


@pytest.mark.parametrize(("who", "how"), rows(STANDING), ids=[row[0] for row in rows(STANDING)])
def test_how_a_site_stands(ward: Clinic, who: str, how: str) -> None:
    assert ward.ok("why", who).out.splitlines()[1] == f"site 1  upper trapezius L: {how}"


REASONS = """
who | the arithmetic
1   | treated 2026-09-07 + 3 months = 2026-12-07   [recall.follow-up; session
9   | treated 2026-11-09; no follow-up was planned   [recall.none; session
10  | treated 2024-02-29 + 1 year = 2025-02-28 (no day 29 in that month)   [recall.follow-up; session
11  | treated 2026-11-09; follow-up set to 2026-12-24   [recall.follow-up; session
5   | held on 2026-11-23 until 2027-01-04: exams   [recall.snoozed;
6   | stopped 2026-11-23 (declined)   [recall.declined;
8   | the patient is archived since 2026-11-23   [recall.archived; patient record]
"""


@pytest.mark.parametrize(("who", "reason"), rows(REASONS), ids=[row[0] for row in rows(REASONS)])
def test_every_reason_names_its_rule_and_its_source(ward: Clinic, who: str, reason: str) -> None:
    assert f"  - {reason}" in ward.ok("why", who).out


def test_the_answer_starts_with_whom_it_is_about(ward: Clinic) -> None:
    first, _, session, *_ = ward.ok("why", "mrn:M2").out.splitlines()
    assert first == "PT-0002  Bea   born 3 Jan 1972 (54 y)"
    assert session.startswith("  last session S-")
    assert session.endswith("of 2026-08-23: lidocaine 1%, pain 7:3")


def test_one_row_a_site_listed_or_not(ward: Clinic) -> None:
    for who, listed, status in (("2", True, "due"), ("1", False, "upcoming"), ("6", False, "declined"),
                                ("9", False, "unplanned"), ("4", True, "lapsed")):  # fmt: skip
        found = envelope(ward.ok("why", who, "--json"), "why")
        (row,) = found["rows"]
        assert (row["listed"], row["status"]) == (listed, status)
        assert set(row) >= {
            "patient", "mrn", "name", "born", "phone", "due", "late_days", "status", "eligible_from", "last_session",
            "agents", "pain", "flags", "sites", "reasons", "anchor", "interval", "listed",
        }  # fmt: skip
    (row,) = ward.ok("why", "2", "--json").rows
    assert (row["anchor"], row["interval"], row["due"]) == ("2026-08-23", "3mo", "2026-11-23")
    (reason, *_) = row["reasons"]
    assert list(reason) == ["rule", "text", "source", "until"]


def test_what_changes_tells_the_day_it_does(ward: Clinic) -> None:
    (row,) = ward.ok("why", "5", "--json").rows
    assert [reason["until"] for reason in row["reasons"] if reason["rule"] == "recall.snoozed"] == ["2027-01-04"]


def test_a_patient_without_a_site(ward: Clinic) -> None:
    answer = ward.ok("why", "12")
    assert answer.out.splitlines()[1].startswith("no site on file")
    assert ward.ok("why", "12", "--json").rows == []


def test_one_site_of_several(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo")
    clinic.inject("1", "gm r triam 40mg/ml 0.5ml", "--on", "2026-11-09", "--next", "6w")
    assert [row["site"] for row in clinic.ok("why", "1", "--json").rows] == [1, 2]
    for typed in (["2"], ["gm", "r"], ["gm-r"], ["gluteus medius R"]):
        (row,) = clinic.ok("why", "1", *typed, "--json").rows
        assert (row["site"], row["muscle"], row["side"]) == (2, "gluteus_medius", "R")


def test_a_later_session_replaces_the_plan_and_says_so(clinic: Clinic) -> None:
    clinic.patient()
    first = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo")
    second = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-05", "--next", "6w")
    text = clinic.ok("why", "1").out
    assert "treated 2026-10-05 + 6 weeks = 2026-11-16" in text
    assert f"replaces the plan of 2026-08-23 (3mo)   [recall.replaced; session {first}]" in text
    clinic.ok("session", "void", second, "--reason", "wrong patient", "--yes")
    text = clinic.ok("why", "1").out
    assert "treated 2026-08-23 + 3 months = 2026-11-23" in text
    assert second not in text


def test_as_csv_a_line_a_site(ward: Clinic) -> None:
    heading, line = ward.ok("why", "2", "--format", "csv").out.splitlines()
    assert heading.split(",")[:7] == ["patient", "name", "sites", "status", "due", "anchor", "interval"]
    assert line == (
        'PT-0002,Bea,UT-L,due,2026-11-23,2026-08-23,3mo,"treated 2026-08-23 + 3 months = 2026-11-23; '
        "injected here 2026-08-23, 42 days between sessions: next 2026-10-04 (advice); "
        'no outcome score since 2026-08-23"'
    )


PAYERS = """
Ann | 2026-09-14 | 6w  | | | | | medicare_mac
Bea | 2026-08-23 | 3mo | | | | | medicare_mac
Cal | 2026-08-23 | 3mo | | | | | acme
"""


@pytest.fixture
def insured(clinic: Clinic) -> Clinic:
    """Ann was injected 2026-09-14 and once more since, both with a payer that wants 42 days between."""
    board(clinic, PAYERS)
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-26", "--next", "2w")
    return clinic


def test_what_a_payer_asks_for_is_told_with_its_rule_and_the_day_it_ends(insured: Clinic) -> None:
    told = {reason["rule"]: reason for reason in insured.ok("why", "1", "--json").rows[0]["reasons"]}
    assert told["interval_short"]["text"] == "injected here 2026-10-26, 42 days between sessions: next 2026-12-07"
    assert told["interval_short"]["until"] == "2026-12-07"
    assert told["interval_short"]["source"] == "medicare_mac_2024"
    assert "cap_reached" not in told
    assert insured.ok("why", "1").out.splitlines()[1] == (
        "site 1  upper trapezius L: capped until 2026-12-07, held back from the list; due 2026-11-09"
    )


def test_the_clinics_default_only_advises(insured: Clinic) -> None:
    told = {reason["rule"]: reason for reason in insured.ok("why", "3", "--json").rows[0]["reasons"]}
    assert told["interval_short"]["text"].endswith("next 2026-10-04 (advice)")
    assert told["interval_short"]["source"] == "self_pay_clinic_default"


def test_a_session_recorded_past_a_rule_says_why(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("patient", "alert", "1", "add", "red-flag", "weight loss")
    session = clinic.inject(
        "1", "ut l lido 1% 1ml", "--next", "6w", "--override", "red_flag=MRI was clear", "--as", "JS"
    )
    assert f"  - recorded all the same: MRI was clear   [red_flag; session {session}, {ME} as JS]" in (
        clinic.ok("why", "1").out.splitlines()
    )


def test_a_steroid_says_when_the_site_may_have_one_again(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l triam 40mg/ml 0.5ml", "--on", "2026-11-02", "--next", "6w")
    (reason,) = [one for one in clinic.ok("why", "1", "--json").rows[0]["reasons"] if one["rule"] == "steroid_interval"]
    assert (reason["text"], reason["until"]) == ("steroid here 2026-11-02: again from 2027-01-31", "2027-01-31")


def test_a_plan_that_a_cap_will_hold_back_is_not_promised_for_its_due_date(insured: Clinic) -> None:
    insured.ok("inject", "1", "ut l lido 1% 1ml", "--on", "2026-11-09", "--next", "4w", "--consent", "written",
               "--override", "interval_short=pain at night", "--pain", "6", "--yes")  # fmt: skip
    assert insured.ok("why", "1").out.splitlines()[1] == (
        "site 1  upper trapezius L: upcoming, due 2026-12-07 (in 14 days); then capped until 2027-09-14, "
        "held back from the list"
    )


def test_a_payer_is_not_named_for_what_its_row_does_not_ask(insured: Clinic) -> None:
    insured.ok("payer", "add", "acme", "--from", "2026-01-01", "--max-sessions", "4", "--reason", "policy 12")
    told = {reason["rule"]: reason for reason in insured.ok("why", "3", "--json").rows[0]["reasons"]}
    assert told["no_response"]["source"] == "payer-rules|aafp-2002", "where the rule itself comes from"
