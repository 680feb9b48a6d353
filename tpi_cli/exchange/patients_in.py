"""Rows about patients read into checked values: patients.csv, and what other systems know of them in tables apart."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from tpi_cli.exchange.fields import (
    Fault,
    Gathered,
    day,
    decimal,
    iso,
    needed,
    one_of,
    past,
    shown,
    sound,
    told,
    whom,
)
from tpi_cli.reference import alerts
from tpi_cli.rules import checks

if TYPE_CHECKING:
    from tpi_cli.acts.patient import New

PATIENTS = (
    "mrn",
    "name",
    "born",
    "sex",
    "weight_kg",
    "height_cm",
    "phone",
    "email",
    "payer",
    "alerts",
    "status",
)
STATUSES = {"": "active", "active": "active", "archived": "archived", "deceased": "deceased"}
SEXES = {
    **{name: name for name in ("female", "male", "other", "unknown")},
    "f": "female",
    "m": "male",
    "o": "other",
    "u": "unknown",
}


def patient(row: dict[str, str], today: date) -> "New":
    """A row of patients.csv. Raises Fault with all that is wrong."""
    from tpi_cli.acts.patient import New  # an export knows the columns, and writes nothing

    read = Gathered()
    born = read(_born, row, today)
    found = New(
        name=read(_name, row),
        born=born,
        mrn=read(needed, row, "mrn"),
        sex=read(one_of, row, "sex", {"": "unknown", **SEXES}),
        weight_kg=read(_measured, row, "weight_kg", checks.weight),
        height_cm=read(_measured, row, "height_cm", checks.height),
        phone=row.get("phone") or None,
        email=row.get("email") or None,
        payer=row.get("payer") or None,
        alerts=read(_alerts, row),
        status=read(one_of, row, "status", STATUSES),
        status_on=read(_status_on, row, born, today),
    )
    read.done()
    return found


def _name(row: dict[str, str]) -> str:
    found = needed(row, "name")
    sound("name", checks.name(found))
    return found


def _born(row: dict[str, str], today: date) -> date:
    found = day(row, "born")
    sound("born", checks.born(found, today))
    return found


def _measured(row: dict[str, str], column: str, check: Callable[[Decimal], str | None]) -> Decimal | None:
    found = decimal(row, column)
    sound(column, check(found) if found is not None else None)
    return found


def _status_on(row: dict[str, str], born: date | None, today: date) -> date | None:
    """The day of a death, where a map reads one; `born` is None where it cannot be read. Raises Fault."""
    if not row.get("status_on") or born is None:
        return None
    found = iso(row["status_on"], "status_on")
    sound("status_on", checks.happened(found, today, born))
    return found


def _alerts(row: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    found = told(row, "alerts", alerts.by_name, "no kind of alert (tpi help alerts)")
    return tuple(dict.fromkeys((one.kind, text) for one, text in found))


class Alerted(NamedTuple):
    """Something to look out for in a patient, by kind, with the day since when it is known."""

    mrn: str
    on: date
    kind: str
    text: str | None


class Weighed(NamedTuple):
    """A weight in kg of a day."""

    mrn: str
    on: date
    weight_kg: Decimal


def alert(row: dict[str, str], today: date) -> Alerted:
    """A row of a table of alerts; without a day it is known since today. Raises Fault."""
    known = alerts.by_name(needed(row, "kind"))
    if known is None:
        raise Fault("kind", f"{shown(row['kind'])} is no kind of alert (tpi help alerts)")
    on = past(row, "since", today) if row.get("since") else today
    return Alerted(whom(row), on, known.kind, row.get("text") or None)


def weight(row: dict[str, str], today: date) -> Weighed:
    """A row of a table of weights. Raises Fault."""
    found = decimal({"weight_kg": needed(row, "weight_kg")}, "weight_kg") or Decimal(0)
    sound("weight_kg", checks.weight(found))
    return Weighed(whom(row), past(row, "date", today), found)
