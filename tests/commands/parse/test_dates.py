"""DATE: how a day is typed, what is understood, and what is refused with which hint."""

# ruff: noqa: E501 - the tables are wide

import calendar
import time
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.commands.parse.tables import anything, noise, read_or_refused, refused, rows, slips
from tpi_cli.commands.parse.dates import birth, day, words
from tpi_cli.rules.interval import Interval, after

MONDAY = date(2026, 11, 23)

UNDERSTOOD = """
typed            | today      | looks   | understood
2026-12-31       | 2026-11-23 | forward | 2026-12-31
2026-12-31       | 2026-11-23 | back    | 2026-12-31
31 Dec           | 2026-11-23 | forward | 2026-12-31
31 Dec           | 2026-11-23 | back    | 2025-12-31
1 Jan            | 2026-11-23 | forward | 2027-01-01
01 jan           | 2026-11-23 | back    | 2026-01-01
23 Nov           | 2026-11-23 | forward | 2026-11-23
23 Nov           | 2026-11-23 | back    | 2026-11-23
22 nov           | 2026-11-23 | forward | 2027-11-22
24 NOV           | 2026-11-23 | back    | 2025-11-24
31 Dec 2026      | 2026-11-23 | back    | 2026-12-31
31 december 2031 | 2026-11-23 | forward | 2031-12-31
5 may 1999       | 2026-11-23 | forward | 1999-05-05
29 Feb           | 2026-11-23 | forward | 2028-02-29
29 Feb           | 2026-11-23 | back    | 2024-02-29
29 Feb           | 2028-02-29 | back    | 2028-02-29
29 Feb           | 2096-03-01 | forward | 2104-02-29
29 Feb           | 2103-01-01 | back    | 2096-02-29
today            | 2026-11-23 | forward | 2026-11-23
TODAY            | 2026-11-23 | back    | 2026-11-23
tomorrow         | 2026-12-31 | back    | 2027-01-01
yesterday        | 2027-01-01 | forward | 2026-12-31
tue              | 2026-11-23 | forward | 2026-11-24
Tuesday          | 2026-11-23 | back    | 2026-11-17
sun              | 2026-11-23 | forward | 2026-11-29
sun              | 2026-11-23 | back    | 2026-11-22
last tue         | 2026-11-23 | forward | 2026-11-17
next tue         | 2026-11-23 | back    | 2026-11-24
last mon         | 2026-11-23 | back    | 2026-11-16
next Monday      | 2026-11-23 | forward | 2026-11-30
6w               | 2026-11-23 | forward | 2027-01-04
in 6w            | 2026-11-23 | forward | 2027-01-04
in 6w            | 2026-11-23 | back    | 2027-01-04
in 2 weeks       | 2026-11-23 | forward | 2026-12-07
2 weeks ago      | 2026-11-23 | back    | 2026-11-09
2 weeks ago      | 2026-11-23 | forward | 2026-11-09
6w ago           | 2026-11-23 | back    | 2026-10-12
10 days          | 2026-11-23 | forward | 2026-12-03
3mo              | 2026-11-23 | forward | 2027-02-23
in 1 month       | 2027-01-31 | forward | 2027-02-28
in 2 months      | 2027-01-31 | forward | 2027-03-31
1 month ago      | 2028-03-31 | back    | 2028-02-29
1y               | 2028-02-29 | forward | 2029-02-28
1 year ago       | 2028-02-29 | back    | 2027-02-28
IN  6 W          | 2026-11-23 | forward | 2027-01-04
"""

REFUSED = """
typed           | caret           | words                      | hint
03/04/2026      | 03/04/2026      | could be 3 April or 4 March | write 2026-04-03 or 2026-03-04
3-4-2026        | 3-4-2026        | could be 3 April or 4 March | write 2026-04-03 or 2026-03-04
31/12/2026      | 31/12/2026      | like 2026-12-31            | write 2026-12-31
04/04/2026      | 04/04/2026      | like 2026-12-31            | write 2026-04-04
13/13/2026      | 13/13/2026      | like 2026-12-31            | year-month-day
3/4             | 3/4             | could be 3 April or 4 March | write 3 Apr or 4 Mar
01.02.27        | 01.02.27        | could be 1 February or 2 January | four figures: 2026-12-31
2026-1-5        | 2026-1-5        | like 2026-12-31            | write 2026-01-05
2026/04/03      | 2026/04/03      | like 2026-12-31            | write 2026-04-03
20261231        | 20261231        | like 2026-12-31            | write 2026-12-31
2026-13-01      | 13              | no month 13                | year-month-day
2026-00-10      | 00              | no month 00                | year-month-day
2026-02-30      | 30              | February 2026 has 28 days  | from 1 to 28
2026-12-00      | 00              | December 2026 has 31 days  | from 1 to 31
30 Feb 2026     | 30              | February 2026 has 28 days  | from 1 to 28
30 Feb          | 30              | February 2027 has 28 days  | from 1 to 28
31 Apr          | 31              | April 2027 has 30 days     | from 1 to 30
29 Feb 2027     | 29              | February 2027 has 28 days  | from 1 to 28
3m              | m               | minutes or months          | 3mo
in 3m           | m               | minutes or months          | 3mo
3 m ago         | m               | minutes or months          | 3mo
Dec             | Dec             | which day of December?     | 1 Dec
december 2026   | december 2026   | which day of December 2026? | 1 Dec 2026
5 Jan 26        | 26              | '26' is not a year         | 5 Jan 2026 or 5 Jan 1926
6x              | x               | unknown unit 'x'           | 6w
6 wek           | wek             | unknown unit 'wek'         | did you mean week
3 mths ago      | mths            | unknown unit 'mths'        | write 3mo
6wk             | wk              | unknown unit 'wk'          | write 6w
6               | 6               | 6 what?                    | 6d, 6w, 6mo or 6y
0w              | 0               | at least 1                 | 6w
06w             | 06              | does not start with 0      | write 6w
-6w             | -6              | no sign                    | write 6w
1.5mo           | 1.5             | whole number               | 90d
12345d          | 12345           | four figures               | 90d
in              | in              | how long?                  | in 6w
ago             | ago             | how long?                  | 6w ago
in 6w ago       | in 6w ago       | in, or ago?                | in 6w, or 6w ago
in tue          | tue             | not an interval            | 6w
fortnight       | fortnight       | not a date                 | in 2w
next week       | next week       | which day                  | in 1w
last month      | last month      | which day                  | 1mo ago
Dec 31          | Dec 31          | like 31 Dec 2026           | write 31 Dec
Dec 31, 2026    | Dec 31, 2026    | like 31 Dec 2026           | write 31 Dec 2026
31st Dec        | 31st Dec        | like 31 Dec 2026           | write 31 Dec
31dec           | 31dec           | like 31 Dec 2026           | write 31 Dec
Tue 23 Feb 2027 | Tue 23 Feb 2027 | like 31 Dec 2026           | write 23 Feb 2027
tomorow         | tomorow         | not a date                 | did you mean tomorrow?
tusday          | tusday          | not a date                 | tuesday
next Tuseday    | Tuseday         | not a date                 | did you mean tuesday
2 weeks agp     | agp             | not a date                 | 2 weeks ago
soon            | soon            | not a date                 | 2026-12-31, 31 Dec, today
9999y           | 9999y           | outside the years 1900 to 2199 | check the year
1899-12-31      | 1899-12-31      | outside the years 1900 to 2199 | check the year
1 Jan 2200      | 1 Jan 2200      | outside the years 1900 to 2199 | check the year
9999y ago       | 9999y ago       | outside the years 1900 to 2199 | check the year
mon             | mon             | today is Monday            | write today (Mon 23 Nov 2026) or next mon (Mon 30 Nov 2026)
"""

BACK_REFUSED = """
typed   | caret   | words              | hint
6w      | 6w      | back or forward?   | 6w ago, or in 6w
2 weeks | 2 weeks | back or forward?   | 2 weeks ago, or in 2 weeks
Monday  | Monday  | today is Monday    | write today (Mon 23 Nov 2026) or last monday (Mon 16 Nov 2026)
30 feb  | 30      | February 2026 has 28 days | from 1 to 28
"""

ECHOED = """
day        | today      | echo
2027-02-23 | 2026-11-23 | Tue 23 Feb 2027 (in 3 months)
2026-11-23 | 2026-11-23 | Mon 23 Nov 2026 (today)
2026-11-24 | 2026-11-23 | Tue 24 Nov 2026 (tomorrow)
2026-11-22 | 2026-11-23 | Sun 22 Nov 2026 (yesterday)
2026-11-28 | 2026-11-23 | Sat 28 Nov 2026 (in 5 days)
2026-11-30 | 2026-11-23 | Mon 30 Nov 2026 (in 1 week)
2027-01-04 | 2026-11-23 | Mon 4 Jan 2027 (in 6 weeks)
2026-08-23 | 2026-11-23 | Sun 23 Aug 2026 (3 months ago)
2026-10-12 | 2026-11-23 | Mon 12 Oct 2026 (6 weeks ago)
2026-11-18 | 2026-11-23 | Wed 18 Nov 2026 (5 days ago)
2026-12-31 | 2026-11-23 | Thu 31 Dec 2026 (in 38 days)
2028-02-23 | 2026-11-23 | Wed 23 Feb 2028 (in 15 months)
2028-11-23 | 2026-11-23 | Thu 23 Nov 2028 (in 2 years)
2025-11-23 | 2026-11-23 | Sun 23 Nov 2025 (1 year ago)
2027-02-28 | 2027-01-31 | Sun 28 Feb 2027 (in 1 month)
2027-02-28 | 2027-03-31 | Sun 28 Feb 2027 (1 month ago)
2027-03-28 | 2027-02-28 | Sun 28 Mar 2027 (in 1 month)
2027-03-31 | 2027-02-28 | Wed 31 Mar 2027 (in 31 days)
"""

BIRTHS = """
typed        | understood
1971-03-04   | 1971-03-04
4 Mar 1971   | 1971-03-04
4 march 1971 | 1971-03-04
2026-11-23   | 2026-11-23
1900-01-01   | 1900-01-01
"""

BIRTHS_REFUSED = """
typed      | caret      | words                                 | hint
4 Mar      | 4 Mar      | in full, with its year                | 4 Mar 1971
today      | today      | in full, with its year                | 1971-03-04
last tue   | last tue   | in full, with its year                | 1971-03-04
6w ago     | 6w ago     | in full, with its year                | 1971-03-04
Mar 1971   | Mar 1971   | which day of March 1971?              | 1 Mar 1971
03/04/1971 | 03/04/1971 | could be 3 April or 4 March           | write 1971-04-03 or 1971-03-04
5 Jan 71   | 71         | '71' is not a year                    | 5 Jan 2071 or 5 Jan 1971
30/02/71   | 30/02/71   | like 2026-12-31                       | four figures
2026-11-24 | 2026-11-24 | Tue 24 Nov 2026 (tomorrow) is in the future | check the year
1899-12-31 | 1899-12-31 | outside the years 1900 to 2199        | check the year
1971-02-29 | 29         | February 1971 has 28 days             | from 1 to 28
"""

PIECES = [
    "in", "ago", "last", "next", "today", "tomorrow", "tue", "mon", "monday", "Dec", "december", "feb", "29", "30",
    "31", "6", "6w", "0", "3m", "3mo", "2026", "26", "2026-12-31", "2026-02-30", "03/04/2026", "weeks", "months",
    "y", "d", "9999", "-", "/", ".", ",", "none", "'26", "31st", "of", "now",
]  # fmt: skip
VALID = [row[0] for row in rows(UNDERSTOOD)]

days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def forward(typed: str) -> date:
    return day(typed, MONDAY, forward=True)


def back(typed: str) -> date:
    return day(typed, MONDAY, forward=False)


@pytest.mark.parametrize(("typed", "today", "looks", "understood"), rows(UNDERSTOOD))
def test_a_day_is_understood(typed: str, today: str, looks: str, understood: str) -> None:
    assert day(typed, date.fromisoformat(today), looks == "forward").isoformat() == understood


@pytest.mark.parametrize(("typed", "caret", "said", "hint"), rows(REFUSED))
def test_what_can_be_read_two_ways_is_refused_with_a_hint(typed: str, caret: str, said: str, hint: str) -> None:
    refused(forward, typed, caret, said, hint)


@pytest.mark.parametrize(("typed", "caret", "said", "hint"), rows(BACK_REFUSED))
def test_a_bare_interval_says_nothing_of_the_past(typed: str, caret: str, said: str, hint: str) -> None:
    refused(back, typed, caret, said, hint)


@pytest.mark.parametrize("typed", ["", "   ", "\n", "1" * 101])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    assert read_or_refused(forward, typed) is None
    assert read_or_refused(lambda text: birth(text, MONDAY), typed) is None


@pytest.mark.parametrize(("then", "today", "echo"), rows(ECHOED))
def test_the_echo_says_the_day_in_words(then: str, today: str, echo: str) -> None:
    assert words(date.fromisoformat(then), date.fromisoformat(today)) == echo


@pytest.mark.parametrize(("typed", "understood"), rows(BIRTHS))
def test_a_birth_date_is_understood(typed: str, understood: str) -> None:
    assert birth(typed, MONDAY).isoformat() == understood


@pytest.mark.parametrize(("typed", "caret", "said", "hint"), rows(BIRTHS_REFUSED))
def test_a_birth_date_is_full_and_past(typed: str, caret: str, said: str, hint: str) -> None:
    refused(lambda text: birth(text, MONDAY), typed, caret, said, hint)


def test_nobody_is_over_130() -> None:
    today = date(2050, 6, 1)
    assert birth("1920-06-01", today) == date(1920, 6, 1)
    refused(
        lambda text: birth(text, today),
        "1920-05-31",
        "1920-05-31",
        "more than 130 years ago",
        "check the year",
    )


@given(days, days, st.booleans())
def test_a_full_date_means_itself_whatever_the_day(then: date, today: date, looks: bool) -> None:
    assert day(then.isoformat(), today, looks) == then
    assert day(f"{then.day} {calendar.month_name[then.month]} {then.year}", today, looks) == then


@given(days, days, st.booleans())
def test_a_day_without_a_year_is_the_nearest_in_its_direction(then: date, today: date, looks: bool) -> None:
    assume(1910 < today.year < 2190)
    found = day(f"{then.day} {calendar.month_abbr[then.month]}", today, looks)
    assert (found.month, found.day) == (then.month, then.day)
    assert found >= today if looks else found <= today
    step, between = (1 if looks else -1), today
    while between != found:
        assert (between.month, between.day) != (then.month, then.day)
        between += timedelta(days=step)


@given(days, st.sampled_from(list(calendar.day_abbr)), st.booleans())
def test_a_weekday_is_within_a_week_and_never_today(today: date, name: str, looks: bool) -> None:
    assume(1910 < today.year < 2190)
    found = read_or_refused(lambda text: day(text, today, looks), name)
    if calendar.day_abbr[today.weekday()] == name:
        assert found is None
    else:
        assert found is not None
        assert calendar.day_abbr[found.weekday()] == name
        assert 0 < (found - today).days * (1 if looks else -1) < 7


@given(days, days)
def test_the_echo_reads_back_as_the_same_day(then: date, today: date) -> None:
    said, _, away = words(then, today).removesuffix(")").partition(" (")
    assert day(said.partition(" ")[2], today, forward=True) == then
    assume(len(away.split()) < 2 or all(len(part) < 5 or part.isalpha() for part in away.split()))
    assert day(away, today, forward=True) == then


@given(days, st.integers(1, 600))
def test_months_clamp_and_never_slip(today: date, months: int) -> None:
    found = read_or_refused(lambda text: day(text, today, forward=True), f"{months}mo")
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    if year > 2199:
        assert found is None
    else:
        assert found == date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))
        assert found == after(today, Interval(months, "mo"))


@settings(max_examples=400, deadline=None)
@given(anything(PIECES) | slips(VALID), days, st.booleans())
def test_no_text_does_anything_but_mean_a_day_or_be_refused(typed: str, today: date, looks: bool) -> None:
    found = read_or_refused(lambda text: day(text, today, looks), typed)
    assert found is None or 1900 <= found.year <= 2199
    born = read_or_refused(lambda text: birth(text, today), typed)
    assert born is None or born <= today


def test_ten_thousand_random_texts_are_answered_in_no_time() -> None:
    started = time.monotonic()
    for typed in noise(PIECES, 10_000, seed=1):
        read_or_refused(forward, typed)
    assert time.monotonic() - started < 60
