"""What another system's measurements are, and what their units are here."""

from decimal import Decimal

import pytest

from tpi_cli.reference.measures import LOINC, factor, what


@pytest.mark.parametrize(
    ("code", "measured"),
    [("29463-7", "weight"), ("3141-9", "weight"), ("8302-2", "height"), ("72514-3", "pain"), ("8480-6", None)],
)
def test_by_code(code: str, measured: str | None) -> None:
    assert what(LOINC, code) == measured
    assert what("http://snomed.info/sct", code) is None


@pytest.mark.parametrize(
    ("measured", "unit", "by"),
    [
        ("weight", "kg", "1"),
        ("weight", "g", "0.001"),
        ("weight", "[lb_av]", "0.45359237"),
        ("weight", "cm", None),
        ("weight", "{score}", None),
        ("height", "[in_i]", "2.54"),
        ("height", "kg", None),
        ("pain", "{score}", "1"),
    ],
)
def test_units_are_exact(measured: str, unit: str, by: str | None) -> None:
    assert factor(measured, unit) == (Decimal(by) if by else None)
