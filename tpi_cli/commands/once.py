"""`--idempotency-key`: what was done under a key is not done again, and the retry gets its answer."""

import hashlib
import io
import sys
from collections.abc import Callable
from typing import Any

from tpi_cli import clock
from tpi_cli.errors import Conflict, SameKey, ServerLost, StoreBusy, TpiError, Unsettled, Usage
from tpi_cli.rules import chain, identity
from tpi_cli.show.out import Out
from tpi_cli.store import connect
from tpi_cli.store.database import Database
from tpi_cli.store.read import requests
from tpi_cli.store.read.requests import Done

LONGEST = 200
_KINDS = {"S-": "session", "A-": "appointment"}
"""What the start of a record's code says that it is."""


MOST = 64 * 1024 * 1024
"""Bytes of stdin: twice what tpi import takes at the most; what is more is left to the command to refuse."""


PATIENT = 60.0
"""Seconds that a server which was lost is tried again: longer than a standby takes to be promoted."""
NAP = 0.5
"""Seconds between two tries."""
PASSING = (ServerLost, Unsettled, StoreBusy, SameKey)
"""What a second try may find over: two that met, a connection or a server that was lost."""


class Asked:
    """A key, and the act asked for under it with everything that was typed but how to answer."""

    def __init__(self, key: str, act: str, typed: dict[str, Any]) -> None:
        if not key.strip() or len(key) > LONGEST:
            raise Usage("an idempotency key has 1 to 200 characters", hint="--idempotency-key $(uuidgen)")
        told = {name: str(value) for name, value in typed.items()}
        self._typed_in: bytes | None = None
        if any(value == "-" or (isinstance(value, list | tuple) and "-" in value) for value in typed.values()):
            self._typed_in = sys.stdin.buffer.read(MOST)
            told["-"] = hashlib.sha256(self._typed_in).hexdigest()
        self.key = key
        self.hash = hashlib.sha256(chain.canonical(["tpi-request-1", act, told])).hexdigest()

    def rewind(self) -> None:
        """Leave what came on stdin there for the command: another note under a key is another act."""
        if self._typed_in is not None:
            sys.stdin = io.TextIOWrapper(io.BytesIO(self._typed_in), encoding="utf-8", errors="surrogateescape")

    def done(self, db: Database) -> Done | None:
        """What was done under the key; None if nothing was. Raises Conflict where it was something else."""
        found = requests.under(db, self.key)
        if found is not None and found.asked != self.hash:
            raise Conflict("this idempotency key was used for something else", hint="a new act needs a new key")
        if found is not None and found.undone:
            raise Conflict("what was done under this key was taken back since", hint="to do it again use a new key")
        return found

    def note(self, writing: Any) -> None:
        """Keep the key with what the transaction does. Raises SameKey where it was taken a moment ago."""
        if self.done(writing.db) is not None:
            raise SameKey()
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


def done_once(asked: Asked, desk: Any, act: Callable[[], Any]) -> Any:
    """Do the act, unless it was done before under its key; the command's exit code.

    On a server it is looked up and done again where that may help, unless somebody would have to be asked again.
    """
    place, tries = desk.place, _Tries(desk)
    while True:
        try:
            asked.rewind()
            with connect.reading(place, latest=True) as db:
                done = asked.done(db)
            if done is None:
                return act()
            asked.answer(done, desk.out())
            return 0
        except PASSING as fault:
            tries.again(fault)


class _Tries:
    """How long has been tried, and whether a try may have recorded the act after all."""

    def __init__(self, desk: Any) -> None:
        self._out: Out = desk.out()
        self._may = bool(desk.place.url) and (desk.yes or self._out.no_input or not sys.stdin.isatty())
        self._until: float | None = None
        self._doubt: TpiError | None = None

    def again(self, fault: TpiError) -> None:
        """Wait for the next try; raises what the last one met where there is none, or what an earlier one left open."""
        if isinstance(fault, Unsettled):
            self._doubt = fault
        if self._until is None:
            self._until = clock.running() + PATIENT
            self._out.say(f"{fault}: trying again for up to {PATIENT:.0f} seconds" if self._may else "")
        if not self._may or clock.running() > self._until:
            raise self._doubt or fault
        clock.pause(NAP)
