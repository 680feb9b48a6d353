"""Pain over time, of one site or of a patient as a whole: dated scores, each with the session it belongs to. Pure."""

from collections.abc import Collection, Iterable, Sequence
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
    """A score as it was told; `against` is the day of its session (None: that was voided) and `entry` that session's
    number, no `where` the whole patient's."""

    on: date
    phase: str
    pain: int | None
    relief_pct: Decimal | None
    against: date | None
    where: Where | None
    entry: int | None = None


class Point(NamedTuple):
    """A score in its place: pain 0 to 10 (None where only a relief was told), relief in percent of the pain before."""

    on: date
    phase: str
    pain: int | None
    session: date | None
    relief: Decimal | None = None


class Gap(NamedTuple):
    """A time without a score of which nobody knows how it went."""

    since: date
    until: date

    @property
    def weeks(self) -> int:
        """Whole weeks."""
        return (self.until - self.since).days // relief.WEEK


class _Key(NamedTuple):
    """Scores that are one point: a day, what is told of an earlier session before the day's own, phase, entry."""

    on: date
    own: bool
    phase: int
    session: date
    entry: int


NOWHERE = date.min
"""Instead of the day of a session, of a score that belongs to none."""


def points(known: Past, scores: Iterable[Scored], where: Where | None) -> list[Point]:
    """The scores of a site, or (None) of the patient, in order of time; of the patient one a session, day and phase.

    A score before or after of a whole entry belongs to the sites of that entry, a later one to those of its day. A
    site's own goes before the whole patient's; of the patient as a whole, the whole's before the worst site's.
    """
    found: dict[_Key, list[Scored]] = {}
    for one in scores:
        session = _session(known, one)
        if where is None or _belongs(known, one, session, where):
            entry = 0 if where is None or one.phase == LATER else one.entry or 0
            key = _Key(one.on, session == one.on, PHASES.index(one.phase), session or NOWHERE, entry)
            found.setdefault(key, []).append(one)
    best = {key: _best(ones, where) for key, ones in found.items()}
    return [_point(known, key, best, where) for key in sorted(best)]


def _session(known: Past, one: Scored) -> date | None:
    if one.against is not None or one.phase != LATER:
        return one.against
    return past.measured_from(known, past.Told(None, one.where, relief.Score(one.on)))


def _belongs(known: Past, one: Scored, session: date | None, where: Where) -> bool:
    if one.where is not None:
        return one.where == where
    if one.phase == LATER:
        return any(each.on == session and each.where == where for each in known.treated)
    return any(each.session == one.entry and each.where == where for each in known.treated)


def _best(ones: Sequence[Scored], where: Where | None) -> Scored:
    """The score that speaks: of just what is asked about first, of several later ones the last, else the worst."""
    own = [one for one in ones if one.where == where]
    if own and own[-1].phase == LATER:
        return own[-1]
    return max(own or ones, key=lambda one: -1 if one.pain is None else one.pain)


def _point(known: Past, key: _Key, best: dict[_Key, Scored], where: Where | None) -> Point:
    """A score after the needle is measured from the same entry's score before it, where there is one."""
    one, session = best[key], None if key.session == NOWHERE else key.session
    if one.phase == BEFORE or session is None:
        return Point(one.on, one.phase, one.pain, session)
    before = best.get(key._replace(phase=PHASES.index(BEFORE))) if one.phase == AFTER else None
    baseline = past.baseline(known, session, where) if before is None else before.pain
    found = relief.percent(baseline, relief.Score(one.on, one.pain, one.relief_pct))
    return Point(one.on, one.phase, one.pain, session, found)


def of_entries(scores: Iterable[Scored], numbers: Collection[int], phase: str) -> set[int]:
    """The different scores of a phase (before, after) of some entries: of the whole patient, else of the sites."""
    told = [one for one in scores if one.phase == phase and one.entry in numbers]
    whole = {one.pain for one in told if one.where is None}
    return {pain for pain in whole or {one.pain for one in told} if pain is not None}


def worst(scores: Sequence[Scored], numbers: Collection[int]) -> tuple[int | None, int | None]:
    """Pain before and after some entries, where it hurt most."""
    before, after = (max(of_entries(scores, numbers, phase), default=None) for phase in (BEFORE, AFTER))
    return before, after


def last(found: Sequence[Point]) -> Point | None:
    """The last score that says how much it hurts."""
    return next((one for one in reversed(found) if one.pain is not None), None)


def told(found: Sequence[Point]) -> list[int]:
    """The scores alone, the oldest first."""
    return [one.pain for one in found if one.pain is not None]


def gaps(found: Sequence[Point], today: date, weeks: int) -> list[Gap]:
    """The times of which nobody knows how it went: between the scores of two sessions, and wherever there was none for
    more than so many weeks, up to today."""
    known = [one for one in found if one.pain is not None]
    out = [Gap(one.on, other.on) for one, other in pairwise(known) if not _told_of(one, other, weeks)]
    since_last = [Gap(known[-1].on, today)] if known else []
    return [one for one in out if one.since < one.until] + [one for one in since_last if one.weeks > weeks]


def joined(found: Sequence[Point], weeks: int) -> list[tuple[Point, Point]]:
    """The neighbours between which a line may be drawn: of one session, and not more than so many weeks apart."""
    known = [one for one in found if one.pain is not None]
    return [(one, other) for one, other in pairwise(known) if _told_of(one, other, weeks)]


def _told_of(one: Point, other: Point, weeks: int) -> bool:
    same = one.session is not None and one.session == other.session
    return same and Gap(one.on, other.on).weeks <= weeks


def enough_at(baseline: int, percent: Decimal) -> int:
    """The highest pain, in whole numbers, that is relief of at least so many percent of the baseline."""
    return int(baseline * (relief.HUNDRED - percent) / relief.HUNDRED)
