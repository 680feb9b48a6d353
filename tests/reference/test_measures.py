"""What another system's measurements are, and what their units are here."""

from decimal import Decimal

import pytest

from tpi_cli.reference.measures import LOINC, named, what


@pytest.mark.parametrize(
    ("code", "field"),
    [("29463-7", "weight_kg"), ("3141-9", "weight_kg"), ("8302-2", "height_cm"), ("72514-3", "pain"), ("8480-6", None)],
)
def test_by_code(code: str, field: str | None) -> None:
    assert what(LOINC, code) == field
    assert what("http://snomed.info/sct", code) is None


@pytest.mark.parametrize(
    ("field", "unit", "by"),
    [
        ("weight_kg", "kg", "1"),
        ("weight_kg", "g", "0.001"),
        ("weight_kg", "[lb_av]", "0.45359237"),
        ("weight_kg", "cm", None),
        ("weight_kg", "{score}", None),
        ("height_cm", "[in_i]", "2.54"),
        ("height_cm", "kg", None),
        ("pain", "{score}", "1"),
    ],
)
def test_units_are_exact(field: str, unit: str, by: str | None) -> None:
    found = named(field, unit)
    assert (found.factor if found else None) == (Decimal(by) if by else None)
