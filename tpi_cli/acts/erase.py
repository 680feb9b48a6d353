"""A patient erased on an authority's word: records and their history lose their words for good; a number remains."""

import json
import sys
from datetime import date
from typing import Any

from tpi_cli.errors import Conflict
from tpi_cli.rules import chain
from tpi_cli.store import tables, versions
from tpi_cli.store.connect import Database
from tpi_cli.store.read import entries
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
    everyone = _with_merged(writing.db, patient_id)
    count = sum(_erase(writing, one) for one in reversed(everyone))
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


def _erase(writing: Writing, patient_id: str) -> int:
    """Take every record of the patient out of its table and every word of it out of the history."""
    db, count, keys = writing.db, 0, {patient_id}
    db.run("DELETE FROM recall WHERE patient_id = :patient", patient=patient_id)
    db.run(f"DELETE FROM request WHERE entry IN ({_ABOUT})", patient=patient_id)
    for table in sorted(_WHERE, key=lambda name: -ORDER[name]):
        for one in list(versions.standing(db, table, keys_of(table), f"WHERE {_WHERE[table]}", patient=patient_id)):
            _gone(writing, one)
            keys.add(one.key)
            count += 1 + _forget(db, table, one.key)
            db.run(f"DELETE FROM {table} WHERE id = :id", id=one.key)
    return count + _removed_before(db, keys) + _forget(db, "patient", patient_id) + _lent(db, patient_id)


_ABOUT = "SELECT entry FROM audit WHERE patient = (SELECT number FROM patient WHERE id = :patient)"


def _gone(writing: Writing, one: versions.Version) -> None:
    versions.lay_aside(writing.db, writing.clinic.id, one, writing.entry)
    writing.touched(one.table, {"number": 0})


def _forget(db: Database, table: str, key: str, since: int = 0, until: int = sys.maxsize) -> int:
    """Take words and salt out of every earlier version of a record; their hashes stay, for the log counts them."""
    where = "WHERE record = :table AND key = :key AND content IS NOT NULL AND entry >= :since AND entry < :until"
    rows = list(db.rows(f"{_WORDS} {where}", table=table, key=key, since=since, until=until))
    for entry, salt, text in rows:
        leaf = chain.written(table, key, entry, salt, text)
        db.run(_FORGET, table=table, key=key, entry=entry, leaf=leaf)
    return len(rows)


_WORDS = "SELECT entry, salt, content FROM history"
_FORGET = """
UPDATE history SET content = NULL, salt = NULL, leaf = :leaf
 WHERE record = :table AND key = :key AND entry = :entry
"""


def _removed_before(db: Database, keys: set[str]) -> int:
    """The same for records that an undo or an amendment had taken out of their tables: the history alone has them.

    What stands in its table by now is somebody else's: a record that a merge was taken back of.
    """
    left = [(record, key, {text for name, text in json.loads(content).items() if name in _OWNER})
            for record, key, content in list(db.rows(_REMOVED)) if record in _WHERE]  # fmt: skip
    found, fresh = set[tuple[str, str]](), set(keys)
    while fresh:
        new = {(record, key) for record, key, owners in left if owners & fresh} - found
        new = {(record, key) for record, key in new if not db.value(f"SELECT 1 FROM {record} WHERE id = :id", id=key)}
        found |= new
        fresh = {key for _, key in new}
    return sum(_forget(db, record, key) for record, key in sorted(found))


_REMOVED = "SELECT record, key, content FROM history WHERE content IS NOT NULL"
_OWNER = frozenset(["patient_id", "session_id", "mixture_id", "appointment_id"])
"""The columns that tell whose a record is."""


def _lent(db: Database, patient_id: str) -> int:
    """What another record had taken over from this one in a merge that was taken back since."""
    count, number = 0, db.value("SELECT number FROM patient WHERE id = :patient", patient=patient_id)
    for survivor, since, until in list(db.rows(_LENT, gone=entries.merged(number), apart=entries.parted(number))):
        for record, key in list(db.rows(_HELD, survivor=survivor, since=since, until=until)):
            count += _forget(db, record, key, since, until)
    return count


_LENT = """
SELECT (SELECT id FROM patient WHERE number = audit.patient), audit.entry,
       (SELECT MIN(later.entry) FROM audit AS later WHERE later.act = 'patient unmerge' AND later.entry > audit.entry
               AND later.subject = :apart)
  FROM audit WHERE audit.act = 'patient merge' AND audit.subject = :gone
"""
_HELD = """
SELECT DISTINCT record, key FROM history WHERE entry >= :since AND entry < :until AND content IS NOT NULL
   AND (key = :survivor OR (record = 'site' AND content LIKE '%"patient_id":"' || :survivor || '"%'))
"""


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
