"""Words that stand nowhere else, and whatever they are found in: what was said, and files in every spelling."""

import base64
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

PREFIX = "Zq7Kitewings"
"""How every canary begins: nothing else does. So long that random bytes do not spell it in base64."""
OFFICE = 0
"""Whose the clinic's own words are: its name, its rules, payers and agents."""
STAFF = frozenset({"code", "voidcode", "csvcode"})
"""Fields of a patient's records that name somebody of the clinic: the initials of who treated."""
_WORD = re.compile(PREFIX.lower() + "([a-z]+)([0-9])x")


class Word(NamedTuple):
    """A canary: the field it stands in, and the patient's number (0: the clinic's own)."""

    field: str
    who: int

    def __str__(self) -> str:
        return f"{PREFIX}{self.field}{self.who}x"

    @property
    def of_a_patient(self) -> bool:
        return self.who != OFFICE and self.field not in STAFF


def word(field: str, who: int) -> str:
    """What stands in a field of somebody's."""
    return str(Word(field.replace("-", ""), who))


def words(text: str) -> set[Word]:
    """The canaries in a text, however their letters are cased."""
    return {Word(field, int(who)) for field, who in _WORD.findall(text.casefold())}


def patients_words(text: str) -> set[Word]:
    """Those of them that are a patient's."""
    return {one for one in words(text) if one.of_a_patient}


# --- in files


@cache
def _needles() -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
    """The prefix in every spelling: those without regard to case, in small letters; and base64, which regards it."""
    small = PREFIX.lower()
    folded = [("UTF-16", small.encode("utf-16-le")), ("UTF-16", small.encode("utf-16-be"))]
    cased = [PREFIX, small, PREFIX.upper()]
    folded += [("hex", one.encode().hex().encode()) for one in cased]
    return folded, [("base64", part) for one in cased for part in _in_base64(one.encode())]


def _in_base64(text: bytes) -> Iterator[bytes]:
    """The letters that base64 has for a text wherever it begins, without those it shares with what stands beside."""
    for before in range(3):
        skipped = -before % 3
        whole = text[skipped : len(text) - (len(text) - skipped) % 3]
        yield base64.b64encode(whole)


def in_bytes(data: bytes) -> set[str]:
    """The canaries of patients in some bytes, and how they are spelled there; in other spellings, whosever."""
    small = data.lower()
    folded, exact = _needles()
    found = {form for form, needle in folded if needle in small} | {form for form, needle in exact if needle in data}
    out = {f"something of {PREFIX} in {form}" for form in found}
    if PREFIX.lower().encode() in small:
        out |= {f"{one} in UTF-8" for one in patients_words(small.decode("latin-1"))}
    return out


class Search:
    """A search through folders that reads no file twice unless it changed."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, int]] = {}
        self.files = 0

    def through(self, folder: Path, spared: tuple[str, ...] = ()) -> Iterator[str]:
        """What is found in the files below a folder and in their names; those that begin like `spared` are left out."""
        for path in sorted(folder.rglob("*")):
            name = str(path.relative_to(folder))
            for one in patients_words(name):
                yield f"{one} in the name of a file"
            if path.is_file() and not path.is_symlink() and not name.startswith(spared):
                yield from (f"{what}, in {name}" for what in self._in(path))

    def _in(self, path: Path) -> set[str]:
        stat = path.stat()
        state = (stat.st_size, stat.st_mtime_ns)
        if self._read.get(str(path)) == state:
            return set()
        self._read[str(path)] = state
        self.files += 1
        return in_bytes(path.read_bytes())
