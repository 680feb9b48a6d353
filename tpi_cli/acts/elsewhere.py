"""Doses that somebody else gave: they count in the day's sum, in the ledger and in the due dates."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.errors import Conflict, NotFound
from tpi_cli.store import keep
from tpi_cli.store.read import people
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


def record(writing: Writing, given: Given) -> None:
    """Keep the dose and let the due dates follow. Raises Conflict before the birth, and for the same dose twice."""
    if given.on < people.of_uuid(writing.db, given.patient_id).born:
        raise Conflict(f"{given.on} is before the birth date", hint="check --on")
    _not_twice(writing, given)
    columns = given._asdict()
    told = {"on_date": columns.pop("on"), "recorded_at": writing.stamp, "recorded_by": writing.by}
    writing.put("elsewhere", {**writing.record(), **columns, **told})
    keep.refresh(writing.db, writing.clinic.id, [given.patient_id])


def take_back(writing: Writing, given: Given, reason: str) -> None:
    """Void a dose that was entered wrongly, of several alike the last one: kept, counted no more. Raises NotFound."""
    found = _on_file(writing, given)
    if not found:
        raise NotFound(
            f"no such dose of {given.on} on file", hint="tpi exposure PATIENT lists them; --on names the day"
        )
    last, _, _ = found[-1]
    told = {"voided_at": writing.stamp, "voided_by": writing.by, "void_reason": reason}
    writing.change("elsewhere", last, told)
    keep.refresh(writing.db, writing.clinic.id, [given.patient_id])


def _not_twice(writing: Writing, given: Given) -> None:
    """A dose entered twice would count twice."""
    if any((site, note) == (given.site_id, given.note) for _, site, note in _on_file(writing, given)):
        raise Conflict("this dose is on file already", hint="if it was given twice, tell them apart with --note")


_DOSES = """
SELECT id, site_id, note, mass, mass_unit FROM elsewhere
 WHERE patient_id = :patient AND on_date = :on AND agent = :agent AND voided_at IS NULL ORDER BY recorded_at, id
"""


def _on_file(writing: Writing, given: Given) -> list[tuple[str, str | None, str | None]]:
    """Doses of that agent, mass and day that count, as they were entered: UUID, the site's, and the note."""
    rows = writing.db.rows(_DOSES, patient=given.patient_id, on=given.on.isoformat(), agent=given.agent)
    meant = (given.mass, given.mass_unit)
    return [(id_, site, note) for id_, site, note, mass, unit in rows if (Decimal(mass), unit) == meant]
