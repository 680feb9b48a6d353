"""Whether two people on file may be one: a pure comparison that says why. Never decides; a person merges."""

from collections.abc import Iterable, Iterator
from datetime import date
from difflib import SequenceMatcher
from itertools import combinations
from typing import NamedTuple

ALIKE = 0.8
"""How like two names must be (0 to 1, difflib's ratio) to be worth a look; a search offers less like ones."""
LONG_ENOUGH = 6
"""Digits: a shorter telephone number is an extension that many share."""


class Person(NamedTuple):
    """Somebody on file; `key` is the name as searches compare it, `phone` only its digits."""

    number: int
    key: str
    born: date
    phone: str


class Pair(NamedTuple):
    """Two numbers, the one on file longer first, and why they may be one person."""

    one: int
    other: int
    why: tuple[str, ...]


def pairs(people: Iterable[Person]) -> Iterator[Pair]:
    """The pairs worth a look, by number. Only people who share a birth date, a name or a telephone are compared."""
    listed = sorted(people)
    groups: dict[object, list[Person]] = {}
    for one in listed:
        telephone = one.phone if len(one.phone) >= LONG_ENOUGH else None
        for shared in (one.born, " ".join(sorted(one.key.split())), telephone):
            if shared:
                groups.setdefault(shared, []).append(one)
    near = {pair for group in groups.values() for pair in combinations(group, 2)}
    for one, other in sorted(near):
        why = reasons(one, other)
        if why:
            yield Pair(one.number, other.number, why)


def reasons(one: Person, other: Person) -> tuple[str, ...]:
    """Why two people may be one; nothing where they are rather two, such as twins or a couple with one telephone."""
    name, born = _names(one.key, other.key), _births(one.born, other.born)
    phone = "same telephone" if one.phone == other.phone and len(one.phone) >= LONG_ENOUGH else ""
    if (name and born) or (name == _SAME and phone):
        return tuple(filter(None, [name, born, phone]))
    return ()


_SAME = "same name"


def namesakes(one: Person, other: Person) -> tuple[str, ...]:
    """Why two people of one name are worth a look where one was just brought in: a birth date is easily mistyped.

    On file such two are rather two, and are not told of again.
    """
    return (_SAME, "another birth date") if _names(one.key, other.key) == _SAME else ()


def _names(one: str, other: str) -> str:
    words, others = sorted(one.split()), sorted(other.split())
    if not (words and others):  # an erased patient has none
        return ""
    if words == others:
        return _SAME
    first, second = sorted((" ".join(words), " ".join(others)))  # the ratio depends on which comes first
    return "similar name" if SequenceMatcher(None, first, second).ratio() >= ALIKE else ""


def _births(one: date, other: date) -> str:
    if one == other:
        return "same birth date"
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "day and month swapped"
    apart = sum(left != right for left, right in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True))
    return "birth date one digit apart" if apart == 1 else ""
