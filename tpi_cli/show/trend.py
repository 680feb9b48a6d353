"""Pain over time: the plot, and every score of it in words."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from tpi_cli.reference import payers, sources
from tpi_cli.reference.outcome_times import last_weeks
from tpi_cli.rules import past, trend
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.relief import whole
from tpi_cli.rules.trend import Gap, Point
from tpi_cli.rules.values import plain
from tpi_cli.show.out import Out, room
from tpi_cli.show.picture import plot
from tpi_cli.show.picture.plot import Level, Plot
from tpi_cli.show.report import Column, many
from tpi_cli.store.read.body import Known

WIDEST = 120
"""Cells: a wider plot says no more."""
ONE_DAY = timedelta(days=1)
KEY = "B before  A after  o later  * several  ^ session  - relief enough here or below"


class Course(NamedTuple):
    """The scores of a site, or of the patient, and the times nobody knows of; the days treated; where relief is enough
    after each."""

    points: Sequence[Point]
    gaps: Sequence[Gap]
    sessions: Sequence[date]
    levels: Sequence[Level]
    known: Known
    today: date


def course(known: Known, where: Where | None, today: date) -> Course:
    """What there is to draw of a site, or (None) of the patient."""
    days = sorted({one.on for one in known.past.treated if where in (None, one.where)})
    ends = [*(day - ONE_DAY for day in days[1:]), today]
    levels = [
        Level(day, end, trend.enough_at(before, known.percent))
        for day, end in zip(days, ends, strict=False)
        if (before := past.baseline(known.past, day, where))
    ]
    points = trend.points(known.past, known.scores, where)
    return Course(points, trend.gaps(points, today, last_weeks()), days, levels, known, today)


def picture(found: Course, out: Out) -> list[str]:
    """The plot with its key, where pictures are wanted and there is room."""
    if not out.drawn:
        return []
    joined = trend.joined(found.points, last_weeks())
    shown = Plot(found.points, joined, found.sessions, found.levels, found.today)
    lines = plot.drawn(shown, min(room(out), WIDEST))
    return [*lines, "", KEY, ""] if lines else []


COLUMNS: tuple[Column, ...] = (
    Column("date", lambda one: str(one.on)),
    Column("when", lambda one: one.phase),
    Column("pain", lambda one: "" if one.pain is None else str(one.pain), right=True),
    Column("relief", lambda one: "" if one.relief is None else f"{whole(one.relief)}%", right=True),
    Column("session", lambda one: str(one.session or ""), 1),
)


def record(one: Point) -> dict[str, Any]:
    """A score for programs; `session` is the day of the session it is measured against."""
    return {
        "date": one.on,
        "when": one.phase,
        "pain": one.pain,
        "relief_pct": None if one.relief is None else str(whole(one.relief)),
        "session": one.session,
    }


def around(found: Course) -> dict[str, Any]:
    """What stands beside the scores: sessions, where relief is enough, the time without a score."""
    known = found.known
    return {
        "sessions": list(found.sessions),
        "threshold": {
            "relief_pct": plain(known.percent),
            "source": known.source,
            "levels": [{"from": one.since, "until": one.until, "pain": one.pain} for one in found.levels],
        },
        "gaps": [{"from": one.since, "until": one.until, "weeks": one.weeks} for one in found.gaps],
    }


def asked_by(known: Known) -> str:
    """Who asks for that much relief: the payer's paper, or where it stands."""
    row = next((one for one in payers.shipped() if one.policy.id == known.source), None)
    return row.name if row else sources.title(known.source)


def footer(found: Course, *, discreet: bool) -> str:
    """What counts as enough, and how long nobody asked; without how it went where that is kept back."""
    if not found.points:
        return "no score on file"
    if discreet:
        return many(len(found.points), "score")
    known = found.known
    enough = f"relief enough: {plain(known.percent)} % of the pain before ({asked_by(known)})"
    longest = max(found.gaps, key=lambda one: one.until - one.since, default=None)
    if longest is None:
        return enough
    return f"{enough}\nlongest without a score: {many(longest.weeks, 'week')}, {longest.since} to {longest.until}"
