"""What one entry of the log put on file."""

from typing import NamedTuple

from tpi_cli.store.database import Database


class Added(NamedTuple):
    """How many patients and sessions, and the codes of clinicians."""

    patients: int
    sessions: int
    clinicians: tuple[str, ...]


def added(db: Database, entry: int, stamp: str) -> Added:
    """What is new of an entry, made at that moment; what it changed was there before."""
    patients = "SELECT COUNT(*) FROM patient WHERE entry = :entry AND created_at = :stamp"
    sessions = "SELECT COUNT(*) FROM session WHERE entry = :entry AND recorded_at = :stamp"
    codes = "SELECT code FROM clinician WHERE entry = :entry AND created_at = :stamp ORDER BY code"
    named = {"entry": entry, "stamp": stamp}
    return Added(
        int(db.value(patients, **named)),
        int(db.value(sessions, **named)),
        tuple(code for (code,) in db.rows(codes, **named)),
    )
