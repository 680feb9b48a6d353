"""A patient erased on an authority's word: records and their history lose their words for good; a number remains."""

from datetime import date
from typing import Any

from tpi_cli.errors import Conflict
from tpi_cli.rules import chain
from tpi_cli.store import tables, versions
from tpi_cli.store.connect import Database
from tpi_cli.store.write import ORDER, Writing, keys_of

ERASED = "erased"
BORN = date(1900, 1, 1)
"""What stands in the place of a birth date."""
_OF_SESSION = "session_id IN (SELECT id FROM session WHERE patient_id = :patient)"
_WHERE = {
    **dict.fromkeys(("mixture", "injection", "plan", "finding"), _OF_SESSION),
    "component": f"mixture_id IN (SELECT id FROM mixture WHERE {_OF_SESSION})",
    "appointment_act": "appointment_id IN (SELECT id FROM appointment WHERE patient_id = :patient)",
    **dict.fromkeys(
        ("alert", "site", "session", "outcome", "adverse_event", "hold", "contact", "appointment", "elsewhere"),
        "patient_id = :patient",
    ),
}
"""Which rows of each table are a patient's."""


def erase(writing: Writing, patient_id: str, authority: str) -> int:
    """Erase a patient, and every record that was merged into this one; how many record versions lost their words."""
    row = writing.session.get_one(tables.Patient, patient_id)
    if row.erased_on is not None:
        raise Conflict(f"erased already, on {row.erased_on}", hint="nothing but the number is left")
    merged = "SELECT id FROM patient WHERE merged_into = :patient"
    count = sum(_erase(writing, one) for (one,) in list(writing.db.rows(merged, patient=patient_id)))
    count += _erase(writing, patient_id)
    writing.session.expire_all()
    for one in (patient_id, *(other for (other,) in list(writing.db.rows(merged, patient=patient_id)))):
        _tombstone(writing, one, authority)
    writing.about = (row.number, None)
    return count


def _erase(writing: Writing, patient_id: str) -> int:
    """Take every record of the patient out of its table and every word of it out of the history."""
    db, count = writing.db, 0
    db.run("DELETE FROM recall WHERE patient_id = :patient", patient=patient_id)
    db.run(f"DELETE FROM request WHERE entry IN ({_ABOUT})", patient=patient_id)
    for table in sorted(_WHERE, key=lambda name: -ORDER[name]):
        for one in list(versions.standing(db, table, keys_of(table), f"WHERE {_WHERE[table]}", patient=patient_id)):
            _gone(writing, one)
            count += 1 + _forget(db, table, one.key)
            db.run(f"DELETE FROM {table} WHERE id = :id", id=one.key)
    count += _removed_before(writing, patient_id) + _forget(db, "patient", patient_id)
    return count


_ABOUT = "SELECT entry FROM audit WHERE patient = (SELECT number FROM patient WHERE id = :patient)"


def _gone(writing: Writing, one: versions.Version) -> None:
    versions.lay_aside(writing.db, writing.clinic.id, one, writing.entry)
    writing.touched(one.table, {"number": 0})


def _forget(db: Database, table: str, key: str) -> int:
    """Take words and salt out of every earlier version of a record; their hashes stay, for the log counts them."""
    rows = list(db.rows(f"{_WORDS} WHERE record = :table AND key = :key AND content IS NOT NULL", table=table, key=key))
    for entry, salt, text in rows:
        leaf = chain.written(table, key, entry, salt, text)
        db.run(_FORGET, table=table, key=key, entry=entry, leaf=leaf)
    return len(rows)


_WORDS = "SELECT entry, salt, content FROM history"
_FORGET = """
UPDATE history SET content = NULL, salt = NULL, leaf = :leaf
 WHERE record = :table AND key = :key AND entry = :entry
"""


def _removed_before(writing: Writing, patient_id: str) -> int:
    """The same for records that an undo or an amendment had taken out of their tables: the history alone has them."""
    sql = "SELECT DISTINCT record, key FROM history WHERE content LIKE :part"
    found, fresh = {("patient", patient_id)}, {patient_id}
    while fresh:
        parts = [row for one in fresh for row in writing.db.rows(sql, part=f'%":"{one}"%')]
        fresh = {key for record, key in parts if (record, key) not in found and record in _WHERE}
        found |= {(record, key) for record, key in parts if record in _WHERE}
    return sum(_forget(writing.db, record, key) for record, key in sorted(found) if record != "patient")


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
    _forget(writing.db, "patient", patient_id)
