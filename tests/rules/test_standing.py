"""Where a recall stands on a given day: the only part that depends on today."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.reference.recall import thresholds
from tpi_cli.rules.standing import HELD, LATE, LISTED, STATUSES, Plan, Thresholds, by_days, status

DUE = date(2026, 11, 23)
LATER = DUE + timedelta(days=9)
SHIPPED = Thresholds(**{name: row.days for name, row in thresholds().items()})
STRICT = Thresholds(upcoming=7, due=0, overdue=1, lapsed=30)
EARLY = Thresholds(upcoming=30, due=-7, overdue=0, lapsed=14)


def but(plan: Plan, **changes: object) -> Plan:
    """The plan with some of it changed."""
    return Plan(**{name: changes.get(name, getattr(plan, name)) for name in Plan.__slots__})  # type: ignore[arg-type]


def test_the_shipped_thresholds_are_two_weeks_two_weeks_and_ninety_days() -> None:
    assert SHIPPED == (14, 0, 14, 90)


@pytest.mark.parametrize(
    ("at", "late_days", "expected"),
    [
        (SHIPPED, -400, "upcoming"),
        (SHIPPED, -15, "upcoming"),
        (SHIPPED, -14, "upcoming"),
        (SHIPPED, -1, "upcoming"),
        (SHIPPED, 0, "due"),
        (SHIPPED, 1, "due"),
        (SHIPPED, 13, "due"),
        (SHIPPED, 14, "overdue"),
        (SHIPPED, 89, "overdue"),
        (SHIPPED, 90, "lapsed"),
        (SHIPPED, 366, "lapsed"),
        (SHIPPED, 3660, "lapsed"),
        # a clinic's own
        (STRICT, -1, "upcoming"),
        (STRICT, 0, "due"),
        (STRICT, 1, "overdue"),
        (STRICT, 29, "overdue"),
        (STRICT, 30, "lapsed"),
        (EARLY, -8, "upcoming"),
        (EARLY, -7, "due"),
        (EARLY, -1, "due"),
        (EARLY, 0, "overdue"),
        (EARLY, 14, "lapsed"),
    ],
)
def test_the_status_goes_by_the_days_since_the_due_date(at: Thresholds, late_days: int, expected: str) -> None:
    assert status(Plan(DUE), DUE + timedelta(days=late_days), at) == by_days(late_days, at) == expected


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, "due"),
        # on the day it ends it is over
        (DUE - timedelta(days=1), "due"),
        (DUE, "due"),
        (DUE + timedelta(days=1), "snoozed"),
    ],
)
def test_a_snooze_runs_out_by_itself(until: date | None, expected: str) -> None:
    assert status(Plan(DUE, snoozed_until=until), DUE, SHIPPED) == expected


@pytest.mark.parametrize(
    ("until", "late_days", "expected"),
    [
        # before the due day there is nothing to hold back
        (9, -1, "upcoming"),
        (9, 0, "capped"),
        (9, 8, "capped"),
        # from the day the payer allows it, it is as late as it is
        (9, 9, "due"),
        (20, 19, "capped"),
        (20, 20, "overdue"),
        (400, 399, "capped"),
        (400, 400, "lapsed"),
        (None, 0, "due"),
    ],
)
def test_a_payer_who_does_not_allow_it_yet_holds_back_what_is_due(
    until: int | None, late_days: int, expected: str
) -> None:
    free = None if until is None else DUE + timedelta(days=until)
    assert status(Plan(DUE, capped_until=free), DUE + timedelta(days=late_days), SHIPPED) == expected


@pytest.mark.parametrize(
    ("late_days", "expected"),
    [(-400, "upcoming"), (-1, "upcoming"), (0, "reassess"), (13, "reassess"), (14, "reassess"), (90, "reassess"),
     (3660, "reassess")],
)  # fmt: skip
def test_without_a_good_outcome_what_is_due_is_to_be_looked_at_first(late_days: int, expected: str) -> None:
    assert status(Plan(DUE, reassess=True), DUE + timedelta(days=late_days), SHIPPED) == expected


def test_a_clinic_that_calls_early_looks_and_waits_from_that_day_on_too() -> None:
    """Its `due` begins a week before the day."""
    for days, expected in ((-8, "upcoming"), (-7, "capped"), (0, "reassess")):
        plan = Plan(DUE, capped_until=DUE, reassess=True)
        assert status(plan, DUE + timedelta(days=days), EARLY) == expected


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        # what is closed, then what the patient asked for, then what the payer allows, then the look
        (Plan(DUE, "declined", DUE + timedelta(9), DUE + timedelta(9), reassess=True), "declined"),
        (Plan(DUE, None, DUE + timedelta(9), DUE + timedelta(9), reassess=True), "snoozed"),
        (Plan(DUE, None, DUE, DUE + timedelta(9), reassess=True), "capped"),
        (Plan(DUE, None, DUE, DUE, reassess=True), "reassess"),
        (Plan(DUE, None, DUE, DUE), "due"),
    ],
)
def test_what_goes_before_what(plan: Plan, expected: str) -> None:
    assert status(plan, DUE, SHIPPED) == expected


@pytest.mark.parametrize("closed", ["declined", "stopped", "resolved", "archived", "deceased"])
def test_what_is_closed_stays_closed_snoozed_or_not_planned_or_not(closed: str) -> None:
    for due, until, capped, reassess in product((None, DUE), (None, LATER), (None, LATER), (False, True)):
        assert status(Plan(due, closed, until, capped, reassess), DUE, SHIPPED) == closed


def test_where_nothing_is_planned_there_is_no_status() -> None:
    for until, capped, reassess in product((None, LATER), (None, LATER), (False, True)):
        assert status(Plan(None, None, until, capped, reassess), DUE, SHIPPED) is None


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ORDERED = st.lists(st.integers(-30, 400), min_size=3, max_size=3, unique=True).map(
    lambda days: Thresholds(14, *sorted(days))
)


CLOSED = ("declined", "stopped", "resolved", "archived", "deceased")
PLANS = st.builds(Plan, DAYS, st.sampled_from([None, *CLOSED]), st.none() | DAYS, st.none() | DAYS, st.booleans())
OPEN = PLANS.map(lambda plan: Plan(plan.due, None, plan.snoozed_until, plan.capped_until, plan.reassess))


@given(PLANS, DAYS, ORDERED)
def test_every_plan_has_exactly_one_status(plan: Plan, today: date, at: Thresholds) -> None:
    assert status(plan, today, at) in STATUSES


def test_no_status_is_two_things_at_once() -> None:
    assert len(set(STATUSES)) == len(STATUSES)
    assert not set(LISTED) & set(HELD)
    assert set(LATE) < set(LISTED)
    assert set(CLOSED) < set(HELD)


@given(DAYS, DAYS, DAYS, ORDERED)
def test_a_plan_never_grows_less_late(due: date, one: date, other: date, at: Thresholds) -> None:
    early, later = sorted((one, other))
    order = ("upcoming", *LATE)
    first, second = (order.index(str(status(Plan(due), day, at))) for day in (early, later))
    assert first <= second


@given(OPEN, DAYS, ORDERED)
def test_capped_and_reassess_begin_on_the_due_day(plan: Plan, today: date, at: Thresholds) -> None:
    assert plan.due
    waits = status(but(plan, snoozed_until=None), today, at) in {"capped", "reassess"}
    assert not waits or today >= plan.due + timedelta(days=at.due)


@given(OPEN, DAYS, ORDERED)
def test_capped_ends_on_its_day_and_what_is_capped_was_listed_otherwise(
    plan: Plan, today: date, at: Thresholds
) -> None:
    if status(plan, today, at) == "capped":
        assert plan.capped_until
        assert today < plan.capped_until
        assert status(but(plan, capped_until=None), today, at) in LISTED
        assert status(plan, plan.capped_until, at) in {*LISTED, "snoozed"}


@given(OPEN, DAYS, ORDERED)
def test_reassess_takes_the_place_of_a_late_status_and_of_nothing_else(plan: Plan, today: date, at: Thresholds) -> None:
    with_it, without = (status(but(plan, reassess=look), today, at) for look in (True, False))
    assert with_it == ("reassess" if without in LATE else without)


@given(PLANS, DAYS, DAYS, ORDERED)
def test_a_snooze_goes_before_the_payer_and_before_the_look(
    plan: Plan, today: date, until: date, at: Thresholds
) -> None:
    asleep = but(plan, snoozed_until=until)
    if today < until:
        assert status(asleep, today, at) == (plan.closed or "snoozed")
    else:
        assert status(asleep, today, at) == status(but(plan, snoozed_until=None), today, at)


@given(PLANS, st.sampled_from(CLOSED), DAYS, ORDERED)
def test_a_closed_plan_stays_closed_whatever_the_payer_and_the_outcome_say(
    plan: Plan, closed: str, today: date, at: Thresholds
) -> None:
    assert status(but(plan, closed=closed), today, at) == closed
