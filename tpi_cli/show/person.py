"""How a patient is named: always with the birth date, so that nobody is taken for another."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tpi_cli.reference import alerts as kinds
from tpi_cli.rules.identity import patient as code

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def spelled(day: date) -> str:
    """`4 Mar 1971`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def age(born: date, today: date) -> int:
    """Years lived; a 29 February is kept on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def surname_first(name: str) -> str:
    """`TAN, Mei`: the family name in capitals, where the name tells which it is."""
    family, comma, given = name.partition(",")
    return f"{family.upper()}{comma}{given}" if comma else name


def head(person: Any, today: date, alerts: Iterable[Any] = ()) -> str:
    """`PT-0007  TAN, Mei   born 4 Mar 1971 (55 y)   ANTICOAG apixaban`."""
    told = [_alert(one) for one in alerts if kinds.flags([one.kind])]
    years = f"born {spelled(person.born)} ({age(person.born, today)} y)"
    name = f"{code(person.number)}  {surname_first(person.name)}   {years}"
    return name + (f"   {', '.join(told)}" if told else "")


def _alert(one: Any) -> str:
    return " ".join([*kinds.flags([one.kind]), *([one.text] if one.text else [])])


def redacted_head(person: Any, today: date, alerts: Iterable[Any], redact: str) -> str:
    """The same line with what `--redact` keeps back left out."""
    if redact == "none":
        return head(person, today, alerts)
    flags = kinds.flags(one.kind for one in alerts) if redact == "names" else []
    return "   ".join(filter(None, [code(person.number), " ".join(flags)]))
