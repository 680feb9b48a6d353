"""Quantities of an item list: a number and its unit, decimal from end to end."""

import re
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.commands.parse.tokens import Tokens
from tpi_cli.commands.parse.typed import Word, either, shown
from tpi_cli.errors import Grammar
from tpi_cli.rules.values import plain

DECIMALS = 4
LARGEST = 1_000
LARGEST_UNITS = 10_000
"""Botulinum toxin B is given in thousands of units."""

EPINEPHRINE = {"1:100000": 100_000, "1:200000": 200_000}

_DECIMAL = re.compile(r"(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?")
_UNITS = {"%": "%", "ml": "mL", "mg": "mg", "units": "units", "mg/ml": "mg/mL", "units/ml": "units/mL"}
_KINDS = {
    "%": "strength",
    "mg/mL": "strength",
    "units/mL": "strength",
    "mL": "volume",
    "mg": "mass",
    "units": "mass",
}
_SLIPS = {
    "cc": "ml", "mls": "ml", "millilitre": "ml", "milliliter": "ml", "percent": "%", "pct": "%", "mgs": "mg",
    "u": "units", "iu": "units", "ui": "units", "unit": "units", "u/ml": "units/ml", "iu/ml": "units/ml",
    "unit/ml": "units/ml", "mg/cc": "mg/ml", "units/cc": "units/ml",
}  # fmt: skip
_OTHER_MASSES = frozenset(("mcg", "ug", "\u00b5g", "\u03bcg", "g", "mcg/ml", "ug/ml", "g/ml"))


class Quantity(NamedTuple):
    """An amount and its unit (`%`, `mg/mL`, `units/mL`, `mL`, `mg`, `units`), and where they were typed."""

    amount: Decimal
    unit: str
    first: Word
    last: Word

    @property
    def kind(self) -> str:
        """`strength`, `volume` or `mass`."""
        return _KINDS[self.unit]

    def __str__(self) -> str:
        return measured(self.amount, self.unit)


def measured(amount: Decimal, unit: str) -> str:
    """`1%`, `0.5 mL`: leading zero, no trailing zero."""
    return f"{plain(amount)}{'' if unit == '%' else ' '}{unit}"


def quantity(tokens: Tokens) -> Quantity:
    """The next number and its unit. Raises Grammar for a number that is none, or without a known unit."""
    number = tokens.take()
    unit = tokens.peek()
    _refuse_comma(tokens, number, unit)
    if unit is None or unit.key not in _UNITS:
        raise _bad_unit(tokens, number, unit)
    tokens.take()
    measure = _UNITS[unit.key]
    return Quantity(_amount(tokens, number, unit, measure), measure, number, unit)


def passes(tokens: Tokens, number: Word) -> int:
    """Needle passes, 1 to 99. Raises Grammar for anything else."""
    if not re.fullmatch(r"[1-9][0-9]?", number.text):
        raise tokens.fault("needle passes are a whole number from 1 to 99", "write x3", number)
    return int(number.text)


def epinephrine(tokens: Tokens, epi: Word) -> int:
    """200000 for the `1:200000` after the word `epi`. Raises Grammar for any other ratio."""
    ratio = tokens.peek()
    known = EPINEPHRINE.get(ratio.text) if ratio else None
    if known is None:
        named = ratio if ratio and ":" in ratio.text else epi
        raise tokens.fault("epinephrine is 1:100000 or 1:200000", "write epi 1:200000", epi, named)
    tokens.take()
    return known


def _amount(tokens: Tokens, number: Word, unit: Word, measure: str) -> Decimal:
    """The number, if it is one a syringe can hold."""
    if not _DECIMAL.fullmatch(number.text):
        raise _no_number(tokens, number, unit)
    amount = Decimal(number.text)
    wrong = _wrong_size(number.text, amount, measure)
    if wrong:
        raise tokens.fault(*wrong, number)
    return amount


def _wrong_size(typed: str, amount: Decimal, measure: str) -> tuple[str, str] | None:
    largest = LARGEST_UNITS if measure.startswith("units") else LARGEST
    if not amount:
        return "an amount is more than 0", "leave it out, or write what was given"
    if len(typed.partition(".")[2]) > DECIMALS:
        return f"an amount has at most {DECIMALS} decimals", "round it to what was measured"
    if measure == "%" and amount > 100:
        return "a percentage is at most 100", "check the number and the unit"
    if amount > largest:
        return f"{plain(amount)} {measure} is over {largest:,}", "check the number and the unit"
    return None


def _no_number(tokens: Tokens, number: Word, unit: Word) -> Grammar:
    """`-1`, `05`, `1.2.3`."""
    digits = number.text.lstrip("0")
    if number.text.startswith(("-", "\u2212")):
        return tokens.fault("an amount is more than 0", f"write {number.text[1:]}{unit.text}", number)
    if digits.isdecimal():
        readings = f"write {digits}{unit.text} or 0.{digits}{unit.text}"
        return tokens.fault(f"{shown(number.text)} could be {digits} or 0.{digits}", readings, number)
    return tokens.fault(f"{shown(number.text)} is not a number", f"write it like 1.5{unit.text}", number)


def _refuse_comma(tokens: Tokens, number: Word, unit: Word | None) -> None:
    if "," not in number.text:
        return
    behind = unit.text if unit and unit.key in _UNITS else "ml"
    hint = f"write {either(f'{reading}{behind}' for reading in _readings(number.text))}"
    raise tokens.fault(f"a comma inside {shown(number.text)}: decimals take a point", hint, number)


def _readings(typed: str) -> list[str]:
    """What a number with a comma may have meant: `1.5`; both for `1,000`; a sample where neither is clear."""
    whole, _, rest = typed.partition(",")
    if not (whole.isdecimal() and rest.isdecimal()):
        return ["1.5"]
    decimal = plain(Decimal(f"{whole}.{rest}"))
    thousands = len(rest) == 3 and not whole.startswith("0")
    return [decimal, f"{whole}{rest}"] if thousands else [decimal]


def _bad_unit(tokens: Tokens, number: Word, unit: Word | None) -> Grammar:
    if ":" in number.text:
        return tokens.fault("a ratio belongs to epi", "write epi 1:200000 after the strength", number)
    if unit is None or not _meant_as_unit(number, unit):
        message = f"{number.text} what? a number needs its unit"
        return tokens.fault(message, "ml, mg, units, %, mg/ml or units/ml", number)
    return tokens.fault(f"unknown unit {shown(unit.text)}", _unit_hint(number.text, unit.key), unit)


def _meant_as_unit(number: Word, unit: Word) -> bool:
    return (unit.at == number.end and unit.text != "+") or unit.key in _SLIPS or unit.key in _OTHER_MASSES


def _unit_hint(number: str, unit: str) -> str:
    if unit in _SLIPS:
        return f"write {number}{_SLIPS[unit]}"
    if unit in _OTHER_MASSES:
        return "write it in mg, or in mg/ml"
    return f"write x{number} for needle passes" if unit == "x" else "ml, mg, units, %, mg/ml or units/ml"
