"""From when a payer lets a site be injected again: worked cases on a calendar, and laws."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.reference import payers
from tpi_cli.rules import eligibility, interval
from tpi_cli.rules.eligibility import ADVICE_ONLY, Eligible, Place, Policy, Visit
from tpi_cli.rules.interval import Interval
from tpi_cli.rules.relief import Wanted

HERE = Place(("trapezius_upper", "L"), "cervical")
YEAR = Interval(12, "mo")
BASE = Policy("rule", "payer", "source", YEAR)


def policy(**limits: object) -> Policy:
    return BASE._replace(**limits)  # type: ignore[arg-type]


def visits(text: str) -> tuple[Visit, ...]:
    """`2025-01-10 here, 2025-04-11 there`: here is the site, near another of its region, there another region."""
    out = []
    for number, part in enumerate(filter(None, text.replace("-,", "").split(", "))):
        day, where = part.split()
        site = {"here": HERE.where, "near": ("levator_scapulae", "L"), "there": ("gluteus_medius", "R")}[where]
        region = "hip_pelvis" if where == "there" else "cervical"
        out.append(Visit(f"S-{number}", date.fromisoformat(day), frozenset({site}), frozenset({region})))
    return tuple(out)


CAP3 = policy(max_sessions=3)
WAIT = policy(min_interval=Interval(42, "d"))
BOTH = policy(max_sessions=3, min_interval=Interval(42, "d"))
RULES = {
    "cap 3": CAP3,
    "42 days here": WAIT,
    "both": BOTH,
    "cap 1": policy(max_sessions=1),
    "2 months in the region": policy(min_interval=Interval(2, "mo"), interval_scope="region"),
    "6 months here": policy(min_interval=Interval(6, "mo")),
    "cap 2 a region": policy(max_sessions=2, cap_scope="region"),
    "1 year here": policy(min_interval=Interval(1, "y")),
}

WORKED = """
    sessions                                            | rule                   | eligible from
    2025-01-10 here, 2025-04-11 here, 2025-09-02 here   | both                   | 2026-01-10
    2025-01-10 here, 2025-04-11 here, 2025-09-02 here   | 42 days here           | 2025-10-14
    2025-01-10 here, 2025-04-11 here, 2025-09-02 here   | cap 3                  | 2026-01-10
    2025-04-11 here, 2025-09-02 here                    | both                   | 2025-10-14
    2025-04-11 there, 2025-09-02 there                  | both                   | 2025-09-03
    2025-01-10 there, 2025-04-11 near, 2025-09-02 there | cap 3                  | 2026-01-10
    2025-01-10 here, 2025-09-02 here                    | cap 2 a region         | 2026-01-10
    2025-01-10 there, 2025-09-02 here                   | cap 2 a region         | 2025-09-03
    2025-01-10 near, 2025-09-02 here                    | cap 2 a region         | 2026-01-10
    2025-09-02 near                                     | 2 months in the region | 2025-11-02
    2025-09-02 near                                     | 42 days here           | 2025-09-03
    2025-09-02 there                                    | 2 months in the region | 2025-09-03
    2024-02-29 here                                     | cap 1                  | 2025-03-01
    2024-02-29 here                                     | 1 year here            | 2025-03-01
    2025-03-31 here                                     | 6 months here          | 2025-10-01
    2025-12-31 here                                     | 2 months in the region | 2026-03-01
    2025-12-31 here                                     | 6 months here          | 2026-07-01
    2023-01-10 here, 2024-04-11 here, 2025-09-02 here   | cap 3                  | 2025-09-03
    2025-01-01 here, 2025-01-02 here, 2025-01-03 here, 2025-01-04 here | cap 3   | 2026-01-02
"""


@pytest.mark.parametrize(("sessions", "rule", "expected"), rows(WORKED))
def test_the_worked_cases(sessions: str, rule: str, expected: str) -> None:
    past = visits(sessions)
    found = eligibility.eligible(past, HERE, [RULES[rule]], past[-1].on)
    assert str(found.since) == str(found.enforced_since) == expected
    waited = found.since != past[-1].on + timedelta(days=1)
    assert waited == bool(found.reasons)
    if waited:
        assert max(str(reason.until) for reason in found.reasons) == expected


def test_every_reason_is_told_with_the_day_it_ends() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    found = eligibility.eligible(past, HERE, [BOTH], date(2025, 9, 2)).reasons
    assert [(one.rule, str(one.until), one.source) for one in found] == [
        ("cap_reached", "2026-01-10", "source"),
        ("interval_short", "2025-10-14", "source"),
    ]
    assert found[0].text == "3 of 3 sessions in 12 months (2025-01-10, 2025-04-11, 2025-09-02): next 2026-01-10"
    assert found[1].text == "injected here 2025-09-02, 42 days between sessions: next 2025-10-14"


def test_a_region_is_named_in_words() -> None:
    hip = Place(("gluteus_medius", "R"), "hip_pelvis")
    past = visits("2025-07-01 there, 2025-09-02 there")
    cap = policy(max_sessions=2, cap_scope="region")
    wait = policy(min_interval=Interval(2, "mo"), interval_scope="region")
    assert eligibility.limits(past, hip, cap, date(2025, 9, 3))[0].text == (
        "2 of 2 sessions in 12 months in the region hip pelvis (2025-07-01, 2025-09-02): next 2026-07-01"
    )
    assert eligibility.limits(past, hip, wait, date(2025, 9, 3))[0].text == (
        "injected in the region hip pelvis 2025-09-02, 2 months between sessions: next 2025-11-02"
    )


def test_a_window_that_ends_on_a_day_its_month_lacks_ends_on_the_first() -> None:
    """A session of 31 August counts in six months up to 28 February, and no more on 1 March."""
    six = policy(max_sessions=1, window=Interval(6, "mo"))
    past = visits("2025-08-31 here")
    assert eligibility.limits(past, HERE, six, date(2026, 2, 28))
    assert eligibility.limits(past, HERE, six, date(2026, 3, 1)) == []


def test_a_row_that_begins_before_the_wish_holds_the_wish_back() -> None:
    """Nothing forbids the day after the last session, but on the day planned a new row does."""
    past = visits("2025-01-10 there, 2025-09-02 there")
    new = policy(id="new", starts=date(2025, 12, 1), max_sessions=1)
    loose = policy(max_sessions=9)
    found = eligibility.eligible(past, HERE, [loose, new], date(2025, 9, 2), date(2025, 12, 2))
    assert (str(found.since), str(found.enforced_since)) == ("2025-09-03", "2026-09-02")
    assert [one.rule for one in found.reasons] == ["cap_reached"]
    on_the_day = eligibility.eligible(past, HERE, [loose, new], date(2025, 9, 2), date(2025, 12, 1))
    assert str(on_the_day.enforced_since) == "2026-09-02"
    before = eligibility.eligible(past, HERE, [loose, new], date(2025, 9, 2), date(2025, 11, 30))
    assert (str(before.enforced_since), before.reasons) == ("2025-11-30", ())
    overdue = eligibility.eligible(past, HERE, [loose], date(2025, 9, 2), date(2025, 9, 1))
    assert str(overdue.enforced_since) == "2025-09-03"
    nobody = eligibility.eligible(past, HERE, [loose], date(2025, 9, 2))
    assert str(nobody.enforced_since) == "2025-09-03"


def test_advice_alone_keeps_its_reasons() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    found = eligibility.eligible(past, HERE, [BOTH._replace(advisory=ADVICE_ONLY)], date(2025, 9, 2))
    assert [one.rule for one in found.reasons] == ["cap_reached", "interval_short"]


def test_the_day_it_ends_is_free_and_the_day_before_is_not() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    days = (date(2025, 9, 3), date(2025, 10, 13), date(2025, 10, 14), date(2026, 1, 9), date(2026, 1, 10))
    against = [[one.rule for one in eligibility.limits(past, HERE, BOTH, day)] for day in days]
    both, cap = ["cap_reached", "interval_short"], ["cap_reached"]
    assert against == [both, both, cap, cap, []]


def test_another_entry_of_the_day_is_the_same_session_and_a_later_one_comes_after_it() -> None:
    past = visits("2025-09-02 here, 2025-09-20 here")
    assert eligibility.limits(past, HERE, WAIT, date(2025, 9, 2)) == []
    assert eligibility.limits(past, HERE, WAIT, date(2025, 9, 1)) == []
    assert [str(one.until) for one in eligibility.limits(past, HERE, WAIT, date(2025, 9, 3))] == ["2025-10-14"]


LATE = """
    on file | rule | entered for | broken | by
    2025-09-02 here | 42 days here | 2025-07-23 | interval_short | 2025-09-02
    2025-09-02 here | 42 days here | 2025-07-22 | - | -
    2025-09-02 there | 42 days here | 2025-08-22 | - | -
    2025-09-02 here | 42 days here | 2025-09-02 | - | -
    2025-09-02 here | 42 days here | 2025-09-05 | - | -
    2025-09-02 near | 2 months in the region | 2025-08-01 | interval_short | 2025-09-02
    2025-09-02 there | 2 months in the region | 2025-08-01 | - | -
    2025-01-10 there, 2025-04-11 there, 2025-09-02 there | cap 3 | 2025-02-01 | cap_reached | 2025-09-02
    2025-01-10 there, 2025-04-11 there | cap 3 | 2025-02-01 | - | -
    2025-01-10 here, 2025-09-02 here | cap 2 a region | 2025-02-01 | cap_reached | 2025-09-02
    2025-01-10 there, 2025-09-02 there | cap 2 a region | 2025-02-01 | - | -
    2025-01-10 here, 2025-01-20 here, 2025-02-20 here | 42 days here | 2025-01-05 | interval_short | 2025-01-10
"""


@pytest.mark.parametrize(("sessions", "rule", "entered", "broken", "by"), rows(LATE))
def test_what_a_late_entry_does_to_the_sessions_after_it(
    sessions: str, rule: str, entered: str, broken: str, by: str
) -> None:
    found = eligibility.later(visits(sessions), HERE, RULES[rule], date.fromisoformat(entered))
    assert [one.rule for one in found] == ([] if broken == "-" else [broken])
    assert by == "-" or found[0].text.startswith(f"with this one, the session of {by} is against it: ")


def test_advice_tells_a_day_and_makes_nobody_wait() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    found = eligibility.eligible(past, HERE, [BOTH._replace(advisory=ADVICE_ONLY)], date(2025, 9, 2))
    assert (str(found.since), found.enforced_since) == ("2026-01-10", None)
    assert all(one.text.endswith("(advice)") for one in found.reasons)


def test_one_rule_of_a_policy_may_be_advice() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    eased = BOTH._replace(advisory=frozenset({"cap_reached"}))
    found = eligibility.eligible(past, HERE, [eased], date(2025, 9, 2))
    assert (str(found.since), str(found.enforced_since)) == ("2026-01-10", "2025-10-14")
    eased = BOTH._replace(advisory=frozenset({"interval_short"}))
    found = eligibility.eligible(past, HERE, [eased], date(2025, 9, 2))
    assert (str(found.since), str(found.enforced_since)) == ("2026-01-10", "2026-01-10")


def test_a_payer_without_limits_lets_anybody_come() -> None:
    past = visits("2025-09-02 here")
    assert eligibility.eligible(past, HERE, [policy()], date(2025, 9, 2)) == Eligible()
    assert eligibility.eligible(past, HERE, [], date(2025, 9, 2)) == Eligible()
    ended = CAP3._replace(ends=date(2025, 9, 2))
    assert eligibility.eligible(past, HERE, [ended], date(2025, 9, 2)) == Eligible()
    last_day = CAP3._replace(ends=date(2025, 9, 3))
    assert eligibility.eligible(past, HERE, [last_day], date(2025, 9, 2)).since == date(2025, 9, 3)


def test_a_row_holds_from_its_first_day_to_its_last() -> None:
    old = policy(id="old", starts=date(2020, 1, 1), ends=date(2025, 3, 31))
    new = policy(id="new", starts=date(2025, 4, 1))
    own = policy(id="own", starts=date(2025, 5, 1), ends=date(2025, 5, 31), own=True)
    mended = own._replace(id="mended", revision="later")
    days = {"2019-12-31": None, "2020-01-01": "old", "2025-03-31": "old", "2025-04-01": "new", "2025-04-30": "new",
            "2025-05-01": "mended", "2025-05-31": "mended", "2025-06-01": "new"}  # fmt: skip
    rows_of = [old, new, own, mended]
    for order in (rows_of, rows_of[::-1]):
        found = {day: eligibility.in_force(order, date.fromisoformat(day)) for day in days}
        assert {day: one.id if one else None for day, one in found.items()} == days
    always = policy(id="always")
    assert eligibility.in_force([always, new], date(2025, 4, 1)) == new
    assert eligibility.in_force([always, new], date(2025, 3, 1)) == always


def test_a_stricter_row_that_begins_while_one_waits_makes_one_wait_longer() -> None:
    past = visits("2025-01-10 here, 2025-09-02 here")
    stricter = policy(id="new", starts=date(2025, 10, 1), max_sessions=1)
    found = eligibility.eligible(past, HERE, [WAIT, stricter], date(2025, 9, 2))
    assert str(found.since) == "2026-09-02"
    assert [one.rule for one in found.reasons] == ["interval_short", "cap_reached"]


def test_a_laxer_row_that_begins_frees_at_once() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    laxer = policy(id="new", starts=date(2025, 12, 1), max_sessions=6)
    found = eligibility.eligible(past, HERE, [CAP3, laxer], date(2025, 9, 2))
    assert str(found.since) == "2025-12-01"
    ending = CAP3._replace(ends=date(2025, 11, 30))
    assert str(eligibility.eligible(past, HERE, [ending], date(2025, 9, 2)).since) == "2025-12-01"


def test_the_relief_wanted_is_the_policys() -> None:
    assert eligibility.wanted(None) == Wanted()
    assert eligibility.wanted(policy(relief=Wanted(Decimal(50), 6))) == Wanted(Decimal(50), 6)


# --- laws

DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))
VISITS = st.lists(st.tuples(DAYS, st.sampled_from(["here", "near", "there"])), min_size=1, max_size=8).map(
    lambda pairs: visits(", ".join(f"{day} {where}" for day, where in sorted(pairs)))
)
WAITS = st.none() | st.builds(Interval, st.integers(1, 30), st.sampled_from(["d", "w", "mo"]))
POLICIES = st.builds(
    lambda cap, wait, cap_scope, interval_scope: policy(
        max_sessions=cap, min_interval=wait, cap_scope=cap_scope, interval_scope=interval_scope
    ),
    st.none() | st.integers(1, 5),
    WAITS,
    st.sampled_from(["patient", "region"]),
    st.sampled_from(["site", "region"]),
)


@given(VISITS, POLICIES)
def test_never_before_the_last_session_and_the_first_day_nothing_forbids(past: tuple[Visit, ...], one: Policy) -> None:
    last = past[-1].on
    found = eligibility.eligible(past, HERE, [one], last)
    if found.since is None:
        assert not one.limits_dates
        return
    assert found.since > last
    assert eligibility.limits(past, HERE, one, found.since) == []
    day = last + timedelta(days=1)
    for _ in range(20):  # spot checks between: every day before is forbidden
        if day >= found.since:
            break
        assert eligibility.limits(past, HERE, one, day)
        day += max(timedelta(days=1), (found.since - day) / 7)
    before = found.since - timedelta(days=1)
    assert before <= last or eligibility.limits(past, HERE, one, before)


@given(VISITS, POLICIES, POLICIES, DAYS)
def test_a_dated_rule_never_changes_a_decision_before_its_date(
    past: tuple[Visit, ...], now: Policy, later: Policy, starts: date
) -> None:
    rows_of = [now, later._replace(id="later", starts=starts)]
    for day in (starts - timedelta(days=1), starts - timedelta(days=400)):
        assert eligibility.in_force(rows_of, day) == now
    alone = eligibility.eligible(past, HERE, [now], past[-1].on).since or past[-1].on + timedelta(days=1)
    both = eligibility.eligible(past, HERE, rows_of, past[-1].on).since or past[-1].on + timedelta(days=1)
    assert min(alone, starts) == min(both, starts), "up to its first day the answer is the old one"


@given(VISITS, POLICIES, st.integers(0, 7))
def test_one_session_more_never_frees_anybody(past: tuple[Visit, ...], one: Policy, which: int) -> None:
    fewer = tuple(visit for number, visit in enumerate(past) if number != which % len(past)) if len(past) > 1 else past
    last = past[-1].on
    more_days = eligibility.eligible(past, HERE, [one], last).since
    less_days = eligibility.eligible(fewer, HERE, [one], last).since
    assert more_days is None or less_days is None or less_days <= more_days


@given(DAYS, st.integers(1, 60), st.sampled_from(["d", "w", "mo", "y"]))
def test_a_wait_is_never_cut_short_and_a_wish_never_drawn_out(anchor: date, number: int, unit: str) -> None:
    step = Interval(number, unit)
    wish, wait = interval.after(anchor, step), interval.after(anchor, step, "forward")
    assert wish <= wait <= wish + timedelta(days=1)
    assert (wish == wait) == (unit in "dw" or wish.day == anchor.day)
    assert wait.day in {anchor.day, 1} or unit in "dw"


# --- the shipped rows

MEDICARE = payers.policies("medicare_mac", {})


def test_medicare_as_shipped() -> None:
    past = visits("2025-01-10 here, 2025-04-11 here, 2025-09-02 here")
    found = eligibility.eligible(past, HERE, MEDICARE, date(2025, 9, 2))
    assert (str(found.since), str(found.enforced_since)) == ("2026-01-10", "2026-01-10")
    assert {one.source for one in found.reasons} == {"medicare_mac_2024"}


def test_medicare_began_in_april_2024() -> None:
    past = visits("2023-09-01 here, 2023-12-01 here, 2024-03-01 here")
    found = eligibility.eligible(past, HERE, MEDICARE, date(2024, 3, 1))
    assert (str(found.since), found.enforced_since) == ("2024-09-01", date(2024, 3, 2)), "advice until April"
    march = eligibility.in_force(MEDICARE, date(2024, 3, 31))
    assert march is not None
    assert (march.id, march.fallback) == ("self_pay_clinic_default", True), "before that the clinic's advice"
    past = visits("2023-09-01 here, 2023-12-01 here, 2024-04-01 here")
    assert str(eligibility.eligible(past, HERE, MEDICARE, date(2024, 4, 1)).since) == "2024-09-01"


NAMES = """
    written         | payer
    medicare_mac    | medicare_mac
    Medicare MAC    | medicare_mac
    medicare_mac_2024 | medicare_mac
    CGS             | medicare_mac
    Palmetto        | medicare_mac
    medicare_wps    | medicare_wps
    WPS             | medicare_mac
    evicore         | evicore
    CMM202          | -
    self pay        | self_pay
    self_pay_clinic_default | self_pay
    none            | self_pay
    Moon Health     | -
    -               | -
"""


@pytest.mark.parametrize(("written", "payer"), rows(NAMES))
def test_a_payer_by_any_of_its_names(written: str, payer: str) -> None:
    assert (payers.named("" if written == "-" else written) or "-") == payer


def test_whoever_has_no_payer_with_rules_has_the_clinics_advice() -> None:
    for text in (None, "", "Moon Health", "self_pay"):
        one = eligibility.in_force(payers.policies(text, {}), date(2026, 1, 1))
        assert one is not None
        assert (one.id, one.advisory) == ("self_pay_clinic_default", ADVICE_ONLY)
    assert [(one.id, one.fallback) for one in MEDICARE] == [
        ("medicare_mac_2024", False), ("self_pay_clinic_default", True),
    ]  # fmt: skip


def test_the_clinic_may_take_a_payers_rule_down_to_a_warning() -> None:
    one, _ = payers.policies("medicare_mac", {("cap_reached", "level"): "warn", ("cap_reached", "months"): "6"})
    assert (one.advisory, str(one.window)) == (frozenset({"cap_reached"}), "6mo")
    one, _ = payers.policies("medicare_mac", {("cap_reached", "level"): "override"})
    assert one.advisory == frozenset()
