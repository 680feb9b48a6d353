"""An item list cut into words, numbers and signs, and the place a reader has come to in it."""

import re

from tpi_cli.commands.parse.typed import Word, bounded, fault
from tpi_cli.errors import Grammar

LIMIT = 4_000
"""Characters an item list may have."""

NAME_WORDS = 12
"""Words looked at for one name: more than any muscle or drug has."""

_TOKEN = re.compile(
    r"[0-9]+-[A-Za-z][^\s,+%]*"  # a drug: 2-chloroprocaine
    r"|[-\u2212]?\.?[0-9](?:[0-9.,:]*[0-9])?"  # a number, right or wrong: 1 .5 1,5 1:200000 -1
    r"|[,+%]"
    r"|[^\s,+%]+"
)
_NUMBER = re.compile(r"[-\u2212]?\.?[0-9][0-9.,:]*")
_FIGURES = 20
"""Characters a number may have."""

_STOPS = frozenset((",", "+", "%", "each", "total", "dry", "epi"))


class Tokens:
    """A text and how far it has been read."""

    def __init__(self, text: str) -> None:
        """Raises Grammar for an empty text, one over `LIMIT` characters, and an endless number."""
        bounded(text, "the list of injections", LIMIT)
        self.text = text
        self._all = tuple(Word(match[0], match.start()) for match in _TOKEN.finditer(text))
        self._next = 0
        for token in self._all:
            if len(token.text) > _FIGURES and is_number(token):
                raise self.fault("a number this long is a slip", "check the number", token)

    def peek(self, ahead: int = 0) -> Word | None:
        """The next token, or the one so many after it; None past the end."""
        place = self._next + ahead
        return self._all[place] if place < len(self._all) else None

    def take(self) -> Word:
        """The next token, read."""
        self._next += 1
        return self._all[self._next - 1]

    def skip(self, count: int) -> None:
        """Pass over so many tokens, as read."""
        self._next += count

    def take_if(self, *keys: str) -> Word | None:
        """The next token if it is one of these, read."""
        token = self.peek()
        return self.take() if token and token.key in keys else None

    def number_next(self) -> bool:
        """Whether a number follows."""
        token = self.peek()
        return token is not None and is_number(token)

    def name(self) -> tuple[Word, ...]:
        """The words up to a number, a sign, `each`, `total`, `dry`, `epi` or the end; not yet read."""
        words: list[Word] = []
        token = self.peek()
        while token and not is_number(token) and token.key not in _STOPS and len(words) < NAME_WORDS:
            words.append(token)
            token = self.peek(len(words))
        return tuple(words)

    def last(self) -> Word:
        """The token read last, the first one before any was."""
        return self._all[max(0, self._next - 1)]

    def fault(self, message: str, hint: str, first: Word, last: Word | None = None) -> Grammar:
        """An error with its caret under the tokens from `first` to `last`."""
        return fault(self.text, message, hint, first, last)


def is_number(token: Word) -> bool:
    """Whether the token starts like a number; whether it is one is for `quantities` to say."""
    return _NUMBER.fullmatch(token.text) is not None
