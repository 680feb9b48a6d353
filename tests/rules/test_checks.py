"""What may be written down about a person at all; an answer says what is wrong, nothing is raised."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.rules import checks

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", None),
        ("taut band, jump sign; pain 7/10\nsecond line", None),
        ("Ärztin 李 🙂", None),
        ("x" * 4000, None),
        ("x" * 4001, "is longer than 4000 characters"),
        ("a\x00b", "holds a NUL character"),
        ("a\ud800b", "is not valid UTF-8"),
        ("\udcff", "is not valid UTF-8"),
    ],
)
def test_text(text: str, wrong: str | None) -> None:
    assert checks.text(text) == wrong


def test_a_text_may_have_a_limit_of_its_own() -> None:
    assert checks.text("12345", 5) is None
    assert checks.text("123456", 5) == "is longer than 5 characters"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Tan, Mei", None),
        ("O", None),
        ("李小龍", None),
        ("अनीता", None),
        ("x" * 200, None),
        ("x" * 201, "is longer than 200 characters"),
        ("", "has no letter in it"),
        ("  ", "has no letter in it"),
        ("12", "has no letter in it"),
        ("---", "has no letter in it"),
        ("Tan\x00", "holds a NUL character"),
        ("Tan\udcff", "is not valid UTF-8"),
    ],
)
def test_a_name(name: str, wrong: str | None) -> None:
    assert checks.name(name) == wrong


@pytest.mark.parametrize(
    ("born", "wrong"),
    [
        ("2026-11-23", None),
        ("1971-03-04", None),
        ("1896-01-01", None),
        ("1895-12-31", "is more than 130 years ago"),
        ("2026-11-24", "is in the future"),
        ("2027-01-01", "is in the future"),
        ("0001-01-01", "is more than 130 years ago"),
    ],
)
def test_a_birth_date(born: str, wrong: str | None) -> None:
    assert checks.born(date.fromisoformat(born), TODAY) == wrong


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        ("1971-03-04", None),
        ("2026-11-22", None),
        ("2026-11-23", None),
        ("2026-11-24", "is in the future"),
        ("1971-03-03", "is before the birth date"),
    ],
)
def test_a_day_something_happened_to_somebody_born_in_1971(day: str, wrong: str | None) -> None:
    assert checks.happened(date.fromisoformat(day), TODAY, date(1971, 3, 4)) == wrong


@pytest.mark.parametrize(
    ("kilograms", "taken"),
    [("0.19", False), ("0.2", True), ("3.45", True), ("82.5", True), ("700", True), ("700.1", False), ("-70", False)],
)
def test_a_weight(kilograms: str, taken: bool) -> None:
    assert (checks.weight(Decimal(kilograms)) is None) is taken


@pytest.mark.parametrize(
    ("centimetres", "taken"),
    [("19.9", False), ("20", True), ("172", True), ("300", True), ("300.1", False), ("1.72", False), ("-172", False)],
)
def test_a_height(centimetres: str, taken: bool) -> None:
    assert (checks.height(Decimal(centimetres)) is None) is taken


@given(st.text(st.characters(), max_size=300))
def test_a_name_that_passes_can_be_stored(name: str) -> None:
    if checks.name(name) is None:
        assert name.encode().decode() == name
        assert "\x00" not in name and len(name) <= 200
