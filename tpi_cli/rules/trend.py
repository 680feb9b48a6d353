"""Pain over time, of one site or of a patient as a whole: dated scores, each with the session it belongs to. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from tpi_cli.rules import past, relief
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.past import Past

BEFORE, AFTER, LATER = PHASES = ("before", "after", "later")
"""When a score was told: before or after the needle on the day itself, or at a later time."""


class Scored(NamedTuple):
    """A score as it was told; `against` is the day of its session (None: that was voided), no `where` the whole
    patient's."""

    on: date
    phase: str
    pain: int | None
    relief_pct: Decimal | None
    against: date | None
    where: Where | None


class Point(NamedTuple):
    """A score in its place: pain 0 to 10 (None where only a relief was told), relief in percent of the pain before."""

    on: date
    phase: str
    pain: int | None
    session: date | None
    relief: Decimal | None = None


class Gap(NamedTuple):
    """The time without a score between two sessions' scores."""

    since: date
    until: date

    @property
    def weeks(self) -> int:
        """Whole weeks."""
        return (self.until - self.since).days // relief.WEEK


def points(known: Past, scores: Iterable[Scored], where: Where | None) -> list[Point]:
    """The scores of a site, or (None) of the patient, in order of time; one a session, day and phase.

    A site's own score goes before the whole patient's; of the patient as a whole, the whole's before the worst site's.
    """
    treated = {(one.on, one.where) for one in known.treated}
    found: dict[tuple[date, int, date | None], list[Scored]] = {}
    for one in scores:
        session = _session(known, one)
        if where is None or one.where == where or (one.where is None and (session, where) in treated):
            found.setdefault((one.on, PHASES.index(one.phase), session), []).append(one)
    return [
        _point(known, _best(ones, where), session, where)
        for (_, _, session), ones in sorted(found.items(), key=_in_time)
    ]


def _in_time(item: tuple[tuple[date, int, date | None], list[Scored]]) -> tuple[date, bool, int, date]:
    """By day; what is told of an earlier session comes before the day's own session."""
    (on, phase, session), _ = item
    return on, session == on, phase, session or date.min


def _session(known: Past, one: Scored) -> date | None:
    if one.against is not None or one.phase != LATER:
        return one.against
    return past.measured_from(known, past.Told(None, one.where, relief.Score(one.on)))


def _best(ones: Sequence[Scored], where: Where | None) -> Scored:
    """The score that speaks: the one of just what is asked about, else the worst."""
    own = [one for one in ones if one.where == where]
    return own[0] if own else max(ones, key=lambda one: -1 if one.pain is None else one.pain)


def _point(known: Past, one: Scored, session: date | None, where: Where | None) -> Point:
    if one.phase == BEFORE or session is None:
        return Point(one.on, one.phase, one.pain, session)
    before = past.baseline(known, session, where)
    found = relief.percent(before, relief.Score(one.on, one.pain, one.relief_pct))
    return Point(one.on, one.phase, one.pain, session, found)


def last(found: Sequence[Point]) -> Point | None:
    """The last score that says how much it hurts."""
    return next((one for one in reversed(found) if one.pain is not None), None)


def told(found: Sequence[Point]) -> list[int]:
    """The scores alone, the oldest first."""
    return [one.pain for one in found if one.pain is not None]


def gaps(found: Sequence[Point]) -> list[Gap]:
    """Where one session's scores end and the next session's begin later: nobody knows what was between."""
    known = [one for one in found if one.pain is not None]
    apart = [(one, other) for one, other in pairwise(known) if one.session != other.session]
    return [Gap(one.on, other.on) for one, other in apart if one.on < other.on]


def joined(found: Sequence[Point]) -> list[tuple[Point, Point]]:
    """The neighbours between which a line may be drawn: both of one session."""
    known = [one for one in found if one.pain is not None]
    return [(one, other) for one, other in pairwise(known) if one.session is not None and one.session == other.session]


def enough_at(baseline: int, percent: Decimal) -> int:
    """The highest pain, in whole numbers, that is relief of at least so many percent of the baseline."""
    return int(baseline * (relief.HUNDRED - percent) / relief.HUNDRED)
