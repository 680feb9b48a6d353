"""A follow-up interval is calendar arithmetic from the session's own day, whatever the month is like."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.spec import oracle
from tpi_cli.rules.interval import UNITS, Interval, after, read

ANCHORS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
INTERVALS = st.builds(Interval, st.integers(1, 9999), st.sampled_from(sorted(UNITS)))
WITHIN_A_LIFE = st.builds(Interval, st.integers(1, 120), st.sampled_from(sorted(UNITS)))


@pytest.mark.parametrize(
    ("session", "interval", "due"),
    [
        # days and weeks count on, across months, years and leap days
        ("2026-11-23", "1d", "2026-11-24"),
        ("2026-11-30", "1d", "2026-12-01"),
        ("2026-12-31", "1d", "2027-01-01"),
        ("2027-02-28", "1d", "2027-03-01"),
        ("2028-02-28", "1d", "2028-02-29"),
        ("2026-11-23", "6w", "2027-01-04"),
        ("2028-02-01", "4w", "2028-02-29"),
        ("2026-11-23", "90d", "2027-02-21"),
        ("2026-11-23", "9999d", "2054-04-09"),
        # months keep the day of the month
        ("2026-11-23", "1mo", "2026-12-23"),
        ("2026-11-23", "3mo", "2027-02-23"),
        ("2026-12-15", "1mo", "2027-01-15"),
        ("2026-11-23", "18mo", "2028-05-23"),
        # a day the month lacks is its last day, never a day of the next month
        ("2026-01-31", "1mo", "2026-02-28"),
        ("2026-01-30", "1mo", "2026-02-28"),
        ("2026-01-29", "1mo", "2026-02-28"),
        ("2026-01-28", "1mo", "2026-02-28"),
        ("2028-01-31", "1mo", "2028-02-29"),
        ("2028-01-29", "1mo", "2028-02-29"),
        ("2026-03-31", "1mo", "2026-04-30"),
        ("2026-08-31", "3mo", "2026-11-30"),
        ("2026-10-31", "4mo", "2027-02-28"),
        ("2026-12-31", "2mo", "2027-02-28"),
        # and the next one but one has it again: nothing was lost on the way
        ("2026-01-31", "2mo", "2026-03-31"),
        ("2026-12-31", "3mo", "2027-03-31"),
        # the short month's last day is no month end to stick to
        ("2026-02-28", "1mo", "2026-03-28"),
        ("2026-04-30", "1mo", "2026-05-30"),
        # leap days
        ("2028-02-29", "1y", "2029-02-28"),
        ("2028-02-29", "4y", "2032-02-29"),
        ("2028-02-29", "12mo", "2029-02-28"),
        ("2096-02-29", "4y", "2100-02-28"),
        ("2027-02-28", "1y", "2028-02-28"),
        ("2026-11-23", "1y", "2027-11-23"),
    ],
)
def test_the_day_an_interval_ends(session: str, interval: str, due: str) -> None:
    step = read(interval)
    assert step is not None
    assert after(date.fromisoformat(session), step).isoformat() == due
    assert oracle.due(date.fromisoformat(session), interval) == date.fromisoformat(due)


def test_ten_repeats_from_one_anchor_never_drift() -> None:
    """Monthly from 31 January: the day slips to the month's end and comes back, ten times over."""
    days = [after(date(2026, 1, 31), Interval(number, "mo")).isoformat()[5:] for number in range(1, 11)]
    assert days == ["02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31", "11-30"]


@given(ANCHORS, st.integers(1, 12))
def test_repeats_from_one_anchor_keep_its_day_wherever_the_month_has_it(anchor: date, months: int) -> None:
    for repeat in range(1, 11):
        due = after(anchor, Interval(months * repeat, "mo"))
        last_of_month = (due + timedelta(days=1)).day == 1
        assert due.day == anchor.day or (due.day < anchor.day and last_of_month)


@given(ANCHORS, INTERVALS)
def test_it_agrees_with_an_oracle_of_the_standard_library(anchor: date, interval: Interval) -> None:
    try:
        expected = oracle.due(anchor, str(interval))
    except OverflowError:
        with pytest.raises(OverflowError):
            after(anchor, interval)
    else:
        assert after(anchor, interval) == expected


@given(ANCHORS, WITHIN_A_LIFE)
def test_the_end_is_always_later(anchor: date, interval: Interval) -> None:
    assert after(anchor, interval) > anchor


@given(ANCHORS, ANCHORS, WITHIN_A_LIFE)
def test_an_earlier_session_is_never_due_later(one: date, other: date, interval: Interval) -> None:
    first, second = sorted((one, other))
    assert after(first, interval) <= after(second, interval)


@given(ANCHORS, st.integers(1, 300))
def test_twelve_months_are_a_year_and_seven_days_a_week(anchor: date, number: int) -> None:
    assert after(anchor, Interval(12 * number, "mo")) == after(anchor, Interval(number, "y"))
    assert after(anchor, Interval(7 * number, "d")) == after(anchor, Interval(number, "w"))


@pytest.mark.parametrize(
    ("session", "interval"),
    [
        ("2026-11-23", "7974y"),
        ("2026-11-23", "9999y"),
        ("9999-12-31", "1d"),
        ("9999-12-25", "1w"),
        ("9999-12-01", "1mo"),
        ("9200-01-01", "9999mo"),
    ],
)
def test_beyond_the_calendar_is_an_overflow_and_nothing_else(session: str, interval: str) -> None:
    step = read(interval)
    assert step is not None
    with pytest.raises(OverflowError, match="9999"):
        after(date.fromisoformat(session), step)


def test_the_last_day_of_the_calendar_can_be_reached() -> None:
    assert after(date(9999, 12, 30), Interval(1, "d")) == date.max
    assert after(date(2026, 12, 31), Interval(7973, "y")) == date.max


@pytest.mark.parametrize(
    ("text", "number", "unit", "words"),
    [
        ("1d", 1, "d", "1 day"),
        ("90d", 90, "d", "90 days"),
        ("1w", 1, "w", "1 week"),
        ("6w", 6, "w", "6 weeks"),
        ("1mo", 1, "mo", "1 month"),
        ("3mo", 3, "mo", "3 months"),
        ("1y", 1, "y", "1 year"),
        ("9999y", 9999, "y", "9999 years"),
    ],
)
def test_the_stored_form(text: str, number: int, unit: str, words: str) -> None:
    step = read(text)
    assert step == Interval(number, unit)
    assert (str(step), step.words if step else "") == (text, words)


@pytest.mark.parametrize(
    "text",
    [
        *("", "w", "mo", "6", "0w", "00w", "06w", "-6w", "+6w", "1.5mo", "10000d", "6 w", " 6w", "6w ", "6w\n"),
        *("3m", "3M", "3MO", "3Mo", "6W", "1Y", "3mos", "3 months", "6wk", "none", "2026-12-31", "6w6w", "６w", "٦w"),
    ],
)
def test_anything_else_is_no_stored_interval(text: str) -> None:
    assert read(text) is None


@given(INTERVALS)
def test_what_is_written_is_read_back(interval: Interval) -> None:
    assert read(str(interval)) == interval


@given(st.text())
def test_no_text_raises(text: str) -> None:
    found = read(text)
    assert found is None or str(found) == text
