"""When a recall counts as upcoming, due, overdue or lapsed: `recall.csv`, days from the due date."""

from functools import cache

from tpi_cli.reference.tables import rows


class Threshold:
    """A status and the number of days from the due date at which it begins, with the row's words and source.

    Plain, as every start makes the class, and a named tuple is slow to make.
    """

    __slots__ = ("days", "revision", "sign_off", "source", "threshold", "words")

    def __init__(self, row: dict[str, str]) -> None:
        self.threshold, self.days, self.words = row["threshold"], int(row["days"]), row["words"]
        self.source, self.sign_off, self.revision = row["source"], row["sign_off"], row["revision"]


@cache
def thresholds() -> dict[str, Threshold]:
    """The shipped thresholds by status; a clinic's own value is a setting `recall.<status>`."""
    return {row["threshold"]: Threshold(row) for row in rows("recall")}
