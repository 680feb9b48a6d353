"""Taking back the last change of an account: a new entry that puts things as they were before it."""

from tpi_cli.acts import void
from tpi_cli.errors import Conflict, NotFound
from tpi_cli.rules import identity
from tpi_cli.store import keep, revert
from tpi_cli.store.connect import Database
from tpi_cli.store.read import entries
from tpi_cli.store.read.entries import Entry
from tpi_cli.store.revert import Change
from tpi_cli.store.write import Writing

SESSIONS = frozenset(["inject", "again"])
"""What records a session: it is voided, for its number has been told."""
NEVER = {
    "init": "the store was made",
    "db migrate": "the store was brought up to date",
    "restore": "the store was restored",
    "sign": "a signature stands: amend or void the session with a reason",
    "patient erase": "what was erased is gone",
    "patient merge": "tpi patient unmerge takes a merge back",
    "patient unmerge": "tpi patient merge does it again",
}
"""Acts that no undo takes back, and why."""


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
    found = revert.changes(db, one.entry)
    for change in found:
        if change.table == "session" and change.now and change.now.get("signed_at"):
            code = identity.session(change.now["number"])
            raise Conflict(f"{code} is signed", hint=f"tpi session amend or void {code} --reason TEXT")
    return found


def take_back(writing: Writing, one: Entry) -> None:
    """Put everything as it was before the entry; a session that it recorded is voided and keeps its number."""
    found = changes(writing.db, one)
    session = voids(one, found)
    if session is not None:
        void.void(writing, session.key, f"undone: entry {one.entry}")
    else:
        put_back(writing, found)
    writing.about = (one.patient, f"#{one.entry}")


def voids(one: Entry, found: list[Change]) -> Change | None:
    """The session that taking the entry back voids; None where the records are put back one by one."""
    recorded = (change for change in found if change.table == "session" and change.back is None)
    return next(recorded, None) if one.act in SESSIONS else None


def put_back(writing: Writing, found: list[Change]) -> None:
    """Apply the changes and let the due dates follow."""
    revert.apply(writing, found)
    keep.refresh_known(writing.db, writing.clinic.id, sorted(writing.people))
