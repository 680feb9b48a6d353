"""What a coder may bill: `codes.csv`, procedures by number of muscles, drugs by agent, and modifiers.

Procedures stand there by number only: the descriptions are the AMA's, the words are ours.
"""

from datetime import date
from decimal import Decimal
from functools import cache

from tpi_cli.reference.tables import rows
from tpi_cli.rules.coding import Code


@cache
def all_codes() -> tuple[Code, ...]:
    """Every shipped row, in the order of the file."""
    return tuple(_read(row) for row in rows("codes"))


def _read(row: dict[str, str]) -> Code:
    cells: dict[str, object] = dict(row)
    cells.update({name: row[name] == "yes" for name in ("with_epinephrine", "certain")})
    cells.update({name: int(row[name]) if row[name] else None for name in ("muscles_from", "muscles_to")})
    cells.update({name: _day(row[name]) for name in ("valid_from", "valid_to")})
    cells["unit_amount"] = Decimal(row["unit_amount"]) if row["unit_amount"] else None
    return Code._make(cells[name] for name in Code._fields)


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
