"""What a value must be to be written down at all. Returns what is wrong, or None: the caller says it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

LONGEST_NAME = 200
LONGEST_TEXT = 4000
OLDEST_YEARS = 130
"""Years: nobody is known to have lived longer."""


def text(value: str, longest: int = LONGEST_TEXT) -> str | None:
    """Text that can be stored and shown: no NUL, no halves of a character, not too long."""
    if "\x00" in value:
        return "holds a NUL character"
    if not value.isascii() and any("\ud800" <= mark <= "\udfff" for mark in value):
        return "is not valid UTF-8"
    return f"is longer than {longest} characters" if len(value) > longest else None


def plain_texts(values: Iterable[str]) -> bool:
    """Whether nothing can be wrong with any of these: short, of plain characters; what is not may be right all the
    same."""
    joined = "".join(values)
    return len(joined) <= LONGEST_NAME and joined.isascii() and "\x00" not in joined


def name(value: str) -> str | None:
    """A person's name: at least one letter."""
    if not any(mark.isalpha() for mark in value):
        return "has no letter in it"
    return text(value, LONGEST_NAME)


def born(value: date, today: date) -> str | None:
    """A birth date: not ahead, not beyond a human life."""
    if value > today:
        return "is in the future"
    return f"is more than {OLDEST_YEARS} years ago" if today.year - value.year > OLDEST_YEARS else None


def happened(value: date, today: date, since: date) -> str | None:
    """A day something happened to a person born on `since`: not ahead, not before the birth."""
    if value > today:
        return "is in the future"
    return "is before the birth date" if value < since else None


def weight(kilograms: Decimal) -> str | None:
    """A body weight in kg, within what the store takes."""
    return None if Decimal("0.2") <= kilograms <= Decimal(700) else "is no body weight in kg"


def height(centimetres: Decimal) -> str | None:
    """A body height in cm, within what the store takes."""
    return None if Decimal(20) <= centimetres <= Decimal(300) else "is no body height in cm"


def reason(value: str) -> str | None:
    """Why something was done: words, not a mark to get past the question."""
    if not any(mark.isalnum() for mark in value):
        return "has no word in it"
    return text(value)
