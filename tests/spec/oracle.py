"""When somebody is due, worked out a second time: the standard library only, and nothing of tpi."""

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
    year, month = divmod(session.year * 12 + session.month - 1 + count * MONTHS[unit], 12)
    if year > 9999:
        raise OverflowError
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(session.day, last))
