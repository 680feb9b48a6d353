"""The plot of pain: each score in the row of its number, nothing drawn where nobody knows."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.rules.trend import Point, joined
from tpi_cli.show.picture import plot, spark
from tpi_cli.show.picture.plot import AXIS, Level, Plot

FIRST, SECOND, TODAY = date(2026, 1, 5), date(2026, 4, 6), date(2026, 5, 5)

PICTURE = """\
 10
  9
  8 B
  7                  B
  6                   .
  5                    .
  4 A.----------------
  3   .              ---.---
  2    .o                .
  1                       o
  0
    ^                ^
    2026-01-05    2026-05-05
"""


def course() -> Plot:
    points = [Point(FIRST, "before", 8, FIRST), Point(FIRST, "after", 4, FIRST),
              Point(date(2026, 1, 30), "later", 2, FIRST), Point(SECOND, "before", 7, SECOND),
              Point(date(2026, 5, 4), "later", 1, SECOND)]  # fmt: skip
    levels = [Level(FIRST, date(2026, 4, 5), 4), Level(SECOND, TODAY, 3)]
    return Plot(points, joined(points, 12), [FIRST, SECOND], levels, TODAY)


def test_how_it_looks() -> None:
    assert "\n".join(plot.drawn(course(), 28)) + "\n" == PICTURE


def test_a_first_session_today_has_one_day() -> None:
    shown = plot.drawn(Plot([Point(TODAY, "before", 5, TODAY)], [], [TODAY], [], TODAY), 80)
    assert shown[-1].split() == ["2026-05-05", "to", "2026-05-05"]


def test_without_a_score_there_is_no_picture() -> None:
    assert plot.drawn(Plot([], [], [FIRST], [], TODAY), 80) == []


DAYS = st.dates(FIRST, TODAY)


@given(st.lists(st.tuples(DAYS, st.integers(0, 10)), min_size=1, max_size=10), st.integers(20, 130))
def test_every_score_is_in_its_row_and_no_line_is_too_long(told: list[tuple[date, int]], room: int) -> None:
    points = [Point(on, "later", pain, FIRST) for on, pain in sorted(told)]
    lines = plot.drawn(Plot(points, [], [FIRST], [], TODAY), room)
    if room < plot.NARROWEST:
        assert lines == [], "too narrow for the scale and two dates"
        return
    assert [int(line[: AXIS - 1]) for line in lines[:11]] == list(range(10, -1, -1))
    for pain in range(11):
        marks = lines[10 - pain][AXIS:].replace(".", " ").split()
        assert bool(marks) == any(one.pain == pain for one in points)
    assert max(map(len, lines)) <= room


def test_a_spark_always_has_its_numbers() -> None:
    assert spark.drawn([8, 4, 2, 0]) == "▇▄▂▁ 8 to 0"
    assert spark.words([8, 4, 2, 0]) == "8 4 2 0"
    assert spark.drawn([5]) == "5"
    assert spark.drawn([]) == spark.words([]) == ""


SHARES = """
part  | bar
0     | ..........   0%
0.004 | #.........   0%
0.06  | #.........   6%
0.509 | #####.....  50%
0.999 | #########.  99%
1     | ########## 100%
1.005 | ########## 101%
2.5   | ########## 250%
"""


@pytest.mark.parametrize(("part", "bar"), rows(SHARES))
def test_a_bar_is_full_at_the_limit_and_not_before(part: str, bar: str) -> None:
    assert spark.share(Decimal(part), bars=True) == bar
    assert spark.share(Decimal(part), bars=False) == bar.split()[1]


@given(st.lists(st.integers(0, 10), min_size=2, max_size=30))
def test_more_pain_is_never_a_lower_bar(scores: list[int]) -> None:
    bars = spark.drawn(scores).partition(" ")[0]
    last = scores[-spark.SHOWN :]
    assert len(bars) == len(last)
    for at, score in enumerate(last):
        assert all(bars[at] >= bars[other] for other, one in enumerate(last) if one <= score)
