"""What can go wrong: `adverse.csv`, the types of adverse event."""

from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import key, rows, several


class Adverse(NamedTuple):
    """A row of `adverse.csv`: an id in kebab case, the words people read, and other words for it.

    `look` is whether one stays on the list until somebody has looked at it again.
    """

    type: str
    words: str
    aliases: tuple[str, ...]
    look: bool
    source: str
    sign_off: str
    revision: str


def _read(row: dict[str, str]) -> Adverse:
    text = {column: row[column] for column in Adverse._fields if column not in {"aliases", "look"}}
    return Adverse(aliases=several(row["aliases"]), look=row["look"] == "yes", **text)


@cache
def all_types() -> dict[str, Adverse]:
    """Every type of adverse event by id, in the order of the file."""
    return {row["type"]: _read(row) for row in rows("adverse")}


def by_name(text: str) -> Adverse | None:
    """The type of that id, words or alias; None for no type. Case, spacing, `_` and `-` do not count."""
    wanted = key(text)
    return next((one for one in all_types().values() if wanted in _names(one)), None)


def _names(one: Adverse) -> set[str]:
    """What the type answers to, as compared."""
    return {key(word) for word in (one.type, one.words, *one.aliases)}
