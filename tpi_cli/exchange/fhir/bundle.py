"""A large Bundle taken apart as text while it is read, so that one entry at a time is made into objects and held.

JSON of 30 MB may be ten million objects; its text is only text. Marks within strings are no marks: a string is one
piece here, however long.
"""

import re
from collections.abc import Iterable, Iterator

_PIECES = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?P<end>"?)|[\[\]{}]', re.DOTALL)
_ENTRY = '"entry"'
_IN_ENTRIES = 2
"""How deep one is among the entries: in the Bundle, in its list."""
HOLE = "0"
"""What stands for a run of entries in what is left of the Bundle without them."""


class TooLarge(Exception):
    """An entry, or what is around the entries, is larger than one may be."""


class Cutter:
    """Cuts the entries out of a document that comes in parts, of which none may have more than `most` characters.

    What is no JSON is found when the entries are read, and at last the frame, with `holes` in its list.
    """

    def __init__(self, most: int) -> None:
        self.frame = ""
        self.holes = 0
        self._most = most
        self._held = ""
        self._at = 0
        self._begin: int | None = None
        self._done = 0
        self._gap = ""
        self._depth = 0
        self._last = ""
        self._inside = False

    def entries(self, parts: Iterable[str]) -> Iterator[str]:
        """The text of each object in the list `entry` of the outermost object. Raises TooLarge."""
        for part in parts:
            self._held += part
            yield from self._whole()
            self._let_go()
        self.frame += self._gap + self._held

    def _whole(self) -> Iterator[str]:
        """The entries that are whole by now."""
        for piece in _PIECES.finditer(self._held, self._at):
            mark = piece[0][0]
            if mark == '"' and not piece["end"]:  # the rest of the string, or its end, is still to come
                self._at = piece.start()
                return
            if mark == '"':
                self._last = piece[0] if self._depth == 1 else self._last
            elif mark in "{[":
                self._opened(piece.start())
            elif self._closed():
                yield self._entry(piece.end())
        self._at = len(self._held)

    def _entry(self, end: int) -> str:
        found = self._held[self._begin : end]
        if len(found) > self._most:
            raise TooLarge
        self._begin, self._done = None, end
        return found

    def _opened(self, at: int) -> None:
        self._inside = self._last == _ENTRY if self._depth == 1 else self._inside
        if self._depth == _IN_ENTRIES and self._inside:
            self._begin = at
            self._hole(self._gap + self._held[self._done : at])
        self._depth += 1

    def _hole(self, before: str) -> None:
        """Leave a hole for an entry, one for all that follow each other: a million need no room."""
        if before.strip() != "," or not self.frame.endswith(HOLE):
            self.frame += before + HOLE
            self.holes += 1
        self._gap = ""

    def _closed(self) -> bool:
        """Whether the mark ends an entry."""
        self._depth -= 1
        return self._depth == _IN_ENTRIES and self._begin is not None

    def _let_go(self) -> None:
        """Hold no more than the entry, or the string, that is not whole. Raises TooLarge."""
        if self._begin is None:
            self._gap += self._held[self._done : self._at]
            self._held, self._at, self._done = self._held[self._at :], 0, 0
        else:
            self._held, self._at = self._held[self._begin :], self._at - self._begin
            self._begin = self._done = 0
        if max(len(self._held), len(self.frame) + len(self._gap)) > self._most:
            raise TooLarge
