"""A store in a forger's hands: raw SQL past the program, and the log's arithmetic to cover the traces with.

An outsider here has the store and its key file, and edits. An insider also takes the log's present key out of
the table `ratchet` and works out anew whatever can be worked out from what the store holds. Neither has the
officer key, which is kept nowhere, nor the head that was printed before.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.rules import chain
from tpi_cli.rules.chain import Entry
from tpi_cli.store import connect, keep, seal, triggers, versions

OFFICER = "officer.key"
OLDER = "older"
_ENTRY = ", ".join("clinic_id" if name == "clinic" else name for name in Entry._fields)
_PUT = f"INSERT INTO audit ({_ENTRY}, hash, mac) VALUES ({', '.join('?' * (len(Entry._fields) + 2))})"


class Honest(NamedTuple):
    """A clinic whose store nobody touched, the head of its log as it was printed, and an older copy with its key."""

    clinic: Clinic
    head: str
    older_key: bytes


def honest(home: Path) -> Honest:
    """Two patients, every kind of record, amended, signed and undone; its older copy lacks the last acts."""
    clinic = Clinic(home)
    made = clinic.ok("init", "--name", "Test Clinic", "--zone", "Europe/London", "--json").json
    clinic.file(OFFICER, made["officer_key"])
    fill(clinic)
    who = clinic.patient("Ruiz, Ana", "1965-04-05", "--note", "calls in the evening")
    first = clinic.inject(who, "gm r lido 1% 2ml", "--pain", "8:4", "--next", "2mo", "--on", "yesterday")
    shutil.copy(clinic.store, home / OLDER)
    older_key = _key(clinic)
    clinic.ok("session", "amend", first, "--pain", "7:4", "--reason", "misread", "--yes")
    clinic.ok("patient", "edit", who, "--phone", "0161 555 0107")
    clinic.ok("snooze", who, "6w", "--reason", "abroad")
    clinic.ok("undo", "--yes")
    clinic.ok("sign", first, "--yes")
    clinic.ok("outcome", who, "3", "--note", "better")
    head = clinic.ok("verify", "--json").json["chain"]["head"]
    return Honest(clinic, str(head), older_key)


def _key(clinic: Clinic) -> bytes:
    with connect.reading(place(clinic)) as db:
        return bytes.fromhex(db.value("SELECT key FROM ratchet"))


class Forge:
    """A copy of an honest store, open for anything."""

    def __init__(self, model: Honest, home: Path) -> None:
        shutil.copytree(model.clinic.home, home, dirs_exist_ok=True)
        self.clinic = Clinic(home)
        self.model = model
        self.connection = connect.open_store(place(self.clinic))
        self.db = connect.Database(self.connection)

    def close(self) -> None:
        """Leave nothing beside the file."""
        self.connection.close()

    # --- editing

    def sql(self, text: str, *values: Any) -> int:
        """A statement, guards aside, that must change something; how many rows it changed."""
        with self._unguarded():
            changed = self.connection.execute(text, values).rowcount
        assert changed, f"nothing to change: {text}"
        return int(changed)

    def schema(self, *statements: str) -> None:
        """Statements that change the schema, which stays as they leave it."""
        for one in statements:
            self.connection.execute(one)

    @contextmanager
    def _unguarded(self) -> Iterator[None]:
        """The triggers are taken away and put back to the letter, as any forger would; nothing is checked."""
        held = dict(self.db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        self.schema(
            "PRAGMA foreign_keys=OFF", "PRAGMA ignore_check_constraints=ON", *(f"DROP TRIGGER {name}" for name in held)
        )
        yield
        self.schema(*(text for name, text in held.items()))

    def one(self, sql: str, *values: Any) -> Any:
        """The first value of the first row, which must be there."""
        found = self.connection.execute(sql, values).fetchone()
        assert found is not None, sql
        return found[0]

    def dump(self) -> list[Any]:
        """Everything in the store, to see that a case changed something."""
        tables = [name for (name,) in self.db.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        rows = [sorted(map(repr, self.db.rows(f"SELECT * FROM {name}"))) for name in tables]
        return [*rows, sorted(map(repr, self.db.rows("SELECT * FROM sqlite_master")))]

    # --- the log

    def entries(self) -> list[Entry]:
        """The log's entries."""
        return [Entry._make(row) for row in self.db.rows(f"SELECT {_ENTRY} FROM audit ORDER BY entry")]

    def entry_of(self, act: str) -> int:
        """The number of the last entry of an act."""
        return int(self.one("SELECT MAX(entry) FROM audit WHERE act = ?", act))

    def sums(self, number: int) -> tuple[int, str | None]:
        """What an entry would have to say of its records as they stand now."""
        leaves = versions.leaves(self.db, versions.tables(self.db), number)
        return chain.content(one.hash for one in leaves)

    def rehashed(self, number: int) -> None:
        """An entry's row made to fit itself and its records; the entries after it are left."""
        entry = self.entries()[number - 1]
        count, content = self.sums(number)
        entry = entry._replace(records=count, content=content)
        digest = chain.entry_hash(entry)
        self.sql("UPDATE audit SET records = ?, content = ?, hash = ?, mac = ? WHERE entry = ?",
                 count, content, digest, chain.mac(self.key, digest), number)  # fmt: skip

    @property
    def key(self) -> bytes:
        """The log's present key."""
        return bytes.fromhex(self.one("SELECT key FROM ratchet"))

    def rechained(self, entries: Sequence[Entry], start: int, key: bytes | None = None) -> None:
        """The log as these entries tell it: from the entry `start` on numbered, summed, hashed and signed anew.

        The macs are made with `key` and what follows it (the present key, if none is given), and the key after
        the last becomes the log's: a store that is right in itself.
        """
        key = key or self.key
        kept, told = entries[: start - 1], entries[start - 1 :]
        before = self.one("SELECT hash FROM audit WHERE entry = ?", start - 1) if kept else chain.START
        if len(kept) < self.one("SELECT COUNT(*) FROM audit"):
            self.sql("DELETE FROM audit WHERE entry >= ?", start)
        for number, entry in enumerate(told, start):
            count, content = self.sums(number)
            entry = entry._replace(entry=number, records=count, content=content, before=before)
            before = chain.entry_hash(entry)
            with self._unguarded():
                self.connection.execute(_PUT, (*entry, before, chain.mac(key, before)))
            key = chain.step(key)
        self.sql("UPDATE ratchet SET entry = ?, key = ?", len(entries), key.hex())

    def resealed(self, start: int) -> None:
        """The log as it stands, worked out anew from an entry on."""
        self.rechained(self.entries(), start)

    def renumbered(self, after: int, by: int) -> None:
        """Every record of the entries after that one under an entry's number more, or less."""
        columns = [(table, "entry") for table in (*versions.tables(self.db), "history")]
        with self._unguarded():
            for table, column in (*columns, ("history", "ended_by")):
                for step in (
                    f"{column} = -({column} + {by}) WHERE {column} > {after}",
                    f"{column} = -{column} WHERE {column} < 0",
                ):
                    self.connection.execute(f"UPDATE {table} SET {step}")

    def due_dates(self) -> None:
        """Every due date worked out anew from what the records say now, as far as they can be read."""
        with suppress(ValueError, TypeError, AttributeError):
            keep.refresh_all(self.db, self.one("SELECT id FROM clinic"))

    def structure(self) -> str:
        """The hash of the schema as it stands now."""
        return seal.structure(self.db)

    def salt(self) -> str:
        """A new salt for a record."""
        return os.urandom(16).hex()

    # --- whole files

    def put_back(self) -> None:
        """The older copy in the place of the store."""
        self.close()
        shutil.copy(self.clinic.home / OLDER, self.clinic.store)
        self.reopen()

    def started_anew(self) -> None:
        """The store wiped and made anew under the same key, with the same patients and sessions entered."""
        self.close()
        self.clinic.store.unlink()
        self.clinic.ok("init", "--name", "Test Clinic", "--zone", "Europe/London")
        fill(self.clinic)
        self.reopen()

    def reopen(self) -> None:
        """Open it once more."""
        self.connection = connect.open_store(place(self.clinic))
        self.db = connect.Database(self.connection)


def wiped(forge: Forge) -> None:
    """Take a forge's folder away."""
    with suppress(OSError):
        forge.close()
    shutil.rmtree(forge.clinic.home, ignore_errors=True)


GUARDS = triggers.TRIGGERS
