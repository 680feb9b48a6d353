"""One field of a row read: a day, a number, one of some words. What is wrong is raised as a Fault of its column."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from tpi_cli.reference import measures, muscles
from tpi_cli.rules import checks, identity

SIDES = {"l": "L", "r": "R", "mid": "mid"}
YES_OR_NO = {"": None, "yes": True, "no": False, "y": True, "n": False}
_ANSWERS = {word: {None: "", True: "yes", False: "no"}[value] for word, value in YES_OR_NO.items()}
REMEMBERED = 4096
"""Fields that are kept once they are read: days, scores and doses come again and again."""
LARGEST = 1000
"""mL, mg or mg/mL: the same as where injections are typed."""

LONGEST_SHOWN = 60
"""Characters of a field that a refusal repeats."""

MAPS = "tpi help import-map"
_OTHER_DAY = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2,4}")
"""A day as clinics write it, of which nobody else can say which part is the month."""
_NUMBER = r"(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{1,4})?"
"""Of twenty figures at most, as has what is typed: Python itself stops at 4,300, with an error of its own."""
_WHOLE = r"[0-9]{1,20}"
_SCORE = re.compile(r"[0-9]{1,2}(?:\.0+| */ *10| out of 10)", re.ASCII)
"""7/10 or 7.0: a score of pain, once a map says so."""


class Fault(Exception):
    """What is wrong with one column of one row, and (`more`, by column) what else is wrong with the same row."""

    def __init__(self, column: str, what: str, *more: tuple[str, str]) -> None:
        super().__init__("; ".join((what, *(f"{name}: {text}" for name, text in more))))
        self.column = column
        self.parts = ((column, what), *more)


class Gathered:
    """What is wrong with one row, gathered while it is read, so that all of it is told at once."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str], None] = {}

    def __call__(self, read: Callable[..., Any], *given: Any) -> Any:
        """What reading answers; None where it raised a Fault, which is kept."""
        try:
            return read(*given)
        except Fault as fault:
            self._parts.update(dict.fromkeys(fault.parts))
            return None

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Each thing that is wrong, by its column."""
        return tuple(self._parts)

    def done(self) -> None:
        """Raises Fault where anything was wrong."""
        if self._parts:
            raise together(self.parts)


def together(parts: tuple[tuple[str, str], ...]) -> Fault:
    """One fault of all that is wrong."""
    (column, what), *more = parts
    return Fault(column, what, *more)


def sound(column: str, what: str | None) -> None:
    """Raises Fault where a check found something wrong."""
    if what:
        raise Fault(column, what)


def shown(text: str) -> str:
    """A field in quotes, for a refusal; cut where it would flood the line."""
    return repr(text) if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]!r}..."


def needed(row: Mapping[str, str], column: str) -> str:
    """The text of a field that must not be empty. Raises Fault."""
    if not row.get(column):
        raise Fault(column, "is empty")
    return row[column]


def whom(row: Mapping[str, str]) -> str:
    """By what a row's patient is known: the mrn, or name and birth date where a map says so. Raises Fault."""
    if row.get("mrn") or not row.get("name"):
        return needed(row, "mrn")
    born = iso(row["born"], "born") if row.get("born") else None
    return identity.by_name(row["name"], born)


def day(row: Mapping[str, str], column: str) -> date:
    """The day in a field that must have one. Raises Fault."""
    return iso(needed(row, column), column)


def past(row: Mapping[str, str], column: str, today: date) -> date:
    """The day something happened. Raises Fault for one ahead."""
    found = day(row, column)
    sound(column, "is in the future" if found > today else None)
    return found


@lru_cache(maxsize=REMEMBERED)
def iso(text: str, column: str) -> date:
    """A day as `2026-01-31` and in no other form. Raises Fault."""
    try:
        found = date.fromisoformat(text)
        if found.isoformat() != text:  # 20260131 and 2026-W05-6 are ISO too
            raise ValueError
        return found
    except ValueError:
        other = f", or say in a map how days are written ({MAPS})" if _OTHER_DAY.fullmatch(text) else ""
        raise Fault(column, f"{shown(text)} is no day of the calendar: write 2026-01-31{other}") from None


def decimal(row: Mapping[str, str], column: str) -> Decimal | None:
    """The positive number in a field, None where it is empty. Raises Fault."""
    text = row.get(column)
    return number(text, column) if text else None


def number(text: str, column: str, largest: int = LARGEST) -> Decimal:
    """A plain positive decimal of at most four decimal places. Raises Fault."""
    if not re.fullmatch(_NUMBER, text, re.ASCII):
        raise Fault(column, f"{shown(text)} is no number: write 1 or 0.5")
    if not 0 < Decimal(text) <= largest:
        raise Fault(column, f"{shown(text)} is out of range")
    return Decimal(text)


def percent(row: Mapping[str, str], column: str) -> Decimal | None:
    """Relief as the patient says it, from -100 (below zero: worse) to 100, without a sign for percent. Raises Fault."""
    text = row.get(column)
    if not text:
        return None
    if not re.fullmatch(f"-?{_NUMBER}", text, re.ASCII) or not -100 <= Decimal(text) <= 100:
        raise Fault(column, f"{shown(text)} is no number from -100 to 100")
    return Decimal(text) + 0  # -0 is 0


def whole(row: Mapping[str, str], column: str, low: int, high: int) -> int | None:
    """The whole number in a field, None where it is empty. Raises Fault."""
    text = row.get(column, "")
    return _whole(text, column, low, high) if text else None


@lru_cache(maxsize=REMEMBERED)
def _whole(text: str, column: str, low: int, high: int) -> int:
    if not re.fullmatch(_WHOLE, text, re.ASCII) or not low <= int(text) <= high:
        scored = "score" in measures.of(column) and _SCORE.fullmatch(text)
        say = f': say in a map what it is: [units] {column} = "score"' if scored else ""
        raise Fault(column, f"{shown(text)} is no whole number from {low} to {high}{say}")
    return int(text)


def one_of(row: Mapping[str, str], column: str, values: Mapping[str, str]) -> str:
    """What a word of the field stands for; a missing field reads as an empty one. Raises Fault."""
    text = row.get(column, "").lower()
    if text not in values:
        raise Fault(column, f"{shown(text)} is none of {', '.join(dict.fromkeys(values.values()))}")
    return values[text]


def yes_or_no(row: Mapping[str, str], column: str) -> bool | None:
    """Yes, no, or None where nobody said. Raises Fault."""
    return YES_OR_NO[one_of(row, column, _ANSWERS)]


def muscle(row: Mapping[str, str]) -> str:
    """The id of the muscle that the field `muscle` names. Raises Fault."""
    text = needed(row, "muscle")
    found = muscles.by_name(text)
    if len(found) == 1:
        return found[0].muscle
    if found:
        raise Fault("muscle", f"{shown(text)} could be {' or '.join(one.muscle for one in found)}")
    close = muscles.similar(text)
    raise Fault("muscle", f"unknown muscle {shown(text)}" + (f": did you mean {' or '.join(close)}?" if close else ""))


def sided(row: Mapping[str, str], name: str | None) -> str:
    """L, R or mid, of a muscle whose id is `name` where it is known. Raises Fault."""
    if row.get("side") or name is None:
        return one_of(row, "side", SIDES)
    one = muscles.all_muscles()[name]
    paired = one.side_rule == "paired"
    raise Fault("side", f"which side? {one.title} {'is paired: L or R' if paired else 'has none: write mid'}")


def escaped(text: str, mark: str) -> str:
    """A part that can stand among others joined by the mark."""
    return text.replace("\\", "\\\\").replace(mark, f"\\{mark}")


def parted(text: str, mark: str) -> list[str]:
    """The parts joined by the mark; a backslash takes the next character as it stands."""
    parts = [""]
    signs = iter(text)
    for sign in signs:
        if sign == mark:
            parts.append("")
        else:
            parts[-1] += next(signs, "\\") if sign == "\\" else sign
    return [part.strip() for part in parts]


Known = TypeVar("Known")


def told(
    row: Mapping[str, str], column: str, by_name: Callable[[str], Known | None], none: str
) -> Iterator[tuple[Known, str | None]]:
    """What a field of `kind:text` parts joined by ; says: what goes by the name, and the text. Raises Fault."""
    text = row.get(column, "")
    for entry in filter(None, parted(text, ";") if text else ()):
        kind, _, text = entry.partition(":")
        known = by_name(kind.strip())
        if known is None:
            raise Fault(column, f"{shown(kind)} is {none}")
        sound(column, checks.text(text))
        yield known, text.strip() or None
