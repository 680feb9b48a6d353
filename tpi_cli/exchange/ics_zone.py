"""A VTIMEZONE: how a zone's clocks change over the years that a calendar speaks of.

icalendar makes one too, but gives a change forward the hour it leads to instead of the hour it starts from, and steps
over a change that is taken back within weeks, as in Morocco every year.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


class _Kind(NamedTuple):
    """A change of the clocks, whenever it comes: from and to which offset, and what the time is then called."""

    before: timedelta
    after: timedelta
    name: str
    summer: bool


def timezone(name: str, zone: tzinfo, first: date, last: date) -> Timezone:
    """The zone from before the year of `first` to after the year that follows `last`: events can be moved there too."""
    start = datetime(first.year - 1, 12, 31, tzinfo=UTC)
    onsets: defaultdict[_Kind, list[datetime]] = defaultdict(list)
    onsets[_kind(zone, start, start)].append(start)
    for moment in _changes(zone, start, datetime(last.year + 2, 1, 2, tzinfo=UTC)):
        onsets[_kind(zone, moment - _MINUTE, moment)].append(moment)
    whole = Timezone()
    whole.add("tzid", name)
    for kind, moments in onsets.items():
        whole.add_component(_observance(kind, moments))
    return whole


def _changes(zone: tzinfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """The moments in UTC, to the minute, from which another offset holds; no zone changes twice within a day."""
    while start < end:
        following = start + _DAY
        if _offset(zone, start) != _offset(zone, following):
            yield _between(zone, start, following)
        start = following


def _between(zone: tzinfo, low: datetime, high: datetime) -> datetime:
    """The first minute of the offset that holds at `high`, which is not the one at `low`."""
    while high - low > _MINUTE:
        middle = low + (high - low) // _MINUTE // 2 * _MINUTE
        low, high = (middle, high) if _offset(zone, middle) == _offset(zone, low) else (low, middle)
    return high


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _kind(zone: tzinfo, before: datetime, after: datetime) -> _Kind:
    shown = after.astimezone(zone)
    return _Kind(_offset(zone, before), _offset(zone, after), shown.tzname() or "", bool(shown.dst()))


def _observance(kind: _Kind, moments: list[datetime]) -> TimezoneStandard | TimezoneDaylight:
    """Changes of one kind; each at the hour that the clocks showed until then, as RFC 5545 wants it (3.6.5)."""
    onsets = [(moment + kind.before).replace(tzinfo=None) for moment in moments]
    one = TimezoneDaylight() if kind.summer else TimezoneStandard()
    one.add("dtstart", onsets[0])
    if onsets[1:]:
        one.add("rdate", onsets[1:])
    one.add("tzoffsetfrom", kind.before)
    one.add("tzoffsetto", kind.after)
    one.add("tzname", kind.name)
    return one
