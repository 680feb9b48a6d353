"""A session that names no follow-up: the interval is proposed from how the last one worked, and says so."""

import pytest

from tests.commands.reading import rows, words
from tests.conftest import Clinic

CASES = """
last session     | scores                        | next
2026-08-20 3mo   | 2026-11-20 2                  | 2027-03-23 (4 months, proposed: relief 71 % still there 2026-11-20, at the follow-up of 3 months: a step longer)
2026-08-20 3mo   | 2026-11-10 2                  | 2027-03-23 (4 months, proposed: relief 71 % still there 2026-11-10, at the follow-up of 3 months: a step longer)
2026-10-12 6w    | 2026-11-23 3                  | 2027-01-18 (8 weeks, proposed: relief 57 % still there 2026-11-23, at the follow-up of 6 weeks: a step longer)
2026-05-20 6mo   | 2026-11-20 2                  | 2027-05-23 (6 months, as last time)
2026-08-20 3mo   | 2026-09-20 2, 2026-10-20 6    | 2027-01-18 (8 weeks, proposed: relief worn off by 2026-10-20, before the follow-up of 3 months)
2026-08-20 3mo   | 2026-09-03 2, 2026-09-10 6    | 2027-01-04 (6 weeks, proposed: relief worn off by 2026-09-10, before the follow-up of 3 months)
2026-10-12 6w    | 2026-10-20 2, 2026-11-20 6    | 2027-01-04 (6 weeks, as last time)
2026-08-20 3mo   | 2026-09-03 2                  | 2027-02-23 (3 months, as last time)
2026-08-20 3mo   | 2026-11-20 7                  | 2027-02-23 (3 months, as last time)
2026-08-20 3mo   | -                             | 2027-02-23 (3 months, as last time)
2026-08-20 none  | 2026-11-20 2                  | none planned (--next 3mo plans one)
"""  # noqa: E501 - one case, one line


def treated(clinic: Clinic, on: str, follow_up: str) -> None:
    clinic.inject("1", "ut l lido 1% 1ml", "--on", on, "--next", follow_up, "--pain", "7")


def scored(clinic: Clinic, scores: str) -> None:
    for score in scores.split(", ") if scores != "-" else []:
        day, pain = score.split()
        clinic.ok("outcome", "1", pain, "--on", day)


def shown(clinic: Clinic, *more: str) -> str:
    """What the preview says of the next date."""
    text = clinic.ok("again", "1", "--consent", "written", "--dry-run", *more).out
    (line,) = [line for line in text.splitlines() if "next " in line]
    return line.partition("next ")[2]


@pytest.mark.parametrize(("last", "scores", "expected"), rows(CASES), ids=[f"{a}; {b}" for a, b, _ in rows(CASES)])
def test_the_next_interval_comes_from_how_it_worked(clinic: Clinic, last: str, scores: str, expected: str) -> None:
    clinic.patient()
    treated(clinic, *last.split())
    scored(clinic, scores)
    from datetime import date

    day, bracket, rest = expected.partition(" (")
    spelled = f"{date.fromisoformat(day):%a} {date.fromisoformat(day).day} {date.fromisoformat(day):%b %Y}" if (
        day[0] == "2"
    ) else day  # fmt: skip
    assert shown(clinic) == spelled + bracket + rest


def in_vain(clinic: Clinic) -> None:
    """Two sessions, and not one score that was any good."""
    clinic.patient()
    treated(clinic, "2026-05-20", "3mo")
    scored(clinic, "2026-08-20 7")
    treated(clinic, "2026-08-21", "3mo")
    scored(clinic, "2026-11-20 6")


def test_two_sessions_in_vain_propose_to_stop(clinic: Clinic) -> None:
    in_vain(clinic)
    told = shown(clinic)
    assert told.startswith("none proposed: no meaningful relief after 2 sessions: reassess")
    assert told.endswith("(--next 3mo plans one)")
    answer = clinic.ok("again", "1", "--consent", "written", "--yes")
    assert "  proposed: no meaningful relief after 2 sessions: reassess" in answer.out
    (row,) = clinic.ok("why", "1", "--json").rows
    assert (row["status"], row["due"]) == ("unplanned", None)
    assert clinic.ok("due", "--json").json["held_back"] == {"unplanned": 1}, "counted until somebody says what now"
    (reason,) = [one for one in row["reasons"] if one["rule"] == "recall.interval"]
    assert reason["source"] == "interval_from_relief"


def test_the_clinicians_own_word_goes_first_and_is_kept_as_such(clinic: Clinic) -> None:
    in_vain(clinic)
    assert shown(clinic, "--next", "6w") == "Mon 4 Jan 2027 (6 weeks)"
    clinic.ok("again", "1", "--consent", "written", "--yes", "--next", "6w")
    (row,) = clinic.ok("why", "1", "--json").rows
    assert (row["interval"], row["due"]) == ("6w", "2027-01-04")
    assert "recall.interval" not in {one["rule"] for one in row["reasons"]}
    plans = clinic.ok("export", "json").json["tables"]["plan"]
    assert [plan["origin"] for plan in plans] == ["stated", "stated", "stated"]


def test_why_shows_the_chain(clinic: Clinic) -> None:
    clinic.patient()
    treated(clinic, "2026-08-20", "3mo")
    scored(clinic, "2026-11-20 2")
    clinic.ok("again", "1", "--consent", "written", "--yes")
    text = clinic.ok("why", "1", "--width", "200").out
    assert "- treated 2026-11-23 + 4 months = 2027-03-23" in text
    assert (
        "- relief 71 % still there 2026-11-20, at the follow-up of 3 months: a step longer   [recall.interval; " in text
    )
    assert "- replaces the plan of 2026-08-20 (3mo)" in text


def test_each_site_by_its_own_history(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l, gm r lido 1% 1ml each", "--on", "2026-08-20", "--next", "3mo", "--pain", "7")
    clinic.ok("outcome", "1", "2", "--site", "ut l", "--on", "2026-11-20")
    found = clinic.ok(*words("again 1 --consent written --dry-run --json")).json
    assert [(site["follow_up"], site["origin"]) for site in found["sites"]] == [("4mo", "proposed"), ("3mo", "carried")]


def test_a_resolved_site_starts_anew(clinic: Clinic) -> None:
    clinic.patient()
    treated(clinic, "2026-08-20", "3mo")
    scored(clinic, "2026-11-20 2")
    clinic.ok("site", "resolve", "1", "1", "--on", "2026-11-20")
    assert shown(clinic) == "none planned (--next 3mo plans one)"


def test_a_payer_who_asks_for_more_relief_is_measured_by_that(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "medicare_mac")
    treated(clinic, "2026-08-20", "3mo")
    scored(clinic, "2026-11-20 4")
    assert "as last time" in shown(clinic), "43 % is not the half that Medicare asks for"


LASTED = """
scores                     | line
2026-11-20 2               | 30% or more for at least 13 weeks
2026-09-20 2, 2026-11-20 6 | 30% or more for 4 weeks, gone by 2026-11-20
2026-11-20 6               | never 30% so far
2026-11-20 7, 2026-11-21 8 | never 30% so far
"""


@pytest.mark.parametrize(("scores", "line"), rows(LASTED))
def test_a_score_says_how_long_the_relief_lasted(clinic: Clinic, scores: str, line: str) -> None:
    clinic.patient()
    treated(clinic, "2026-08-20", "3mo")
    *before, last = scores.split(", ")
    for score in before:
        scored(clinic, score)
    day, pain = last.split()
    assert f"  {line}" in clinic.ok("outcome", "1", pain, "--on", day).out.splitlines()
