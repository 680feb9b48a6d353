"""Intervals of the calendar: kept as typed, always added to the session they started from."""

import re
from datetime import MAXYEAR, date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

LAST_YEAR = 2199
"""A plan beyond it is a typing error."""
UNITS = {"d": "day", "w": "week", "mo": "month", "y": "year"}
_CANONICAL = re.compile(r"([1-9][0-9]{0,3})(d|w|mo|y)")

REMEMBERED = 4096
"""Answers that are kept: a clinic has few intervals, and the same days are asked for again and again."""

MonthEnd = Literal["back", "forward"]
"""Where a day goes that its month lacks: `back` to the month's last day, or `forward` to the next month's first."""


class Interval(NamedTuple):
    """A count of calendar units; `unit` is a key of `UNITS`."""

    number: int
    unit: str

    def __str__(self) -> str:
        return f"{self.number}{self.unit}"

    @property
    def words(self) -> str:
        """`3 months`, `1 week`."""
        return f"{self.number} {UNITS[self.unit]}{'' if self.number == 1 else 's'}"


@lru_cache(maxsize=REMEMBERED)
def read(text: str) -> Interval | None:
    """The interval in its stored form (`6w`, `3mo`), or None if the text is something else."""
    match = _CANONICAL.fullmatch(text)
    return Interval(int(match[1]), match[2]) if match else None


def holds(on: date, first: date | None, last: date | None) -> bool:
    """Whether a dated row is in force on a day; None is without a beginning, or an end."""
    return (first is None or first <= on) and (last is None or on <= last)


@lru_cache(maxsize=REMEMBERED)
def after(anchor: date, interval: Interval, month_end: MonthEnd = "back") -> date:
    """The day the interval ends.

    A wish to come back clamps `back` (31 Jan + 1mo = 28 Feb). A wait that must not be cut short, a payer's
    interval or rolling year, goes `forward` (31 Mar + 6mo = 1 Oct; 29 Feb + 1y = 1 Mar), as CDC's CDSi has it.
    Raises OverflowError when the day lies beyond the calendar (year 9999). Days and intervals recur, in a clinic's
    whole history most of all, so what was worked out once is remembered.
    """
    from dateutil.relativedelta import relativedelta

    step = {"d": "days", "w": "weeks", "mo": "months", "y": "years"}[interval.unit]
    try:
        ends = anchor + relativedelta(**{step: interval.number})  # type: ignore[arg-type]
        lacking = interval.unit in {"mo", "y"} and ends.day != anchor.day
        return ends + timedelta(days=1) if lacking and month_end == "forward" else ends
    except (ValueError, OverflowError) as fault:
        raise OverflowError(f"beyond the year {MAXYEAR}") from fault
