"""A large Bundle taken apart as text, so that one entry at a time is made into objects and held.

JSON of 30 MB may be ten million objects; its text is only text. Marks within strings are no marks: a string is one
piece here, however long.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tpi_cli.errors import Usage

_PIECES = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)
_ENTRY = '"entry"'
_IN_ENTRIES = 2
"""How deep one is among the entries: in the Bundle, in its list."""
HOLE = "0"
"""What stands for an entry in what is left of the Bundle without them."""
MOST_ENTRIES = 100_000


class Split(NamedTuple):
    """The Bundle with a hole for each entry, and where in the text each of them stands."""

    frame: str
    spans: list[tuple[int, int]]


def split(text: str, name: str) -> Split:
    """Take a document apart. Raises Usage for too many entries; what is no JSON is found when the parts are read."""
    spans = list(_spans(text, name))
    starts, ends = [0, *(end for _, end in spans)], [*(start for start, _ in spans), len(text)]
    return Split(HOLE.join(text[start:end] for start, end in zip(starts, ends, strict=True)), spans)


def _spans(text: str, name: str) -> Iterator[tuple[int, int]]:
    """From where to where each object in the list `entry` of the outermost object goes."""
    depth, start, count, last, inside = 0, 0, 0, "", False
    for piece in _PIECES.finditer(text):
        mark = text[piece.start()]
        if mark == '"':
            last = text[piece.start() : piece.start() + len(_ENTRY)] if depth == 1 else last
        elif mark in "{[":
            inside = last == _ENTRY if depth == 1 else inside
            if depth == _IN_ENTRIES and inside:
                start = piece.start()
            depth += 1
        else:
            depth -= 1
            if depth == _IN_ENTRIES and inside:
                count += 1
                if count > MOST_ENTRIES:
                    raise Usage(f"{name} has more than {MOST_ENTRIES:,} entries", hint="export it as NDJSON")
                yield start, piece.end()
