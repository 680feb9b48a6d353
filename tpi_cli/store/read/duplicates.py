"""People on file as the search for duplicates compares them."""

from collections.abc import Iterator

from tpi_cli.rules import identity
from tpi_cli.rules.duplicates import Person
from tpi_cli.store.columns import known_day
from tpi_cli.store.connect import Database

_ALL = """
SELECT number, name_key, born, phone FROM patient
 WHERE merged_into IS NULL AND erased_on IS NULL ORDER BY number
"""


def everybody(db: Database) -> Iterator[Person]:
    """Everybody who is not a tombstone."""
    for number, key, born, phone in db.rows(_ALL):
        yield Person(number, key, known_day(born), identity.digits(phone))
