"""`--idempotency-key`: what was done under a key is not done again, and the retry gets its answer."""

import hashlib
import io
import sys
from typing import Any

from tpi_cli.errors import Conflict, Usage
from tpi_cli.rules import chain, identity
from tpi_cli.show.out import Out
from tpi_cli.store.database import Database
from tpi_cli.store.read import requests
from tpi_cli.store.read.requests import Done

LONGEST = 200
_KINDS = {"S-": "session", "A-": "appointment"}
"""What the start of a record's code says that it is."""


MOST = 64 * 1024 * 1024
"""Bytes of stdin: twice what tpi import takes at the most; what is more is left to the command to refuse."""


def _typed_in() -> str:
    """The hash of what comes on stdin, left there for the command: another note under a key is another act."""
    raw = sys.stdin.buffer.read(MOST)
    sys.stdin = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", errors="surrogateescape")
    return hashlib.sha256(raw).hexdigest()


class Asked:
    """A key, and the act asked for under it with everything that was typed but how to answer."""

    def __init__(self, key: str, act: str, typed: dict[str, Any]) -> None:
        if not key.strip() or len(key) > LONGEST:
            raise Usage("an idempotency key has 1 to 200 characters", hint="--idempotency-key $(uuidgen)")
        told = {name: str(value) for name, value in typed.items()}
        if any(value == "-" or (isinstance(value, list | tuple) and "-" in value) for value in typed.values()):
            told["-"] = _typed_in()
        self.key = key
        self.hash = hashlib.sha256(chain.canonical(["tpi-request-1", act, told])).hexdigest()

    def done(self, db: Database) -> Done | None:
        """What was done under the key; None if nothing was. Raises Conflict where it was something else."""
        found = requests.under(db, self.key)
        if found is not None and found.asked != self.hash:
            raise Conflict("this idempotency key was used for something else", hint="a new act needs a new key")
        if found is not None and found.undone:
            raise Conflict("what was done under this key was taken back since", hint="to do it again use a new key")
        return found

    def note(self, writing: Any) -> None:
        """Keep the key with what the transaction does. Raises Conflict where it was taken a moment ago."""
        if self.done(writing.db) is not None:
            raise Conflict("this was recorded under the same key a moment ago", hint="run the same line again")
        writing.remember(self.key, self.hash)

    def answer(self, done: Done, out: Out) -> None:
        """Print what was recorded before."""
        patient = None if done.patient is None else identity.patient(done.patient)
        codes = " ".join(filter(None, [done.subject, patient])) or done.act
        facts: dict[str, Any] = {"patient": patient, "entry": done.entry, "repeated": True}
        kind = _KINDS.get((done.subject or "")[:2])
        facts = {kind: done.subject, **facts} if kind else facts
        line = f"recorded before: {codes}   (entry {done.entry} of the log)"
        out.lines([line], done.act.replace(" ", "-"), lambda: facts)
