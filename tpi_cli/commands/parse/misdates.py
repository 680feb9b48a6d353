"""Why a text is not a date, and what to write in its place: never a date guessed."""

import re
from typing import NamedTuple

from tpi_cli.commands.parse.names import MONTH_OF, MONTHS, NAMED, WEEKDAY_OF, month_length, short
from tpi_cli.commands.parse.spans import LONE, refusal
from tpi_cli.commands.parse.typed import Word, either, fault, line, nearest, shown
from tpi_cli.errors import Grammar

FORMS = "2026-12-31, 31 Dec, today, tue, in 6w or 2 weeks ago"
FULL = "write year-month-day: 2026-12-31"
IN_FIGURES = "a date in figures is written like 2026-12-31"
IN_WORDS = "a date in words is written like 31 Dec 2026"
FULL_BIRTH = ("a birth date is written in full, with its year", "write 1971-03-04 or 4 Mar 1971")

_NUMERIC = re.compile(r"([0-9]{1,4})([-/.])([0-9]{1,4})(?:\2([0-9]{1,4}))?")
_RUN = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_NAME = "(?P<name>[a-z]{3,9})"
_DAY = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = "(?P<year>[0-9]{4})"
_GAP = "[ .,/-]{0,2}"
_WEEKDAY = "(?:(?P<weekday>[a-z]+)[.,]? )?"
_DAY_FIRST = re.compile(f"{_WEEKDAY}{_DAY}{_GAP}(?:of )?{_NAME}{_GAP}(?:{_YEAR})?")
_MONTH_FIRST = re.compile(f"{_WEEKDAY}{_NAME}{_GAP}{_DAY}(?:[ .,/-]{{1,2}}{_YEAR})?")
_MONTH = re.compile(f"{_NAME}(?:{_GAP}{_YEAR})?")
_SHORT_YEAR = re.compile(r"([0-9]{1,2})[ .,/-]([a-z]{3,9})[ .,/-]'?([0-9]{1,3})")
_THAT_SPAN = re.compile(r"(last|next) (week|month|year)")
_KNOWN = (*NAMED, *WEEKDAY_OF, *MONTH_OF, "ago")


class _Why(NamedTuple):
    """What is wrong, what to write; the caret stands under the last word alone, or under all of them."""

    message: str
    hint: str
    last: bool = False

    def fault(self, text: str, found: tuple[Word, ...]) -> Grammar:
        return fault(text, self.message, self.hint, found[-1] if self.last else found[0], found[-1])


def explain(text: str, found: tuple[Word, ...]) -> Grammar:
    """The error for words that are no date: all of them underlined, or the one that is not understood."""
    written = line(found)
    why = _calendar(written) or _week(written)
    if why:
        return why.fault(text, found)
    if written[0].isdecimal() or written[0] in "-+.":
        return refusal(text, found) if len(found) < 3 else _unknown(text, found[2:])
    return _unknown(text, found)


def explain_birth(text: str, found: tuple[Word, ...]) -> Grammar:
    """The error for words that are no full date."""
    why = _calendar(line(found))
    return (why or _Why(*FULL_BIRTH)).fault(text, found)


def _calendar(written: str) -> _Why | None:
    """For what is nearly a calendar date."""
    return _numeric(written) or _run(written) or _short_year(written) or _loose(written) or _month(written)


def _numeric(written: str) -> _Why | None:
    """`03/04/2026`, `01.02.27`, `2026-1-5`, `3/4`."""
    match = _NUMERIC.fullmatch(written)
    if match is None:
        return None
    first, second, third = match[1], match[3], match[4] or ""
    if len(first) == 4 and third:
        return _Why(IN_FIGURES, _in_figures(first, [(int(third), int(second))]))
    return _day_or_month(written, int(first), int(second), third)


def _day_or_month(written: str, first: int, second: int, year: str) -> _Why:
    """Both readings of a day and a month in figures, as far as the calendar has them."""
    pairs = dict.fromkeys([(first, second), (second, first)])
    readings = [(day, month) for day, month in pairs if _exists(year, month, day)]
    if len(readings) < 2:
        return _Why(IN_FIGURES, _in_figures(year, readings))
    meanings = either(f"{day} {MONTHS[month - 1]}" for day, month in readings)
    return _Why(f"{shown(written)} could be {meanings}", _in_figures(year, readings))


def _in_figures(year: str, readings: list[tuple[int, int]]) -> str:
    """How each (day, month) is written in that year; without one, in words."""
    if year and len(year) != 4:
        return "write the year first, in four figures: 2026-12-31"
    readings = [(day, month) for day, month in readings if _exists(year, month, day)]
    if not readings:
        return FULL
    if not year:
        return f"write {either(f'{day} {short(month)}' for day, month in readings)}"
    return f"write {either(f'{year}-{month:02}-{day:02}' for day, month in readings)}"


def _exists(year: str, month: int, day: int) -> bool:
    """Whether the month has the day in that year; in a leap year where no full year was typed."""
    full = int(year) if len(year) == 4 else 2000
    return 1 <= month <= 12 and 1 <= day <= month_length(full, month)


def _run(written: str) -> _Why | None:
    """`20261231`."""
    match = _RUN.fullmatch(written)
    return match and _Why(IN_FIGURES, _in_figures(match[1], [(int(match[3]), int(match[2]))]))


def _short_year(written: str) -> _Why | None:
    """`5 Jan 26`."""
    match = _SHORT_YEAR.fullmatch(written)
    month = MONTH_OF.get(match[2]) if match else None
    if match is None or month is None:
        return None
    centuries = ("20", "19") if len(match[3]) == 2 else ()
    years = [f"{century}{match[3]}" for century in centuries] or ["2026"]
    hint = either(f"{int(match[1])} {short(month)} {year}" for year in years)
    return _Why(f"{shown(match[3])} is not a year", f"write the year in four figures: {hint}", last=True)


def _loose(written: str) -> _Why | None:
    """`31st Dec`, `Dec 31, 2026`, `Tue 23 Feb 2027`."""
    for form in (_DAY_FIRST, _MONTH_FIRST):
        match = form.fullmatch(written)
        month = MONTH_OF.get(match["name"]) if match else None
        if match and month and (match["weekday"] or "mon") in WEEKDAY_OF:
            return _Why(IN_WORDS, f"write {int(match['day'])} {short(month)}{_year(match)}")
    return None


def _year(match: re.Match[str]) -> str:
    return f" {match['year']}" if match["year"] else ""


def _month(written: str) -> _Why | None:
    """`Dec`, `December 2026`."""
    match = _MONTH.fullmatch(written)
    month = MONTH_OF.get(match["name"]) if match else None
    if match is None or month is None:
        return None
    year = _year(match)
    return _Why(f"which day of {MONTHS[month - 1]}{year}?", f"write the day too: 1 {short(month)}{year}")


def _week(written: str) -> _Why | None:
    """`next week`."""
    match = _THAT_SPAN.fullmatch(written)
    if match is None:
        return None
    length = LONE[match[2]]
    hint = f"in {length}" if match[1] == "next" else f"{length} ago"
    return _Why(f"which day of {shown(written)}?", f"write {hint}, or a date")


def _unknown(text: str, found: tuple[Word, ...]) -> Grammar:
    """The first word that no date has, or all of them when each could stand in one."""
    strange = [word for word in found if word.key not in (*_KNOWN, "in", "last", "next")]
    if not strange:
        return fault(text, f"{shown(line(found))} is not a date", FORMS, found[0], found[-1])
    word = strange[0]
    hint = f"write in {LONE[word.key]}" if word.key in LONE else nearest(word.key, _KNOWN) or FORMS
    return fault(text, f"{shown(word.text)} is not a date", hint, word)
