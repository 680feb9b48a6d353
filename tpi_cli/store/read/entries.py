"""Entries of the log, as an act looks for them."""

from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.database import Database


class Entry(NamedTuple):
    """What was done, by which account, when (a stamp), and to whom."""

    entry: int
    at: str
    account: str
    acting: str | None
    act: str
    patient: int | None
    subject: str | None

    @property
    def by(self) -> str:
        """The account, and the clinician named beside it."""
        return f"{self.account} as {self.acting}" if self.acting else self.account


UNDO = "undo"
_COLUMNS = ", ".join(Entry._fields)
_LAST = f"""
SELECT {_COLUMNS} FROM audit
 WHERE account = :account AND records > 0 AND act <> '{UNDO}'
   AND NOT EXISTS (SELECT 1 FROM audit AS later WHERE later.act = '{UNDO}' AND later.subject = '#' || audit.entry)
 ORDER BY entry DESC LIMIT 1
"""


def last_of(db: Database, account: str) -> Entry | None:
    """The last change of an account that still stands."""
    found = db.row(_LAST, account=account)
    return Entry._make(found) if found else None


_MERGE = f"""
SELECT {_COLUMNS} FROM audit WHERE act = 'patient merge' AND subject = :code
   AND NOT EXISTS (SELECT 1 FROM audit AS later WHERE later.act = 'patient unmerge' AND later.subject = :back
                      AND later.entry > audit.entry)
 ORDER BY entry DESC LIMIT 1
"""


def merge_of(db: Database, patient: int) -> Entry | None:
    """The merge by which this patient (number) was taken into another, the last one that stands."""
    found = db.row(_MERGE, code=merged(patient), back=parted(patient))
    return Entry._make(found) if found else None


def merged(patient: int) -> str:
    """What the entry of a merge is about beside the survivor: the number taken in."""
    return f"from {identity.patient(patient)}"


def parted(patient: int) -> str:
    """What the entry that takes a merge back is about beside the survivor: the number that is on its own again."""
    return f"out {identity.patient(patient)}"


class Loan(NamedTuple):
    """From which entry to which a record (UUID) held what another had lent it in a merge that was taken back."""

    survivor: str
    since: int
    until: int


_LOANS = """
SELECT (SELECT id FROM patient WHERE number = audit.patient), audit.entry,
       (SELECT MIN(later.entry) FROM audit AS later
         WHERE later.act = 'patient unmerge' AND later.entry > audit.entry AND later.subject = :parted)
  FROM audit WHERE audit.act = 'patient merge' AND audit.subject = :merged
"""


def loans(db: Database, patient: int) -> list[Loan]:
    """What this patient (number) had lent to others."""
    rows = db.rows(_LOANS, merged=merged(patient), parted=parted(patient))
    return [Loan._make(row) for row in rows if row[2] is not None]
