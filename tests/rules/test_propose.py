"""The next interval, proposed from how the site's last sessions worked: cases to be read by a clinician, and laws.

A session of Monday 5 January 2026, its plan, and its scores as relief in percent so long after it. What is proposed
follows the shipped rule: two weeks or a month longer, between 6 weeks and 6 months, from 30 percent of relief on,
taken no more than 14 days before the follow-up; after two sessions without, stop.
"""

# ruff: noqa: E501 - the tables are wide

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tests.spec import oracle
from tpi_cli.reference import intervals
from tpi_cli.rules import relief
from tpi_cli.rules.interval import Interval
from tpi_cli.rules.propose import UNSAID, Course, Plan, Steps, planned
from tpi_cli.rules.relief import Response, Score, Wanted

ON = date(2026, 1, 5)
STEPS = Steps("interval_from_relief", None, None, 2, 1, Interval(6, "w"), Interval(6, "mo"), Decimal(30), 14, 2)


def course(plan: str, scores: str = "", on: date = ON, percent: int = 30) -> Course:
    """A session and its scores, as `4w 60, 62d 10`; `?` stands for a pain with nothing to measure it by."""
    told = []
    for one in filter(None, scores.split(", ")):
        since, found = one.split()
        day = oracle.due(on, since)
        assert day is not None
        told.append(Score(day, 3) if found == "?" else Score(day, None, Decimal(found)))
    return Course(on, plan, relief.response(on, None, told, Wanted(Decimal(percent))))


LASTED = """
plan       | scores              | next       | because
# good relief still there at the follow-up: two weeks longer, or a month
6w         | 6w 60               | 8w         | relief 60 % still there 2026-02-16, at the follow-up of 6 weeks
42d        | 6w 60               | 56d        | relief 60 % still there 2026-02-16, at the follow-up of 42 days
3mo        | 3mo 60              | 4mo        | relief 60 % still there 2026-04-05, at the follow-up of 3 months
# just enough relief, and just too little
6w         | 6w 30               | 8w         | relief 30 % still there 2026-02-16, at the follow-up of 6 weeks
6w         | 6w 29.9             | as before  |
# the score that is still good is the one told, rounded
6w         | 3w 90, 6w 33.5      | 8w         | relief 34 % still there 2026-02-16, at the follow-up of 6 weeks
6w         | 3w 10, 6w 60        | 8w         | relief 60 % still there 2026-02-16, at the follow-up of 6 weeks
# a score of two weeks before the follow-up speaks for it, one of a day earlier does not; later ones do
6w         | 28d 60              | 8w         | relief 60 % still there 2026-02-02, at the follow-up of 6 weeks
6w         | 27d 60              | as before  |
6w         | 20w 60              | 8w         | relief 60 % still there 2026-05-25, at the follow-up of 6 weeks
12w        | 4w 60               | as before  |
12w        | 70d 60              | 14w        | relief 60 % still there 2026-03-16, at the follow-up of 12 weeks
12w        | 70d 60, 12w 10      | 14w        | relief 60 % still there 2026-03-16, at the follow-up of 12 weeks
# just inside both bounds
4w         | 4w 60               | 6w         | relief 60 % still there 2026-02-02, at the follow-up of 4 weeks
23w        | 23w 60              | 25w        | relief 60 % still there 2026-06-15, at the follow-up of 23 weeks
167d       | 167d 60             | 181d       | relief 60 % still there 2026-06-21, at the follow-up of 167 days
26w        | 26w 60              | as before  |
181d       | 181d 60             | as before  |
5mo        | 5mo 60              | 6mo        | relief 60 % still there 2026-06-05, at the follow-up of 5 months
6mo        | 6mo 60              | as before  |
7mo        | 7mo 60              | as before  |
1y         | 1y 60               | as before  |
"""
BOUND = """
plan       | scores              | next       | because
# never under the least, 6 weeks: a step of two weeks would be sooner
1w         | 1w 60               | 6w         | relief 60 % still there 2026-01-12, at the follow-up of 1 week: up to the shortest that is proposed
3w         | 3w 60               | 6w         | relief 60 % still there 2026-01-26, at the follow-up of 3 weeks: up to the shortest that is proposed
7d         | 7d 60               | 6w         | relief 60 % still there 2026-01-12, at the follow-up of 7 days: up to the shortest that is proposed
# never over the most, 6 months: that would be 5 July
24w        | 24w 60              | 6mo        | relief 60 % still there 2026-06-22, at the follow-up of 24 weeks: up to the longest there is
25w        | 25w 60              | 6mo        | relief 60 % still there 2026-06-29, at the follow-up of 25 weeks: up to the longest there is
168d       | 168d 60             | 6mo        | relief 60 % still there 2026-06-22, at the follow-up of 168 days: up to the longest there is
180d       | 180d 60             | 6mo        | relief 60 % still there 2026-07-04, at the follow-up of 180 days: up to the longest there is
"""
WORE_OFF = """
plan       | scores              | next       | because
# worn off before: as long as the relief was known to be gone by, in whole weeks
12w        | 4w 60, 9w 10        | 9w         | relief worn off by 2026-03-09, before the follow-up of 12 weeks
12w        | 4w 60, 62d 10       | 8w         | relief worn off by 2026-03-08, before the follow-up of 12 weeks
12w        | 4w 60, 69d 10       | 9w         | relief worn off by 2026-03-15, before the follow-up of 12 weeks
3mo        | 4w 60, 8w 10        | 8w         | relief worn off by 2026-03-02, before the follow-up of 3 months
1y         | 4w 60, 20w 10       | 20w        | relief worn off by 2026-05-25, before the follow-up of 1 year
# never over the most either, 6 months
1y         | 4w 60, 40w 10       | 6mo        | relief worn off by 2026-10-12, before the follow-up of 1 year
# the first score after the last good one
12w        | 4w 60, 8w 10, 9w 0  | 8w         | relief worn off by 2026-03-02, before the follow-up of 12 weeks
12w        | 2w 10, 4w 60, 8w 10 | 8w         | relief worn off by 2026-03-02, before the follow-up of 12 weeks
12w        | 69d 60, 70d 10      | 10w        | relief worn off by 2026-03-16, before the follow-up of 12 weeks
# never under the least, 6 weeks
12w        | 1d 60, 2d 10        | 6w         | relief worn off by 2026-01-07, before the follow-up of 12 weeks
12w        | 2w 60, 41d 10       | 6w         | relief worn off by 2026-02-15, before the follow-up of 12 weeks
12w        | 2w 60, 6w 10        | 6w         | relief worn off by 2026-02-16, before the follow-up of 12 weeks
7w         | 2w 60, 48d 10       | 6w         | relief worn off by 2026-02-22, before the follow-up of 7 weeks
43d        | 2w 60, 42d 10       | 6w         | relief worn off by 2026-02-16, before the follow-up of 43 days
# never longer than before, and never the same in other words
6w         | 2w 60, 3w 10        | as before  |
42d        | 2w 60, 41d 10       | as before  |
4w         | 1d 60, 3w 10        | as before  |
# worn off at the follow-up is as planned; a day before is not
12w        | 9w 60, 12w 10       | as before  |
3mo        | 9w 60, 3mo 10       | as before  |
3mo        | 9w 60, 89d 10       | 12w        | relief worn off by 2026-04-04, before the follow-up of 3 months
12w        | 9w 60, 83d 10       | 11w        | relief worn off by 2026-03-29, before the follow-up of 12 weeks
12w        | 9w 60, 20w 10       | as before  |
"""
CARRIED = """
plan       | scores              | next
# nobody asked, or nothing to measure by
6w         |                     | as before
3mo        |                     | as before
6w         | 6w ?                | as before
# one session without relief is no pattern
6w         | 6w 0                | as before
12w        | 6w 29, 12w 0        | as before
# a day, or none, cannot come round again, however good it was
2026-02-16 | 6w 60               | nobody said
2026-02-16 | 1w 60, 2w 10        | nobody said
2026-02-16 |                     | nobody said
none       | 6w 60               | nobody said
none       |                     | nobody said
"""


@pytest.mark.parametrize(("plan", "scores", "then", "because"), rows(LASTED))
def test_relief_that_is_still_there_makes_it_longer(plan: str, scores: str, then: str, because: str) -> None:
    longer = Plan(then, "proposed", "interval_from_relief", f"{because}: a step longer")
    assert planned((course(plan, scores),), STEPS) == (as_before(plan) if then == "as before" else longer)


@pytest.mark.parametrize(("plan", "scores", "then", "because"), rows(BOUND))
def test_a_step_past_a_bound_ends_on_it(plan: str, scores: str, then: str, because: str) -> None:
    assert planned((course(plan, scores),), STEPS) == Plan(then, "proposed", "interval_from_relief", because)


@pytest.mark.parametrize(("plan", "scores", "then", "because"), rows(WORE_OFF))
def test_relief_that_wore_off_makes_it_shorter(plan: str, scores: str, then: str, because: str) -> None:
    shorter = Plan(then, "proposed", "interval_from_relief", because)
    assert planned((course(plan, scores),), STEPS) == (as_before(plan) if then == "as before" else shorter)


@pytest.mark.parametrize(("plan", "scores", "then"), rows(CARRIED))
def test_without_a_word_for_either_it_goes_on(plan: str, scores: str, then: str) -> None:
    assert planned((course(plan, scores),), STEPS) == (as_before(plan) if then == "as before" else UNSAID)


def as_before(plan: str) -> Plan:
    return Plan(plan, "carried")


STOP = """
scores after each session of the site, all planned for 6w | next
# two in a row without any meaningful relief
6w 0 / 6w 0                                               | stop
6w 29 / 1d 29, 6w 0                                       | stop
6w 60 / 6w 0 / 6w 0                                       | stop
6w -20 / 6w -50                                           | stop
# one of them worked, if only for a while, or nobody knows
6w 0                                                      | as before
6w 60 / 6w 0                                              | as before
6w 0 / 6w 60 / 6w 0                                       | as before
1d 60, 2d 0 / 6w 0                                        | as before
6w 0 / 1d 60, 2d 0                                        | as before
- / 6w 0                                                  | as before
6w 0 / -                                                  | as before
6w 0 / 6w 0 / -                                           | as before
6w 0 / 6w ?                                               | as before
6w 0 / 6w 0 / 6w 60                                       | 8w
6w 0 / 4w 60, 6w 0                                        | 8w
"""


@pytest.mark.parametrize(("sessions", "then"), rows(STOP))
def test_after_two_sessions_without_relief_it_asks_whether_to_go_on(sessions: str, then: str) -> None:
    told = sessions.split(" / ")
    courses = tuple(
        course("6w", "" if scores == "-" else scores, ON + timedelta(100 * number))
        for number, scores in enumerate(told)
    )
    found = planned(courses, STEPS)
    if then == "stop":
        because = "no meaningful relief after 2 sessions: reassess, and stop unless there is a reason to go on"
        assert found == Plan("none", "proposed", "interval_from_relief", because)
    else:
        assert found[:2] == (("6w", "carried") if then == "as before" else (then, "proposed"))


@pytest.mark.parametrize("plan", ["6w", "2026-02-16", "none"])
def test_that_question_is_asked_whatever_the_last_plan_was(plan: str) -> None:
    twice = (course("6w", "6w 0", ON - timedelta(100)), course(plan, "6w 0"))
    assert planned(twice, STEPS)[:2] == ("none", "proposed")


def test_how_many_sessions_it_takes_is_the_rows_to_say() -> None:
    bad = [course("6w", "6w 0", ON + timedelta(weeks=6 * number)) for number in range(3)]
    thrice = STEPS._replace(sessions=3)
    assert planned(tuple(bad[:2]), thrice) == as_before("6w")
    assert planned(tuple(bad), thrice).reason == (
        "no meaningful relief after 3 sessions: reassess, and stop unless there is a reason to go on"
    )
    assert planned(tuple(bad[:1]), STEPS._replace(sessions=1)).follow_up == "none"


def test_the_last_session_is_the_one_that_counts() -> None:
    courses = (course("3mo", "3mo 60"), course("6w", "6w 60", ON + timedelta(100)))
    assert planned(courses, STEPS).follow_up == "8w"
    assert planned(courses[::-1], STEPS).follow_up == "4mo"


def test_a_first_session_carries_nothing() -> None:
    assert planned((), STEPS) == planned((), None) == UNSAID == ("none", "unsaid", None, None)


@pytest.mark.parametrize(("plan", "then"), [("6w", as_before("6w")), ("2026-02-16", UNSAID), ("none", UNSAID)])
def test_without_a_row_for_the_day_the_last_interval_goes_on(plan: str, then: Plan) -> None:
    for scores in ("6w 60", "6w 0", "1w 60, 2w 0", ""):
        assert planned((course("6w", "6w 0"), course(plan, scores)), None) == then


def test_the_row_says_how_much_longer_and_between_which_bounds() -> None:
    """Not a number of it stands in the code."""
    row = STEPS._replace(id="ours", weeks=3, months=2, minimum=Interval(1, "d"), maximum=Interval(2, "y"), near_days=3)
    cases = {
        ("6w", "6w 60"): "9w",
        ("42d", "39d 60"): "63d",
        ("42d", "38d 60"): "42d",
        ("10mo", "10mo 60"): "12mo",
        ("1y", "1y 60"): "14mo",
        ("6w", "1d 60, 2d 0"): "1w",
        ("6w", "1d 60, 13d 0"): "1w",
        ("6w", "1d 60, 14d 0"): "2w",
    }
    assert {case: planned((course(*case),), row).follow_up for case in cases} == cases
    assert planned((course("6w", "6w 60"),), row).rule == "ours"
    least = STEPS._replace(minimum=Interval(42, "d"))
    assert planned((course("12w", "2w 60, 41d 0"),), least).follow_up == "42d"
    assert planned((course("12w", "2w 60, 42d 0"),), least).follow_up == "6w"


@pytest.mark.parametrize(
    ("payer", "counts"), [(Wanted(), 30), (Wanted(weeks=6), 30), (Wanted(Decimal(50), 6), 50), (Wanted(Decimal(0)), 0)]
)
def test_the_relief_that_counts_is_the_payers_or_else_the_rows(payer: Wanted, counts: int) -> None:
    """Lasting for whichever time: how long is what the interval is proposed from."""
    assert STEPS.wanted(payer) == Wanted(Decimal(counts), None)


def test_these_are_the_numbers_that_are_shipped() -> None:
    assert intervals.in_force(ON) == STEPS


# --- laws -----------------------------------------------------------------------------------------------

PLANS = st.builds(Interval, st.integers(1, 60), st.sampled_from(["d", "w", "mo", "y"])).map(str)
ANY_PLAN = PLANS | st.just("none") | st.integers(1, 800).map(lambda days: (ON + timedelta(days)).isoformat())
RELIEF = st.integers(-50, 100).map(Decimal)
DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))


@st.composite
def courses(draw: st.DrawFn, plans: st.SearchStrategy[str] = ANY_PLAN) -> tuple[Course, ...]:
    """Sessions of one site, in order, each with some scores."""
    found = []
    for on in sorted(draw(st.sets(DAYS, min_size=1, max_size=4))):
        told = draw(st.dictionaries(st.integers(0, 400), RELIEF, max_size=4))
        scores = [Score(on + timedelta(days), None, percent) for days, percent in told.items()]
        found.append(Course(on, draw(plans), relief.response(on, None, scores, Wanted(Decimal(30)))))
    return tuple(found)


def due(course: Course, plan: str) -> date:
    found = oracle.due(course.on, plan)
    assert found is not None
    return found


@given(courses())
def test_a_proposal_is_a_change_inside_the_bounds(known: tuple[Course, ...]) -> None:
    found, last = planned(known, STEPS), known[-1]
    if found.origin != "proposed":
        assert found in {Plan(last.follow_up, "carried"), UNSAID}
    elif found.follow_up != "none":
        before, then = due(last, last.follow_up), due(last, found.follow_up)
        assert due(last, "6w") <= then <= due(last, "6mo")
        assert then != before


@given(courses(PLANS))
def test_longer_only_if_it_lasted_and_shorter_only_if_it_wore_off(known: tuple[Course, ...]) -> None:
    found, last = planned(known, STEPS), known[-1]
    assume(found.follow_up != "none")
    before, then, answer = due(last, last.follow_up), due(last, found.follow_up), last.response
    if then > before:
        assert answer.until is not None
        assert answer.until + timedelta(STEPS.near_days) >= before
    if then < before:
        assert answer.worn_off is not None
        assert answer.worn_off < before
        assert then <= max(answer.worn_off, due(last, "6w"))


@given(courses())
def test_stop_is_only_proposed_after_two_sessions_in_vain(known: tuple[Course, ...]) -> None:
    found = planned(known, STEPS)
    in_vain = len(known) >= 2 and all(one.response.meaningless for one in known[-2:])
    assert (found[:2] == ("none", "proposed")) == in_vain


@given(courses(PLANS), PLANS)
def test_only_the_last_plan_and_the_last_answers_matter(known: tuple[Course, ...], plan: str) -> None:
    """How earlier sessions were planned is of no account; nor is anything but the last two."""
    rewritten = tuple(one._replace(follow_up=plan) for one in known[:-1])
    assert planned((*rewritten, known[-1]), STEPS) == planned(known, STEPS) == planned(known[-2:], STEPS)


@given(ANY_PLAN)
def test_without_a_score_nothing_is_proposed(plan: str) -> None:
    silent = (Course(ON - timedelta(400), "6w", Response("none", ON)), Course(ON, plan, Response("none", ON)))
    assert planned(silent, STEPS).origin in {"carried", "unsaid"}
