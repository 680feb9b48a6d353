"""Short ids: what people say and type for a record whose real id is a UUID."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from tpi_cli.rules import base32

_PATIENT = r"(?:PT-?)?0*([1-9][0-9]{0,8})"
_CODE = r"(?:{}-)?([0-9A-Z]{{4,9}})"
_PT = "PT-"
LEAST_DIGITS = 4
LAST_PATIENT = 999_999_999
CODE_DIGITS = 3
REMEMBERED = 4096
"""Short ids that are kept once they are made."""
LAST_NUMBER = 1_000_000
"""A short id beyond this is taken for another system's number."""


class Mrn(NamedTuple):
    """A patient named by the number another system gave."""

    mrn: str


def patient(number: int) -> str:
    """`PT-0007` for 7."""
    return f"{_PT}{number:0{LEAST_DIGITS}d}"


def read_patient(text: str) -> int | Mrn | None:
    """What `PT-0007`, `pt-7`, `7` or `mrn:ABC123` names; None for anything else, such as a name."""
    if text[:4].lower() == "mrn:":
        return Mrn(text[4:]) if text[4:] else None
    match = re.fullmatch(_PATIENT, text.strip(), re.IGNORECASE)
    return int(match[1]) if match and text.isascii() else None


def beginning(text: str) -> Iterator[tuple[int, int]]:
    """The spans of numbers, first and last, of patients whose id begins so: 1 to 99 for `pt-00`."""
    typed = text.upper()
    if _PT.startswith(typed):
        yield 1, LAST_PATIENT
        return
    digits = typed.removeprefix(_PT)
    if typed.startswith(_PT) and digits.isascii() and digits.isdigit():
        longest = len(str(LAST_PATIENT))
        for width in range(max(LEAST_DIGITS, len(digits)), longest + 1 if digits[0] != "0" else LEAST_DIGITS + 1):
            yield int(digits.ljust(width, "0")), int(digits.ljust(width, "9"))


def session(number: int) -> str:
    """`S-01RJ` for a session."""
    return _coded("S", number)


def read_session(text: str) -> int | None:
    """The number behind `S-01RJ` (any case, the `S-` optional); None if it is no id or a mistyped one."""
    return _decoded("S", text)


def appointment(number: int) -> str:
    """`A-01RJ` for an appointment."""
    return _coded("A", number)


def read_appointment(text: str) -> int | None:
    """The number behind `A-01RJ` (any case, the `A-` needed); None if it is no id or a mistyped one."""
    return _decoded("A", text) if text.strip()[:2].upper() == "A-" else None


@lru_cache(maxsize=REMEMBERED)
def _coded(kind: str, number: int) -> str:
    """A kind of record, its number in base 32, and a last letter that catches a slip of the finger."""
    digits = base32.written(number, CODE_DIGITS)
    return f"{kind}-{digits}{_check(digits)}"


def _decoded(kind: str, text: str) -> int | None:
    match = re.fullmatch(_CODE.format(kind), text.strip(), re.IGNORECASE)
    if not match or not text.isascii():
        return None
    letters = base32.letters(match[1])
    digits, check = letters[:-1], letters[-1]
    if "U" in letters or _check(digits) != check:
        return None
    return base32.read(digits) or None


def _check(digits: str) -> str:
    """A letter that changes with every single letter of the digits: odd weights are invertible modulo 32."""
    total = sum((2 * place + 3) * base32.ALPHABET.index(letter) for place, letter in enumerate(reversed(digits)))
    return base32.ALPHABET[(total + 5) % len(base32.ALPHABET)]


def name_key(name: str) -> str:
    """What a search compares: no case, no accents, single spaces, no punctuation; vowel signs are kept."""
    import unicodedata

    bare = "".join(mark for mark in unicodedata.normalize("NFKD", name) if not unicodedata.combining(mark))
    letters = "".join(mark if mark.isalnum() or _is_sign(mark) else " " for mark in bare.casefold())
    return " ".join(letters.split())


PART_OF = "#"
"""Stands behind the source_id of a row of which several were made, before the number of each."""
NAMED = "\x1f"
"""Stands before and within what somebody without a number is known by: no text of a record holds it."""


def by_name(name: str, born: date | None) -> str:
    """What stands for an mrn where a file has none: the name but for capitals and blanks, and the birth date."""
    return f"{NAMED}{' '.join(name.casefold().split())}{NAMED}{born or ''}"


def read_name(text: str) -> tuple[str, date | None] | None:
    """The name, as it is compared, and the birth date; None for an mrn."""
    if not text.startswith(NAMED):
        return None
    _, name, born = text.split(NAMED)
    return name, date.fromisoformat(born) if born else None


def digits(text: str | None) -> str:
    """A telephone number as it is compared: its digits."""
    return "".join(mark for mark in text or "" if mark.isdigit())


def _is_sign(mark: str) -> bool:
    """A mark that is part of the word, as the vowels of Devanagari and Thai are."""
    import unicodedata

    return unicodedata.category(mark).startswith("M")
