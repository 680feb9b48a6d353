"""Due is not the same as allowed: what payers and outcomes make of a plan, case by case.

The clinic is one with every rule as it comes. `capped` is due, but the payer does not allow it yet: held back and
counted. `reassess` is due, but nobody knows that the last session did enough good: on the list, for a look first.
"""

from typing import Any

import pytest

from tests.conftest import Clinic
from tests.spec.desk import expect, seen, table, tell

WORKED = """
    Ann | 2025-01-02 | payer medicare_mac
    Ann | 2025-01-10 | ut l pain 8 next 3mo
    Ann | 2025-04-11 | ut l pain 8 next 3mo
    Ann | 2025-09-02 | ut l pain 8 next 6w
    Ann | 2025-10-14 | outcome 3
    """
"""Three sessions in twelve months and six weeks at the same site; 63 % better six weeks after the last."""
ALLOWED = "name,due,status,eligible"


def why(clinic: Clinic, name: str) -> dict[str, Any]:
    """What `tpi why` says of the patient's first site."""
    found: dict[str, Any] = clinic.ok("why", f"mrn:{name}", "--json").rows[0]
    return found


def waits(clinic: Clinic, name: str) -> dict[str, str]:
    """The rules that make the patient wait, and the day each stops."""
    reasons = why(clinic, name)["reasons"]
    return {one["rule"]: one["until"] for one in reasons if one["rule"] in {"cap_reached", "interval_short"}}


def papers(clinic: Clinic, payer: str, starts: str, *more: str) -> None:
    """The clinic writes down what a payer asks for."""
    clinic.ok("payer", "add", payer, "--from", starts, *more, "--reason", "their letter")


# --- the worked example


def test_three_sessions_a_year_and_six_weeks_between(shipped: Clinic) -> None:
    tell(shipped, WORKED)
    expect(shipped, "2025-10-13", "")
    expect(shipped, "2025-10-14", "held back: 1 capped")
    expect(shipped, "2026-01-09", "held back: 1 capped")
    expect(shipped, "2026-01-10", "Ann | 2025-10-14 | overdue | UT-L")
    expect(shipped, "2026-01-12", "Ann | 2025-10-14 | lapsed | UT-L")


def test_both_days_are_on_the_list(shipped: Clinic) -> None:
    tell(shipped, WORKED)
    line = "Ann | 2025-10-14 | capped | 2026-01-10\nheld back: 1 capped"
    expect(shipped, "2025-10-14", line, "--status", "capped", columns=ALLOWED)
    (row,) = shipped.ok("due", "--status", "capped", "--json").rows
    assert (row["due"], row["eligible_from"]) == ("2025-10-14", "2026-01-10")
    assert [site["held_until"] for site in row["sites"]] == ["2026-01-10"]
    expect(shipped, "2026-01-10", "Ann | 2025-10-14 | overdue | 2026-01-10", columns=ALLOWED)


def test_every_rule_is_named_with_its_paper_and_the_day_it_stops(shipped: Clinic) -> None:
    tell(shipped, WORKED)
    shipped.today = "2025-10-14"
    assert waits(shipped, "Ann") == {"interval_short": "2025-10-14", "cap_reached": "2026-01-10"}
    assert all(one["source"].startswith("medicare_mac_2024") for one in why(shipped, "Ann")["reasons"]
               if one["rule"] in {"cap_reached", "interval_short", "no_response"})  # fmt: skip
    assert (why(shipped, "Ann")["status"], why(shipped, "Ann")["eligible_from"]) == ("capped", "2026-01-10")
    assert "relief 63 % since 2025-09-02, for at least 6 weeks" in [
        one["text"] for one in why(shipped, "Ann")["reasons"]
    ]


def test_the_interval_alone_is_free_six_weeks_after(shipped: Clinic) -> None:
    tell(shipped, WORKED + "Ann | 2025-10-14 | void 2025-01-10")
    assert waits(shipped, "Ann") == {"interval_short": "2025-10-14"}
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | 2025-10-14", columns=ALLOWED)


@pytest.mark.parametrize(
    ("day", "stops"),
    [
        ("2025-10-13", {"cap_reached", "interval_short"}),
        ("2025-10-14", {"cap_reached"}),
        ("2026-01-09", {"cap_reached"}),
        ("2026-01-10", set()),
    ],
)
def test_a_plan_and_a_record_of_these_days_are_stopped_by_the_same_rules(
    shipped: Clinic, day: str, stops: set[str]
) -> None:
    tell(shipped, WORKED)
    shipped.today = day
    items = ["mrn:Ann", "ut", "l", "lido", "1%", "1ml"]
    for words in (["check", *items], ["inject", *items, "--consent", "written", "--pain", "7", "--dry-run"]):
        answer = shipped.run(*words, "--json")
        assert answer.code == (4 if stops else 0), answer
        found = answer.json["findings"] if words[0] == "check" else _findings(answer)
        levels = {one["rule"] for one in found if one["level"] in {"block", "override"}}
        assert levels & {"cap_reached", "interval_short"} == stops


def _findings(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (answer.json if answer.out else answer.error).get("findings", [])
    return found


# --- a wait is not cut short


def test_half_a_year_from_the_31st_of_march_is_a_wish_for_september_and_a_wait_until_october(shipped: Clinic) -> None:
    papers(shipped, "acme", "2026-01-01", "--min-interval", "6mo")
    tell(
        shipped,
        """
        Ann | 2026-03-30 | payer acme
        Ann | 2026-03-31 | ut l pain 8 next 6mo
        Ann | 2026-05-12 | outcome 3
        """,
    )
    expect(shipped, "2026-09-30", "held back: 1 capped")
    expect(shipped, "2026-10-01", "Ann | 2026-09-30 | due | 2026-10-01", columns=ALLOWED)


def test_a_session_of_a_leap_day_counts_for_a_year_and_a_day(shipped: Clinic) -> None:
    papers(shipped, "acme", "2024-01-01", "--max-sessions", "1")
    tell(
        shipped,
        """
        Ann | 2024-02-28 | payer acme
        Ann | 2024-02-29 | ut l pain 8 next 1y
        Ann | 2024-05-12 | outcome 3
        """,
    )
    expect(shipped, "2025-02-28", "held back: 1 capped")
    expect(shipped, "2025-03-01", "Ann | 2025-02-28 | due | 2025-03-01", columns=ALLOWED)


# --- which sessions count


@pytest.mark.parametrize(
    ("between", "eligible"),
    [
        # the third of the year, at whatever site: the year of the first has to run out
        ("Ann | 2025-04-11 | ql l pain 8 next none", "2026-01-10"),
        # many muscles are one session
        ("Ann | 2025-04-11 | ls l, ls r, scm l pain 8 next none", "2026-01-10"),
        # and so is all that is done in a day, however often it is entered
        ("Ann | 2025-01-10 | ls l pain 8 next none", "2025-10-14"),
        # a dry needle is no injection
        ("Ann | 2025-04-11 | ls l dry pain 8 next none", "2025-10-14"),
        # entered for the wrong patient
        ("Ann | 2025-04-11 | ls l pain 8 next none\nAnn | 2025-04-12 | void 2025-04-11", "2025-10-14"),
        # longer ago than a year
        ("Ann | 2024-09-02 | ls l pain 8 next none", "2025-10-14"),
    ],
)
def test_which_sessions_count(shipped: Clinic, between: str, eligible: str) -> None:
    tell(
        shipped,
        f"""
        Ann | 2024-08-01 | payer medicare_mac
        Ann | 2025-01-10 | ut l pain 8 next 3mo
        {between}
        Ann | 2025-09-02 | ut l pain 8 next 6w
        """,
    )
    assert why(shipped, "Ann")["eligible_from"] == eligible


def test_a_session_entered_late_counts_by_its_day(shipped: Clinic) -> None:
    tell(shipped, WORKED + "Ann | 2025-08-01 | ls l pain 8 next none  entered 2025-10-15")
    assert waits(shipped, "Ann") == {"interval_short": "2025-10-14", "cap_reached": "2026-04-11"}


def test_a_site_that_is_only_needled_waits_for_no_payer(shipped: Clinic) -> None:
    """A payer pays for injections; the repeat of a dry needle is not one."""
    tell(shipped, WORKED + "Ann | 2025-09-02 | ls l dry pain 8 next 6w\nAnn | 2025-10-14 | outcome 3 at ls l")
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | LS-L\nheld back: 1 capped")


def test_a_site_injected_and_needled_in_one_session_was_injected(shipped: Clinic) -> None:
    tell(shipped, "Ann | 2025-08-01 | payer medicare_mac")
    shipped.today = "2025-09-02"
    shipped.ok("inject", "mrn:Ann", "ut l lido 1% 1ml,", "ut l dry", "--consent", "written", "--yes")
    assert why(shipped, "Ann")["eligible_from"] == "2025-10-14"


def test_one_of_the_sites_may_be_free_before_the_other(shipped: Clinic) -> None:
    """Six weeks at the same site: the one that was left alone last time need not wait."""
    tell(
        shipped,
        """
        Ann | 2025-01-02 | payer medicare_mac
        Ann | 2025-07-01 | ut l pain 8 next 10w
        Ann | 2025-09-01 | outcome 3 at ut l
        Ann | 2025-09-02 | ls l pain 8 next 1w
        """,
    )
    expect(shipped, "2025-09-09", "Ann | 2025-09-09 | due | UT-L\nheld back: 1 capped")


# --- by region of the body


def test_a_payer_who_counts_by_region_makes_only_that_region_wait(shipped: Clinic) -> None:
    """eviCore: two months in the same region. Neck and shoulder are one, the small of the back another."""
    tell(
        shipped,
        """
        Ann | 2026-01-02 | payer evicore
        Ann | 2026-03-01 | ql l pain 8 next 8w
        Ann | 2026-04-26 | outcome 3
        Ann | 2026-04-27 | ut l pain 8 next 1w
        Ann | 2026-02-20 | ls l pain 8 next 2mo  entered 2026-04-28
        """,
    )
    expect(
        shipped,
        "2026-05-04",
        """
        Ann | 2026-04-26 | due | QL-L
        held back: 1 capped
        """,
    )
    capped = [
        (site["muscle"], site["held_until"])
        for row in shipped.ok("due", "--status", "capped", "--json").rows
        for site in row["sites"]
    ]
    assert capped == [("levator_scapulae", "2026-06-27"), ("trapezius_upper", "2026-06-27")]


def test_and_has_its_four_sessions_region_by_region(shipped: Clinic) -> None:
    neck = [f"Ann | 2025-{month:02}-10 | {site} pain 8 next none"
            for month, site in ((1, "ut l"), (4, "ls l"), (7, "scm l"))]  # fmt: skip
    back = ["Ann | 2025-08-10 | ql l pain 8 next 2mo", "Ann | 2025-10-10 | ut l pain 8 next 2mo"]
    tell(shipped, "\n".join(["Ann | 2025-01-02 | payer evicore", *neck, *back]))
    shipped.today = "2025-10-10"
    found = {row["muscle"]: row for row in shipped.ok("why", "mrn:Ann", "--json").rows}
    assert found["trapezius_upper"]["eligible_from"] == "2026-01-10"
    assert found["quadratus_lumborum"]["eligible_from"] == "2025-10-11", "the day after the last session"
    texts = [one["text"] for one in found["trapezius_upper"]["reasons"] if one["rule"] == "cap_reached"]
    assert len(texts) == 1
    assert "in the region cervical" in texts[0]


# --- who pays


def test_who_pays_herself_is_told_the_day_and_never_held_back(shipped: Clinic) -> None:
    tell(shipped, WORKED.replace("medicare_mac", "self_pay"))
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | 2026-01-10", columns=ALLOWED)
    texts = [one["text"] for one in why(shipped, "Ann")["reasons"] if one["rule"] in {"cap_reached", "interval_short"}]
    assert len(texts) == 2
    assert all(text.endswith("(advice)") for text in texts)


@pytest.mark.parametrize("payer", ["", "Ann | 2025-01-02 | payer Umbrella"])
def test_so_is_who_has_no_payer_or_one_without_rules(shipped: Clinic, payer: str) -> None:
    tell(shipped, WORKED.replace("Ann | 2025-01-02 | payer medicare_mac", payer))
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | 2026-01-10", columns=ALLOWED)


def test_another_payer_other_days_at_once(shipped: Clinic) -> None:
    tell(shipped, WORKED)
    expect(shipped, "2025-10-14", "held back: 1 capped")
    tell(shipped, "Ann | 2025-10-14 | payer self_pay")
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | UT-L")
    tell(shipped, "Ann | 2025-10-14 | payer aetna")
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | 2025-09-09", columns=ALLOWED)


def test_one_patients_payer_is_not_anothers(shipped: Clinic) -> None:
    tell(shipped, WORKED + WORKED.replace("Ann", "Bob").replace("medicare_mac", "self_pay"))
    expect(shipped, "2025-10-14", "Bob | 2025-10-14 | due | UT-L\nheld back: 1 capped")


def test_a_rule_the_clinic_took_down_to_a_warning_holds_nobody_back(shipped: Clinic) -> None:
    tell(shipped, WORKED)
    shipped.ok("rule", "set", "cap_reached", "--level", "warn", "--reason", "we bill the patient")
    expect(shipped, "2025-10-14", "Ann | 2025-10-14 | due | 2026-01-10", columns=ALLOWED)
    shipped.ok("rule", "set", "cap_reached", "--shipped", "--reason", "we do not any more")
    expect(shipped, "2025-10-14", "held back: 1 capped")


# --- from which day


def test_a_row_of_a_later_day_changes_nothing_before_it(shipped: Clinic) -> None:
    """The same clinic asked day by day, before and after it wrote down what holds from January."""
    tell(shipped, WORKED + WORKED.replace("Ann", "Bob").replace("medicare_mac", "self_pay"))
    days = ("2025-09-02", "2025-10-13", "2025-10-14", "2025-11-11", "2025-12-31")
    before = [seen(shipped, day, "--status", "all", columns="name,due,status") for day in days]
    for payer in ("medicare_mac", "self_pay"):
        papers(shipped, payer, "2026-01-01", "--max-sessions", "1", "--min-interval", "1y", "--min-relief", "100")
    assert [seen(shipped, day, "--status", "all", columns="name,due,status") for day in days] == before


def test_and_holds_from_its_day_on(shipped: Clinic) -> None:
    """Six weeks until December, half a year from January: who is due in February has to wait until June."""
    papers(shipped, "medicare_mac", "2026-01-01", "--min-interval", "6mo")
    tell(
        shipped,
        """
        Ann | 2025-12-01 | payer medicare_mac
        Bob | 2025-12-01 | payer medicare_mac
        Ann | 2025-11-10 | ut l pain 8 next 7w   entered 2025-12-01
        Bob | 2025-11-10 | ut l pain 8 next 3mo  entered 2025-12-01
        Ann | 2025-12-22 | outcome 3
        Bob | 2025-12-22 | outcome 3
        """,
    )
    expect(shipped, "2025-12-29", "Ann | 2025-12-29 | due | 2025-12-22", columns=ALLOWED)
    held = """
        Ann | 2025-12-29 | overdue | UT-L
        held back: 1 capped
        """
    expect(shipped, "2026-02-10", held)
    assert why(shipped, "Bob")["sites"][0]["held_until"] == "2026-05-10"
    assert waits(shipped, "Bob") == {"interval_short": "2026-05-10"}
    expect(shipped, "2026-05-10", "Ann | 2025-12-29 | lapsed | UT-L\nBob | 2026-02-10 | overdue | UT-L", "--status",
           "lapsed,overdue")  # fmt: skip


def test_a_paper_that_ends_lets_go_the_day_after(shipped: Clinic) -> None:
    papers(shipped, "acme", "2025-01-01", "--until", "2025-10-31", "--min-interval", "6mo")
    tell(
        shipped,
        """
        Ann | 2025-09-01 | payer acme
        Ann | 2025-09-02 | ut l pain 8 next 6w
        Ann | 2025-10-14 | outcome 3
        """,
    )
    expect(shipped, "2025-10-31", "held back: 1 capped")
    expect(shipped, "2025-11-01", "Ann | 2025-10-14 | overdue | 2025-11-01", columns=ALLOWED)


# --- did it help


@pytest.mark.parametrize(
    ("payer", "pain", "scores", "status"),
    [
        # nobody asked
        ("medicare_mac", "pain 8", [], "reassess"),
        ("self_pay", "pain 8", [], "reassess"),
        # half of it gone, six weeks after
        ("medicare_mac", "pain 8", ["2025-10-14 4"], "due"),
        ("medicare_mac", "pain 8", ["2025-10-14 5"], "reassess"),
        # the clinic's own measure is 30 %
        ("self_pay", "pain 8", ["2025-10-14 5"], "due"),
        ("self_pay", "pain 8", ["2025-10-14 6"], "reassess"),
        ("self_pay", "pain 10", ["2025-10-14 7"], "due"),
        # enough so far, a day before the six weeks: a payer wants them shown, advice does not
        ("medicare_mac", "pain 8", ["2025-10-13 2"], "reassess"),
        ("self_pay", "pain 8", ["2025-10-13 2"], "due"),
        # worn off before the six weeks
        ("medicare_mac", "pain 8", ["2025-09-16 2", "2025-10-10 7"], "reassess"),
        ("self_pay", "pain 8", ["2025-09-16 2", "2025-10-10 7"], "reassess"),
        # and after them
        ("medicare_mac", "pain 8", ["2025-10-14 2", "2025-10-20 8"], "due"),
        # slow to come
        ("medicare_mac", "pain 8", ["2025-09-16 8", "2025-10-14 2"], "due"),
        # without the pain before there is nothing to compare with; nor where there was none
        ("medicare_mac", "", ["2025-10-14 2"], "reassess"),
        ("medicare_mac", "pain 0", ["2025-10-14 0"], "reassess"),
        # worse
        ("self_pay", "pain 4", ["2025-10-14 9"], "reassess"),
    ],
)
def test_a_repeat_is_not_automatic(shipped: Clinic, payer: str, pain: str, scores: list[str], status: str) -> None:
    told = [f"Ann | {day} | outcome {now}" for day, now in map(str.split, scores)]
    start = [f"Ann | 2025-09-01 | payer {payer}", f"Ann | 2025-09-02 | ut l {pain} next 2mo"]
    tell(shipped, "\n".join([*start, *told]))
    expect(shipped, "2025-11-02", f"Ann | 2025-11-02 | {status} | UT-L")


def test_reassess_stays_on_the_list_until_a_good_outcome(shipped: Clinic) -> None:
    tell(
        shipped,
        """
        Ann | 2026-05-22 | payer medicare_mac
        Ann | 2026-05-23 | ut l pain 8 next 6w
        """,
    )
    expect(shipped, "2026-07-03", "")
    for day in ("2026-07-04", "2026-08-01", "2027-05-23", "2036-05-23"):
        expect(shipped, day, "Ann | 2026-07-04 | reassess | UT-L")
    tell(shipped, "Ann | 2026-07-10 | outcome 6")
    expect(shipped, "2026-07-10", "Ann | 2026-07-04 | reassess | UT-L")
    tell(shipped, "Ann | 2026-07-20 | outcome 4")
    expect(shipped, "2026-07-20", "Ann | 2026-07-04 | overdue | UT-L")


def test_a_new_session_asks_for_an_outcome_of_its_own(shipped: Clinic) -> None:
    tell(
        shipped,
        """
        Ann | 2026-05-22 | payer self_pay
        Ann | 2026-05-23 | ut l pain 8 next 6w
        Ann | 2026-07-04 | outcome 2
        Ann | 2026-07-06 | ut l pain 8 next 6w
        """,
    )
    expect(shipped, "2026-08-17", "Ann | 2026-08-17 | reassess | UT-L")


def test_voiding_it_brings_the_earlier_outcome_back(shipped: Clinic) -> None:
    tell(
        shipped,
        """
        Ann | 2026-05-23 | ut l pain 8 next 6w
        Ann | 2026-07-04 | outcome 2
        Ann | 2026-07-06 | ut l pain 8 next 6w
        Ann | 2026-07-07 | void 2026-07-06
        """,
    )
    expect(shipped, "2026-07-07", "Ann | 2026-07-04 | due | UT-L")


@pytest.mark.parametrize(("scored", "other"), [("UT-L", "LS-L"), ("LS-L", "UT-L")])
def test_a_score_of_one_site_speaks_for_that_site(shipped: Clinic, scored: str, other: str) -> None:
    tell(
        shipped,
        f"""
        Ann | 2026-05-23 | ut l, ls l pain 8 next 6w
        Ann | 2026-07-04 | outcome 2 at {scored.lower().replace("-", " ")}
        """,
    )
    expect(shipped, "2026-07-04", f"Ann | 2026-07-04 | reassess | {other}", "--status", "reassess")
    expect(shipped, "2026-07-04", f"Ann | 2026-07-04 | due | {scored}", "--status", "due")


def test_one_of_the_patient_speaks_for_all_that_was_treated_then(shipped: Clinic) -> None:
    """And not for a site treated before: that session was measured, or was not, by scores of its own."""
    tell(
        shipped,
        """
        Ann | 2026-05-01 | scm l pain 8 next 9w
        Ann | 2026-05-23 | ut l, ls l pain 8 next 6w
        Ann | 2026-07-04 | outcome 2
        """,
    )
    expect(shipped, "2026-07-04", "Ann | 2026-07-04 | due | UT-L LS-L", "--status", "due")
    expect(shipped, "2026-07-04", "Ann | 2026-07-03 | reassess | SCM-L", "--status", "reassess")


def test_a_score_whose_session_is_void_speaks_for_the_one_before_at_its_site(shipped: Clinic) -> None:
    tell(
        shipped,
        """
        Ann | 2026-05-23 | ut l pain 8 next 8w
        Ann | 2026-06-20 | ut l pain 8 next 6w
        Ann | 2026-07-04 | ls l pain 8 next none
        Ann | 2026-07-10 | outcome 2 at ut l
        Ann | 2026-07-11 | void 2026-06-20
        """,
    )
    expect(shipped, "2026-07-18", "Ann | 2026-07-18 | due | UT-L")


def test_a_clinic_that_keeps_its_scores_on_paper_is_not_asked_for_them(shipped: Clinic) -> None:
    tell(shipped, "Ann | 2026-05-23 | ut l pain 8 next 6w")
    shipped.ok("rule", "set", "no_response", "--level", "note", "--reason", "on paper")
    expect(shipped, "2026-07-04", "Ann | 2026-07-04 | due | UT-L")
    shipped.ok("rule", "set", "no_response", "--shipped", "--reason", "here from now on")
    expect(shipped, "2026-07-04", "Ann | 2026-07-04 | reassess | UT-L")


# --- the list


@pytest.mark.parametrize(
    ("then", "held"),
    [
        ("snooze 2026-02-01", "snoozed"),
        ("stop declined", "declined"),
        ("resolve ut l", "resolved"),
        ("archive", "archived"),
        ("stop died", "deceased"),
    ],
)
def test_what_was_decided_goes_before_what_a_payer_says(shipped: Clinic, then: str, held: str) -> None:
    tell(shipped, WORKED + f"Ann | 2025-10-20 | {then}")
    expect(shipped, "2025-10-20", f"held back: 1 {held}")
    expect(shipped, "2026-01-31", f"held back: 1 {held}")


def test_a_snooze_over_the_day_of_the_payer_and_one_that_ends_before(shipped: Clinic) -> None:
    tell(
        shipped,
        WORKED
        + WORKED.replace("Ann", "Bob")
        + "Ann | 2025-10-20 | snooze 2026-02-01\nBob | 2025-10-20 | snooze 2025-12-01",
    )
    expect(shipped, "2025-11-30", "held back: 2 snoozed")
    expect(shipped, "2025-12-01", "held back: 1 capped, 1 snoozed")
    expect(shipped, "2026-01-10", "Bob | 2025-10-14 | overdue | UT-L\nheld back: 1 snoozed")
    late = "Ann | 2025-10-14 | lapsed | UT-L\nBob | 2025-10-14 | lapsed | UT-L"
    expect(shipped, "2026-02-01", late)


def test_capped_then_to_be_looked_at(shipped: Clinic) -> None:
    """Without an outcome: held back while the payer does not allow it, and looked at from then on."""
    tell(shipped, WORKED.replace("outcome 3", "outcome 7"))
    expect(shipped, "2026-01-09", "held back: 1 capped")
    expect(shipped, "2026-01-10", "Ann | 2025-10-14 | reassess | UT-L")


CLINIC = """
    Ann | 2025-10-20 | payer medicare_mac
    Ann | 2026-01-05 | ut l, ls l pain 8 next 4w
    Bob | 2026-01-05 | payer medicare_mac
    Bob | 2026-01-05 | ut l pain 8 next 5w
    Cid | 2025-11-03 | ut l pain 8 next 3mo
    Dee | 2025-10-20 | ut l pain 8 next 3mo
    Eve | 2025-10-20 | ut l pain 8 next 3mo
    Eve | 2025-12-15 | outcome 2
    Fay | 2025-12-08 | ut l pain 8 next 8w
    Fay | 2026-01-20 | outcome 2
    Gus | 2026-01-05 | ut l pain 8 next 4w
    Gus | 2026-01-06 | stop declined
    """
"""On 4 February: two that a payer holds back, two to be looked at, one overdue, one due, one who declined."""


def test_a_clinic_of_all_sorts(shipped: Clinic) -> None:
    tell(shipped, CLINIC)
    held = "held back: 1 capped, 1 declined"
    expect(
        shipped,
        "2026-02-04",
        f"""
        Dee | 2026-01-20 | reassess | UT-L
        Eve | 2026-01-20 | overdue  | UT-L
        Fay | 2026-02-02 | due      | UT-L
        Cid | 2026-02-03 | reassess | UT-L
        {held}
        """,
    )
    capped = "Ann | 2026-02-02 | capped | UT-L LS-L"
    expect(shipped, "2026-02-04", f"{capped}\n{held}", "--status", "capped")
    looked = "Dee | 2026-01-20 | reassess | UT-L\nCid | 2026-02-03 | reassess | UT-L"
    expect(shipped, "2026-02-04", f"{looked}\n{held}", "--status", "reassess")
    both = f"""
        Ann | 2026-02-02 | capped | UT-L LS-L
        Fay | 2026-02-02 | due    | UT-L
        {held}
        """
    expect(shipped, "2026-02-04", both, "--status", "due,capped")


def test_the_held_back_are_counted_by_patients(shipped: Clinic) -> None:
    tell(shipped, CLINIC)
    expect(
        shipped,
        "2026-02-01",
        "Dee | 2026-01-20 | reassess | UT-L\nEve | 2026-01-20 | due | UT-L\nheld back: 1 declined",
    )
    answer = shipped.ok("due", "--json", TPI_TODAY="2026-02-09").json
    assert answer["held_back"] == {"capped": 2, "declined": 1}, "Ann has two sites and is one patient"
    footer = shipped.ok("due", TPI_TODAY="2026-02-09")
    assert "held back: 2 capped, 1 declined" in footer.out + footer.err


def test_overdue_shows_the_late_ones_among_those_to_be_looked_at(shipped: Clinic) -> None:
    """Two weeks late and never scored is late all the same; whom a payer holds back is not."""
    tell(shipped, CLINIC)
    late = """
        Dee | 2026-01-20 | reassess | UT-L
        Eve | 2026-01-20 | overdue  | UT-L
        held back: 1 capped, 1 declined
        """
    expect(shipped, "2026-02-04", late, "--overdue")
    expect(shipped, "2026-02-04", "Eve | 2026-01-20 | overdue | UT-L\nheld back: 1 capped, 1 declined", "--status",
           "overdue")  # fmt: skip


def test_looking_ahead_finds_who_is_allowed_by_the_due_day_or_not(shipped: Clinic) -> None:
    """Before the day it is upcoming, whatever waits for it then; the list says from when it is allowed."""
    tell(shipped, WORKED)
    line = "Ann | 2025-10-14 | upcoming | 2026-01-10"
    expect(shipped, "2025-10-07", line, "--within", "1w", columns=ALLOWED)


def test_nobody_is_in_two_places(shipped: Clinic) -> None:
    tell(shipped, CLINIC)
    every = seen(shipped, "2026-02-10", "--status", "all", columns="name,status")[:-1]
    assert sorted(every) == sorted(table(
        """
        Ann | capped
        Bob | capped
        Cid | reassess
        Dee | reassess
        Eve | overdue
        Fay | due
        Gus | declined
        """
    ))  # fmt: skip


def test_nobody_is_held_back_without_a_reason(shipped: Clinic) -> None:
    """On the day of a session another site that is late stays on the list: no rule of the payer is in its way."""
    tell(
        shipped,
        """
        Ann | 2025-01-10 | payer medicare_mac
        Ann | 2025-01-10 | ut l pain 8 next 6w
        Ann | 2025-03-01 | outcome 2
        Ann | 2025-09-02 | ls l pain 8 next 3mo
        """,
    )
    expect(shipped, "2025-09-02", "Ann | 2025-02-21 | lapsed | UT-L")
