"""What another system's allergies, conditions and medications are here: `imported.csv`, codes and words.

A kind of alert is told by a code of the table, or by the words of `alerts.csv` and of the table. What is taken over
so is never sure: an alert made of it ends with `CONFIRM`.
"""

import re
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


ALL = "all"
SURE = "bleeding-disorder"
"""What no phrase beside it rules out: to overlook it is worse than to ask."""
DRUGS_ONLY = "none-of-drugs"
"""The row of answers to the question about drugs alone, which tell nothing of latex or food."""
_CLAUSE = re.compile(r"[,;.]|\b(?:and|but|with|without)\b", re.IGNORECASE)
"""Where what is said of one thing ends."""
_BRACKETS = str.maketrans("()[]", ",,,,")
"""So it does at brackets, but for an allergy's, where `(situation)` would be a substance."""


class Row(NamedTuple):
    """A row of `imported.csv`: a code, or words, and the alert it is; or which alerts (or `ALL`) the words rule out."""

    row: str
    what: str
    system: str
    code: str
    words: tuple[str, ...]
    alert: str
    rules_out: tuple[str, ...]

    def denies(self, kind: str) -> bool:
        """Whether the words, beside others that tell an alert of that kind, say that it is none."""
        return kind != SURE and (kind in self.rules_out or ALL in self.rules_out)


@cache
def table() -> tuple[Row, ...]:
    """Every row, in the order of the file."""
    return tuple(map(_read, rows("imported")))


def _read(row: dict[str, str]) -> Row:
    told = (row["row"], row["what"], row["system"], row["code"], several(row["words"]), row["alert"])
    return Row(*told, several(row["rules_out"]))


def about_drugs_only(text: str) -> bool:
    """Whether a text says that there is no allergy to a drug, and no more."""
    return any(row.row == DRUGS_ONLY and alerts.holds(text, row.words) for row in table())


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
    """What the words say, clause by clause: not what a clause says is not the patient's, or another thing."""
    denying = [row for row in known if row.rules_out and alerts.holds(text, row.words)]
    clauses = _CLAUSE.split(text if what == "allergy" else text.translate(_BRACKETS)) if denying else [text]
    left = [one for one in clauses if one.strip() and not (what == "allergy" and _is_denied(one, denying))]
    if what == "allergy":
        yield from _of_allergy(", ".join(left), known)
        return
    for clause in left:
        denied = [row for row in denying if alerts.holds(clause, row.words)]
        yield from (kind for kind in _said(clause, known, what) if not any(row.denies(kind) for row in denied))


def _is_denied(clause: str, denying: list[Row]) -> bool:
    return any(alerts.holds(clause, row.words) for row in denying)


def _of_allergy(text: str, known: list[Row]) -> Iterator[str]:
    said = [row.alert for row in known if row.alert and alerts.holds(text, row.words)]
    if text.strip():
        yield from said or alerts.kinds_of_allergy(text)


def _said(text: str, known: list[Row], what: What) -> Iterator[str]:
    """What the words of a text tell."""
    yield from (row.alert for row in known if row.alert and alerts.holds(text, row.words))
    yield from alerts.told(text, TOLD_BY[what])
