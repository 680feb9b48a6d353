"""Numbers as other people's tables write them: decimal comma, thousands and units, where a map declares them."""

import re
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.exchange.fields import Fault, shown
from tpi_cli.reference import measures
from tpi_cli.rules.values import plain

DECIMALS = Decimal("0.01")
"""To which a converted number is rounded, half up: 10 g or a tenth of a millimetre, finer than any scale."""
_NUMBER = re.compile(r"(-?[.,]?[0-9][0-9.,']*)\s*(.*)", re.DOTALL)
_FIGURES = 24
"""Characters a number may have."""


class Signs(NamedTuple):
    """What stands between the figures: the decimal sign, and the one between thousands or nothing."""

    decimal: str = "."
    thousands: str = ""


PLAIN = Signs()


def number(text: str, signs: Signs, units: tuple[str, ...], field: str) -> str:
    """The number in the field's own unit, exact where nothing is converted. Raises Fault.

    With one unit declared a bare number is in it; with several each cell has to name its own.
    """
    found = _NUMBER.fullmatch(text)
    if not found or len(found[1]) > _FIGURES or found[2][:1].isdigit():
        raise Fault(field, f"{shown(text)} is no number")
    amount, unit = _figures(found[1], signs, field), found[2].strip()
    if not units and not unit:
        return plain(amount)
    return _converted(amount, _measure(text, unit, units, field))


def figures(text: str, signs: Signs, field: str) -> str:
    """The number with a decimal point, whatever unit follows it left as it is: `1,5%` is `1.5%`. Raises Fault."""
    found = _NUMBER.fullmatch(text)
    if not found or (signs == PLAIN and "," not in found[1]):
        return text
    return f"{plain(_figures(found[1], signs, field))}{found[2]}"


def _figures(written: str, signs: Signs, field: str) -> Decimal:
    """The number by its signs: thousands in groups of three, at most one decimal sign, no zero that leads nowhere."""
    between = rf"[1-9][0-9]{{0,2}}(?:{re.escape(signs.thousands)}[0-9]{{3}})+|" if signs.thousands else ""
    form = rf"(-?)({between}0|[1-9][0-9]*|)(?:{re.escape(signs.decimal)}([0-9]+))?"
    found = re.fullmatch(form, written)
    if not found:
        raise Fault(field, f'{shown(written)} is no number: say in the map which sign is which: decimal = ","')
    whole = found[2].replace(signs.thousands, "") if signs.thousands else found[2]
    return Decimal(f"{found[1]}{whole or 0}.{found[3] or 0}")


def _measure(text: str, unit: str, units: tuple[str, ...], field: str) -> measures.Measure:
    if not unit and len(units) == 1:
        return measures.of(field)[units[0]]
    known = measures.named(field, unit) if unit else None
    if known is None or known.unit not in units:
        which = f"the map says {' or '.join(units)}" if units else f'declare it in the map: [units] {field} = "..."'
        raise Fault(field, f"{shown(text)}: which unit? {which}")
    return known


def _converted(amount: Decimal, unit: measures.Measure) -> str:
    if unit.factor == 1:
        return plain(amount)
    return plain((amount * unit.factor).quantize(DECIMALS, "ROUND_HALF_UP"))
