"""DATE: a day as a clinician types it, read strictly, and echoed in words.

A day without a year, and a weekday, look forward for what is to come and back for what has happened.
What is refused, and with which hint, stands in `misdates`: loaded for a refusal alone, as most days are understood.
"""

import re
from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli.commands.parse.names import MONTH_OF, MONTHS, NAMED, WEEKDAY_OF, WEEKDAYS, month_length, spelled
from tpi_cli.commands.parse.spans import refusal, span
from tpi_cli.commands.parse.typed import Word, fault, line, split
from tpi_cli.errors import Grammar
from tpi_cli.rules.interval import LAST_YEAR, Interval, after

FIRST_YEAR = 1900
OLDEST = Interval(130, "y")
"""Nobody is known to have lived longer."""

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_MONTH = re.compile(r"([0-9]{1,2}) ([a-z]+)(?: ([0-9]{4}))?")
_WEEKDAY = re.compile(r"(?:(last|next) )?([a-z]+)")
_FOUR_FIGURES = re.compile(r"[0-9]{4}")
LATELY, LONG = timedelta(60), timedelta(300)
"""A day without a year that was so lately, and comes round only after so long, is asked about."""
_LEAP_GAP = 8
"""Years: the longest wait for a 29 February, 2096 to 2104."""


class _Asked(NamedTuple):
    """The typed words, the day it is, and which way a bare word looks."""

    text: str
    found: tuple[Word, ...]
    today: date
    forward: bool

    @property
    def line(self) -> str:
        return line(self.found)

    def fault(self, message: str, hint: str, at: Word | None = None) -> Grammar:
        """The caret stands under one word, or under all of them."""
        return fault(self.text, message, hint, at or self.found[0], at or self.found[-1])


def day(text: str, today: date, forward: bool) -> date:
    """The calendar day meant by the text, in the years 1900 to 2199.

    `forward` is True for due dates and appointments, False for what has happened. Raises Grammar, with the
    caret under the word at fault and a hint, for every text that could be read two ways or not at all.
    """
    asked = _Asked(text, split(text, "the date"), today, forward)
    for reader in (_iso, _named, _weekday, _day_month, _relative):
        understood = reader(asked)
        if understood is not None:
            return _in_range(asked, understood)
    from tpi_cli.commands.parse import misdates

    raise misdates.explain(asked.text, asked.found)


def ahead(text: str, today: date) -> date:
    """A day to come, as `day` has it, but for a day without a year that was lately: `20 Nov` on 23 November is a slip
    more often than a day in a year. Raises Grammar."""
    found = day(text, today, forward=True)
    if found - today > LONG and _yearless(text):
        before = day(text, today, forward=False)
        if today - before <= LATELY:
            hint = f"if next year's is meant, write the year: {spelled(found).partition(' ')[2]}"
            words_of = split(text, "the date")
            raise fault(text, f"{words(before, today)} is past", hint, words_of[0], words_of[-1])
    return found


def _yearless(text: str) -> bool:
    """Whether the text is a day and a month alone, `31 Dec`."""
    found = _DAY_MONTH.fullmatch(line(split(text, "the date")))
    return found is not None and found[2] in MONTH_OF and found[3] is None


def birth(text: str, today: date) -> date:
    """A birth date: day, month and four-figure year, not in the future and not over 130 years ago.

    Raises Grammar for anything else, a date understood from today included.
    """
    asked = _Asked(text, split(text, "the birth date"), today, forward=False)
    born = _iso(asked) or _day_month(asked)
    if born is None or not _FOUR_FIGURES.search(text):
        from tpi_cli.commands.parse import misdates

        raise asked.fault(*misdates.FULL_BIRTH) if born else misdates.explain_birth(asked.text, asked.found)
    if born > today:
        raise asked.fault(f"{words(born, today)} is in the future", "check the year")
    if _oldest(today) > born:
        raise asked.fault(f"{words(born, today)} is more than {OLDEST.words} ago", "check the year")
    return _in_range(asked, born)


def words(day: date, today: date) -> str:
    """The echo of a day understood: `Tue 23 Feb 2027 (in 3 months)`.

    Months and years when the day of the month is the same (or clamped, as `31 Jan` and `28 Feb`), else weeks
    when they come out even, else days: never rounded.
    """
    return f"{spelled(day)} ({_away(day, today)})"


def _away(day: date, today: date) -> str:
    days = (day - today).days
    if abs(days) <= 1:
        return {offset: name for name, offset in NAMED.items()}[days]
    length = _distance(day, today).words
    return f"in {length}" if days > 0 else f"{length} ago"


def _distance(day: date, today: date) -> Interval:
    days = abs((day - today).days)
    months = abs((day.year - today.year) * 12 + day.month - today.month)
    if months and day.day == min(today.day, month_length(day.year, day.month)):
        return Interval(months, "mo") if months % 12 else Interval(months // 12, "y")
    return Interval(days, "d") if days % 7 else Interval(days // 7, "w")


def _oldest(today: date) -> date:
    """The first birth date that can be true; the calendar's first day where it does not reach back so far."""
    try:
        return after(today, Interval(-OLDEST.number, OLDEST.unit))
    except OverflowError:
        return date.min


def _in_range(asked: _Asked, understood: date) -> date:
    if FIRST_YEAR <= understood.year <= LAST_YEAR:
        return understood
    raise _out_of_range(asked)


def _out_of_range(asked: _Asked) -> Grammar:
    return asked.fault(f"the date is outside the years {FIRST_YEAR} to {LAST_YEAR}", "check the year")


def _iso(asked: _Asked) -> date | None:
    """`2026-12-31`."""
    match = _ISO.fullmatch(asked.line)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups())
    word = asked.found[0]
    if not 1 <= month <= 12:
        raise asked.fault(f"there is no month {match[2]}", "write year-month-day: 2026-12-31", word.part(5, 7))
    return _on(asked, year, month, day, word.part(8))


def _named(asked: _Asked) -> date | None:
    """`today`, `tomorrow`, `yesterday`."""
    offset = NAMED.get(asked.line)
    return None if offset is None else _moved(asked, Interval(offset, "d"))


def _weekday(asked: _Asked) -> date | None:
    """`tue`, `last tue`, `next tue`: never today itself."""
    match = _WEEKDAY.fullmatch(asked.line)
    wanted = WEEKDAY_OF.get(match[2]) if match else None
    if match is None or wanted is None:
        return None
    if not match[1] and wanted == asked.today.weekday():
        raise _today_or_week(asked, match[2])
    forward = match[1] == "next" if match[1] else asked.forward
    if forward:
        return _moved(asked, Interval((wanted - asked.today.weekday() - 1) % 7 + 1, "d"))
    return _moved(asked, Interval(-((asked.today.weekday() - wanted - 1) % 7 + 1), "d"))


def _today_or_week(asked: _Asked, name: str) -> Grammar:
    which = "next" if asked.forward else "last"
    other = _moved(asked, Interval(7 if asked.forward else -7, "d"))
    hint = f"write today ({spelled(asked.today)}) or {which} {name} ({spelled(other)})"
    return asked.fault(f"today is {WEEKDAYS[asked.today.weekday()]}: which one?", hint)


def _day_month(asked: _Asked) -> date | None:
    """`31 Dec 2026`, and `31 Dec` for the nearest one, today included."""
    match = _DAY_MONTH.fullmatch(asked.line)
    month = MONTH_OF.get(match[2]) if match else None
    if match is None or month is None:
        return None
    if match[3]:
        return _on(asked, int(match[3]), month, int(match[1]), asked.found[0])
    return _nearest(asked, month, int(match[1]))


def _nearest(asked: _Asked, month: int, day: int) -> date:
    """The first such day in the direction asked; when no year has it, refused for the first year tried."""
    step = 1 if asked.forward else -1
    passed = (month - asked.today.month) * step < 0
    first = asked.today.year + (step if passed else 0)
    for year in range(first, first + step * (_LEAP_GAP + 2), step):
        if 1 <= day <= month_length(year, month) and _ahead(asked, year, month, day):
            return _on(asked, year, month, day, asked.found[0])
    return _on(asked, first, month, day, asked.found[0])


def _ahead(asked: _Asked, year: int, month: int, day: int) -> bool:
    that, this = (year, month, day), asked.today.timetuple()[:3]
    return that >= this if asked.forward else that <= this


def _on(asked: _Asked, year: int, month: int, day: int, at: Word) -> date:
    """That day, or refused with the caret under the day of the month."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range(asked)
    length = month_length(year, month)
    if not 1 <= day <= length:
        name = f"{MONTHS[month - 1]} {year}"
        raise asked.fault(f"{name} has {length} days", f"write a day from 1 to {length}", at)
    return date(year, month, day)


def _relative(asked: _Asked) -> date | None:
    """`in 6w`, `2 weeks ago`, and `6w` for what is to come."""
    first, last = asked.found[0].key, asked.found[-1].key
    if (first, last) == ("in", "ago"):
        raise asked.fault("in, or ago?", "write in 6w, or 6w ago")
    if first == "in":
        return _moved(asked, _span(asked, asked.found[1:]))
    if last == "ago":
        ago = _span(asked, asked.found[:-1])
        return _moved(asked, Interval(-ago.number, ago.unit))
    bare = span(asked.found)
    if bare is None:
        return None
    if asked.forward:
        return _moved(asked, bare)
    raise asked.fault(f"{asked.line}: back or forward?", f"write {asked.line} ago, or in {asked.line}")


def _span(asked: _Asked, found: tuple[Word, ...]) -> Interval:
    if not found:
        raise asked.fault("how long?", "write in 6w, or 6w ago")
    understood = span(found)
    if understood is None:
        raise refusal(asked.text, found)
    return understood


def _moved(asked: _Asked, by: Interval) -> date:
    try:
        return after(asked.today, by) if by.unit in ("mo", "y") else asked.today + _days(by)
    except OverflowError as beyond:
        raise _out_of_range(asked) from beyond


def _days(by: Interval) -> timedelta:
    return timedelta(weeks=by.number) if by.unit == "w" else timedelta(days=by.number)
