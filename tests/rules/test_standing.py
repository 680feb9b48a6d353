"""Where a recall stands on a given day: the only part that depends on today."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.reference.recall import thresholds
from tpi_cli.rules.standing import HELD, LISTED, STATUSES, Thresholds, status

DUE = date(2026, 11, 23)
SHIPPED = Thresholds(**{name: row.days for name, row in thresholds().items()})
STRICT = Thresholds(upcoming=7, due=0, overdue=1, lapsed=30)
EARLY = Thresholds(upcoming=30, due=-7, overdue=0, lapsed=14)


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
    assert status(DUE, None, None, DUE + timedelta(days=late_days), at) == expected


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
    assert status(DUE, None, until, DUE, SHIPPED) == expected


@pytest.mark.parametrize("closed", ["declined", "stopped", "resolved", "archived", "deceased"])
def test_what_is_closed_stays_closed_snoozed_or_not_planned_or_not(closed: str) -> None:
    for due in (None, DUE):
        for until in (None, DUE + timedelta(days=9)):
            assert status(due, closed, until, DUE, SHIPPED) == closed


def test_where_nothing_is_planned_there_is_no_status() -> None:
    assert status(None, None, None, DUE, SHIPPED) is None
    assert status(None, None, DUE + timedelta(days=9), DUE, SHIPPED) is None


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ORDERED = st.lists(st.integers(-30, 400), min_size=3, max_size=3, unique=True).map(
    lambda days: Thresholds(14, *sorted(days))
)


@given(DAYS, st.sampled_from([None, *HELD[1:]]), st.none() | DAYS, DAYS, ORDERED)
def test_every_plan_has_exactly_one_status(
    due: date, closed: str | None, until: date | None, today: date, at: Thresholds
) -> None:
    assert status(due, closed, until, today, at) in STATUSES
    assert not set(LISTED) & set(HELD)


@given(DAYS, DAYS, DAYS, ORDERED)
def test_a_plan_never_grows_less_late(due: date, one: date, other: date, at: Thresholds) -> None:
    early, later = sorted((one, other))
    order = ("upcoming", *LISTED)
    first, second = (order.index(str(status(due, None, None, day, at))) for day in (early, later))
    assert first <= second
