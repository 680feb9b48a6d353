"""What another system measures: `observations.csv` by LOINC code, and `units.csv` into kg, cm and points."""

from decimal import Decimal
from functools import cache

from tpi_cli.reference.tables import column, rows

LOINC = "http://loinc.org"


def what(system: str, code: str) -> str | None:
    """`weight`, `height` or `pain`; None for everything else."""
    return column("observations", "what").get(code) if system in {LOINC, "loinc", "LOINC", ""} else None


@cache
def factor(measured: str, unit: str) -> Decimal | None:
    """What an amount in that unit is multiplied by, exactly, to be kg, cm or points; None for other units."""
    found = (row["factor"] for row in rows("units") if (row["what"], row["unit"]) == (measured, unit))
    return next(map(Decimal, found), None)
