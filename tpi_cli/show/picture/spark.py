"""Bars in a list: one for each of a row of scores, or one of hashes for a part of a limit; always with the number."""

from collections.abc import Sequence
from decimal import Decimal

BARS = "▁▂▃▄▅▆▇█"
MOST = 10
"""The worst pain there is."""
LENGTH = 10
"""Cells of a bar that is as long as its limit."""
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


def share(part: Decimal, *, bars: bool) -> str:
    """`####...... 40%`: a part of its limit; what is over it shows by its number, the bar is full."""
    percent = int(part * 100) if part <= 1 else int((part * 100).to_integral_value("ROUND_CEILING"))
    if not bars:
        return f"{percent}%"
    full = min(LENGTH, max(int(part * LENGTH), int(part > 0)))
    return f"{'#' * full}{'.' * (LENGTH - full)} {percent:>3}%"
