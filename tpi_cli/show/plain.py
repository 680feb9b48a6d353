"""Aligned columns at their natural width: never boxed, never wrapped, never cut."""

from collections.abc import Iterable, Iterator
from itertools import chain

from tpi_cli.store.spool import Spool

GAP = "  "
BETWEEN = "\x1f"
"""Stands between the cells that are set aside: cleaned text has no control character in it."""


def width(text: str) -> int:
    """How many cells a text takes in a terminal."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(_cell(mark, unicodedata.category(mark), unicodedata.east_asian_width(mark)) for mark in text)


def _cell(mark: str, category: str, east_asian: str) -> int:
    """Marks set over or under a letter take no cell of their own, nor do a Hangul syllable's later parts."""
    if category in {"Mn", "Me", "Cf"} or "\u1160" <= mark <= "\u11ff":
        return 0
    return 2 if east_asian in "WF" else 1


class Laid:
    """Rows of cells, set aside while the columns are measured; `needed` is the width each column needs, heading and
    all. However long the list, only a part of it is held in memory."""

    def __init__(self, headings: list[str], rows: Iterable[list[str]]) -> None:
        self.needed = list(map(width, headings))
        self._lines = Spool()
        for row in rows:
            self.needed = list(map(max, self.needed, map(width, row)))
            self._lines.add(BETWEEN.join(row))

    def __iter__(self) -> Iterator[list[str]]:
        return (line.split(BETWEEN) for line in self._lines)


def padded(text: str, wanted: int, right: bool) -> str:
    """The text filled up with spaces to a width in cells."""
    space = " " * (wanted - width(text))
    return space + text if right else text + space


def lines(headings: list[str], rows: Iterable[list[str]], right: list[bool]) -> Iterator[str]:
    """The table, line by line, without spaces at the ends."""
    laid = Laid(headings, rows)
    for row in chain([headings], laid):
        yield GAP.join(map(padded, row, laid.needed, right)).rstrip()
