"""INTERVAL and the follow-up: how long until the patient is seen again."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.parse.tables import anything, noise, read_or_refused, refused, rows, slips
from tpi_cli.commands.parse.intervals import follow_up, interval
from tpi_cli.rules.interval import UNITS, Interval, after, read

TODAY = date(2026, 11, 23)
SESSION = date(2026, 11, 20)

UNDERSTOOD = """
typed     | kept  | words
6w        | 6w    | 6 weeks
90d       | 90d   | 90 days
3mo       | 3mo   | 3 months
1y        | 1y    | 1 year
3 months  | 3mo   | 3 months
3months   | 3mo   | 3 months
1 month   | 1mo   | 1 month
1 MONTH   | 1mo   | 1 month
2  weeks  | 2w    | 2 weeks
1 week    | 1w    | 1 week
10 days   | 10d   | 10 days
1 day     | 1d    | 1 day
1 Year    | 1y    | 1 year
2 years   | 2y    | 2 years
6 W       | 6w    | 6 weeks
9999d     | 9999d | 9999 days
"""

REFUSED = """
typed       | caret      | words                    | hint
3m          | m          | minutes or months        | 3mo
3 m         | m          | minutes or months        | 3mo
0w          | 0          | at least 1               | 6w
000w        | 000        | at least 1               | 6w
06w         | 06         | does not start with 0    | write 6w
-3w         | -3         | no sign                  | write 3w
+3w         | +3         | no sign                  | write 3w
1.5mo       | 1.5        | whole number             | 6w, 90d, 3mo or 1y
1,5w        | 1,5        | whole number             | 6w, 90d, 3mo or 1y
.5y         | .5         | whole number             | 6w, 90d, 3mo or 1y
12345d      | 12345      | four figures             | 6w, 90d, 3mo or 1y
6           | 6          | 6 what?                  | 6d, 6w, 6mo or 6y
fortnight   | fortnight  | not an interval          | write 2w
2 fortnights | fortnights | unknown unit            | write 4w
week        | week       | not an interval          | write 1w
w           | w          | not an interval          | 6w, 90d, 3mo or 1y
3mth        | mth        | unknown unit 'mth'       | write 3mo
3 mos       | mos        | unknown unit 'mos'       | write 3mo
6 wks       | wks        | unknown unit 'wks'       | write 6w
2 yrs       | yrs        | unknown unit 'yrs'       | write 2y
3 monhts    | monhts     | unknown unit 'monhts'    | did you mean months
3 h         | h          | unknown unit 'h'         | 6w, 90d, 3mo or 1y
6 0w        | 6 0w       | not an interval          | 6w, 90d, 3mo or 1y
in 6w       | in 6w      | not an interval          | 6w, 90d, 3mo or 1y
6w ago      | 6w ago     | not an interval          | 6w, 90d, 3mo or 1y
1y 6mo      | 1y 6mo     | not an interval          | 6w, 90d, 3mo or 1y
"""

FOLLOW_UPS = """
typed       | understood
3mo         | 3mo
6 weeks     | 6w
none        | none
NONE        | none
2027-02-23  | 2027-02-23
31 Dec      | 2026-12-31
23 Sep      | 2027-09-23
tue         | 2026-11-24
in 6w       | 2027-01-04
today       | 2026-11-23
yesterday   | 2026-11-22
"""

FOLLOW_UPS_REFUSED = """
typed       | caret       | words                                          | hint
2026-11-20  | 2026-11-20  | Fri 20 Nov 2026 (3 days ago) is not after the session of Fri 20 Nov 2026 | none
last tue    | last tue    | Tue 17 Nov 2026 (6 days ago) is not after      | a later date
9999y       | 9999y       | 9999 years ends after 2199                     | 6w
3m          | m           | minutes or months                              | 3mo
0w          | 0           | at least 1                                     | 6w
03/04/2027  | 03/04/2027  | could be 3 April or 4 March                    | 2027-04-03
never       | never       | not a date                                     | today
nonee       | nonee       | not a date                                     | today
"""

MONTH_ENDS = """
session    | interval | due
2026-01-31 | 1mo      | 2026-02-28
2026-01-31 | 2mo      | 2026-03-31
2026-01-31 | 3mo      | 2026-04-30
2028-01-31 | 1mo      | 2028-02-29
2028-02-29 | 1y       | 2029-02-28
2028-02-29 | 4y       | 2032-02-29
2026-02-28 | 1mo      | 2026-03-28
2026-12-31 | 2mo      | 2027-02-28
2026-11-23 | 6w       | 2027-01-04
2026-11-23 | 90d      | 2027-02-21
"""

PIECES = [
    "6",
    "w",
    "6w",
    "3",
    "mo",
    "m",
    "months",
    "0",
    "-",
    "+",
    ".",
    ",",
    "1y",
    "year",
    "none",
    "in",
    "9999",
    "d",
]
VALID = [row[0] for row in rows(UNDERSTOOD)]


def follow(typed: str) -> Interval | date | None:
    return follow_up(typed, TODAY, SESSION)


@pytest.mark.parametrize(("typed", "kept", "words"), rows(UNDERSTOOD))
def test_an_interval_is_kept_as_typed(typed: str, kept: str, words: str) -> None:
    assert str(interval(typed)) == kept
    assert interval(typed).words == words
    assert interval(typed) == read(kept)


@pytest.mark.parametrize(("typed", "caret", "words", "hint"), rows(REFUSED))
def test_what_is_no_interval_is_refused_with_a_hint(typed: str, caret: str, words: str, hint: str) -> None:
    refused(interval, typed, caret, words, hint)


@pytest.mark.parametrize(("typed", "understood"), rows(FOLLOW_UPS))
def test_a_follow_up_is_an_interval_a_date_or_none(typed: str, understood: str) -> None:
    found = follow(typed)
    assert ("none" if found is None else str(found)) == understood


@pytest.mark.parametrize(("typed", "caret", "words", "hint"), rows(FOLLOW_UPS_REFUSED))
def test_a_follow_up_comes_after_the_session(typed: str, caret: str, words: str, hint: str) -> None:
    refused(follow, typed, caret, words, hint)


@pytest.mark.parametrize(("session", "typed", "due"), rows(MONTH_ENDS))
def test_a_month_that_lacks_the_day_clamps_once(session: str, typed: str, due: str) -> None:
    assert after(date.fromisoformat(session), interval(typed)).isoformat() == due


@pytest.mark.parametrize("typed", ["", " ", "6" * 101])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    assert read_or_refused(interval, typed) is None
    assert read_or_refused(follow, typed) is None


@given(st.integers(1, 9999), st.sampled_from(sorted(UNITS)), st.sampled_from(["", " ", "  "]))
def test_every_interval_reads_back_from_all_its_forms(count: int, unit: str, gap: str) -> None:
    understood = Interval(count, unit)
    assert interval(str(understood)) == understood
    assert interval(understood.words) == understood
    assert interval(f"{count}{gap}{unit.upper()}") == understood


@settings(max_examples=400, deadline=None)
@given(anything(PIECES) | slips(VALID))
def test_no_text_does_anything_but_mean_an_interval_or_be_refused(typed: str) -> None:
    found = read_or_refused(interval, typed)
    assert found is None or interval(str(found)) == found
    due = read_or_refused(follow, typed)
    assert not isinstance(due, date) or due > SESSION


def test_ten_thousand_random_texts_are_answered_in_no_time() -> None:
    started = time.monotonic()
    for typed in noise(PIECES, 10_000, seed=2):
        read_or_refused(interval, typed)
        read_or_refused(follow, typed)
    assert time.monotonic() - started < 60
