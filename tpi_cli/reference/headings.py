"""What columns are called in other people's tables: `headings.csv`, our field and the words that mean it."""

from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import rows, several


class Heading(NamedTuple):
    """A row of `headings.csv`: a field of one kind of table.

    `needed` cannot be left out. A field that is not `csv` is no column of our own files: only a map names it.
    """

    kind: str
    field: str
    needed: bool
    csv: bool
    words: tuple[str, ...]


@cache
def all_headings() -> dict[str, dict[str, Heading]]:
    """Every field by kind and name, in the order of the file, which is that of the columns."""
    out: dict[str, dict[str, Heading]] = {}
    for row in rows("headings"):
        one = Heading(row["kind"], row["field"], row["needed"] == "yes", row["csv"] == "yes", several(row["words"]))
        out.setdefault(one.kind, {})[one.field] = one
    return out


def fold(name: str) -> str:
    """What headings are compared by: letters and figures alone, in lower case (`Muscle inj.` is `muscleinj`)."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


@cache
def _index(kind: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for one in all_headings()[kind].values():
        out.update({fold(word): one.field for word in (one.field, *one.words)})
    return out


def field(kind: str, heading: str) -> str | None:
    """The field of that kind which a heading means by its name or a word for it, None where nobody knows."""
    return _index(kind).get(fold(heading))
