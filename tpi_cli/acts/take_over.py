"""What a clinic says of itself in an export of its whole store, and when another store may take it over.

Its name, zone, settings, rules, payers and agents decide what is checked and what day it is. So they come from a
file only into a store in which nothing was set and nobody is on file, and only once a person was told and agreed.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from tpi_cli.store.database import Database

RULES = ("setting", "rule_setting", "payer_rule", "agent")
"""What a clinic set."""
HOUSE = frozenset(["clinic", "clinician", *RULES])
"""Tables that are not about patients: a clinic that is set up keeps its own."""
MOST = 20_000
"""Of their records, which are held until all have come."""


class Offer(NamedTuple):
    """What would be taken over: the clinic's name and zone, whether it is made up, and how many records by table."""

    name: str
    zone: str
    made_up: bool
    tables: Counter[str]


Agree = Callable[[Offer], None]
"""Told what would be taken over; raises Cancelled where nobody agrees."""


def untouched(db: Database) -> bool:
    """Whether a store is as it was made: nobody on file, nothing set, and only its first clinician."""
    empty = all(db.value(f"SELECT 1 FROM {table} LIMIT 1") is None for table in ("patient", *RULES))
    alone = db.value("SELECT COUNT(*) FROM clinician") <= 1
    return empty and alone and db.value("SELECT 1 FROM clinic WHERE namespace IS NOT NULL") is None
