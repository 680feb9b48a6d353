"""From how much relief a treatment counts as answered: `responders.csv`, relief in percent of the pain before."""

from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import rows


class Responder(NamedTuple):
    """A row: the least relief in percent, what it is called, and where it comes from."""

    responder: str
    percent: Decimal
    words: str
    source: str
    sign_off: str
    revision: str


@cache
def responders() -> tuple[Responder, ...]:
    """Every shipped row, the least relief first."""
    found = (Responder(**{**row, "percent": Decimal(row["percent"])}) for row in rows("responders"))  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda one: one.percent))
