"""What a patient is told on paper, in plain words: `advice.csv`. Nothing is promised that no source bears out."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import rows

EXPECT, CALL, EMERGENCY = PARTS = ("expect", "call", "emergency")
"""What to expect; what to call the clinic for; what to get help for at once."""
ALWAYS = "always"


class Advice(NamedTuple):
    """A row: a sentence (`expect`) or a sign of trouble, for everybody or for who had an agent of that class."""

    advice: str
    part: str
    when: str
    text: str
    source: str
    sign_off: str
    revision: str


@cache
def _every() -> tuple[Advice, ...]:
    return tuple(Advice(**row) for row in rows("advice"))


def advice(part: str, classes: Iterable[str]) -> list[Advice]:
    """The rows of a part for who had agents of these classes, in the order of the file."""
    given = {ALWAYS, *classes}
    return [one for one in _every() if one.part == part and one.when in given]


def sign_offs() -> list[str]:
    """What the rows say about who signed them off, each once."""
    return sorted({one.sign_off for one in _every()})
