"""The table a terminal gets: our own columns, measured once, however long the list, in the colours that Typer writes.

Rich would do it too; loading it takes as long as a short list itself.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

from typer import style

from tpi_cli.show.colours import HEADING, Look
from tpi_cli.show.plain import GAP, Laid, padded
from tpi_cli.show.report import Column

AT_ONCE = 256
"""Lines that are printed at a time."""
COLOURLESS = frozenset(["", "dumb", "unknown"])
"""Terminals (TERM) that would show the codes of a colour as they are."""


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

    def lines(self, room: int, *, coloured: bool) -> Iterator[str]:
        """The heading and the rows, each with its line feed."""
        kept = self.fitting(room)
        yield self._line([column.heading for column in self.columns], kept, HEADING if coloured else None)
        for row in self.rows:
            yield self._line(row, kept, {} if coloured else None)

    def _line(self, row: list[str], kept: list[int], look: Look | None) -> str:
        """A line in one look; in none (empty) loud words have their own, None leaves all codes out."""
        texts = []
        for at in kept:
            text = padded(row[at], self.needed[at], self.columns[at].right)
            text = text.rstrip() if at == kept[-1] else text
            own = look or self.columns[at].look(row[at]) if look is not None else None
            texts.append(style(text, **own) if own else text)
        return GAP.join(texts) + "\n"


def no_colour(colour: str) -> bool:
    """Whether to leave colours out: asked for, or NO_COLOR is set."""
    return colour == "never" or (colour == "auto" and bool(os.environ.get("NO_COLOR")))


def coloured(colour: str) -> bool:
    """Whether what goes to stdout is to be in colour."""
    shows = sys.stdout.isatty() and os.environ.get("TERM", "").lower() not in COLOURLESS
    return colour == "always" or (shows and not no_colour(colour))


def draw(columns: tuple[Column, ...], rows: Iterable[list[str]], room: int, colour: str) -> Grid:
    """Print the table on stdout and hand it back, so that the footer can name what did not fit."""
    grid = Grid(columns, rows)
    broadest = grid.taken(grid.fitting(room))
    lines = grid.lines(max(room, broadest), coloured=coloured(colour))
    while some := "".join(islice(lines, AT_ONCE)):
        sys.stdout.write(some)
    return grid
