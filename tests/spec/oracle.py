"""When somebody is due, when a wait is over, a second time: the standard library only, and nothing of tpi."""

import re
from calendar import monthrange
from datetime import date, timedelta

DAYS = {"d": 1, "w": 7}
MONTHS = {"mo": 1, "y": 12}


def due(session: date, follow_up: str) -> date | None:
    """The day `6w`, `90d`, `3mo`, `1y`, a day or `none` means after a session. Raises OverflowError past 9999."""
    if follow_up == "none":
        return None
    step = re.fullmatch(r"(\d+)(d|w|mo|y)", follow_up)
    if step is None:
        return date.fromisoformat(follow_up)
    count, unit = int(step[1]), step[2]
    if unit in DAYS:
        return session + timedelta(days=count * DAYS[unit])
    year, month = _month(session, count * MONTHS[unit])
    last = monthrange(year, month)[1]
    return date(year, month, min(session.day, last))


def free(session: date, wait: str) -> date:
    """The first day after a wait (`42d`, `2mo`) that must not be cut short; a day that is not there is the 1st."""
    count, unit = int(wait.rstrip("dwmoy")), wait.lstrip("0123456789")
    if unit in DAYS:
        return session + timedelta(days=count * DAYS[unit])
    year, month = _month(session, count * MONTHS[unit])
    try:
        return date(year, month, session.day)
    except ValueError:
        return date(year, month + 1, 1)  # a month that lacks a day is never December


def _month(session: date, months: int) -> tuple[int, int]:
    """Year and month so many months on."""
    year, month = divmod(session.year * 12 + session.month - 1 + months, 12)
    if year > 9999:
        raise OverflowError
    return year, month + 1
