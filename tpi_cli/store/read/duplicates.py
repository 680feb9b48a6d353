"""People on file as the search for duplicates compares them."""

from collections.abc import Iterator

from tpi_cli.rules import identity
from tpi_cli.rules.duplicates import Person
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database

_ALL = """
SELECT number, name_key, born, phone FROM patient
 WHERE merged_into IS NULL AND erased_on IS NULL ORDER BY number
"""


def everybody(db: Database) -> Iterator[Person]:
    """Everybody who is not a tombstone."""
    return (_person(*row) for row in db.rows(_ALL))


def added(db: Database, entry: int, stamp: str) -> Iterator[int]:
    """The numbers of the patients that an entry of the log, made at that moment, put on file."""
    sql = "SELECT number FROM patient WHERE entry = :entry AND created_at = :stamp"
    return (number for (number,) in db.rows(sql, entry=entry, stamp=stamp))


_ONE = "SELECT number, name_key, born, phone FROM patient WHERE number = :number"


def person(db: Database, number: int) -> Person:
    """One of them, who is on file."""
    row = db.row(_ONE, number=number)
    assert row is not None, "it was found in this transaction"
    return _person(*row)


def _person(number: int, key: str, born: str, phone: str | None) -> Person:
    return Person(number, key, known_day(born), identity.digits(phone))
