"""Everything about a store that can be recomputed, recomputed: what `tpi verify` finds."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.rules import chain, identity
from tpi_cli.store import audit, keep, seal, triggers, versions
from tpi_cli.store.database import Database, denials, faults
from tpi_cli.store.read import entries

SLACK = timedelta(minutes=2)
"""How far a clock may be set back before it is a finding: time servers correct by seconds."""


class Finding(NamedTuple):
    """Something that is not as it should be: what kind of check found it, and where."""

    kind: str
    text: str


class Proof(NamedTuple):
    """What the store is held against beside itself: the officer key, and heads that were printed earlier."""

    officer_key: bytes | None = None
    anchors: tuple[tuple[int, str], ...] = ()


class Extent(NamedTuple):
    """How much was looked at: record versions, entries of the log, and the log's head."""

    records: int
    entries: int
    head: str


Watch = Callable[[str, int, int | None], None]
"""Told how far it has come: what is looked at, how much of it is done (0: it is at it), of how much (None: unknown)."""


def extent(db: Database) -> Extent:
    """The size of a store, as its log and its tables have it."""
    entries, digest = audit.head(db)
    held = sum(int(db.value(f"SELECT COUNT(*) FROM {table}")) for table in [*versions.tables(db), "history"])
    return Extent(held, entries, chain.head(entries, digest))


def findings(db: Database, proof: Proof, watch: Watch = lambda *_: None) -> Iterator[Finding]:
    """Every finding, check by check; a damaged part ends its own check only. `watch` is told how far it has come."""
    for kind, check in _CHECKS.items():
        try:
            with db.attempt():
                yield from (Finding(kind, text) for text in check(db, proof, watch))
        except denials():
            raise
        except faults(ValueError, TypeError, KeyError, AttributeError, OverflowError):
            yield Finding(kind, "cannot be read through: the file is damaged or was tampered with")


def _database(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """What the engine's own checks find, as far as it has any."""
    return db.unsound(lambda: watch("pages and references", 0, None))


def _schema(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """Triggers and views as this program makes them, and the whole schema as the log knows it.

    The log alone would not do: whoever has its present key can append an entry that tells of another schema.
    """
    if db.on_server:
        from tpi_cli.store import server_parts

        yield from server_parts.strange(db)
    else:
        yield from _strange(db)
    known = db.value("SELECT structure FROM audit WHERE structure IS NOT NULL ORDER BY entry DESC LIMIT 1")
    if known != seal.structure(db):
        yield "the schema is not the one that the log knows of"


def _strange(db: Database) -> Iterator[str]:
    """Triggers and views of a file that are not as this program makes them."""
    for kind, ours in (("trigger", triggers.TRIGGERS), ("view", _views())):
        stored = dict(db.rows("SELECT name, sql FROM sqlite_master WHERE type = :kind", kind=kind))
        for name in sorted(stored.keys() | ours.keys()):
            if stored.get(name) != ours.get(name):
                way = " (after an upgrade of SQLAlchemy: tpi db migrate)" if kind == "view" else ""
                yield f"{kind} {name} is missing, changed or not ours{way}"


def _views() -> dict[str, str]:
    """The views' texts by name; SQLAlchemy writes them, which no other check needs."""
    from tpi_cli.store import views

    return views.texts()


def _log(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """The chain, and with the officer key every mac: gaps, changed, swapped, inserted and cut-off entries."""
    before, expected = chain.START, 1
    keys = chain.keys(proof.officer_key) if proof.officer_key else None
    wrong: list[int] = []
    for *columns, digest, mac in db.rows(f"SELECT {_ENTRY}, hash, mac FROM audit ORDER BY entry"):
        entry = chain.Entry._make(columns)
        key = next(keys) if keys else None
        yield from (f"entry {entry.entry}: {text}" for text in _entry(entry, digest, before, expected))
        if key and mac != chain.mac(key, digest):
            wrong.append(entry.entry)
        before, expected = digest, entry.entry + 1
    if expected == 1:
        yield "there is no entry at all"
    yield from _not_by_key(wrong, expected - 1)
    foreign = len(wrong) == expected - 1
    held = db.log_end()
    if held is None or held[0] != expected - 1 or (keys and not foreign and held[1] != _digest(next(keys))):
        yield f"the log's end does not fit its key: entries after {expected - 1} are missing or were added"


def _digest(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def _not_by_key(wrong: list[int], last: int) -> Iterator[str]:
    """Where not one entry fits, it may be the key that does not."""
    if wrong and len(wrong) == last:
        yield "no entry was written with this officer key: it is another store's, or the whole log was made anew"
        return
    for number in wrong:
        yield f"entry {number}: was not written by this log's key at that time"


_ENTRY = "entry, clinic_id, at, account, acting, act, patient, subject, records, content, structure, before"


def _entry(entry: chain.Entry, digest: str, before: str, expected: int) -> Iterator[str]:
    if entry.entry != expected:
        yield f"follows entry {expected - 1}: entries are missing"
    if entry.before != before:
        yield "does not fit the entry before it"
    if chain.entry_hash(entry) != digest:
        yield "was changed"


def _anchors(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """Heads printed earlier must still be in the log: a store put back to an older state has lost them."""
    for number, digits in proof.anchors:
        digest = db.value("SELECT hash FROM audit WHERE entry = CAST(:entry AS BIGINT)", entry=number)
        if digest is None:
            yield f"anchor {number}:{digits[: chain.SHORT]}: the log ends before it; newer entries are lost"
        elif not str(digest).startswith(digits):
            yield f"anchor {number}:{digits[: chain.SHORT]}: the log has another entry there, if it was typed right"


def _clock(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """Entries follow each other in time, up to now."""
    last, number = "", 0
    for entry, at in db.rows("SELECT entry, at FROM audit ORDER BY entry"):
        if last and clock.unstamped(at) < clock.unstamped(last) - SLACK:
            yield f"entry {entry}: the clock went back from {last[:16]} to {at[:16]}"
        last, number = at, entry
    if last and clock.unstamped(last) > clock.unstamped(clock.stamp()) + SLACK:
        yield f"entry {number}: is of {last[:16]}, which is still to come by this computer's clock"


def _records(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """Every version of every record is the one that its entry wrote, and none is missing."""
    seen = _counted(versions.leaves(db, versions.tables(db)), "records", _written(db), watch)
    by_entry = groupby(seen, key=lambda leaf: leaf.entry)
    held = next(by_entry, None)
    for told in map(Told._make, db.rows("SELECT entry, act, patient, subject, records, content FROM audit ORDER BY 1")):
        while held and held[0] < told.entry:
            yield _unknown(*held)
            held = next(by_entry, None)
        found: tuple[int, str | None] = (0, None)
        if held and held[0] == told.entry:
            found, held = chain.content(leaf.hash for leaf in held[1]), next(by_entry, None)
        if found != (told.records, told.content):
            yield f"entry {told.entry} ({told.words}): its records are not as they were written"
    while held:
        yield _unknown(*held)
        held = next(by_entry, None)
    yield from _emptied(db)


EACH = 1_000
"""Records between two words about how far it has come."""


def _counted(leaves: Iterable[versions.Leaf], what: str, of: int, watch: Watch) -> Iterator[versions.Leaf]:
    for number, leaf in enumerate(leaves, 1):
        if number % EACH == 0:
            watch(what, number, of)
        yield leaf


def _written(db: Database) -> int:
    """How many records the log tells of."""
    return int(db.value("SELECT COALESCE(SUM(records), 0) FROM audit"))


_WITHOUT_WORDS = """
SELECT record, key, MIN(entry), MAX(ended_by),
       EXISTS (SELECT 1 FROM history JOIN audit ON audit.entry = history.ended_by
                WHERE history.record = gone.record AND history.key = gone.key AND audit.act = 'patient erase'),
       EXISTS (SELECT 1 FROM history JOIN audit ON audit.entry IN (history.entry, history.ended_by)
                WHERE history.record = gone.record AND history.key = gone.key
                  AND (audit.patient IS NULL
                       OR audit.patient IN (SELECT number FROM patient WHERE erased_on IS NOT NULL)))
  FROM history AS gone WHERE content IS NULL GROUP BY record, key ORDER BY record, key
"""


def _emptied(db: Database) -> Iterator[str]:
    """Versions that have lost their words: their hashes fit, but only an erasure may take words away.

    Of what was taken out of its table before the erasure, the log tells no more than whose it was.
    """
    last = int(db.value("SELECT COALESCE(MAX(entry), 0) FROM audit WHERE act = 'patient erase'"))
    gone = list(db.rows("SELECT number FROM patient WHERE erased_on IS NOT NULL"))
    of, lent = versions.tables(db), [loan for (number,) in gone for loan in entries.loans(db, number)]
    for table, key, began, ended, erased, theirs in list(db.rows(_WITHOUT_WORDS)):
        there = table in of and versions.by_key(db, table, of[table], tuple(key.split("|"))) is not None
        while_merged = any(loan.since <= began and ended <= loan.until for loan in lent)
        if not (erased or while_merged or (theirs and not there and ended < last)):
            yield f"an earlier version in {table} has lost its words, and nobody erased it"


class Told(NamedTuple):
    """What an entry says of its records."""

    entry: int
    act: str
    patient: int | None
    subject: str | None
    records: int
    content: str | None

    @property
    def words(self) -> str:
        """`inject PT-0007 S-0018`."""
        who = None if self.patient is None else identity.patient(self.patient)
        return " ".join(filter(None, [self.act, who, self.subject]))


def _unknown(entry: int, leaves: Iterable[versions.Leaf]) -> str:
    tables = [leaf.table for leaf in leaves]
    return f"{len(tables)} records of entry {entry}, which the log does not have: {', '.join(sorted(set(tables)))}"


def _due_dates(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """Every stored due date is what the rules make of the facts."""
    clinic = str(db.value("SELECT id FROM clinic"))
    people = int(db.value("SELECT COUNT(*) FROM patient"))
    for number in keep.wrong(db, clinic, lambda done: watch("patients' due dates", done, people)):
        yield f"{identity.patient(number)}: a stored due date is not what its records give"
    stray = "SELECT COUNT(*) FROM recall WHERE patient_id NOT IN (SELECT id FROM patient)"
    if db.value(stray):
        yield "due dates of nobody on file"


_HIGHEST = """
SELECT MAX(number) FROM (SELECT number FROM {table} UNION ALL
  SELECT CAST(json_extract(content, '$.number') AS INTEGER) FROM history
   WHERE record = '{table}' AND content IS NOT NULL) AS seen
"""


def _numbers(db: Database, proof: Proof, watch: Watch) -> Iterator[str]:  # noqa: ARG001
    """No number that is on file, or was, can be given again: it would be another's in letters and on labels."""
    for table in ("patient", "session", "appointment"):
        highest = db.value(_HIGHEST.format(table=table)) or 0
        last = db.value("SELECT last FROM numbering WHERE kind = :kind", kind=table) or 0
        if last < highest:
            yield f"the next {table} would get a number that was given before"


_CHECKS = {
    "database": _database,
    "schema": _schema,
    "log": _log,
    "anchor": _anchors,
    "clock": _clock,
    "records": _records,
    "numbers": _numbers,
    "due dates": _due_dates,
}
"""The checks by kind, in the order in which they are made."""
