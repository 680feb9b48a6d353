"""WHEN: the day and the time of an appointment as a receptionist types it, and how long one lasts.

A time is what the clinic's clocks show. Where they change it may never come, and is refused, or come twice, and
then both moments are handed back: which one is asked about, never guessed.
"""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.commands.parse import dates
from tpi_cli.commands.parse.names import WEEKDAY_OF, spelled
from tpi_cli.commands.parse.typed import Word, either, fault, line, shown, split
from tpi_cli.errors import Grammar
from tpi_cli.rules.contact import LONGEST, SHORTEST

FORMS = "write 'tue 10:00', '2026-12-31 9:30' or 'in 6w 2pm'"
LENGTHS = "30min, 1h or 1h30"

_MINUTE = timedelta(minutes=1)
_TIME = re.compile(
    r"(?:(?<!\S)(?:at\s+)?|(?<=[0-9]-[0-9]{2})t)"  # after white space, or the T of 2026-11-24T10:00
    r"(?=[0-9]{1,2}(?::|\s?[ap]m(?!\S)))"  # a colon or am and pm make a number a time
    r"(?P<clock>(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{1,2})(?P<second>:[0-9.]+)?)?(?P<half>\s?[ap]m)?)"
    r"\s*(?P<offset>[+-][0-9]{2}(?::?[0-9]{2})?|z)?(?!\S)",
    re.IGNORECASE,
)
_SLIP = re.compile(r"([0-9]{1,2}?)[ .,h]?([0-9]{2})? ?(?:h|o'clock|([ap])\.?m?\.?)?")
_SPOKEN = {"noon": "12:00", "midday": "12:00", "midnight": "00:00"}
_LENGTH = re.compile(
    r"([1-9][0-9]{0,3}) ?min(?:ute)?s?"
    r"|([1-9][0-9]?) ?h(?:ours?)?(?: ?([0-5]?[0-9](?= ?min)|[0-5][0-9])(?: ?min(?:ute)?s?)?)?"
)
_COUNT = re.compile(r"([1-9][0-9]{0,3})( ?m)?")
_COLON = re.compile(r"([1-9]):([0-5][0-9])")


class Moment(NamedTuple):
    """A moment in UTC, and how the clinic's clocks stand then: `+01:00`, and `BST` where that has a name."""

    at: datetime
    offset: str
    name: str

    @property
    def words(self) -> str:
        """`+01:00 BST`, `+10:30`."""
        return f"{self.offset} {self.name}".rstrip()


class When(NamedTuple):
    """A day and a time on the clinic's clocks, and the moments they mean: one, or two, the earlier first."""

    day: date
    hour: int
    minute: int
    choices: tuple[Moment, ...]


def when(text: str, today: date, zone: tzinfo) -> When:
    """The day and time meant, today's earlier hours included; an offset after the time picks one of two moments.

    Raises Grammar, with the caret under the word at fault and a hint, for a day before today, a time that the
    zone's clocks skip, and every text without exactly one day and one time.
    """
    found = split(text, "the day and time")
    times = list(_TIME.finditer(text))
    if not times:
        raise _untimed(text, found, today)
    if len(times) > 1:
        raise fault(text, "there are two times", "write only when it starts", _part(times[1], "clock"))
    hour, minute = _clock(text, times[0])
    day = _day_beside(text, times[0], today)
    choices = moments(day, hour, minute, zone)
    if not choices:
        raise _skipped(text, times[0], _wall(day, hour, minute), zone)
    return When(day, hour, minute, _picked(text, times[0], choices))


def moments(day: date, hour: int, minute: int, zone: tzinfo) -> tuple[Moment, ...]:
    """The moments at which the zone's clocks show that time of that day, in order: none, one or two."""
    return tuple(_moment(at, zone) for at in clock.shown_at(_wall(day, hour, minute), zone))


def words(at: datetime, today: date, zone: tzinfo) -> str:
    """The echo of a moment: `Tue 24 Nov 2026 10:00 (tomorrow)`.

    Where the clocks show that time twice, it says which: `Sun 25 Oct 2026 01:30 +01:00 BST (in 3 days)`.
    """
    wall = _shows(at, zone)
    said, _, away = dates.words(wall.date(), today).partition(" (")
    twice = len(moments(wall.date(), wall.hour, wall.minute, zone)) > 1
    return f"{said} {wall:%H:%M}{f' {_moment(at, zone).words}' if twice else ''} ({away}"


def minutes(text: str) -> int:
    """How long an appointment lasts, 5 to 480 minutes: `30min`, `45 min`, `1h`, `1h30`.

    Raises Grammar, with the caret under what is wrong and a hint, for anything else.
    """
    found = split(text, "the length")
    match = _LENGTH.fullmatch(line(found))
    if match is None:
        raise _no_length(text, found)
    length = int(match[1] or 0) + 60 * int(match[2] or 0) + int(match[3] or 0)
    if not SHORTEST <= length <= LONGEST:
        raise fault(text, f"an appointment lasts {SHORTEST} to {LONGEST} minutes", LENGTHS, found[0], found[-1])
    return length


def _no_length(text: str, found: tuple[Word, ...]) -> Grammar:
    count, colon = _COUNT.fullmatch(line(found)), _COLON.fullmatch(line(found))
    if count:
        hint = f"write {count[1]}min" if SHORTEST <= int(count[1]) <= LONGEST else LENGTHS
        unit = found[-1].part(len(found[-1].text) - 1)
        message = f"{count[1]}m could be minutes or months" if count[2] else f"{count[1]} what?"
        return fault(text, message, hint, unit if count[2] else found[0])
    hint = f"write {colon[1]}h{colon[2]}" if colon else LENGTHS
    return fault(text, f"{shown(line(found))} is not a length", hint, found[0], found[-1])


def _part(match: re.Match[str], group: str) -> Word:
    return Word(match[group], match.start(group))


def _clock(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Hour and minute, or refused with the caret under the figures that cannot be."""
    hour, minute, written = int(match["hour"]), int(match["minute"] or 0), match["minute"] or "00"
    if hour > 23:
        hint = "write 00:00 on the day after" if hour == 24 else FORMS
        raise fault(text, "a day has the hours 0 to 23", hint, _part(match, "hour"))
    if len(written) < 2:
        likely = [f"{hour}:0{minute}", *([f"{hour}:{minute}0"] if minute < 6 else [])]
        raise fault(text, "minutes have two figures", f"write {either(likely)}", _part(match, "minute"))
    if minute > 59:
        raise fault(text, "an hour has the minutes 00 to 59", FORMS, _part(match, "minute"))
    if (match["second"] or ":").strip(":0."):
        raise fault(text, "an appointment starts on the minute", f"write {hour}:{written}", _part(match, "second"))
    return _hour(text, match, hour), minute


def _hour(text: str, match: re.Match[str], hour: int) -> int:
    """The hour of the day: 12am is 0, 12pm is 12."""
    half = (match["half"] or "").strip().lower()
    if half and not 1 <= hour <= 12:
        hint = f"write {hour}:{match['minute'] or '00'}"
        raise fault(text, f"with {half} the hours go from 1 to 12", hint, _part(match, "clock"))
    return hour % 12 + (12 if half == "pm" else 0) if half else hour


def _untimed(text: str, found: tuple[Word, ...], today: date) -> Grammar:
    """For words with no time in them: what was meant for one, or else that one is missing."""
    strange = next((word for word in found if ":" in word.text), None)
    if strange:
        return fault(text, f"{shown(strange.text)} is not a time", FORMS, strange)
    try:
        day = dates.day(text, today, forward=True)
    except Grammar as no_day:
        return _slipped(text, found, today) or no_day
    if day < today:
        return _past(text, found, day, today)
    hint = f"add the time: '{' '.join(word.text for word in found)} 10:00'"
    return fault(text, "at what time?", hint, found[0], found[-1])


def _slipped(text: str, found: tuple[Word, ...], today: date) -> Grammar | None:
    """For a time written another way, before or after a day, or alone."""
    ends = [(found[:-1], found[-1:]), (found[:-2], found[-2:]), (found[1:], found[:1]), (found[2:], found[:2])]
    for rest, slip in ends:
        likely = _likely(line(slip))
        if likely and _is_day(rest, today):
            hint = either(likely if rest else (f"'today {time}'" for time in likely))
            return fault(text, f"{shown(line(slip))} is not a time", f"write {hint}", slip[0], slip[-1])
    return None


def _likely(written: str) -> list[str]:
    """The times that may be meant by `10`, `1000`, `10.30`, `10h`, `2 p.m.`, `noon`."""
    if written in _SPOKEN:
        return [_SPOKEN[written]]
    match = _SLIP.fullmatch(written)
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        return []
    hour, minute = int(match[1]), match[2] or "00"
    if match[3]:
        return [f"{hour}{f':{minute}' if match[2] else ''}{match[3]}m"]
    return [f"{hour}:{minute}", *([f"{hour + 12}:00"] if not match[2] and 0 < hour < 12 else [])]


def _is_day(found: tuple[Word, ...], today: date) -> bool:
    """Whether the words, `at` at their end aside, are a day or nothing; today's weekday is one too."""
    written = line(found).removesuffix(" at")
    if not written or written in WEEKDAY_OF:
        return True
    try:
        dates.day(written, today, forward=True)
    except Grammar:
        return False
    return True


def _day_beside(text: str, match: re.Match[str], today: date) -> date:
    """The day in the words beside the time, which stands before or after all of them."""
    start, end = match.span()
    before, after = text[:start], text[end:]
    if not (before + after).strip():
        hint = f"add the day: 'today {match['clock']}'"
        raise fault(text, "on which day?", hint, _part(match, "clock"))
    if before.strip() and after.strip():
        found = split(" " * end + after, "the day")
        raise fault(text, "the time stands between other words", FORMS, found[0], found[-1])
    return _day(text, before + " " * (end - start) + after, today)


def _day(text: str, blanked: str, today: date) -> date:
    """The day in a text whose time is blanked out, so that a caret stands where the word was typed."""
    try:
        day = dates.ahead(blanked, today)
    except Grammar as wrong:
        raise Grammar(str(wrong), text=text, at=wrong.at, width=wrong.width, hint=wrong.hint) from None
    if day < today:
        raise _past(text, split(blanked, "the day"), day, today)
    return day


def _past(text: str, found: tuple[Word, ...], day: date, today: date) -> Grammar:
    return fault(text, f"{dates.words(day, today)} is past", "write today or a later day", found[0], found[-1])


def _wall(day: date, hour: int, minute: int) -> datetime:
    """What the clocks show: no zone, as a time that is skipped has none."""
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001


def _utc(wall: datetime, zone: tzinfo, fold: int) -> datetime:
    """The first (fold 0) or second (1) moment of that time; where the clocks skip it, what PEP 495 puts there."""
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _shows(at: datetime, zone: tzinfo) -> datetime:
    """What the zone's clocks show at a moment."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _moment(at: datetime, zone: tzinfo) -> Moment:
    local = at.astimezone(zone)
    name = local.tzname() or ""
    return Moment(at, local.isoformat(timespec="minutes")[16:], name if name.isalpha() else "")


def _picked(text: str, match: re.Match[str], choices: tuple[Moment, ...]) -> tuple[Moment, ...]:
    """The moment with the typed offset; all of them where none was typed."""
    if not match["offset"]:
        return choices
    kept = tuple(choice for choice in choices if choice.offset == _offset(match["offset"]))
    if not kept:
        alone = [match["clock"]] if len(choices) == 1 else []
        hint = f"write {either([*alone, *(match['clock'] + choice.offset for choice in choices)])}"
        raise fault(text, f"the clinic's clocks are not at {match['offset']} then", hint, _part(match, "offset"))
    return kept


def _offset(typed: str) -> str:
    """`+01:00` for `+01`, `+0100`; `+00:00` for `Z`, `-00:00`."""
    figures = typed[1:].replace(":", "").ljust(4, "0")
    return f"{typed[0]}{figures[:2]}:{figures[2:]}" if figures.strip("0") else "+00:00"


def _skipped(text: str, match: re.Match[str], wall: datetime, zone: tzinfo) -> Grammar:
    """For a time the clocks skip: from where to where, and the time as long before the gap, or after it.

    A skipped time less the gap, and with it, are what PEP 495 makes of fold 1 and 0.
    """
    earlier, later = _utc(wall, zone, fold=1), _utc(wall, zone, fold=0)
    onto = _shows(_change(earlier, later, zone), zone)
    gone = onto - (_shows(later, zone) - wall)
    message = (
        f"{wall:%H:%M} does not exist on {spelled(wall.date())}: "
        f"the clocks go from {_clock_on(gone, wall)} to {_clock_on(onto, wall)}"
    )
    near = [f"{time:%H:%M}" for time in (_shows(earlier, zone), _shows(later, zone)) if time.date() == wall.date()]
    return fault(text, message, f"write {either(near)}" if near else "write another day", _part(match, "clock"))


def _change(earlier: datetime, later: datetime, zone: tzinfo) -> datetime:
    """The minute from which the clocks stand as at the later moment."""
    after = later.astimezone(zone).utcoffset()
    steps = range((later - earlier) // _MINUTE + 1)
    changed = bisect_left(
        steps, x=True, key=lambda step: (earlier + step * _MINUTE).astimezone(zone).utcoffset() == after
    )
    return earlier + changed * _MINUTE


def _clock_on(time: datetime, day: datetime) -> str:
    """`02:00`, with the day where it is another one."""
    return f"{time:%H:%M}" if time.date() == day.date() else f"{time:%H:%M} on {spelled(time.date())}"
