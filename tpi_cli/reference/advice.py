"""What a patient is told on paper, in plain words: `advice.csv`. Nothing is promised that no source bears out."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import rows

EXPECT, CALL, EMERGENCY = PARTS = ("expect", "call", "emergency")
"""What to expect; what to call the clinic for; what to get help for at once."""
ALWAYS = "always"
NEAR_LUNG = "near_lung"
"""A session at a muscle whose row grades its risk of pneumothorax `GRADES`."""
GRADES = frozenset({"moderate", "high"})


class Advice(NamedTuple):
    """A row: a sentence (`expect`) or a sign of trouble.

    `when` is always, near_lung, a class of agents or a kind of alert; `days` is how long after such an agent it is
    still told, 0 for the day of the session alone.
    """

    advice: str
    part: str
    when: str
    days: int
    text: str
    source: str
    sign_off: str
    revision: str


@cache
def every() -> tuple[Advice, ...]:
    """Every shipped row."""
    return tuple(Advice(**{**row, "days": int(row["days"] or 0)}) for row in rows("advice"))  # type: ignore[arg-type]


def advice(part: str, ago: Mapping[str, int]) -> list[Advice]:
    """The rows of a part, in the order of the file; `ago` says how many days before the last session each class of
    agents was given last. An alert that is open has 0."""
    told = {ALWAYS: 0, **ago}
    return [one for one in every() if one.part == part and one.when in told and told[one.when] <= one.days]


def longest() -> int:
    """For how many days after a session there is anything to expect of it."""
    return max(one.days for one in every() if one.part == EXPECT)


def sign_offs() -> list[str]:
    """What the rows say about who signed them off, each once."""
    return sorted({one.sign_off for one in every()})
