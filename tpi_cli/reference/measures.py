"""What other people measure, and in which units: `observations.csv` by LOINC code, `measures.csv` with the factor that
makes a number ours."""

from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tpi_cli.reference.tables import column, rows, several

LOINC = "http://loinc.org"


def what(system: str, code: str) -> str | None:
    """The field that an observation's code is about: weight_kg, height_cm or pain; None for everything else."""
    return column("observations", "field").get(code) if system in {LOINC, "loinc", "LOINC", ""} else None


class Measure(NamedTuple):
    """A row of `measures.csv`: a number of `field` times `factor` is in the field's own unit."""

    field: str
    unit: str
    factor: Decimal
    words: tuple[str, ...]


@cache
def of(field: str) -> dict[str, Measure]:
    """The units a field may come in, by name; none for a field that has no unit."""
    found = (row for row in rows("measures") if row["field"] == field)
    return {row["unit"]: Measure(field, row["unit"], Decimal(row["factor"]), several(row["words"])) for row in found}


def named(field: str, written: str) -> Measure | None:
    """The unit of a field that goes by a word, in any case (`lbs`); None for any other word."""
    word = written.strip().casefold().rstrip(".")
    return next((one for one in of(field).values() if word in {one.unit.casefold(), *one.words}), None)
