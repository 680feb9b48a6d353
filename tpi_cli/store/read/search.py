"""Patients found by what a caller says: part of a name, a number, or a name that sounds alike."""

from datetime import date
from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.database import Database
from tpi_cli.store.read.people import Patient, named, patients

ALIKE = 0.66
"""How like two names must be (0 to 1, difflib's ratio) to be offered as similar."""


class Match(NamedTuple):
    """A patient found; `similar` where the name is only like the text."""

    patient: Patient
    similar: bool = False


def search(db: Database, text: str, born: date | None) -> list[Match]:
    """Exact parts first; names that are only alike after them. `born` keeps those of that birth date."""
    found = {one.number: Match(one) for one in [*named(db, text), *_by_number(db, text)]}
    words = identity.name_key(text).split()
    for one in patients(db):
        if one.number not in found and words and _alike(words, identity.name_key(one.name).split()):
            found[one.number] = Match(one, similar=True)
    return [match for match in found.values() if born in {None, match.patient.born}]


def _by_number(db: Database, text: str) -> list[Patient]:
    """By mrn, or by the digits of a phone number, four at least."""
    digits = identity.digits(text)
    plain = text.strip().lower()
    return [
        one
        for one in patients(db)
        if (plain and plain in {(one.mrn or "").lower(), one.code.lower()})
        or (len(digits) >= 4 and digits in identity.digits(one.phone))
    ]


def _alike(wanted: list[str], name: list[str]) -> bool:
    """Every word of the text is like some word of the name."""
    from difflib import SequenceMatcher

    return all(
        any(word[0] == part[0] and SequenceMatcher(None, word, part).ratio() >= ALIKE for part in name)
        for word in wanted
    )
