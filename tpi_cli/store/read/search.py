"""Patients found by what a caller says: part of a name, a number, or a name that sounds alike.

Of everybody on file only the names are gone through, which the engine reads out of their index; what else is shown
is read of those who are found.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.columns import OURS
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.people import Patient

ALIKE = 0.66
"""How like two names must be (0 to 1, difflib's ratio) to be offered as similar."""
AT_ONCE = 500
"""Names asked about in one query: engines take only so many values."""
FEWEST_DIGITS = 4
"""Of a telephone number that is looked for."""


class Match(NamedTuple):
    """A patient found; `similar` where the name is only like the text."""

    patient: Patient
    similar: bool = False


def search(db: Database, text: str, born: date | None) -> list[Match]:
    """Exact parts first; names that are only alike after them. `born` keeps those of that birth date."""
    words = identity.name_key(text).split()
    keys = _keys(db) if words else set()
    exact = _holding(keys, words)
    named = sorted(_called(db, exact), key=lambda one: (identity.name_key(one.name), one.number))
    found = {one.number: Match(one) for one in [*named, *_by_number(db, text, others=bool(named))]}
    for one in sorted(_called(db, _alike(keys - exact, words)), key=lambda one: one.number):
        found.setdefault(one.number, Match(one, similar=True))
    return [match for match in found.values() if born in {None, match.patient.born}]


def _keys(db: Database) -> set[str]:
    """Everybody's name as it is compared, in one text out of the engine: a row each would cost twice as much."""
    text = db.value("SELECT string_agg(name_key, :line) FROM patient", line="\n")
    return set((text or "").split("\n"))


def _holding(keys: set[str], words: list[str]) -> set[str]:
    """The names that every word is part of, with or without their spaces."""
    for word in words:
        keys = {key for key in keys if word in key or word in key.replace(" ", "")}
    return keys


def _called(db: Database, keys: Iterable[str]) -> Iterator[Patient]:
    left = iter(keys)
    while some := list(islice(left, AT_ONCE)):
        values = {f"key{at}": key for at, key in enumerate(some)}
        yield from people.chosen(db, f"name_key IN ({', '.join(f':{name}' for name in values)})", **values)


def _by_number(db: Database, text: str, *, others: bool) -> Iterator[Patient]:
    """By id, by mrn, or by the digits of a phone number.

    An mrn in capitals mixed otherwise than on file is gone looking for only where there are no `others`.
    """
    plain = text.strip()
    if not plain:
        return
    number = identity.read_patient(plain)
    if isinstance(number, int) and identity.patient(number) == plain.upper():
        yield from people.chosen(db, f"clinic_id {OURS} AND number = :number", number=number)
    mrns = {"mrn": plain, "capitals": plain.upper(), "small": plain.lower()}
    same = f"clinic_id {OURS} AND mrn IN (:mrn, :capitals, :small)"
    yield from people.chosen(db, same if others else "LOWER(mrn) = :small", **mrns)
    digits = identity.digits(text)
    if len(digits) >= FEWEST_DIGITS:
        yield from (one for one in people.chosen(db, "phone IS NOT NULL") if digits in identity.digits(one.phone))


def _alike(keys: set[str], words: list[str]) -> set[str]:
    """The names in which every word of the text is like some word of theirs."""
    for word in words:
        near = {part for part in set(" ".join(keys).split()) if _near(word, part)}
        keys = {key for key in keys if not near.isdisjoint(key.split())}
    return keys


def _near(word: str, part: str) -> bool:
    """Whether two words begin alike and are alike enough; that their lengths are is quickly seen."""
    if word[0] != part[0] or 2 * min(len(word), len(part)) < ALIKE * (len(word) + len(part)):
        return False
    from difflib import SequenceMatcher

    return SequenceMatcher(None, word, part).ratio() >= ALIKE
