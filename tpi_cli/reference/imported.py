"""What another system's allergies, conditions and medications are here: `imported.csv`, codes and words.

A kind of alert is told by a code of the table, or by the words of `alerts.csv` and of the table. What is taken over
so is never sure: an alert made of it ends with `CONFIRM`.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from tpi_cli.reference import alerts
from tpi_cli.reference.tables import rows, several

What = Literal["allergy", "condition", "medication"]
Code = tuple[str, str]
"""A code system, by its URL or its usual name, and a code of it."""

CONFIRM = "imported, to be confirmed"
"""What the text of an alert ends with that nobody at the clinic asked the patient about."""
SYSTEMS = {
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "rxnorm": "rxnorm",
    "http://snomed.info/sct": "snomed",
    "snomed-ct": "snomed",
    "snomed": "snomed",
}
LASTING = (
    *("bleeding-disorder", "anticoagulant", "red-flag", "asthma-severe", "pregnancy", "breastfeeding", "diabetes"),
    *("heart-or-liver", "copd", "methaemoglobinaemia", "vasovagal", "needle-phobia", "neuromuscular"),
)
"""The kinds that a list of conditions tells. Infection and injury are of a day, and stay on such lists for years."""
TOLD_BY = {"condition": LASTING, "medication": ("anticoagulant",)}


class Row(NamedTuple):
    """A row of `imported.csv`: a code, or words, and the alert it is. No alert: with these words it is none."""

    what: str
    system: str
    code: str
    words: tuple[str, ...]
    alert: str


@cache
def table() -> tuple[Row, ...]:
    """Every row, in the order of the file."""
    return tuple(
        Row(row["what"], row["system"], row["code"], several(row["words"]), row["alert"]) for row in rows("imported")
    )


def alerts_of(text: str, codes: Iterable[Code], what: What) -> tuple[str, ...]:
    """Every kind of alert that an entry with this text and these codes is: `lidocaine / epinephrine` is two.

    An allergy nobody knows the group of is `allergy-other`; a condition or medication that matters to nobody is none.
    """
    known = [row for row in table() if row.what == what]
    coded = [row.alert for one in codes for row in known if row.code and _is(row, one)]
    if any(kind.endswith("-none") for kind in coded):
        return ("allergy-none",)
    worded = [kind for kind in _worded(text, known, what) if not coded or kind != "allergy-other"]
    return tuple(dict.fromkeys((*coded, *worded)))


def _is(row: Row, code: Code) -> bool:
    system, value = code
    return SYSTEMS.get(system.casefold()) == row.system and value == row.code


def _worded(text: str, known: list[Row], what: What) -> Iterator[str]:
    """What the words say; nothing where they say that it is not the patient's, or something else of that name."""
    said = [row.alert for row in known if alerts.holds(text, row.words)]
    if not text.strip() or "" in said:
        return
    yield from said
    if what == "allergy":
        yield from () if said else alerts.kinds_of_allergy(text)
    else:
        yield from alerts.told(text, TOLD_BY[what])
