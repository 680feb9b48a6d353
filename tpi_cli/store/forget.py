"""Taking every word of a patient out of the store for good: out of the tables, and out of the history.

The hashes stay, for the log counts them; without words and salt nobody can try a guess against one.
"""

import json

from tpi_cli.rules import chain
from tpi_cli.store import keep, versions
from tpi_cli.store.database import Database
from tpi_cli.store.read import entries
from tpi_cli.store.rows import ORDER, keys_of
from tpi_cli.store.write import Writing

LATER = 2**31 - 1
"""An entry that no log comes to: the largest number that every engine has for one."""
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


def of_patient(writing: Writing, patient_id: str) -> int:
    """Take every record of the patient out of its table and every word of it out of the history."""
    db, count, keys = writing.db, 0, {patient_id}
    keep.drop(db, patient_id)
    db.run(f"DELETE FROM request WHERE entry IN ({_ABOUT})", patient=patient_id)
    for table in sorted(_WHERE, key=lambda name: -ORDER[name]):
        for one in list(versions.standing(db, table, keys_of(table), f"WHERE {_WHERE[table]}", patient=patient_id)):
            _laid_aside(writing, one)
            keys.add(one.key)
            count += 1 + words(db, table, one.key)
            db.run(f"DELETE FROM {table} WHERE id = :id", id=one.key)
    return count + _removed_before(db, keys) + words(db, "patient", patient_id) + _lent(db, patient_id)


_ABOUT = "SELECT entry FROM audit WHERE patient = (SELECT number FROM patient WHERE id = :patient)"


def _laid_aside(writing: Writing, one: versions.Version) -> None:
    versions.lay_aside(writing.db, writing.clinic.id, one, writing.entry)
    writing.touched(one.table, {"number": 0})


def words(db: Database, table: str, key: str, since: int = 0, until: int = LATER) -> int:
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
    return sum(words(db, record, key) for record, key in sorted(found))


_REMOVED = "SELECT record, key, content FROM history WHERE content IS NOT NULL"
_OWNER = frozenset(["patient_id", "session_id", "mixture_id", "appointment_id"])
"""The columns that tell whose a record is."""


def _lent(db: Database, patient_id: str) -> int:
    """What another record had taken over from this one in a merge that was taken back since."""
    count, number = 0, int(db.value("SELECT number FROM patient WHERE id = :patient", patient=patient_id))
    for one in entries.loans(db, number):
        for record, key in list(db.rows(_HELD, survivor=one.survivor, since=one.since, until=one.until)):
            count += words(db, record, key, one.since, one.until)
    return count


_HELD = """
SELECT DISTINCT record, key FROM history WHERE entry >= :since AND entry < :until AND content IS NOT NULL
   AND (key = :survivor OR (record = 'site' AND content LIKE '%"patient_id":"' || :survivor || '"%'))
"""
