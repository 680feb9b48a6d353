"""When a job runs: `07:00` on `mon-fri`."""

import re

from tpi_cli.commands.parse.names import WEEKDAY_OF, WEEKDAYS
from tpi_cli.errors import Usage

WEEK = len(WEEKDAYS)


def at(text: str) -> tuple[int, int]:
    """Hour and minute, by the clock of 24 hours. Raises Usage."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text)
    if found is None:
        raise Usage(f"--at cannot be {text!r}", hint="hours and minutes: 07:00, 18:30")
    return int(found[1]), int(found[2])


def weekdays(text: str) -> tuple[int, ...]:
    """The days of `mon-fri` or `mon,wed,sat-sun`, sorted, 0 for Monday; `sat-mon` goes round. Raises Usage."""
    return tuple(sorted({day for part in text.split(",") for day in _days(part, text)}))


def _days(part: str, text: str) -> list[int]:
    first, dash, last = part.strip().partition("-")
    ends = [_day(first, text), _day(last, text)] if dash else [_day(first, text)] * 2
    return [(ends[0] + step) % WEEK for step in range((ends[1] - ends[0]) % WEEK + 1)]


def _day(word: str, text: str) -> int:
    if word.strip().lower() not in WEEKDAY_OF:
        raise Usage(f"--days cannot be {text!r}", hint="mon-fri, or mon,wed,fri")
    return WEEKDAY_OF[word.strip().lower()]
