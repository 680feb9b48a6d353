"""How a patient is named: always with the birth date, so that nobody is taken for another."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from tpi_cli.reference.names import flags
from tpi_cli.rules.age import age
from tpi_cli.rules.identity import patient as code
from tpi_cli.show.clean import clean

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_MONTHS_IN_FULL = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
    *("November", "December"),
)


def spelled(day: date) -> str:
    """`4 Mar 1971`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def in_full(day: date) -> str:
    """`Tuesday 4 March 1971`, for letters."""
    from tpi_cli.rules.opening import DAYS  # no list names a weekday

    return f"{DAYS[day.weekday()]} {day.day} {_MONTHS_IN_FULL[day.month - 1]} {day.year}"


def as_addressed(name: str) -> str:
    """`Mei Tan`: the given name first, where the name tells which it is."""
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma and given.strip() else name


def surname_first(name: str) -> str:
    """`TAN, Mei`: the family name in capitals, where the name tells which it is."""
    family, comma, given = name.partition(",")
    return f"{family.upper()}{comma}{given}" if comma else name


def head(person: Any, today: date, alerts: Iterable[Any] = ()) -> str:
    """`PT-0007  TAN, Mei   born 4 Mar 1971 (55 y)   ANTICOAG apixaban`."""
    told = [_alert(one) for one in alerts if flags([one.kind])]
    years = f"born {spelled(person.born)} ({age(person.born, today)} y)"
    name = f"{code(person.number)}  {clean(surname_first(person.name))}   {years}"  # a line of talk ends where we say
    return name + (f"   {', '.join(told)}" if told else "")


def _alert(one: Any) -> str:
    return " ".join([*flags([one.kind]), *([clean(one.text)] if one.text else [])])


def redacted_head(person: Any, today: date, alerts: Iterable[Any], redact: str) -> str:
    """The same line with what `--redact` keeps back left out."""
    if redact == "none":
        return head(person, today, alerts)
    told = flags(one.kind for one in alerts) if redact == "names" else []
    return "   ".join(filter(None, [code(person.number), " ".join(told)]))
