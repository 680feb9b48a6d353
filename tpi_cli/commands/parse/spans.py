"""A length of time, as it stands in an interval or in a date: `6w`, `3 months`."""

import re

from tpi_cli.commands.parse.typed import Word, either, fault, line, nearest, shown
from tpi_cli.errors import Grammar
from tpi_cli.rules.interval import UNITS, Interval

FORMS = "6w, 90d, 3mo or 1y"

_SPAN = re.compile(r"([1-9][0-9]{0,3}) ?([a-z]+)")
_LOOSE = re.compile(r"([-+\u2212]?)([0-9.,]+) ?([^\s0-9]*)")
_UNITS = {spelled: key for key, name in UNITS.items() for spelled in (key, name, f"{name}s")}
_SLIPS = {"wk": "w", "wks": "w", "mth": "mo", "mths": "mo", "mos": "mo", "yr": "y", "yrs": "y"}
LONE = {"day": "1d", "week": "1w", "fortnight": "2w", "month": "1mo", "quarter": "3mo", "year": "1y"}
"""Units standing alone, and what may be meant by them."""


def span(found: tuple[Word, ...]) -> Interval | None:
    """The words as a count and a unit, or None when they are anything else."""
    match = _SPAN.fullmatch(line(found))
    unit = _UNITS.get(match[2]) if match else None
    return Interval(int(match[1]), unit) if match and unit else None


def refusal(text: str, found: tuple[Word, ...]) -> Grammar:
    """What is wrong with words that are no span: the caret stands under the count or the unit."""
    match = _LOOSE.fullmatch(line(found))
    if match is None:
        return _unknown(text, found)
    sign, number, unit = match.groups()
    whole = len(sign) + len(number)
    count_at = found[0].part(0, whole)
    unit_at = found[1] if len(found) > 1 else found[0].part(whole) if unit else found[0]
    return (
        _bad_count(text, count_at, sign, number, unit)
        or _bad_unit(text, unit_at, number, unit)
        or _unknown(text, found)
    )


def _bad_count(text: str, at: Word, sign: str, number: str, unit: str) -> Grammar | None:
    if sign:
        return fault(text, "an interval has no sign", f"write {number}{unit}", at)
    if not number.isdecimal():
        return fault(text, "an interval is a whole number", FORMS, at)
    if len(number) > 4:
        return fault(text, "an interval has at most four figures", FORMS, at)
    if not int(number):
        return fault(text, "an interval is at least 1", FORMS, at)
    if number.startswith("0"):
        return fault(text, "a number does not start with 0", f"write {int(number)}{unit}", at)
    return None


def _bad_unit(text: str, at: Word, number: str, unit: str) -> Grammar | None:
    if not unit:
        return fault(text, f"{number} what?", either(f"{number}{key}" for key in UNITS), at)
    if unit == "m":
        return fault(text, f"{number}m could be minutes or months", f"{number}mo for months", at)
    if unit in _UNITS:
        return None
    return fault(text, f"unknown unit {shown(unit)}", _unit_hint(number, unit), at)


def _unit_hint(number: str, unit: str) -> str:
    if unit in _SLIPS:
        return f"write {number}{_SLIPS[unit]}"
    if unit.startswith("fortnight"):
        return f"write {2 * int(number)}w"
    return nearest(unit, (word for word in _UNITS if len(word) > 2)) or FORMS


def _unknown(text: str, found: tuple[Word, ...]) -> Grammar:
    lone = LONE.get(line(found))
    hint = f"write {lone}" if lone else FORMS
    return fault(text, f"{shown(line(found))} is not an interval", hint, found[0], found[-1])
