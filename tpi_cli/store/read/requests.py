"""Acts done under an idempotency key."""

from typing import NamedTuple

from tpi_cli.store.database import Database


class Done(NamedTuple):
    """What was done under a key: the hash of what was asked, the log's entry with whom and what it was about, and
    whether it was taken back since."""

    asked: str
    entry: int
    act: str
    patient: int | None
    subject: str | None
    undone: bool


_UNDER = """
SELECT request.asked, audit.entry, audit.act, audit.patient, audit.subject,
       EXISTS (SELECT 1 FROM audit AS undone WHERE undone.act = 'undo' AND undone.subject = '#' || audit.entry)
  FROM request JOIN audit ON audit.entry = request.entry WHERE request.key = :key
"""


def under(db: Database, key: str) -> Done | None:
    """The act done under a key; None if there is none."""
    found = db.row(_UNDER, key=key)
    return Done._make(found) if found else None
