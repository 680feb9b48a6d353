"""WHEN: how the day and time of an appointment are typed, and what becomes of a time when the clocks change."""

# ruff: noqa: E501 - the tables are wide

import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.parse.tables import anything, noise, read_or_refused, refused, rows, slips
from tpi_cli.commands.parse.times import When, minutes, moments, when, words
from tpi_cli.errors import Grammar

MONDAY = date(2026, 11, 23)
LONDON = ZoneInfo("Europe/London")

UNDERSTOOD = """
typed                     | start
tue 10:00                 | 2026-11-24 10:00
Tuesday 10:00             | 2026-11-24 10:00
2026-12-31 9:30           | 2026-12-31 09:30
2026-12-31 09:30          | 2026-12-31 09:30
tomorrow 14:15            | 2026-11-24 14:15
31 Dec 10:00              | 2026-12-31 10:00
31 Dec 2027 10:00         | 2027-12-31 10:00
in 6w 10:00               | 2027-01-04 10:00
3 months 10:00            | 2027-02-23 10:00
2026-11-24T10:00          | 2026-11-24 10:00
2026-11-24t10:00:00       | 2026-11-24 10:00
2026-11-24T10:00:00.000Z  | 2026-11-24 10:00
tue 2pm                   | 2026-11-24 14:00
tue 2:30pm                | 2026-11-24 14:30
tue 2:30 PM               | 2026-11-24 14:30
tue 10 am                 | 2026-11-24 10:00
tue 12am                  | 2026-11-24 00:00
tue 12:30 am              | 2026-11-24 00:30
tue 12pm                  | 2026-11-24 12:00
tue 12:30pm               | 2026-11-24 12:30
tue 1am                   | 2026-11-24 01:00
tue 11:59pm               | 2026-11-24 23:59
tue at 10:00              | 2026-11-24 10:00
10:00 tue                 | 2026-11-24 10:00
at 10:00 tue              | 2026-11-24 10:00
2 pm in 6w                | 2027-01-04 14:00
today 0:00                | 2026-11-23 00:00
today 23:59               | 2026-11-23 23:59
next mon 10:00            | 2026-11-30 10:00
tue  10:00                | 2026-11-24 10:00
tue 10:00+00:00           | 2026-11-24 10:00
tue 10:00 -00:00          | 2026-11-24 10:00
23 Sep 10:00              | 2027-09-23 10:00
20 Nov 2027 10:00         | 2027-11-20 10:00
1 Jul 10:00+01            | 2027-07-01 10:00
1 Jul 10:00 +0100         | 2027-07-01 10:00
"""

REFUSED = """
typed               | caret       | words                              | hint
tue                 | tue         | at what time?                      | add the time: 'tue 10:00'
31 Dec 2026         | 31 Dec 2026 | at what time?                      | add the time: '31 Dec 2026 10:00'
10:00               | 10:00       | on which day?                      | add the day: 'today 10:00'
at 2pm              | 2pm         | on which day?                      | add the day: 'today 2pm'
tue 25:00           | 25          | hours 0 to 23                      | write 'tue 10:00'
tue 24:00           | 24          | hours 0 to 23                      | 00:00 on the day after
25:00               | 25          | hours 0 to 23                      | write 'tue 10:00'
2026-11-24T24:30    | 24          | hours 0 to 23                      | 00:00 on the day after
tue 10:60           | 60          | minutes 00 to 59                   | write 'tue 10:00'
tue 10:5            | 5           | two figures                        | write 10:05 or 10:50
tue 10:6            | 6           | two figures                        | write 10:06
tue 10:00:30        | :30         | starts on the minute               | write 10:00
tue 14:30pm         | 14:30pm     | with pm the hours go from 1 to 12  | write 14:30
tue 13am            | 13am        | with am the hours go from 1 to 12  | write 13:00
tue 0 PM            | 0 PM        | with pm the hours go from 1 to 12  | write 0:00
tue 10:00 11:00     | 11:00       | two times                          | only when it starts
tue 10:00 - 11:00   | 11:00       | two times                          | only when it starts
10:00 tue 2pm       | 2pm         | two times                          | only when it starts
31 10:00 Dec        | Dec         | stands between other words         | write 'tue 10:00'
tue 10:00 for 30min | for 30min   | stands between other words         | write 'tue 10:00'
tue 10:0o           | 10:0o       | '10:0o' is not a time              | write 'tue 10:00'
tue 10:00h          | 10:00h      | '10:00h' is not a time             | write 'tue 10:00'
10                  | 10          | '10' is not a time                 | write 'today 10:00' or 'today 22:00'
1000                | 1000        | '1000' is not a time               | write 'today 10:00'
10.30               | 10.30       | '10.30' is not a time              | write 'today 10:30'
tue 10              | 10          | '10' is not a time                 | write 10:00 or 22:00
tue at 10           | 10          | '10' is not a time                 | write 10:00 or 22:00
10 tue              | 10          | '10' is not a time                 | write 10:00 or 22:00
mon 10              | 10          | '10' is not a time                 | write 10:00 or 22:00
tue 14              | 14          | '14' is not a time                 | write 14:00
tue 1000            | 1000        | '1000' is not a time               | write 10:00
tue 930             | 930         | '930' is not a time                | write 9:30
tue 10.30           | 10.30       | '10.30' is not a time              | write 10:30
tue 10,30           | 10,30       | '10,30' is not a time              | write 10:30
tue 10 30           | 10 30       | '10 30' is not a time              | write 10:30
10 30 tue           | 10 30       | '10 30' is not a time              | write 10:30
tue 10h             | 10h         | '10h' is not a time                | write 10:00 or 22:00
tue 10h30           | 10h30       | '10h30' is not a time              | write 10:30
tue 10 o'clock      | 10 o'clock  | is not a time                      | write 10:00 or 22:00
tue 2p              | 2p          | '2p' is not a time                 | write 2pm
tue 2.30 p.m.       | 2.30 p.m.   | '2.30 p.m.' is not a time          | write 2:30pm
tue noon            | noon        | 'noon' is not a time               | write 12:00
tue 1075            | 1075        | '1075' is not a date               | 31 Dec
tue 10 amx          | 10          | '10' is not a date                      | 31 Dec
31T10:00            | 31T10:00    | '31T10:00' is not a time           | write 'tue 10:00'
31 Dec 1030         | 1030        | '1030' is not a time               | write 10:30
yesterday 10:00     | yesterday   | Sun 22 Nov 2026 (yesterday) is past | today or a later day
10:00 last tue      | last tue    | Tue 17 Nov 2026 (6 days ago) is past | today or a later day
2 weeks ago         | 2 weeks ago | Mon 9 Nov 2026 (2 weeks ago) is past | today or a later day
20 nov 10:00        | 20 nov      | Fri 20 Nov 2026 (3 days ago) is past | write the year: 20 Nov 2027
10:00 24 Sep        | 24 Sep      | Thu 24 Sep 2026 (60 days ago) is past | write the year: 24 Sep 2027
mon 10:00           | mon         | today is Monday: which one?        | write today (Mon 23 Nov 2026) or next mon (Mon 30 Nov 2026)
30 Feb 10:00        | 30          | February 2027 has 28 days          | from 1 to 28
10:00 30 Feb        | 30          | February 2027 has 28 days          | from 1 to 28
10 am  2026-13-01   | 13          | no month 13                        | year-month-day
2026-02-30T10:00    | 30          | February 2026 has 28 days          | from 1 to 28
10:00 tusday        | tusday      | 'tusday' is not a date             | did you mean tuesday
tusday 1000         | tusday      | 'tusday' is not a date             | did you mean tuesday
03/04/2026 10:00    | 03/04/2026  | could be 3 April or 4 March        | write 2026-04-03 or 2026-03-04
5 Jan 26            | 26          | '26' is not a year                 | 5 Jan 2026 or 5 Jan 1926
in 10:00            | in          | how long?                          | in 6w
soon                | soon        | 'soon' is not a date               | 31 Dec
tue 10:00+01:00     | +01:00      | clocks are not at +01:00 then      | write 10:00 or 10:00+00:00
tue 10:00-11:00     | -11:00      | clocks are not at -11:00 then      | write 10:00 or 10:00+00:00
1 Jul 10:00Z        | Z           | clocks are not at Z then           | write 10:00 or 10:00+01:00
"""

SKIPPED = """
zone                 | today      | typed            | said                                                                               | hint
Europe/London        | 2026-11-23 | 2027-03-28 01:00 | 01:00 does not exist on Sun 28 Mar 2027: the clocks go from 01:00 to 02:00          | write 00:00 or 02:00
Europe/London        | 2026-11-23 | 2027-03-28 01:30 | 01:30 does not exist on Sun 28 Mar 2027: the clocks go from 01:00 to 02:00          | write 00:30 or 02:30
Europe/London        | 2026-11-23 | 2027-03-28 1:59am | 01:59 does not exist on Sun 28 Mar 2027: the clocks go from 01:00 to 02:00         | write 00:59 or 02:59
Europe/London        | 2026-11-23 | 2027-03-28 01:30+01:00 | 01:30 does not exist on Sun 28 Mar 2027: the clocks go from 01:00 to 02:00    | write 00:30 or 02:30
America/New_York     | 2026-11-23 | 2027-03-14 02:30 | 02:30 does not exist on Sun 14 Mar 2027: the clocks go from 02:00 to 03:00          | write 01:30 or 03:30
Australia/Lord_Howe  | 2026-11-23 | 2027-10-03 02:15 | 02:15 does not exist on Sun 3 Oct 2027: the clocks go from 02:00 to 02:30           | write 01:45 or 02:45
America/Havana       | 2026-11-23 | 2027-03-14 00:30 | 00:30 does not exist on Sun 14 Mar 2027: the clocks go from 00:00 to 01:00          | write 01:30
Asia/Beirut          | 2026-11-23 | 2027-03-28 00:00 | 00:00 does not exist on Sun 28 Mar 2027: the clocks go from 00:00 to 01:00          | write 01:00
America/Scoresbysund | 2026-11-23 | 2027-03-27 23:30 | 23:30 does not exist on Sat 27 Mar 2027: the clocks go from 23:00 to 00:00 on Sun 28 Mar 2027 | write 22:30
Pacific/Apia         | 2011-12-29 | tomorrow 10:00   | 10:00 does not exist on Fri 30 Dec 2011: the clocks go from 00:00 to 00:00 on Sat 31 Dec 2011 | write another day
"""

TWICE = """
zone                | today      | typed            | earlier                 | later
Europe/London       | 2026-10-22 | 2026-10-25 01:00 | 2026-10-25 00:00 +01:00 BST | 2026-10-25 01:00 +00:00 GMT
Europe/London       | 2026-10-22 | 2026-10-25 01:30 | 2026-10-25 00:30 +01:00 BST | 2026-10-25 01:30 +00:00 GMT
Europe/London       | 2026-10-22 | sun 1:59am       | 2026-10-25 00:59 +01:00 BST | 2026-10-25 01:59 +00:00 GMT
America/New_York    | 2026-11-23 | 2027-11-07 01:30 | 2027-11-07 05:30 -04:00 EDT | 2027-11-07 06:30 -05:00 EST
Australia/Lord_Howe | 2026-11-23 | 2027-04-04 01:45 | 2027-04-03 14:45 +11:00     | 2027-04-03 15:15 +10:30
America/Havana      | 2026-11-23 | 2027-11-07 00:00 | 2027-11-07 04:00 -04:00 CDT | 2027-11-07 05:00 -05:00 CST
Europe/Moscow       | 2014-10-25 | 2014-10-26 01:30 | 2014-10-25 21:30 +04:00 MSK | 2014-10-25 22:30 +03:00 MSK
"""

ONCE = """
zone                | typed
Europe/London       | 2027-03-28 00:59
Europe/London       | 2027-03-28 02:00
Europe/London       | 2027-10-31 00:59
Europe/London       | 2027-10-31 02:00
America/New_York    | 2027-03-14 01:59
America/New_York    | 2027-03-14 03:00
America/New_York    | 2027-11-07 00:59
America/New_York    | 2027-11-07 02:00
Australia/Lord_Howe | 2027-10-03 02:30
Australia/Lord_Howe | 2027-04-04 01:29
Australia/Lord_Howe | 2027-04-04 02:00
America/Havana      | 2027-03-13 23:59
America/Havana      | 2027-03-14 01:00
America/Havana      | 2027-11-06 23:59
America/Havana      | 2027-11-07 01:00
Pacific/Kiritimati  | 2027-03-28 01:30
Etc/GMT+12          | 2027-10-31 01:30
"""

ECHOED = """
moment           | zone                | echo
2026-11-24 10:00 | Europe/London       | Tue 24 Nov 2026 10:00 (tomorrow)
2026-11-23 09:05 | Europe/London       | Mon 23 Nov 2026 09:05 (today)
2027-07-01 09:00 | Europe/London       | Thu 1 Jul 2027 10:00 (in 220 days)
2027-10-31 00:30 | Europe/London       | Sun 31 Oct 2027 01:30 +01:00 BST (in 342 days)
2027-10-31 01:30 | Europe/London       | Sun 31 Oct 2027 01:30 +00:00 GMT (in 342 days)
2027-10-31 02:00 | Europe/London       | Sun 31 Oct 2027 02:00 (in 342 days)
2027-04-03 15:15 | Australia/Lord_Howe | Sun 4 Apr 2027 01:45 +10:30 (in 132 days)
2026-11-23 10:00 | Pacific/Kiritimati  | Tue 24 Nov 2026 00:00 (tomorrow)
2026-11-23 11:59 | Etc/GMT+12          | Sun 22 Nov 2026 23:59 (yesterday)
"""

LENGTHS = """
typed             | minutes
30min             | 30
45 min            | 45
1h                | 60
1h30              | 90
1H30MIN           | 90
1h 5min           | 65
1h05              | 65
90min             | 90
2 hours           | 120
1 hour 30 minutes | 90
5min              | 5
480min            | 480
8h                | 480
"""

LENGTHS_REFUSED = """
typed  | caret  | words                       | hint
30     | 30     | 30 what?                    | write 30min
1      | 1      | 1 what?                     | 30min, 1h or 1h30
30m    | m      | 30m could be minutes or months | write 30min
30 m   | m      | 30m could be minutes or months | write 30min
999m   | m      | 999m could be minutes or months | 30min, 1h or 1h30
4min   | 4min   | lasts 5 to 480 minutes      | 30min, 1h or 1h30
481min | 481min | lasts 5 to 480 minutes      | 30min, 1h or 1h30
8h01   | 8h01   | lasts 5 to 480 minutes      | 30min, 1h or 1h30
1:30   | 1:30   | '1:30' is not a length      | write 1h30
1h5    | 1h5    | '1h5' is not a length       | 30min, 1h or 1h30
1h60   | 1h60   | '1h60' is not a length      | 30min, 1h or 1h30
1.5h   | 1.5h   | '1.5h' is not a length      | 30min, 1h or 1h30
0min   | 0min   | '0min' is not a length      | 30min, 1h or 1h30
-5min  | -5min  | '-5min' is not a length     | 30min, 1h or 1h30
1d     | 1d     | '1d' is not a length        | 30min, 1h or 1h30
a bit  | a bit  | 'a bit' is not a length     | 30min, 1h or 1h30
"""

PIECES = [
    "tue", "mon", "today", "in", "6w", "31 Dec", "2026-11-24", "2027-03-28", "2027-10-31", "T", "at", "10", "10:00",
    "1:30", "25:00", "10:60", "am", "pm", "2pm", "10.30", "1000", "h", ":00", "Z", "+01:00", "+00:00", "-", "noon",
    "last", "ago", "p.m.", "30", "min", "m",
]  # fmt: skip
VALID = [row[0] for row in rows(UNDERSTOOD)]
ZONES: list[tzinfo] = [
    UTC,
    *map(
        ZoneInfo,
        ("Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "Pacific/Apia"),
    ),
    *map(ZoneInfo, ("Pacific/Kiritimati", "Etc/GMT+12", "America/Scoresbysund", "Africa/Casablanca")),
]
zones = st.sampled_from(ZONES)
days = st.dates(date(1980, 1, 1), date(2199, 12, 31))
instants = st.datetimes(
    datetime.fromisoformat("1980-01-02"), datetime.fromisoformat("2199-12-30"), timezones=st.just(UTC)
).map(lambda at: at.replace(second=0, microsecond=0))


def london(typed: str) -> When:
    return when(typed, MONDAY, LONDON)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@cache
def changes(zone: tzinfo) -> list[datetime]:
    """The hours of 2027 in which the zone's clocks change."""
    hours = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(365 * 24)]
    offsets = [at.astimezone(zone).utcoffset() for at in hours]
    return [at for at, one, other in zip(hours, offsets, offsets[1:], strict=False) if one != other]


@pytest.mark.parametrize(("typed", "start"), rows(UNDERSTOOD))
def test_a_day_and_a_time_are_understood(typed: str, start: str) -> None:
    found = london(typed)
    assert f"{found.day} {found.hour:02}:{found.minute:02}" == start
    assert [f"{choice.at.astimezone(LONDON):%Y-%m-%d %H:%M}" for choice in found.choices] == [start]
    assert found.choices[0].at.tzinfo is UTC


@pytest.mark.parametrize(("typed", "caret", "said", "hint"), rows(REFUSED))
def test_what_is_no_day_and_time_is_refused_with_a_hint(typed: str, caret: str, said: str, hint: str) -> None:
    refused(london, typed, caret, said, hint)


@pytest.mark.parametrize("slip", [*(f"{hour}" for hour in range(24)), *(f"10:{minute}" for minute in range(10))])
def test_every_time_of_a_hint_can_be_typed(slip: str) -> None:
    with pytest.raises(Grammar) as refusal:
        london(f"tue {slip}")
    for near in refusal.value.hint.removeprefix("write ").split(" or "):
        assert london(f"tue {near}").day == date(2026, 11, 24)


@pytest.mark.parametrize("typed", ["", "  ", "\n", "1" * 101])
def test_nothing_and_too_much_are_refused(typed: str) -> None:
    assert read_or_refused(london, typed) is None
    assert read_or_refused(minutes, typed) is None


@pytest.mark.parametrize(("zone", "today", "typed", "said", "hint"), rows(SKIPPED))
def test_a_time_the_clocks_skip_is_refused(zone: str, today: str, typed: str, said: str, hint: str) -> None:
    caret = typed.partition(" ")[2].removesuffix("+01:00")
    refused(lambda text: when(text, date.fromisoformat(today), ZoneInfo(zone)), typed, caret, said, hint)


@pytest.mark.parametrize(("zone", "today", "typed", "earlier", "later"), rows(TWICE))
def test_a_time_that_comes_twice_leaves_a_choice(zone: str, today: str, typed: str, earlier: str, later: str) -> None:
    found = when(typed, date.fromisoformat(today), ZoneInfo(zone))
    assert [f"{choice.at:%Y-%m-%d %H:%M} {choice.words}" for choice in found.choices] == [earlier, later]


@pytest.mark.parametrize(("zone", "typed"), rows(ONCE))
def test_beside_the_change_a_time_comes_once(zone: str, typed: str) -> None:
    assert len(when(typed, MONDAY, ZoneInfo(zone)).choices) == 1


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("2027-10-31 01:30+01:00", "2027-10-31 00:30"),
        ("2027-10-31 01:30 +01:00", "2027-10-31 00:30"),
        ("2027-10-31T01:30:00+00:00", "2027-10-31 01:30"),
        ("2027-10-31 1:30am +00:00", "2027-10-31 01:30"),
        ("2027-10-31T01:30Z", "2027-10-31 01:30"),
        ("01:30+01:00 31 Oct 2027", "2027-10-31 00:30"),
    ],
)
def test_an_offset_picks_one_of_two(typed: str, at: str) -> None:
    assert [choice.at for choice in london(typed).choices] == [utc(at)]


def test_an_offset_that_the_zone_has_not_then_names_those_it_has() -> None:
    typed = "2027-10-31 01:30+02:00"
    refused(london, typed, "+02:00", "clocks are not at +02:00 then", "write 01:30+01:00 or 01:30+00:00")


@pytest.mark.parametrize(("moment", "zone", "echo"), rows(ECHOED))
def test_the_echo_says_which_only_where_a_time_comes_twice(moment: str, zone: str, echo: str) -> None:
    assert words(utc(moment), MONDAY, ZoneInfo(zone)) == echo


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12"])
def test_where_the_clocks_never_change_every_time_comes_once(zone: str) -> None:
    there = UTC if zone == "UTC" else ZoneInfo(zone)
    assert changes(there) == []
    assert all(len(moments(date(2027, 3, 28), hour, 30, there)) == 1 for hour in range(24))


@pytest.mark.parametrize(
    ("zone", "moved"),
    [("Europe/London", 60), ("America/New_York", 60), ("Australia/Lord_Howe", 30), ("America/Havana", 60)],
)
def test_as_many_minutes_are_skipped_in_a_year_as_come_twice(zone: str, moved: int) -> None:
    there = ZoneInfo(zone)
    counts = [
        len(moments(day, hour, minute, there))
        for day in {(at + timedelta(days=shift)).date() for at in changes(there) for shift in (-1, 0, 1)}
        for hour in range(24)
        for minute in range(60)
    ]
    assert (counts.count(0), counts.count(2)) == (moved, moved)
    assert counts.count(1) == len(counts) - 2 * moved


@given(days, st.integers(0, 23), st.integers(0, 59), zones)
def test_a_time_comes_once_or_twice_or_not_at_all(day: date, hour: int, minute: int, zone: tzinfo) -> None:
    found = moments(day, hour, minute, zone)
    assert len(found) <= 2
    assert [choice.at for choice in found] == sorted({choice.at for choice in found})
    for choice in found:
        local = choice.at.astimezone(zone)
        assert (local.date(), local.hour, local.minute) == (day, hour, minute)
        assert datetime.fromisoformat(f"{day} {hour:02}:{minute:02}{choice.offset}") == choice.at


@given(instants, zones)
def test_every_moment_is_among_those_of_the_time_it_shows(at: datetime, zone: tzinfo) -> None:
    local = at.astimezone(zone)
    assert at in [choice.at for choice in moments(local.date(), local.hour, local.minute, zone)]


@given(st.data(), st.sampled_from([zone for zone in ZONES if changes(zone)]))
def test_and_so_it_is_around_a_change_of_the_clocks(data: st.DataObject, zone: tzinfo) -> None:
    at = data.draw(st.sampled_from(changes(zone))) + timedelta(minutes=data.draw(st.integers(-180, 180)))
    local = at.astimezone(zone)
    found = when(f"{local:%Y-%m-%d %H:%M}", MONDAY, zone)
    assert at in [choice.at for choice in found.choices]
    assert [choice.at for choice in when(local.isoformat(), MONDAY, zone).choices] == [at]


@given(instants, zones, days)
def test_the_echo_of_two_moments_is_never_the_same(at: datetime, zone: tzinfo, today: date) -> None:
    said = words(at, today, zone)
    assert said not in {words(at + timedelta(minutes=step), today, zone) for step in (-60, -30, 30, 60)}


@pytest.mark.parametrize("zone", [zone for zone in ZONES if changes(zone)], ids=str)
def test_the_hint_for_a_skipped_time_can_be_typed(zone: tzinfo) -> None:
    skipped = [
        (day, hour, minute)
        for day in sorted({(at + timedelta(days=shift)).date() for at in changes(zone) for shift in (-1, 0, 1)})
        for hour in range(24)
        for minute in range(60)
        if not moments(day, hour, minute, zone)
    ]
    assert len(skipped) in (30, 60)
    for day, hour, minute in skipped:
        with pytest.raises(Grammar, match="does not exist") as refusal:
            when(f"{day} {hour}:{minute:02}", MONDAY, zone)
        for near in refusal.value.hint.removeprefix("write ").split(" or "):
            assert len(when(f"{day} {near}", MONDAY, zone).choices) == 1


@pytest.mark.parametrize(("typed", "length"), rows(LENGTHS))
def test_a_length_is_understood(typed: str, length: str) -> None:
    assert minutes(typed) == int(length)


@pytest.mark.parametrize(("typed", "caret", "said", "hint"), rows(LENGTHS_REFUSED))
def test_a_length_needs_a_unit_and_a_measure(typed: str, caret: str, said: str, hint: str) -> None:
    refused(minutes, typed, caret, said, hint)


@given(st.integers(1, 1000))
def test_a_length_is_the_same_in_hours_and_in_minutes(length: int) -> None:
    ways = {f"{length}min", f"{length} minutes"}
    if length >= 60:
        ways |= {f"{length // 60}h{length % 60:02}", f"{length // 60} h {length % 60} min"}
    found = {read_or_refused(minutes, way) for way in ways}
    assert found == ({length} if 5 <= length <= 480 else {None})


@settings(max_examples=400, deadline=None)
@given(anything(PIECES) | slips(VALID), days, zones)
def test_no_text_does_anything_but_mean_a_time_or_be_refused(typed: str, today: date, zone: tzinfo) -> None:
    found = read_or_refused(lambda text: when(text, today, zone), typed)
    if found is not None:
        assert found.day >= today
        assert len(found.choices) in (1, 2)
        assert all(
            f"{choice.at.astimezone(zone):%H%M}" == f"{found.hour:02}{found.minute:02}" for choice in found.choices
        )
    length = read_or_refused(minutes, typed)
    assert length is None or 5 <= length <= 480


def test_ten_thousand_random_texts_are_answered_in_no_time() -> None:
    started = time.monotonic()
    for typed in noise(PIECES, 10_000, seed=7):
        read_or_refused(london, typed)
        read_or_refused(minutes, typed)
    assert time.monotonic() - started < 60


def test_reading_a_time_loads_neither_dateutil_nor_zones() -> None:
    told = "import sys; import tpi_cli.commands.parse.times; print(*sorted({'dateutil', 'zoneinfo', 'difflib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
