"""The log of who did what: appending an entry, and its head. DB-API only, for a read of a chart is logged too."""

import os
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.rules import chain
from tpi_cli.store.database import Database, faults


class Act(NamedTuple):
    """What an entry tells: the act, whom and what it was about (short ids' numbers and codes), what it wrote.

    `structure` is the hash of the schema, where the act set it.
    """

    act: str
    patient: int | None = None
    subject: str | None = None
    records: int = 0
    content: str | None = None
    structure: str | None = None


class Who(NamedTuple):
    """Who acts: the account of the operating system, and the clinician named beside it."""

    account: str
    acting: str | None = None


_PUT = """
INSERT INTO audit (entry, clinic_id, at, account, acting, act, patient, subject, records, content, structure, before,
                   hash, mac)
VALUES (:entry, :clinic, :at, :account, :acting, :act, :patient, :subject, :records, :content, :structure, :before,
        :hash, :mac)
"""


_BY_SERVER = "SELECT append_entry(:clinic, :at, :acting, :act, :patient, :subject, :records, :content, :structure)"


def next_entry(db: Database) -> int:
    """The number of the entry that is written next."""
    return int(db.value("SELECT COALESCE(MAX(entry), 0) + 1 FROM audit"))


def head(db: Database) -> tuple[int, str]:
    """The last entry and its hash."""
    found = db.row("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1")
    return found or (0, chain.START)


def start(db: Database, clinic: str) -> str:
    """Set the log's first key and return it as hex: the officer key, which is kept nowhere."""
    key = os.urandom(chain.KEY_BYTES).hex()
    db.run("INSERT INTO ratchet (clinic_id, entry, key) VALUES (:clinic, 0, :key)", clinic=clinic, key=key)
    return key


NOTE_SECONDS = 5.0
"""How long a reading waits to be logged: a chart must be seen while a long import holds the store."""


def note(db: Database, who: Who, act: Act) -> bool:
    """Log a reading or an export on a connection that reads; False where the store cannot be written now.

    The reading goes on after a fresh look at the store, so whatever is shown is read before or after, not between.
    """
    try:
        with db.between(NOTE_SECONDS) as writer:
            append(writer, writer.value("SELECT id FROM clinic"), who, act)
    except faults():
        return False
    return True


def opened_by(db: Database, key: bytes) -> bool:
    """Whether this is the key that the first entry was made with: the officer key."""
    found = db.row("SELECT hash, mac FROM audit WHERE entry = 1")
    return found is not None and chain.mac(key, found[0]) == found[1]


def append(db: Database, clinic: str, who: Who, act: Act, at: str | None = None) -> int:
    """Write the next entry, inside the caller's transaction, which must have begun as a writer's; its number."""
    if db.on_server:  # there nobody but the server itself can write to the log
        return int(db.value(_BY_SERVER, clinic=clinic, at=at or db.stamp(), acting=who.acting, **act._asdict()))
    last, before = head(db)
    entry = chain.Entry(entry=last + 1, clinic=clinic, at=at or clock.stamp(), **who._asdict(), **act._asdict(),
                        before=before)  # fmt: skip
    digest = chain.entry_hash(entry)
    key = bytes.fromhex(db.value("SELECT key FROM ratchet WHERE clinic_id = :clinic", clinic=clinic))
    db.run(_PUT, **entry._asdict(), hash=digest, mac=chain.mac(key, digest))
    db.run(
        "UPDATE ratchet SET entry = :entry, key = :key WHERE clinic_id = :clinic",
        entry=entry.entry,
        key=chain.step(key).hex(),
        clinic=clinic,
    )
    return entry.entry
