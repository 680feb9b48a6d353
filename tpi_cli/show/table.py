"""The table a terminal gets: Rich's styles over our own columns, measured once, however long the list."""

import os
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.style import Style

from tpi_cli.show.plain import GAP, Laid, padded
from tpi_cli.show.report import Column

HEADING = Style(bold=True)
LOUD = {"overdue": Style(color="yellow"), "lapsed": Style(color="red"), "voided": Style(color="red")}
"""Statuses that stand out; the word itself is always there as well."""
AT_ONCE = 256
"""Lines that Rich prints at a time."""


class Part:
    """A Rich renderable: some lines of the table."""

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.segments


class Grid:
    """A table that works its widths out once (Rich's Table measures every cell several times)."""

    def __init__(self, columns: tuple[Column, ...], rows: Iterable[list[str]]) -> None:
        self.columns = columns
        self.rows = Laid([column.heading for column in columns], rows)
        self.needed = self.rows.needed

    def fitting(self, room: int) -> list[int]:
        """The columns that fit, by place: the ones that matter most get their room first, none is ever cut."""
        kept: list[int] = []
        for at in sorted(range(len(self.columns)), key=lambda at: self.columns[at].drop):
            if not self.columns[at].drop or self.taken([*kept, at]) <= room:
                kept.append(at)
        return sorted(kept)

    def taken(self, kept: list[int]) -> int:
        """How many cells these columns take, gaps included."""
        return sum(self.needed[at] for at in kept) + len(GAP) * (len(kept) - 1)

    def dropped(self, room: int) -> list[str]:
        """The headings of the columns that do not fit."""
        kept = self.fitting(room)
        return [column.heading for at, column in enumerate(self.columns) if at not in kept]

    def parts(self, room: int) -> Iterator["Part"]:
        """The heading and the rows, some at a time: Rich holds all that it prints at once."""
        kept = self.fitting(room)
        heading = self._line([column.heading for column in self.columns], kept, HEADING)
        lines = chain([heading], (self._line(row, kept, None) for row in self.rows))
        while some := list(chain.from_iterable(islice(lines, AT_ONCE))):
            yield Part(some)

    def _line(self, row: list[str], kept: list[int], style: Style | None) -> Iterator[Segment]:
        for at in kept:
            text = padded(row[at], self.needed[at], self.columns[at].right)
            last = at == kept[-1]
            yield Segment(text.rstrip() if last else text + GAP, style or LOUD.get(row[at]))
        yield Segment.line()


def no_colour(colour: str) -> bool:
    """Whether to leave colours out: asked for, or NO_COLOR is set."""
    return colour == "never" or (colour == "auto" and bool(os.environ.get("NO_COLOR")))


def draw(columns: tuple[Column, ...], rows: Iterable[list[str]], room: int, colour: str) -> Grid:
    """Print the table on stdout and hand it back, so that the footer can name what did not fit."""
    grid = Grid(columns, rows)
    broadest = grid.taken(grid.fitting(room))
    console = Console(
        width=max(room, broadest),
        color_system=None if no_colour(colour) else "auto",
        force_terminal=True if colour == "always" else None,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
    )
    for part in grid.parts(console.width):
        console.print(part, crop=False, overflow="ignore", no_wrap=True)
    return grid
