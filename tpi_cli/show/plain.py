"""Aligned columns at their natural width: never boxed, never wrapped, never cut."""

from collections.abc import Iterable, Iterator

GAP = "  "


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


def widths(table: Iterable[list[str]]) -> list[int]:
    """The width each column needs."""
    return [max(map(width, column)) for column in zip(*table, strict=True)]


def padded(text: str, wanted: int, right: bool) -> str:
    """The text filled up with spaces to a width in cells."""
    space = " " * (wanted - width(text))
    return space + text if right else text + space


def lines(headings: list[str], rows: list[list[str]], right: list[bool]) -> Iterator[str]:
    """The table, line by line, without spaces at the ends."""
    table = [headings, *rows]
    needed = widths(table)
    for row in table:
        yield GAP.join(map(padded, row, needed, right)).rstrip()
