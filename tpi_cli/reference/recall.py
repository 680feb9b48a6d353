"""When a recall counts as upcoming, due, overdue or lapsed: `recall.csv`, days from the due date."""

from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import rows


class Threshold(NamedTuple):
    """A status and the number of days from the due date at which it begins."""

    threshold: str
    days: int
    words: str
    source: str
    sign_off: str
    revision: str


@cache
def thresholds() -> dict[str, Threshold]:
    """The shipped thresholds by status; a clinic's own value is a setting `recall.<status>`."""
    return {row["threshold"]: _read(row) for row in rows("recall")}


def _read(row: dict[str, str]) -> Threshold:
    days = int(row["days"])
    return Threshold(row["threshold"], days, row["words"], row["source"], row["sign_off"], row["revision"])
