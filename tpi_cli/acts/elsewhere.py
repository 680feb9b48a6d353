"""Doses that somebody else gave: they count in the day's sum, in the ledger and in the due dates."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import col, select

from tpi_cli.errors import Conflict, NotFound
from tpi_cli.store import keep, tables
from tpi_cli.store.write import Writing


class Given(NamedTuple):
    """A dose: the agent's id, its mass in mg or units, the day, and the site where it is one of ours."""

    patient_id: str
    agent: str
    mass: Decimal
    mass_unit: str
    on: date
    site_id: str | None = None
    note: str | None = None


def record(writing: Writing, given: Given) -> tables.Elsewhere:
    """Keep the dose and let the due dates follow. Raises Conflict before the birth, and for the same dose twice."""
    if given.on < writing.session.get_one(tables.Patient, given.patient_id).born:
        raise Conflict(f"{given.on} is before the birth date", hint="check --on")
    _not_twice(writing, given)
    columns = given._asdict()
    row = tables.Elsewhere(**writing.record(), on_date=columns.pop("on"), **columns,
                           recorded_at=writing.stamp, recorded_by=writing.by)  # fmt: skip
    writing.add(row)
    keep.refresh(writing.db, writing.clinic.id, [given.patient_id])
    return row


def take_back(writing: Writing, given: Given, reason: str) -> tables.Elsewhere:
    """Void a dose that was entered wrongly, of several alike the last one: kept, counted no more. Raises NotFound."""
    found = _on_file(writing, given)
    if not found:
        raise NotFound(
            f"no such dose of {given.on} on file", hint="tpi exposure PATIENT lists them; --on names the day"
        )
    row = found[-1]
    row.voided_at, row.voided_by, row.void_reason = writing.stamp, writing.by, reason
    writing.add(row)
    keep.refresh(writing.db, writing.clinic.id, [given.patient_id])
    return row


def _not_twice(writing: Writing, given: Given) -> None:
    """A dose entered twice would count twice."""
    if any((row.site_id, row.note) == (given.site_id, given.note) for row in _on_file(writing, given)):
        raise Conflict("this dose is on file already", hint="if it was given twice, tell them apart with --note")


def _on_file(writing: Writing, given: Given) -> list[tables.Elsewhere]:
    """Doses of that agent, mass and day that count, as they were entered."""
    table = tables.Elsewhere
    query = select(table).where(table.patient_id == given.patient_id, table.on_date == given.on,
                                table.agent == given.agent, col(table.voided_at).is_(None))  # fmt: skip
    rows = writing.session.exec(query.order_by(table.recorded_at, table.id))
    return [row for row in rows if (row.mass, row.mass_unit) == (given.mass, given.mass_unit)]
