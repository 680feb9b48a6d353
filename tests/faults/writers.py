"""Writers at one store: what each did, what it was told, and whether all of it is on file in the end.

A writer takes on a patient, records a session and then a score, and starts anew with the next patient, each act a
process of its own. Every act carries a mark by which it is found again.
"""

import subprocess
import threading
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Clinic
from tests.faults import prepared, state
from tests.faults.script import Tally
from tests.store.places import place
from tpi_cli.store import connect

ACTS = {
    "patient": ("patient add", "{mark}", "1960-05-05", "--mrn", "{mark}", "--allergy", "none", "--bleeding", "none"),
    "session": ("inject", "mrn:{who}", "ut", "l", "dry", "--next", "6w", "--consent", "written", "--yes",
                "--note", "{mark}"),
    "outcome": ("outcome", "mrn:{who}", "3", "--note", "{mark}"),
}  # fmt: skip
"""What a writer does about a patient, in this order; the key is the table in which the mark is found."""
MARKS = {"patient": "mrn", "session": "note", "outcome": "note"}

LOST, HALF, CORRUPT, REFUSED = "acknowledged and lost", "half-applied", "corrupt", "refused"


class Done(NamedTuple):
    """An act of a writer and what came of it: its exit code (-9 where it was killed) and what it said."""

    table: str
    mark: str
    code: int
    out: str
    err: str

    @property
    def acknowledged(self) -> bool:
        """A byte on stdout is an answer, whatever became of the process after it."""
        return bool(self.out)


class Writer(threading.Thread):
    """Acts one after the other until told to stop; `process` is the one that runs now, `took` what one takes."""

    def __init__(self, clinic: Clinic, name: str, broken: str | None, acts: int | None = None) -> None:
        """`acts` is how many to do; without it, until `over` is set."""
        super().__init__(name=name, daemon=True)
        self.clinic, self.broken, self.acts = clinic, broken, acts
        self.over = threading.Event()
        self.process: subprocess.Popen[str] | None = None
        self.done: list[Done] = []
        self.began, self.took = 0.0, 1.0

    def run(self) -> None:
        """Patient by patient; one that was not acknowledged may not be there, and the next is begun."""
        patient = 0
        while not self.finished:
            patient += 1
            who = f"{self.name}P{patient}"
            for table in ACTS:
                if self.finished or not self.act(table, who):
                    break

    @property
    def finished(self) -> bool:
        """Whether there is nothing more to do."""
        return self.over.is_set() or (self.acts is not None and len(self.done) >= self.acts)

    def act(self, table: str, who: str) -> bool:
        """One process; whether it was acknowledged."""
        mark = who if table == "patient" else f"{who}{table}"
        command = command_of(table, who, mark)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*prepared.program(self.broken), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=prepared.ROOT,
            env=self.clinic.environment(),
        )
        out, err = self.process.communicate(timeout=prepared.PATIENCE)
        self.done.append(Done(table, mark, self.process.returncode, out, err))
        # one that was killed might have taken longer: without it none would live to tell how long
        self.took = 1.1 * self.took if self.process.returncode else time.monotonic() - self.began
        return self.done[-1].acknowledged


def command_of(table: str, who: str, mark: str) -> list[str]:
    """An act's words for a patient."""
    head, *rest = (word.format(who=who, mark=mark) for word in ACTS[table])
    return [*head.split(), *rest]


class Office:
    """The store the writers share; what was in it before, and what one act of each kind adds to each table."""

    def __init__(self, folder: Path) -> None:
        self.clinic = prepared.prepared(folder / "office")
        self.adds: dict[str, Counter[str]] = {}
        for table in ACTS:
            before = self.rows()
            self.clinic.ok(*command_of(table, "FIRST", "FIRST" if table == "patient" else f"FIRST{table}"))
            self.adds[table] = self.rows() - before
        self.before = self.rows()

    def rows(self) -> Counter[str]:
        """How many rows each table has. Raises state.Damaged."""
        return Counter({table: len(rows) for table, rows in state.read(self.clinic).items()})

    def marks(self, table: str) -> Counter[str]:
        """Which marks are on file, and how often."""
        with closing(connect.open_store(place(self.clinic))) as connection:
            found = connection.execute(f"SELECT {MARKS[table]} FROM {table}").fetchall()
        return Counter(mark for (mark,) in found if mark and mark.startswith("W"))

    def check(self, writers: list[Writer], tally: Tally) -> None:
        """Hold what is on file against what the writers were told."""
        done = [one for writer in writers for one in writer.done]
        for one in done:
            if one.code not in {0, -9} or "locked" in one.err:
                tally.fault(REFUSED, f"{one.table} {one.mark}: exit {one.code}, {one.err.splitlines()[-2:]}")
        try:
            rows = self.rows()
        except state.Damaged as fault:
            tally.fault(CORRUPT, str(fault))
            return
        kept = {table: self.marks(table) for table in ACTS}
        for one in done:
            if one.acknowledged and kept[one.table][one.mark] != 1:
                tally.fault(LOST, f"{one.table} {one.mark}")
        self._halves(rows, kept, tally)
        tally.seen["acts"] = len(done)
        tally.seen["acknowledged"] = sum(one.acknowledged for one in done)
        tally.seen["applied"] = sum(marks.total() for marks in kept.values())

    def _halves(self, rows: Counter[str], kept: dict[str, Counter[str]], tally: Tally) -> None:
        """Every table has exactly the rows that the acts on file add to it."""
        due = Counter(self.before)
        for table, marks in kept.items():
            for other, count in self.adds[table].items():
                due[other] += count * marks.total()
        for table in sorted({*due, *rows}):
            if due[table] != rows[table]:
                tally.fault(HALF, f"{table} has {rows[table]} rows, the acts on file make {due[table]}")
