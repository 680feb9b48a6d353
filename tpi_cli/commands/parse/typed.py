"""Words of a typed text and where they stand, so that a caret can be put under the one at fault."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tpi_cli.errors import Grammar

SHORT = 100
"""Characters a date, an interval, a pain score or a site may have."""

_SHOWN = 40
_WORD = re.compile(r"\S+")


class Word(NamedTuple):
    """A run of characters as typed, and the index of its first one."""

    text: str
    at: int

    @property
    def key(self) -> str:
        """Lower case: case never matters."""
        return self.text.lower()

    @property
    def end(self) -> int:
        """Index after the last character."""
        return self.at + len(self.text)

    def part(self, start: int, stop: int | None = None) -> "Word":
        """A piece of the word, still knowing where it stands."""
        return Word(self.text[start:stop], self.at + start)


def split(text: str, kind: str) -> tuple[Word, ...]:
    """The text cut at white space. Raises Grammar when there is nothing, or over `SHORT` characters."""
    bounded(text, kind, SHORT)
    return tuple(Word(match[0], match.start()) for match in _WORD.finditer(text))


def bounded(text: str, kind: str, limit: int) -> None:
    """Raises Grammar when there is nothing but white space, or more than `limit` characters."""
    if len(text) > limit:
        raise Grammar(
            f"{kind} has at most {limit:,} characters", text=text, at=limit, width=len(text) - limit, hint="shorten it"
        )
    if not text.strip():
        raise Grammar(f"{kind} is missing", text=text, hint="nothing was typed there")


def line(found: Iterable[Word]) -> str:
    """The words in lower case, one space between them."""
    return " ".join(word.key for word in found)


def shown(text: str) -> str:
    """Text in quotes for a message, cut where it would flood the line."""
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}...'"


def fault(text: str, message: str, hint: str, first: Word, last: Word | None = None) -> Grammar:
    """An error with its caret under the words from `first` to `last`."""
    end = (last or first).end
    return Grammar(message, text=text, at=first.at, width=end - first.at, hint=hint)


def nearest(word: str, known: Iterable[str]) -> str:
    """The known words a typing slip away as a hint (`did you mean tuesday?`), or nothing."""
    from difflib import get_close_matches

    return meant(get_close_matches(word.lower()[:_SHOWN], list(known), n=3, cutoff=0.7))


def meant(names: Iterable[str]) -> str:
    """`did you mean lidocaine or prilocaine?`, or nothing for no names."""
    names = list(names)
    return f"did you mean {either(names)}?" if names else ""


def either(names: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *head, last = names
    return f"{', '.join(head)} or {last}" if head else last
