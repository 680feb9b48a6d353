"""Taking back the last change of an account: a new entry that puts things as they were before it."""

from typing import Any

from tpi_cli.acts import void
from tpi_cli.errors import Conflict, NotFound
from tpi_cli.rules import identity
from tpi_cli.rules.contact import OPEN
from tpi_cli.store import keep, revert
from tpi_cli.store.database import Database
from tpi_cli.store.read import entries
from tpi_cli.store.read.entries import Entry
from tpi_cli.store.revert import Change, Columns
from tpi_cli.store.write import Writing

SESSIONS = frozenset(["inject", "again"])
"""What records a session: it is voided, for its number has been told."""
NEVER = {
    "init": "the store was made",
    "db migrate": "the store was brought up to date",
    "db move": "the store was moved here",
    "restore": "the store was restored",
    "sign": "a signature stands: amend or void the session with a reason",
    "patient erase": "what was erased is gone",
    "patient merge": "tpi patient unmerge takes a merge back",
    "patient unmerge": "tpi patient merge does it again",
}
"""Acts that no undo takes back, and why."""
HOUSE = frozenset(["clinic", "setting", "agent", "rule_setting", "payer_rule"])
"""Tables that speak of every patient's due dates."""


def last(db: Database, account: str) -> Entry:
    """The last change of an account that can be taken back. Raises NotFound, Conflict."""
    found = entries.last_of(db, account)
    if found is None:
        raise NotFound(f"{account} has changed nothing that could be taken back", hint="tpi log shows who did what")
    if found.act in NEVER:
        raise Conflict(f"the last change was {found.act}, which cannot be undone", hint=NEVER[found.act])
    return found


def changes(db: Database, one: Entry) -> list[Change]:
    """What taking it back does to each record. Raises Conflict for a signed session, and for later changes."""
    number = db.value(_SIGNED, entry=one.entry)
    if number is not None:
        code = identity.session(number)
        raise Conflict(f"{code} is signed", hint=f"tpi session amend or void {code} --reason TEXT")
    return revert.changes(db, one.entry)


_SIGNED = """
SELECT number FROM session WHERE signed_at IS NOT NULL AND (entry = :entry OR id IN
       (SELECT key FROM history WHERE record = 'session' AND (entry = :entry OR ended_by = :entry)))
"""


def take_back(writing: Writing, one: Entry) -> None:
    """Put everything as it was before the entry; a session that it recorded is voided and keeps its number."""
    found = changes(writing.db, one)
    session = voids(one, found)
    if session is not None:
        void.void(writing, session.key, f"undone: entry {one.entry}")
    else:
        put_back(writing, found)
        _times_are_free(writing, one, found)
    writing.about = (one.patient, f"#{one.entry}")


def voids(one: Entry, found: list[Change]) -> Change | None:
    """The session that taking the entry back voids; None where the records are put back one by one."""
    recorded = (change for change in found if change.table == "session" and change.back is None)
    return next(recorded, None) if one.act in SESSIONS else None


def put_back(writing: Writing, found: list[Change]) -> None:
    """Apply the changes and let the due dates follow."""
    revert.apply(writing, found)
    if HOUSE & {one.table for one in found}:
        keep.refresh_all(writing.db, writing.clinic.id)
    else:
        keep.refresh_known(writing.db, writing.clinic.id, sorted(writing.people))


def _times_are_free(writing: Writing, one: Entry, found: list[Change]) -> None:
    """See that no appointment is back at a time that was given away since. Raises Conflict."""
    for change in found:
        if change.table == "appointment" and change.back and _takes_time(change.now) != _takes_time(change.back):
            own = {name: change.back.get(name) for name in ("id", "patient_id", "clinician_id", "starts_at", "ends_at")}
            if writing.db.value(_GIVEN_AWAY, **own, since=one.entry) and change.back["status"] in OPEN:
                code = identity.appointment(change.back["number"])
                raise Conflict(f"the time of {code} was given away since", hint="tpi book makes another appointment")


def _takes_time(columns: Columns | None) -> tuple[Any, ...] | None:
    """When and with whom an appointment is; None for one that takes no time up."""
    if columns is None or columns["status"] not in OPEN:
        return None
    return columns["starts_at"], columns["ends_at"], columns.get("clinician_id")


_GIVEN_AWAY = f"""
SELECT 1 FROM appointment AS other
 WHERE other.id <> :id AND other.status IN ({", ".join(f"'{status}'" for status in OPEN)})
   AND other.starts_at < :ends_at AND other.ends_at > :starts_at
   AND (other.patient_id = :patient_id
        OR other.clinician_id IS NULL OR CAST(:clinician_id AS TEXT) IS NULL OR other.clinician_id = :clinician_id)
   AND EXISTS (SELECT 1 FROM appointment_act WHERE appointment_id = other.id AND entry > :since
                  AND act IN ('book', 'move', 'reopen'))
"""
