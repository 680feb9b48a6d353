"""A row of scores in a list: a bar each, and always the first and the last number beside them."""

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
MOST = 10
"""The worst pain there is."""
SHOWN = 8
"""The last so many scores."""


def words(scores: Sequence[int]) -> str:
    """`7 3 5 2`: the last scores."""
    return " ".join(map(str, scores[-SHOWN:]))


def drawn(scores: Sequence[int]) -> str:
    """`▆▃▅▂ 7 to 2`: the same as bars; one score is only a number."""
    told = scores[-SHOWN:]
    if len(told) < 2:
        return words(told)
    bars = "".join(BARS[round(score * (len(BARS) - 1) / MOST)] for score in told)
    return f"{bars} {told[0]} to {told[-1]}"
