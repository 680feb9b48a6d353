"""Appointments, holds and calls carried from one store into another by their files, a patient at a time."""

import csv
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from tests.conftest import TODAY, Clinic
from tests.store.places import place
from tpi_cli.acts.bring_in import Line, Refusal, Result, by_mrn
from tpi_cli.acts.bring_in_holds import calls, holds
from tpi_cli.acts.bring_in_slots import appointments
from tpi_cli.clock import PINNED
from tpi_cli.exchange.appointments_in import appointment
from tpi_cli.exchange.calls_in import call
from tpi_cli.exchange.fields import Fault
from tpi_cli.exchange.holds_in import hold
from tpi_cli.show.delimited import restored
from tpi_cli.store import keep
from tpi_cli.store.write import transaction

NEW_KINDS = ("appointments", "holds", "calls")
_READ: dict[str, Any] = {"appointments": appointment, "holds": hold, "calls": call}
_ACT: dict[str, Any] = {"appointments": appointments, "holds": holds, "calls": calls}


def lines(kind: str, path: Path) -> tuple[list[Line], list[Refusal]]:
    """The rows of a file, and those that cannot be read."""
    good, bad = [], []
    with path.open(encoding="utf-8", newline="") as file:
        for at, row in enumerate(csv.DictReader(file), 2):
            cells = {name: restored(value.strip()) for name, value in row.items()}
            try:
                good.append(Line((path.name, at), _READ[kind](cells, date.fromisoformat(TODAY))))
            except Fault as fault:
                bad.append(Refusal((path.name, at), fault.column, str(fault)))
    return good, bad


@contextmanager
def on_that_day() -> Iterator[None]:
    """The clock of the test clinics, for acts called without the command line."""
    before = os.environ.get(PINNED)
    os.environ[PINNED] = TODAY
    try:
        yield
    finally:
        del os.environ[PINNED]
        os.environ.update({PINNED: before} if before else {})


def brought_in(clinic: Clinic, *files: tuple[str, Path]) -> Result:
    """Take files in, all in one transaction; what became of their lines."""
    out = Result([], [], [], [])
    with on_that_day(), transaction(place(clinic), act="import") as writing:
        people = by_mrn(writing)
        for kind, path in files:
            good, bad = lines(kind, path)
            out.refused.extend(bad)
            of: dict[str, list[Line]] = defaultdict(list)
            for line in good:
                of[line.row.mrn].append(line)
            for mrn, own in of.items():
                found = _ACT[kind](writing, people[mrn], sorted(own, key=lambda line: line.row.on))
                for into, more in zip(out, found, strict=True):
                    into.extend(more)
                keep.refresh(writing.db, writing.clinic.id, [people[mrn].id])
    return out
