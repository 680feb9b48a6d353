"""What to look out for in a patient: `alerts.csv`, the kinds of alert and the words that tell them."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import key, rows, several

ALLERGY = "allergy-"
BLEEDING = ("bleeding-disorder", "anticoagulant")
LOCAL_ANAESTHETICS = frozenset({"allergy-amide", "allergy-ester"})
ANY_LOCAL_ANAESTHETIC = "allergy-local-anaesthetic"


class Alert(NamedTuple):
    """A row of `alerts.csv`: `flag` is what the list shows, `words` what people read.

    An answer of none has no flag. `matches` are words and phrases that tell the kind in free
    text, as compared; `*` stands for any beginning of a word. `source` is ids of `sources.csv` joined by `|`.
    """

    kind: str
    flag: str
    words: str
    matches: tuple[str, ...]
    source: str
    sign_off: str
    revision: str


def _read(row: dict[str, str]) -> Alert:
    text = {column: row[column] for column in Alert._fields if column != "matches"}
    return Alert(matches=several(row["matches"]), **text)


@cache
def all_alerts() -> dict[str, Alert]:
    """Every kind of alert, in the order of the file, which is the order they are shown in."""
    return {row["kind"]: _read(row) for row in rows("alerts")}


def by_name(text: str) -> Alert | None:
    """The alert of that kind, or one that goes by that word (`pregnant`); None for neither.

    Case, spacing, `_` and `-` do not count. Allergy, bleeding and anticoagulant go by their kind alone: a
    drug's name could be either.
    """
    wanted = key(text)
    return next((one for one in all_alerts().values() if wanted in _names(one)), None)


def _names(one: Alert) -> set[str]:
    """What the alert answers to, as compared."""
    by_kind = not one.flag or one.kind.startswith(ALLERGY) or one.kind in BLEEDING
    return {key(one.kind), key(one.words)}.union(() if by_kind else one.matches)


def _spelt(text: str) -> str:
    """The words of free text in lower case, one blank apart, without punctuation."""
    return " ".join("".join(sign if sign.isalnum() else " " for sign in text.casefold()).split())


def _tells(match: str, spelt: str) -> bool:
    """Whether the text holds the word or phrase; a part of a word is none."""
    if match.startswith("*"):
        return any(word.endswith(match[1:]) for word in spelt.split())
    return f" {match} " in f" {spelt} "


def holds(text: str, phrases: Iterable[str]) -> bool:
    """Whether a free text holds one of the words or phrases."""
    spelt = _spelt(text)
    return any(_tells(one, spelt) for one in phrases)


def told(text: str, kinds: Iterable[str]) -> Iterator[str]:
    """The kinds among these that a free text tells by their words, in the order given."""
    spelt = _spelt(text)
    for kind in kinds:
        if any(_tells(match, spelt) for match in all_alerts()[kind].matches):
            yield kind


def _is_none(text: str, kind: str) -> bool:
    """Whether the text as a whole says that there is none."""
    return _spelt(text) in all_alerts()[kind].matches


def kinds_of_allergy(text: str) -> tuple[str, ...]:
    """Every allergy kind a free text tells, never empty: `lidocaine and aspirin` is two.

    `allergy-none` only when the whole text says so; `allergy-other` when no word is known. A local
    anaesthetic whose class is known is not also one of unknown class.
    """
    if _is_none(text, "allergy-none"):
        return ("allergy-none",)
    classes = [kind for kind in all_alerts() if kind.startswith(ALLERGY) and kind != "allergy-none"]
    found = list(told(text, classes))
    if ANY_LOCAL_ANAESTHETIC in found and LOCAL_ANAESTHETICS.intersection(found):
        found.remove(ANY_LOCAL_ANAESTHETIC)
    return tuple(found) or ("allergy-other",)


CLASS_WORDS = frozenset(
    ["anticoagulant", "anticoagulants", "anticoagulated", "anticoagulation", "antiplatelet", "antiplatelets",
     "blood thinner", "blood thinners", "doac", "noac"]
)  # fmt: skip
"""Words for what a drug does, which name none."""


def drugs(text: str | None) -> int:
    """How many drugs that thin the blood a text names, at least one; a brand in brackets is not one more."""
    spelt = _spelt(re.sub(r"\([^)]*\)", " ", text or ""))
    named = [word for word in all_alerts()["anticoagulant"].matches if word not in CLASS_WORDS and _tells(word, spelt)]
    whole = [word for word in named if not any(word != other and word in other for other in named)]
    return max(1, len(whole))


def kinds_of_bleeding(text: str) -> tuple[str, ...]:
    """What an answer to the bleeding question tells, never empty: `haemophilia, on aspirin` is two.

    `bleeding-none` only when the whole text says so; words that are not known are a bleeding disorder,
    the stricter of the two.
    """
    if _is_none(text, "bleeding-none"):
        return ("bleeding-none",)
    return tuple(told(text, BLEEDING)) or ("bleeding-disorder",)
