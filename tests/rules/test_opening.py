"""When the clinic is open: hours of the week as text, closed days, what speaks against a time, how many fit a day."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.rules.opening import DAY_END, UNSET, Closed, Hours, Span, against, capacity, closed, listed, read

WEEK = read("mon-thu 08:00-12:00 13:00-17:00, fri 08:00-14:00, sat 09:00-12:00")
HOLIDAYS = closed("2026-12-25, 2027-01-01..2027-01-03")
MON, FRI, SAT, SUN = (date(2026, 11, day) for day in (23, 27, 28, 29))


def at(clock: str) -> int:
    """Minutes after midnight."""
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def said_or_refused(again: Callable[[str], str], text: str) -> str:
    """What was read, said again; nothing after a refusal in one line."""
    try:
        return again(text)
    except ValueError as error:
        refusal = str(error)
    assert len(refusal.splitlines()) == 1
    return ""


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Some spans of a day, in order and apart."""
    edges = sorted(draw(st.sets(st.integers(0, DAY_END), max_size=8)))
    return tuple(Span(one, other) for one, other in zip(edges[::2], edges[1::2], strict=False))


# few kinds of days in a week, as clinics have it
hours = st.lists(spans(), min_size=1, max_size=3).flatmap(
    lambda kinds: st.tuples(*[st.sampled_from([(), *kinds])] * 7).map(Hours)
)
some_days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
holidays = st.sets(
    st.builds(lambda first, more: Closed(first, first + timedelta(days=more)), some_days, st.integers(0, 20)),
    max_size=5,
).map(lambda found: tuple(sorted(found)))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("mon-fri 08:00-18:00, sat 09:00-12:00", "mon-fri 08:00-18:00, sat 09:00-12:00"),
        ("mon 08:00-12:00 13:00-17:00", "mon 08:00-12:00 13:00-17:00"),
        ("mon 13:00-17:00 08:00-12:00", "mon 08:00-12:00 13:00-17:00"),
        ("mon wed fri 08:00-12:00", "mon wed fri 08:00-12:00"),
        ("mon/wed 8:00-12:00; tue 9:30-24:00", "mon wed 08:00-12:00, tue 09:30-24:00"),
        ("mon/wed-fri 08:00-12:00", "mon wed-fri 08:00-12:00"),
        ("MON - FRI 08:00 - 18:00", "mon-fri 08:00-18:00"),
        ("mon\u2013fri 08:00\u201318:00", "mon-fri 08:00-18:00"),
        ("Monday-Friday 08:00-18:00", "mon-fri 08:00-18:00"),
        ("sun-thu 08:00-16:00", "mon-thu sun 08:00-16:00"),
        ("sat-sun 10:00-11:00", "sat sun 10:00-11:00"),
        ("tue-tue 10:00-11:00", "tue 10:00-11:00"),
        ("mon 08:00-12:00, tue 08:00-12:00, wed 08:00-12:00", "mon-wed 08:00-12:00"),
        ("mon 08:00-12:00, tue 09:00-12:00, wed 08:00-12:00", "mon wed 08:00-12:00, tue 09:00-12:00"),
        ("mon 08:00-12:00 12:00-17:00", "mon 08:00-17:00"),
        ("mon-sun 00:00-24:00", "mon-sun 00:00-24:00"),
        ("mon 08:00-12:00,\n tue 09:00-10:00;", "mon 08:00-12:00, tue 09:00-10:00"),
        ("", ""),
        (" , ; \n", ""),
    ],
)
def test_hours_are_read_and_said_in_their_shortest_form(text: str, canonical: str) -> None:
    assert str(read(text)) == canonical
    assert read(canonical) == read(text)


def test_hours_are_minutes_after_midnight_monday_first() -> None:
    found = read("mon 08:00-12:00 13:30-17:00, sun 00:00-24:00")
    assert found.week == (((480, 720), (810, 1020)), (), (), (), (), (), ((0, 1440),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mon", "'mon' has no hours"),
        ("mon, wed 08:00-12:00", "'mon' has no hours"),
        ("08:00-12:00", "'08:00-12:00' has no weekday"),
        ("mon-fri 08:00-18:00, 09:00-12:00", "'09:00-12:00' has no weekday"),
        ("mo 08:00-12:00", "'mo' is not a weekday"),
        ("mon- 08:00-12:00", "'08:00-12:00' is not a weekday"),
        ("mon-/tue 08:00-12:00", "'' is not a weekday"),
        ("-mon 08:00-12:00", "'' is not a weekday"),
        ("daily 08:00-12:00", "'daily' is not a weekday"),
        ("mon-fri 8-18", "'8-18' is not a span of hours"),
        ("mon 08:00", "'08:00' is not a span of hours"),
        ("mon 08.00-12.00", "'08.00-12.00' is not a span of hours"),
        ("mon 08:00-12:00 tue 09:00-10:00", "'tue' is not a span of hours"),
        ("mon 08:00-12:00h", "'08:00-12:00h' is not a span of hours"),
        ("mon 08:60-12:00", "08:60-12:00 is not within a day"),
        ("mon 08:00-12:60", "08:00-12:60 is not within a day"),
        ("mon 08:00-24:01", "08:00-24:01 is not within a day"),
        ("mon 22:00-02:00", "22:00-02:00 does not end after it starts"),
        ("mon 08:00-08:00", "08:00-08:00 does not end after it starts"),
        ("mon 24:00-24:00", "24:00-24:00 does not end after it starts"),
        ("mon 08:00-12:00 11:59-13:00", "08:00-12:00 and 11:59-13:00 overlap"),
        ("mon 08:00-12:00 08:00-12:00", "08:00-12:00 and 08:00-12:00 overlap"),
        ("mon-fri 08:00-18:00, fri 08:00-14:00", "Friday stands there twice"),
        ("mon mon 08:00-18:00", "Monday stands there twice"),
        ("x" * 200 + " 08:00-09:00", f"'{'x' * 40}...' is not a weekday"),
    ],
)
def test_what_is_no_hours_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(said)}.*\Z"):
        read(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2026-12-25", "2026-12-25"),
        ("2026-12-26, 2026-12-25", "2026-12-25, 2026-12-26"),
        ("2026-12-25, 2026-12-26, 2027-01-01..2027-01-03", "2026-12-25, 2026-12-26, 2027-01-01..2027-01-03"),
        ("2027-01-01 .. 2027-01-03; 2026-12-25", "2026-12-25, 2027-01-01..2027-01-03"),
        ("2026-12-25 2026-12-25..2026-12-25", "2026-12-25"),
        ("2028-02-29", "2028-02-29"),
        ("", ""),
        (" ,\n", ""),
    ],
)
def test_closed_days_are_read_and_said(text: str, canonical: str) -> None:
    assert listed(closed(text)) == canonical
    assert closed(canonical) == closed(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25 Dec", "'25' is not a day: write it like 2026-12-25"),
        ("2026-12-25, xmas", "'xmas' is not a day"),
        ("20261225", "'20261225' is not a day"),
        ("2026-W52-5", "'2026-W52-5' is not a day"),
        ("2026-02-30", "there is no 2026-02-30"),
        ("2027-01-03..2027-01-01", "2027-01-03..2027-01-01 runs backward"),
        ("2027-01-03..", "'' is not a day"),
        ("..2027-01-03", "'' is not a day"),
        ("2027-01-01..2027-01-02..2027-01-03", "'2027-01-02..2027-01-03' is not a day"),
    ],
)
def test_what_is_no_closed_day_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=rf"\A{re.escape(said)}.*\Z"):
        closed(text)


@pytest.mark.parametrize(
    ("day", "start", "length", "said"),
    [
        (MON, "08:00", 30, None),
        (MON, "07:59", 30, "outside Mon 08:00-12:00 and 13:00-17:00"),
        (MON, "11:30", 30, None),
        (MON, "11:31", 30, "outside Mon 08:00-12:00 and 13:00-17:00"),
        (MON, "11:30", 120, "outside Mon 08:00-12:00 and 13:00-17:00"),
        (MON, "12:30", 15, "outside Mon 08:00-12:00 and 13:00-17:00"),
        (MON, "13:00", 240, None),
        (MON, "13:00", 241, "outside Mon 08:00-12:00 and 13:00-17:00"),
        (FRI, "13:30", 30, None),
        (FRI, "14:00", 30, "outside Fri 08:00-14:00"),
        (SAT, "12:00", 30, "outside Sat 09:00-12:00"),
        (SUN, "10:00", 30, "closed on Sundays"),
        (date(2026, 12, 24), "10:00", 30, None),
        (date(2026, 12, 25), "10:00", 30, "closed on Fri 25 Dec 2026"),
        (date(2027, 1, 1), "10:00", 30, "closed on Fri 1 Jan 2027"),
        (date(2027, 1, 3), "10:00", 30, "closed on Sun 3 Jan 2027"),
        (date(2027, 1, 4), "10:00", 30, None),
    ],
)
def test_what_speaks_against_a_time(day: date, start: str, length: int, said: str | None) -> None:
    assert against(WEEK, HOLIDAYS, day, at(start), length) == said


def test_without_hours_only_a_closed_day_speaks_against_a_time() -> None:
    assert against(UNSET, HOLIDAYS, SUN, at("03:00"), 480) is None
    assert against(UNSET, HOLIDAYS, date(2026, 12, 25), at("10:00"), 30) == "closed on Fri 25 Dec 2026"


def test_a_time_may_run_to_midnight_and_no_further() -> None:
    late = read("mon-sun 18:00-24:00")
    assert against(late, (), MON, at("23:30"), 30) is None
    assert against(late, (), MON, at("23:30"), 31) == "outside Mon 18:00-24:00"


@pytest.mark.parametrize(
    ("day", "slot", "slots"),
    [
        (MON, 30, 16),
        (MON, 60, 8),
        (MON, 90, 4),  # two in the morning and two in the afternoon, not five in all
        (MON, 240, 2),
        (MON, 241, 0),
        (SAT, 45, 4),
        (SUN, 30, 0),
        (date(2026, 12, 25), 30, 0),
    ],
)
def test_how_many_fit_a_day(day: date, slot: int, slots: int) -> None:
    assert capacity(WEEK, HOLIDAYS, day, slot) == slots


def test_without_hours_nobody_knows_how_many_fit_but_none_on_a_closed_day() -> None:
    assert capacity(UNSET, HOLIDAYS, MON, 30) is None
    assert capacity(UNSET, HOLIDAYS, date(2027, 1, 2), 30) == 0


@given(hours)
def test_hours_said_are_read_back(week: Hours) -> None:
    assert read(str(week)) == week


@given(holidays)
def test_closed_days_said_are_read_back(days: tuple[Closed, ...]) -> None:
    assert closed(listed(days)) == days


@given(st.text() | st.text("mon tuefrisa-,;/:0123489.\u2013"))
def test_no_text_does_anything_but_be_read_or_refused(text: str) -> None:
    for again in (lambda text: str(read(text)), lambda text: listed(closed(text))):
        said = said_or_refused(again, text)
        assert again(said) == said


@given(hours, holidays, some_days, st.integers(0, DAY_END - 1), st.integers(1, 480))
def test_a_time_is_open_when_every_minute_of_it_is(
    week: Hours, days: tuple[Closed, ...], day: date, start: int, length: int
) -> None:
    """Spans do not touch, so that minutes all open lie in one of them."""
    shut = {one.first + timedelta(days=more) for one in days for more in range((one.last - one.first).days + 1)}
    inside = {minute for span in week.week[day.weekday()] for minute in range(span.start, span.end)}
    fine = day not in shut and (week == UNSET or set(range(start, start + length)) <= inside)
    assert (against(week, days, day, start, length) is None) == fine


@given(hours, holidays, some_days, st.integers(1, 480))
def test_as_many_fit_as_can_be_booked_one_after_the_other(
    week: Hours, days: tuple[Closed, ...], day: date, slot: int
) -> None:
    """Taking the first time that is open, again and again."""
    fits = capacity(week, days, day, slot)
    if fits is None:
        assert against(week, days, day, 0, slot) is None
        return
    taken, minute = 0, 0
    while minute < DAY_END:
        free = week != UNSET and against(week, days, day, minute, slot) is None
        taken, minute = taken + free, minute + (slot if free else 1)
    assert taken == fits
