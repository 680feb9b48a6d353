"""How a shipped table is read: a CSV file beside this one, as a spreadsheet opens it."""

import csv
import os
from functools import cache

_HERE = os.path.dirname(__file__)


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of `name`.csv in file order, each by column name; an empty cell is an empty string.

    Raises FileNotFoundError for a table that is not shipped. Every caller gets the same list: read it only.
    """
    header, *found = _cells(name)
    return [dict(zip(header, row, strict=True)) for row in found]


@cache
def column(name: str, wanted: str) -> dict[str, str]:
    """One column of `name`.csv by the table's first, for lists that show nothing else of it."""
    header, *found = _cells(name)
    place = header.index(wanted)
    return {row[0]: row[place] for row in found}


def _cells(name: str) -> list[list[str]]:
    with open(os.path.join(_HERE, f"{name}.csv"), encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def several(cell: str) -> tuple[str, ...]:
    """The values of a cell that holds several, joined by `|`; none for an empty cell."""
    return tuple(cell.split("|")) if cell else ()


def key(name: str) -> str:
    """What names are compared by: case, spacing, `_` and `-` do not count."""
    return " ".join(name.replace("_", " ").replace("-", " ").casefold().split())
