"""When the clinic is open: the hours of its week, and the days it is closed.

Times are those of the clinic's wall clock, in minutes after midnight; what daylight saving does to a day is left out.
"""

import re
from datetime import date
from typing import NamedTuple

DAY_END = 24 * 60
"""Minutes after midnight at which a day is over: `24:00`."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS_FORM = "mon-fri 08:00-18:00, sat 09:00-12:00"
CLOSED_FORM = "2026-12-25, 2027-01-01..2027-01-03"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NUMBER_OF = {spelled: number for number, name in enumerate(DAYS) for spelled in (name.lower(), name[:3].lower())}
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_DASH = re.compile(r"\s*[-\u2013]\s*")
_DOTS = re.compile(r"\s*\.\.\s*")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SHOWN = 40


class Span(NamedTuple):
    """A stretch of a day without a break, in minutes after midnight: `start` < `end` <= `DAY_END`."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"

    def holds(self, start: int, length: int) -> bool:
        """Whether so many minutes from `start` lie within it."""
        return self.start <= start and start + length <= self.end


Spans = tuple[Span, ...]


class Hours(NamedTuple):
    """The spans of each weekday, Monday first, in order and apart; no span all week means no hours are set."""

    week: tuple[Spans, ...]

    @property
    def known(self) -> bool:
        """Whether hours are set: without any, every time is open."""
        return any(self.week)

    def __str__(self) -> str:
        """The text `read` has them from, in its shortest form."""
        groups: dict[Spans, list[int]] = {}
        for number, spans in enumerate(self.week):
            groups.setdefault(spans, []).append(number)
        return ", ".join(f"{_days(numbers)} {_joined(spans)}" for spans, numbers in groups.items() if spans)


UNSET = Hours(((),) * len(DAYS))


class Closed(NamedTuple):
    """The days from `first` to `last`, both closed."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


def read(text: str) -> Hours:
    """The hours in a text like `mon-fri 08:00-12:00 13:00-17:00, sat 09:00-12:00`; `UNSET` for an empty one.

    Raises ValueError with one line for what is no weekday or no span, a weekday in two groups, and spans that overlap.
    """
    week: dict[int, Spans] = {}
    for group in re.split("[,;]", _DASH.sub("-", text.lower())):
        if group.strip():
            numbers, spans = _group(group)
            _once(numbers, week)
            week |= dict.fromkeys(numbers, spans)
    return Hours(tuple(week.get(number, ()) for number in range(len(DAYS))))


def closed(text: str) -> tuple[Closed, ...]:
    """The closed days in a text like `2026-12-25, 2027-01-01..2027-01-03`, in order, each once.

    Raises ValueError with one line for what is no day, or a range that runs backward.
    """
    parts = re.split(r"[,;\s]+", _DOTS.sub("..", text))
    return tuple(sorted({_closed(part) for part in parts if part}))


def listed(days: tuple[Closed, ...]) -> str:
    """The text `closed` has them from."""
    return ", ".join(map(str, days))


def against(hours: Hours, days: tuple[Closed, ...], day: date, start: int, length: int) -> str | None:
    """Why so many minutes from `start` are not within one span of that day's hours; None when they are.

    Closed days count even where no hours are set.
    """
    if _shut(days, day):
        return f"closed on {_name(day)} {day.day} {_MONTHS[day.month - 1]} {day.year:04}"
    spans = hours.week[day.weekday()]
    if not hours.known or any(span.holds(start, length) for span in spans):
        return None
    if not spans:
        return f"closed on {DAYS[day.weekday()]}s"
    return f"outside {_name(day)} {' and '.join(map(str, spans))}"


def capacity(hours: Hours, days: tuple[Closed, ...], day: date, slot: int) -> int | None:
    """How many slots of so many minutes (1 or more) fit into the day's spans: 0 on a closed day.

    None where no hours are set and the day is not closed: there is no telling.
    """
    if _shut(days, day):
        return 0
    if not hours.known:
        return None
    return sum((span.end - span.start) // slot for span in hours.week[day.weekday()])


def _shut(days: tuple[Closed, ...], day: date) -> bool:
    return any(one.first <= day <= one.last for one in days)


def _name(day: date) -> str:
    return DAYS[day.weekday()][:3]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _joined(spans: Spans) -> str:
    return " ".join(map(str, spans))


def _days(numbers: list[int]) -> str:
    """`mon-wed fri` for 0, 1, 2 and 4: three in a row or more are a range."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " ".join(_run([DAYS[number][:3].lower() for number in run]) for run in runs)


def _run(names: list[str]) -> str:
    return f"{names[0]}-{names[-1]}" if len(names) > 2 else " ".join(names)


def _group(text: str) -> tuple[list[int], Spans]:
    """Weekdays, then spans: `mon-wed/fri 08:00-12:00 13:00-17:00`."""
    words = re.split(r"[\s/]+", text.strip())
    count = next((place for place, word in enumerate(words) if word[:1].isdecimal()), len(words))
    numbers = [number for word in words[:count] for number in _weekdays(word)]
    if not numbers:
        raise ValueError(f"{_shown(words[0])} has no weekday: write it like {HOURS_FORM}")
    if count == len(words):
        raise ValueError(f"{_shown(words[-1])} has no hours: write it like {HOURS_FORM}")
    return numbers, _apart([_span(word) for word in words[count:]])


def _once(numbers: list[int], taken: dict[int, Spans]) -> None:
    """Raises ValueError for a weekday that came before."""
    for place, number in enumerate(numbers):
        if number in taken or number in numbers[:place]:
            raise ValueError(f"{DAYS[number]} stands there twice: write all its hours in one place")


def _weekdays(word: str) -> list[int]:
    """`mon`, and `fri-mon` over the week's end."""
    first, dash, last = word.partition("-")
    start, end = _weekday(first), _weekday(last if dash else first)
    return [(start + step) % len(DAYS) for step in range((end - start) % len(DAYS) + 1)]


def _weekday(name: str) -> int:
    if name not in _NUMBER_OF:
        raise ValueError(f"{_shown(name)} is not a weekday: write it like {HOURS_FORM}")
    return _NUMBER_OF[name]


def _span(word: str) -> Span:
    match = _SPAN.fullmatch(word)
    if match is None:
        raise ValueError(f"{_shown(word)} is not a span of hours: write it like {HOURS_FORM}")
    hour, minute, end_hour, end_minute = map(int, match.groups())
    span = Span(hour * 60 + minute, end_hour * 60 + end_minute)
    if max(minute, end_minute) > 59 or span.end > DAY_END:
        raise ValueError(f"{word} is not within a day: times go from 00:00 to 24:00")
    if span.start >= span.end:
        raise ValueError(f"{word} does not end after it starts: write what is past midnight with the next day")
    return span


def _apart(spans: list[Span]) -> Spans:
    """The spans in order, those that touch made one. Raises ValueError when two overlap."""
    out: list[Span] = []
    for span in sorted(spans):
        if out and span.start < out[-1].end:
            raise ValueError(f"{out[-1]} and {span} overlap")
        touches = bool(out) and span.start == out[-1].end
        out.append(Span(out.pop().start, span.end) if touches else span)
    return tuple(out)


def _closed(part: str) -> Closed:
    first, dots, last = part.partition("..")
    days = Closed(_day(first), _day(last if dots else first))
    if days.first > days.last:
        raise ValueError(f"{part} runs backward: write the first day first")
    return days


def _day(text: str) -> date:
    try:
        if _ISO.fullmatch(text):  # fromisoformat alone takes 20261225 and 2026-W52-5 too
            return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no {text}") from None
    raise ValueError(f"{_shown(text)} is not a day: write it like {CLOSED_FORM}")


def _shown(text: str) -> str:
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}...'"
