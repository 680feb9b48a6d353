"""RANGE: days that have been, as `2026-11-01..2026-11-30`, as a month `2026-11`, or one day alone."""

import re
from datetime import date
from typing import NamedTuple

from tpi_cli.commands.parse.dates import FIRST_YEAR, day, words
from tpi_cli.commands.parse.names import month_length
from tpi_cli.commands.parse.typed import SHORT, bounded
from tpi_cli.errors import Grammar
from tpi_cli.rules.interval import LAST_YEAR

DOTS = ".."
FORMS = "write 2026-11-01..2026-11-30, or a month: 2026-11"
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


class Days(NamedTuple):
    """From the first day to the last, both included; the same twice for one day."""

    first: date
    last: date


def days(text: str, today: date, *, forward: bool = False) -> Days:
    """The days meant by the text; either end of a range may be a day or a month.

    A range may end ahead, as this month does, but not begin there, unless it looks `forward`. Raises Grammar, with
    the caret under the end at fault, for that, for a range that ends before it begins, and for whatever is no day.
    """
    bounded(text, "the date", SHORT)
    first, dots, last = text.partition(DOTS)
    if DOTS in last:
        raise _fault(text, 0, text, "a range has one first day and one last", FORMS)
    start = _end(text, 0, first, today, forward=forward)
    end = _end(text, len(first) + len(DOTS), last, today, forward=forward) if dots else start
    found = Days(start.first, end.last)
    if found.first > today and not forward:
        raise _fault(text, 0, first, f"{words(found.first, today)} is in the future", "name a day up to today")
    if found.last < found.first:
        raise _fault(text, 0, text, "the range ends before it begins", f"write {last.strip()}{DOTS}{first.strip()}")
    return found


def spelled(found: Days, today: date) -> str:
    """The echo of what was understood: a day in words, or `2026-11-01 to 2026-11-30`."""
    return words(found.first, today) if found.first == found.last else f"{found.first} to {found.last}"


def _end(text: str, at: int, part: str, today: date, *, forward: bool) -> Days:
    """One end of a range, or all of the text, which starts at `at`; carets point into the whole."""
    if not part.strip():
        raise _fault(text, 0, text, "the range lacks an end", FORMS)
    try:
        return _month(part) or _alone(part, today, forward=forward)
    except Grammar as fault:
        raise Grammar(str(fault), text=text, at=at + fault.at, width=fault.width, hint=fault.hint) from None


def _alone(part: str, today: date, *, forward: bool) -> Days:
    found = day(part, today, forward=forward)
    return Days(found, found)


def _month(part: str) -> Days | None:
    """`2026-11`: the whole of it; None for anything else."""
    match = _MONTH.fullmatch(part.strip())
    if match is None:
        return None
    year, month = int(match[1]), int(match[2])
    if not 1 <= month <= 12:
        raise _fault(part, 0, part, f"there is no month {match[2]}", FORMS)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _fault(part, 0, part, f"the month is outside the years {FIRST_YEAR} to {LAST_YEAR}", "check the year")
    return Days(date(year, month, 1), date(year, month, month_length(year, month)))


def _fault(text: str, at: int, part: str, message: str, hint: str) -> Grammar:
    """An error with its caret under a part of the text, without the blanks around it."""
    bare = part.strip()
    return Grammar(message, text=text, at=at + part.find(bare), width=len(bare), hint=hint)
