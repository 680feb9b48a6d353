"""How the tables of these tests are read, and what every refusal owes its reader."""

import random
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from hypothesis import strategies as st

from tpi_cli.errors import Grammar

T = TypeVar("T")


def rows(table: str) -> list[tuple[str, ...]]:
    """The rows under the header of a table whose columns are parted by `|`."""
    lines = [line for line in table.splitlines() if line.strip()]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines[1:]]


def underlined(error: Grammar) -> str:
    """The words over the caret."""
    return error.text[error.at : error.at + error.width]


def refused(read: Callable[[str], object], typed: str, caret: str, words: str, hint: str) -> None:
    """The text is refused: caret under these words, message and hint holding these."""
    with pytest.raises(Grammar) as caught:
        read(typed)
    error = caught.value
    assert error.exit_code == 2
    assert (underlined(error), words in str(error), hint in error.hint) == (caret, True, True), (
        f"{typed!r}: {error} | {error.hint} | {underlined(error)!r}"
    )


def read_or_refused(read: Callable[[str], T], typed: str) -> T | None:
    """What was understood, or None after a refusal that holds the text and a caret within it."""
    try:
        return read(typed)
    except Grammar as error:
        refusal = error
    assert str(refusal), typed
    assert refusal.text == typed
    assert 0 <= refusal.at < refusal.at + refusal.width <= max(1, len(typed)), (typed, refusal.at)
    return None


def anything(pieces: list[str]) -> st.SearchStrategy[str]:
    """Any text at all, and texts made of the grammar's own pieces."""
    made = st.lists(st.sampled_from(pieces), max_size=12)
    return st.text(max_size=60) | made.map(" ".join) | made.map("".join)


def slips(valid: list[str]) -> st.SearchStrategy[str]:
    """Valid texts with a character lost, doubled, changed or put in."""

    def slip(drawn: tuple[str, int, str, str]) -> str:
        text, place, kind, extra = drawn
        at = place % (len(text) + 1)
        return {
            "lost": text[:at] + text[at + 1 :],
            "doubled": text[: at + 1] + text[at:],
            "changed": text[:at] + extra + text[at + 1 :],
            "put in": text[:at] + extra + text[at:],
        }[kind]

    kinds = st.sampled_from(["lost", "doubled", "changed", "put in"])
    extras = st.sampled_from(list(" ,+-.:%/0159xlrmepg\n\t\u0130\u0663{}\x1b")) | st.characters()
    return st.tuples(st.sampled_from(valid), st.integers(0, 200), kinds, extras).map(slip)


def noise(pieces: list[str], count: int, seed: int) -> Iterator[str]:
    """So many random texts, the same ones every time."""
    chance = random.Random(seed)
    for _ in range(count):
        size = chance.randrange(1, 14)
        glue = chance.choice(["", " ", " ", ", "])
        yield glue.join(chance.choice([*pieces, chr(chance.randrange(32, 0x2FFF))]) for _ in range(size))
