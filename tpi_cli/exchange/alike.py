"""Who was brought in and may be somebody on file, or somebody else in the files: told, never merged."""

from collections.abc import Iterator
from typing import Any

from tpi_cli.rules import duplicates, identity
from tpi_cli.rules.duplicates import Person
from tpi_cli.store.columns import known_day
from tpi_cli.store.read import duplicates as read
from tpi_cli.store.shelf import Shelf
from tpi_cli.store.write import Writing


def alike(writing: Writing, shelf: Shelf) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Two short ids and why, for those whom this transaction put on file; people are laid out on the shelf for it."""
    added = set(read.added(writing.db, writing.entry, writing.stamp))
    if not added:
        return
    for person in read.everybody(writing.db):
        shelf.know(person.number, person.key, person.born.isoformat(), person.phone, fresh=person.number in added)
    for pair in shelf.close_to():
        one, other = map(_person, pair)
        why = duplicates.reasons(one, other) or duplicates.namesakes(one, other)
        if why:
            yield identity.patient(one.number), identity.patient(other.number), why


def _person(row: tuple[Any, ...]) -> Person:
    number, key, born, phone = row
    return Person(number, key, known_day(born), phone)
