"""Pain over time in a terminal: a row for each whole number of the scale, a column for each stretch of days.

Lines join the scores of one session only; between sessions nobody knows, and nothing is drawn.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from tpi_cli.rules.trend import AFTER, BEFORE, LATER, Point

MOST = 10
"""The worst pain; the least is 0."""
MARKS = {BEFORE: "B", AFTER: "A", LATER: "o"}
"""How a score is drawn, by when it was told."""
SEVERAL = "*"
"""Different scores in one place."""
SESSION, JOIN, ENOUGH = "^", ".", "-"
AXIS = 4
"""Cells of the scale at the left."""
NARROWEST = 28
"""Cells for the scale and two dates."""


class Level(NamedTuple):
    """The highest score that is relief enough, from a session until the day before the next (None: today)."""

    since: date
    until: date
    pain: int


class Plot(NamedTuple):
    """What is drawn: scores in order of time, those a line joins, the days of sessions, where relief was enough."""

    points: Sequence[Point]
    joined: Sequence[tuple[Point, Point]]
    sessions: Sequence[date]
    levels: Sequence[Level]
    today: date


def drawn(plot: Plot, room: int) -> list[str]:
    """The plot in lines; nothing where there is nothing to draw, or no room for it."""
    days = [*plot.sessions, *(one.on for one in plot.points)]
    if not any(one.pain is not None for one in plot.points) or room < NARROWEST:
        return []
    grid = _Grid(min(days), plot.today, room - AXIS)
    for level in plot.levels:
        grid.across(level.since, level.until, level.pain, ENOUGH)
    for one, other in plot.joined:
        grid.join(one, other)
    for point in plot.points:
        if point.pain is not None:
            grid.mark(point.on, point.pain, MARKS[point.phase])
    return list(grid.lines(plot.sessions))


class _Grid:
    """Cells by column and score."""

    def __init__(self, first: date, last: date, columns: int) -> None:
        self.first, self.last = first, last
        self.columns = min(columns, (last - first).days + 1)
        self.cells: dict[tuple[int, int], str] = {}

    def column(self, on: date) -> int:
        """The column of a day."""
        return (on - self.first).days * (self.columns - 1) // max(1, (self.last - self.first).days)

    def mark(self, on: date, pain: int, mark: str) -> None:
        """A score; two different ones in a cell are told as several."""
        at = self.column(on), pain
        known = self.cells.get(at, " ")
        self.cells[at] = mark if known in (" ", JOIN, ENOUGH, mark) else SEVERAL

    def across(self, since: date, until: date, pain: int, mark: str) -> None:
        """A level line."""
        for column in range(self.column(since), self.column(until) + 1):
            self.cells[column, pain] = mark

    def join(self, one: Point, other: Point) -> None:
        """A dotted line between two scores."""
        assert one.pain is not None, "only scores are joined"
        assert other.pain is not None, "only scores are joined"
        start, end = self.column(one.on), self.column(other.on)
        for column in range(start + 1, end):
            pain = round(one.pain + (other.pain - one.pain) * (column - start) / (end - start))
            self.cells[column, pain] = JOIN

    def lines(self, sessions: Iterable[date]) -> Iterator[str]:
        """The scale from the worst down, the sessions below, the days below those."""
        for pain in range(MOST, -1, -1):
            row = "".join(self.cells.get((column, pain), " ") for column in range(self.columns))
            yield f"{pain:>{AXIS - 1}} {row}".rstrip()
        held = {self.column(on) for on in sessions}
        yield " " * AXIS + "".join(SESSION if column in held else " " for column in range(self.columns)).rstrip()
        yield " " * AXIS + self._dates()

    def _dates(self) -> str:
        """The first day at the left, the last at the right where both find room."""
        first, last = str(self.first), str(self.last)
        gap = self.columns - len(first) - len(last)
        return f"{first}{' ' * gap}{last}" if gap > 0 else f"{first} to {last}"
