"""How the call list works: `contact.csv`, the days off the list after a call, and when to give up."""

from functools import cache
from typing import TYPE_CHECKING

from tpi_cli.reference.tables import rows

if TYPE_CHECKING:
    from tpi_cli.rules.contact import Tries


class Number:
    """A row of `contact.csv`, with its words and source. Plain, as every start makes the class."""

    __slots__ = ("name", "number", "sign_off", "source", "words")

    def __init__(self, row: dict[str, str]) -> None:
        self.name, self.number, self.words = row["name"], int(row["number"]), row["words"]
        self.source, self.sign_off = row["source"], row["sign_off"]


@cache
def numbers() -> dict[str, Number]:
    """Every number of the call list by name, in the order of the file."""
    return {row["name"]: Number(row) for row in rows("contact")}


def waits() -> dict[str, Number]:
    """The days off the list by the result of a call; a clinic's own are settings `call.<result>`."""
    return {name: row for name, row in numbers().items() if name not in {"attempts", "channels"}}


def tries() -> "Tries":
    """When a patient counts as unreachable."""
    from tpi_cli.rules.contact import Tries

    attempts, channels = numbers()["attempts"], numbers()["channels"]
    return Tries(attempts.number, channels.number, attempts.source)
