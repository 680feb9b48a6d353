"""Files brought in: their rows set down, then kept patient by patient, with what became of each row.

A file is read once from end to end and never held; what a patient's rows of every kind say comes in together, so
that the order of files and rows does not matter and the due dates are worked out once.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from tpi_cli.acts import bring_in, bring_in_injections, bring_in_scores
from tpi_cli.acts.bring_in import Beside, Line, Refusal, Result
from tpi_cli.acts.clinician import Staff
from tpi_cli.exchange.csv_in import Ask, Found, Table, opened_table
from tpi_cli.exchange.fields import Fault
from tpi_cli.rules import duplicates, identity
from tpi_cli.rules.duplicates import Person
from tpi_cli.store import keep, tables
from tpi_cli.store.chart import House
from tpi_cli.store.columns import known_day
from tpi_cli.store.read import duplicates as read
from tpi_cli.store.shelf import Kept, Shelf
from tpi_cli.store.write import Writing

PEOPLE = "patients"
TELL_EVERY = 100
"""Rows between two words about how far it has come."""


Watch = Callable[[str, int, int | None], None]
"""Told how far it has come: what is being done, how many rows are done, and of how many (None: nobody knows)."""


class Reading:
    """Files being read: the shelf with their rows, and the table that makes rows of each file's lines."""

    def __init__(self, shelf: Shelf, watch: Watch) -> None:
        self.shelf = shelf
        self.watch = watch
        self.tables: list[Table] = []

    def read(self, path: str, ask: Ask) -> Table:
        """Set the rows of a file down. Raises Usage where it cannot be read as a whole."""
        with opened_table(path, ask) as (table, found):
            self.tables.append(table)
            for count, one in enumerate(found, 1):
                self._set_down(table, one)
                if count % TELL_EVERY == 0:
                    self.watch(f"reading {os.path.basename(table.file)}", count, None)
        return table

    def _set_down(self, table: Table, one: Found) -> None:
        bare = Kept(len(self.tables) - 1, one.line, table.kind, one.raw.get("mrn", "").strip(), one.raw)
        try:
            if one.fault:
                raise one.fault
            rows = table.rows(one.raw)
        except Fault as fault:
            self.shelf.put(bare._replace(state="refused", field=fault.column, what=str(fault)))
            return
        first = rows[0]
        day = "" if table.kind == PEOPLE else first.date.isoformat()
        mark = bring_in.digest(first) if table.kind == PEOPLE else None
        self.shelf.put(bare._replace(mrn=first.mrn, digest=mark), day)

    def lines(self, waiting: Iterable[Kept]) -> list[Line]:
        """The rows of lines that were found sound."""
        return [Line((one.file, one.line), row) for one in waiting for row in self.tables[one.file].rows(one.cells)]


Act = Callable[[tables.Patient, list[Line]], Result]
"""What keeps a patient's rows of a kind."""


class Bringing:
    """An import under way: the transaction, and what was read."""

    def __init__(self, writing: Writing, reading: Reading) -> None:
        self._writing = writing
        self._reading = reading
        self._shelf = reading.shelf
        self._house = House(writing.db)
        injections = partial(bring_in_injections.injections, writing, self._house, Staff(writing))
        self._acts: dict[str, Act] = {"injections": injections, "outcomes": partial(bring_in_scores.outcomes, writing)}

    def keep(self) -> None:
        """Keep what waits on the shelf: first who is new, in the order of the files, then the rest by patient."""
        total, done = self._shelf.count(), 0
        for one in self._shelf.waiting(PEOPLE):
            self._person(one)
            done = self._told(done, 1, total)
        for mrn in self._shelf.whom(PEOPLE):
            done = self._told(done, self._of_one(mrn), total)

    def _told(self, before: int, more: int, total: int) -> int:
        done = before + more
        if before // TELL_EVERY != done // TELL_EVERY:
            self._reading.watch("importing", done, total)
        return done

    def _person(self, one: Kept) -> None:
        (line,) = self._reading.lines([one])
        result = bring_in.one_patient(self._writing, line, self._writing.today, self._shelf.earlier(one))
        self._settle(result)

    def _of_one(self, mrn: str) -> int:
        """Keep the rows about a patient; returns how many."""
        waiting = list(self._shelf.of_one(mrn))
        states = self._shelf.beside(mrn, PEOPLE)
        beside = Beside(bool(states - {"refused"}), "refused" in states)
        person = bring_in.whose(self._writing, mrn, beside)
        if isinstance(person, str):
            self._settle(Result([], [], [], [Refusal((one.file, one.line), "mrn", person) for one in waiting]))
            return len(waiting)
        moved = False
        for kind, act in self._acts.items():  # a score comes after its session
            lines = self._reading.lines([one for one in waiting if one.kind == kind])
            if lines:
                result = act(person, lines)
                self._settle(result)
                moved = moved or bool(result.new or result.changed)
        if moved:
            keep.refresh(self._writing.db, self._writing.clinic.id, [person.id], self._house)
        return len(waiting)

    def _settle(self, result: Result) -> None:
        for state in ("same", "new", "changed"):
            for line in getattr(result, state):
                self._shelf.settle(state, [line.at], what=line.what)
        for one in result.refused:
            self._shelf.settle("refused", [one.at], one.column, one.what)

    def alike(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Who was added and may be somebody on file, or somebody else in the files: two ids, and why."""
        for person in read.everybody(self._writing.db):
            fresh = self._is_fresh(person.number)
            self._shelf.know(person.number, person.key, person.born.isoformat(), person.phone, fresh=fresh)
        for one, other in self._shelf.close_to():
            why = duplicates.reasons(_person(one), _person(other))
            if why:
                yield identity.patient(one[0]), identity.patient(other[0]), why

    def _is_fresh(self, number: int) -> bool:
        sql = "SELECT created_at FROM patient WHERE number = :number"
        return bool(self._writing.db.value(sql, number=number) == self._writing.stamp)


def _person(row: tuple[Any, ...]) -> Person:
    number, key, born, phone = row
    return Person(number, key, known_day(born), phone)


def rows_of(path: str, ask: Ask) -> Iterator[tuple[int, Any]]:
    """The rows of a file that is known to be sound, each with its line."""
    with opened_table(path, ask) as (table, found):
        for one in found:
            for row in table.rows(one.raw):
                yield one.line, row
