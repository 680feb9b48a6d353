"""What a row of a file was understood to say, in a few words: who, when, where, how much."""

from collections.abc import Callable
from typing import Any

from tpi_cli.exchange.csv_in import Row
from tpi_cli.reference.names import title
from tpi_cli.rules import identity
from tpi_cli.rules.values import Dose, label, plain
from tpi_cli.store.facts import DRY


def said(rows: list[Row]) -> str:
    """`A1 2026-04-03 upper trapezius L, lidocaine 1% 2 mL`, for each row of a line; whose it is once."""
    known = any(row.kind == "patients" for row in rows)
    words = (
        _WORDS[row.kind](row.value if row.kind == "patients" or not known else _anybody(row.value)) for row in rows
    )
    return "; ".join(words)


def _anybody(value: Any) -> Any:
    return value._replace(mrn="")


def _patient(one: Any) -> str:
    return " ".join(filter(None, [one.mrn, f"{one.name}, born {one.born}", _unless(one.status, "active")]))


def _injection(one: Any) -> str:
    doses = " + ".join(map(_dose, one.doses)) or label(DRY)
    again = f", again {one.follow_up}" if one.follow_up else ""
    return f"{_who(one.mrn)}{one.date} {title(one.muscle)} {one.side}, {doses}{again}"


def _dose(dose: Dose) -> str:
    much = f"{plain(dose.volume)} mL" if dose.volume is not None else f"{plain(dose.amount)} {dose.mass_unit}"
    return f"{label(dose.agent, dose.strength, dose.epinephrine)} {much}"


def _outcome(one: Any) -> str:
    where = f" {title(one.muscle)} {one.side}" if one.muscle else ""
    pain = f" pain {one.pain}" if one.pain is not None else ""
    relief = f" relief {plain(one.relief_pct)} %" if one.relief_pct is not None else ""
    return f"{_who(one.mrn)}{one.date}{where}{pain}{relief}{' resolved' if one.resolved else ''}"


def _appointment(one: Any) -> str:
    return f"{_who(one.mrn)}{one.on} {one.wall} {one.status}"


def _hold(one: Any) -> str:
    where = f" {title(one.muscle)} {one.side}" if one.muscle else ""
    until = f" until {one.until}" if one.until else ""
    return f"{_who(one.mrn)}{one.on} {one.act}{where}{until}"


def _call(one: Any) -> str:
    return f"{_who(one.mrn)}{one.on} {one.result} by {one.channel}"


def _alert(one: Any) -> str:
    return f"{_who(one.mrn)}{one.kind}{f': {one.text}' if one.text else ''}"


def _weight(one: Any) -> str:
    return f"{_who(one.mrn)}{one.on} {plain(one.weight_kg)} kg"


_WORDS: dict[str, Callable[[Any], str]] = {
    "patients": _patient,
    "injections": _injection,
    "outcomes": _outcome,
    "appointments": _appointment,
    "holds": _hold,
    "calls": _call,
    "alerts": _alert,
    "weights": _weight,
}


def _who(mrn: str) -> str:
    """The number; who is known by name stands in the sheet."""
    named = identity.read_name(mrn)
    return f"{named[0] if named else mrn} " if mrn else ""


def _unless(text: str, usual: str) -> str:
    return "" if text == usual else text
