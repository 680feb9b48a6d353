"""Our own judge's arithmetic, against numbers that others published."""

import pytest

from tests.exchange.judges.codes import is_icd10cm, is_loinc, is_npi
from tests.exchange.judges.sense import as_day, sides


@pytest.mark.parametrize("npi", ["1234567893", "1245319599"])
def test_an_npi_ends_in_its_check_digit(npi: str) -> None:
    assert is_npi(npi)
    assert not any(is_npi(npi[:-1] + last) for last in "0123456789" if last != npi[-1])
    assert not is_npi(f"0{npi}")


@pytest.mark.parametrize("code", ["72514-3", "38208-5", "29463-7", "8302-2", "4548-4"])
def test_a_loinc_code_ends_in_its_check_digit(code: str) -> None:
    assert is_loinc(code)
    assert not any(is_loinc(code[:-1] + last) for last in "0123456789" if last != code[-1])
    assert not is_loinc(code.replace("-", ""))


@pytest.mark.parametrize(("code", "billed"), [("M79.18", True), ("M79.1", False), ("M79.99", False), ("G44.209", True)])
def test_a_diagnosis_is_the_finest_there_is(code: str, billed: bool) -> None:
    assert is_icd10cm(code) == billed


@pytest.mark.parametrize(
    ("text", "found"),
    [("left upper trapezius", {"left"}), ("Right, left", {"left", "right"}), ("cleft palate, brightly", set())],
)
def test_sides_are_whole_words(text: str, found: set[str]) -> None:
    assert sides(text) == found


@pytest.mark.parametrize(
    ("text", "there"),
    [("2026-11-23", True), ("2026-02-30", False), ("2028-02-29", True), ("2026-11-23T24:30:00Z", False)],
)
def test_a_day_is_one_of_the_calendar(text: str, there: bool) -> None:
    assert (as_day(text) is not None) == there
