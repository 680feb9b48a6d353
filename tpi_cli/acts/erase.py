"""A patient erased on an authority's word: records and their history lose their words for good; a number remains."""

from datetime import date
from typing import Any

from tpi_cli.errors import Conflict
from tpi_cli.store import forget, tables
from tpi_cli.store.database import Database
from tpi_cli.store.write import Writing

ERASED = "erased"
BORN = date(1900, 1, 1)
"""What stands in the place of a birth date."""


def erase(writing: Writing, patient_id: str, authority: str) -> int:
    """Erase a patient, and every record that was merged into this one; how many record versions lost their words."""
    row = writing.session.get_one(tables.Patient, patient_id)
    if row.erased_on is not None:
        raise Conflict(f"erased already, on {row.erased_on}", hint="nothing but the number is left")
    everyone = _with_merged(writing.db, patient_id)
    count = sum(forget.of_patient(writing, one) for one in reversed(everyone))
    writing.session.expire_all()
    for one in everyone:
        _tombstone(writing, one, authority)
    writing.about = (row.number, None)
    return count


def _with_merged(db: Database, patient_id: str) -> list[str]:
    """The patient and every record that was merged into it, one that came by way of another too."""
    found = [patient_id]
    for one in found:  # it grows while it is walked
        found += [other for (other,) in list(db.rows("SELECT id FROM patient WHERE merged_into = :one", one=one))]
    return found


def _tombstone(writing: Writing, patient_id: str, authority: str) -> None:
    """What is left of a patient: the number, the day, and on whose word."""
    row = writing.session.get_one(tables.Patient, patient_id)
    blank: dict[str, Any] = dict.fromkeys(
        ("mrn", "weight_kg", "weight_on", "height_cm", "phone", "email", "payer", "note", "row_key")
    )
    told = {"name": ERASED, "name_key": "", "born": BORN, "sex": "unknown", "status": "archived"}
    own = {"status_on": writing.today, "erased_on": writing.today, "change_reason": authority}
    for name, value in {**blank, **told, **own}.items():
        setattr(row, name, value)
    row.changed_at, row.changed_by = writing.stamp, writing.by
    writing.add(row)
    writing.send()
    forget.words(writing.db, "patient", patient_id)
