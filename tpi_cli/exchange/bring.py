"""Files brought in: their rows set down, then kept patient by patient, with what became of each row.

A file is read once from end to end and never held; what a patient's rows of every kind say comes in together, so
that the order of files and rows does not matter and the due dates are worked out once.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from tpi_cli.acts import bring_in, bring_in_chart, bring_in_holds, bring_in_injections, bring_in_scores, bring_in_slots
from tpi_cli.acts.bring_in import Beside, Line, Refusal, Result
from tpi_cli.acts.bring_in_sessions import Hindsight
from tpi_cli.acts.staff import Staff
from tpi_cli.exchange.csv_in import Ask, Found, Row, Table, differing, opened_table, whose
from tpi_cli.exchange.fields import Fault
from tpi_cli.show.progress import Watch
from tpi_cli.store import keep
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.shelf import Kept, Shelf
from tpi_cli.store.write import Writing

PEOPLE = "patients"


class Reading:
    """Files being read: the shelf with their rows, and the table that makes rows of each file's lines."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.tables: list[Table] = []

    def read(self, path: str, ask: Ask, watch: Watch) -> Table:
        """Set the rows of a file down. Raises Usage where it cannot be read as a whole."""
        with opened_table(path, ask) as (table, found):
            self.tables.append(table)
            what = f"reading {os.path.basename(table.file)}"
            for count, one in enumerate(found, 1):
                self._set_down(table, one)
                watch(what, count, None)
        return table

    def _set_down(self, table: Table, one: Found) -> None:
        bare = Kept(len(self.tables) - 1, one.line, 0, "", "", one.raw)
        try:
            if one.fault:
                raise one.fault
            rows, skipped = table.rows(one.raw)
        except Fault as fault:
            refused = bare._replace(kind=table.kinds[-1], mrn=table.told_of(one.raw))
            self.shelf.put(refused._replace(state="refused", field=fault.column, what=str(fault)))
            return
        if not rows:
            self.shelf.put(bare._replace(state="left out", what=skipped))
        for part, row in enumerate(rows):
            kept = Kept(bare.file, one.line, part, row.kind, whose(row), one.raw, alone=len(table.kinds) == 1)
            self.shelf.put(kept, _day(row))

    def lines(self, waiting: Iterable[Kept]) -> list[Line]:
        """The rows that were found sound, each line read once."""
        read: dict[tuple[int, int], list[Any]] = {}
        out = []
        for one in waiting:
            line = one.file, one.line
            if line not in read:
                read[line] = self.tables[one.file].rows(one.cells)[0]
            out.append(Line(one.at, read[line][one.part].value))
        return out


def _day(row: Row) -> str:
    """The day of a row, which is called `date` where the file's column is; a patient has none."""
    if row.kind == PEOPLE:
        return ""
    return str(row.value.date if hasattr(row.value, "date") else row.value.on)


Act = Callable[[bring_in.Person, list[Line]], Result]
"""What keeps a patient's rows of a kind."""
DEATHS = "deaths"
"""The rows of holds that tell of a death: they come first, for nothing happens after it."""


class Bringing:
    """An import under way: the transaction, and what was read."""

    def __init__(self, writing: Writing, reading: Reading) -> None:
        self._writing = writing
        self._reading = reading
        self._shelf = reading.shelf
        self._house = House(writing.db)
        self._past = Hindsight(writing, self._house)
        self.unsaid = 0
        """How many new injections name no clinician."""

    def _acts(self) -> dict[str, Act]:
        """What keeps the rows of each kind, in their order: a score comes after its session."""
        writing = self._writing
        return {
            DEATHS: partial(bring_in_holds.holds, writing),
            "alerts": partial(bring_in_chart.alert_rows, writing),
            "weights": partial(bring_in_chart.weight_rows, writing),
            "injections": partial(bring_in_injections.injections, writing, self._past, Staff(writing)),
            "outcomes": partial(bring_in_scores.outcomes, writing),
            "appointments": partial(bring_in_slots.appointments, writing),
            "holds": partial(bring_in_holds.holds, writing),
            "calls": partial(bring_in_holds.calls, writing),
        }

    def keep(self, watch: Watch) -> None:
        """Keep what waits on the shelf: first who is new, in the order of the files, then the rest by patient.

        A line lands whole or not at all: where a part of it is refused and another was kept, everything is taken
        back and begun again without that line.
        """
        self._writing.db.make_room()
        back = self._writing.mark()
        self._once(watch)
        while self._shelf.refuse_whole_lines():
            back()
            self._shelf.unsettle()
            self._once(watch)
        assert not self._shelf.waits(), "every row was settled"

    def _once(self, watch: Watch) -> None:
        total, done, acts = self._shelf.waits(), 0, self._acts()
        self.unsaid = 0
        for count in self._steps(acts):
            done += count
            watch("importing", done, total)

    def _steps(self, acts: dict[str, Act]) -> Iterator[int]:
        """Each step done as it is asked for; tells how many rows that was."""
        for one in self._shelf.waiting(PEOPLE):
            self._person(one)
            yield 1
        for mrn in self._shelf.whom(PEOPLE):
            yield self._of_one(mrn, acts)

    def _person(self, one: Kept) -> None:
        """A sheet of visits tells of a patient each time; a list of patients tells of each once."""
        earlier = self._shelf.earlier(one) if one.alone else None
        (line, *first) = self._reading.lines([one, *([earlier] if earlier else [])])
        if not first:
            self._settle(bring_in.one_patient(self._writing, line, self._writing.today, visit=not one.alone))
        elif fields := differing(first[0].row, line.row):
            names = ", ".join(map(self._reading.tables[one.file].theirs, fields))
            what = f"stands there twice, on line {first[0].at[1]} with another {names}"
            self._shelf.settle("refused", one.at, self._reading.tables[one.file].theirs("mrn"), what)
        else:
            self._shelf.settle("same", one.at)

    def _of_one(self, mrn: str, acts: dict[str, Act]) -> int:
        """Keep the rows about a patient; returns how many."""
        waiting = list(self._shelf.of_one(mrn))
        states = self._shelf.beside(mrn, PEOPLE)
        beside = Beside(bool(states - {"refused"}), states == {"refused"})
        person = bring_in.whose(self._writing, mrn, beside)
        if isinstance(person, str):
            for one in waiting:
                self._shelf.settle("refused", one.at, self._reading.tables[one.file].theirs("mrn"), person)
            return len(waiting)
        moved = set()
        for kind, lines in self._by_act(waiting, acts).items():
            result = acts[kind](person, lines)
            self._settle(result)
            if kind == DEATHS:
                person = bring_in.as_on_file(self._writing, person)
            self.unsaid += sum(kind == "injections" and not line.row.clinician for line in result.new)
            if result.new or result.changed:
                moved.add(kind)
        if moved:
            db = self._writing.db
            chart = self._past.chart if moved == {"injections"} else Chart(db, self._house, person.id)
            keep.by_chart(db, self._writing.clinic.id, chart)
        return len(waiting)

    def _by_act(self, waiting: list[Kept], acts: dict[str, Act]) -> dict[str, list[Line]]:
        """The rows by what keeps them, in that order."""
        out: dict[str, list[Line]] = {kind: [] for kind in acts}
        for one, line in zip(waiting, self._reading.lines(waiting), strict=True):
            died = one.kind == "holds" and line.row.reason == "died"
            out[DEATHS if died else one.kind].append(line)
        return {kind: lines for kind, lines in out.items() if lines}

    def _settle(self, result: Result) -> None:
        for state, lines in {"same": result.same, "new": result.new, "changed": result.changed}.items():
            for line in lines:
                self._shelf.settle(state, line.at, what=line.what)
        for line in result.left:
            self._shelf.settle("left out", line.at, what=line.what)
        for one in result.refused:
            self._refuse(one)

    def _refuse(self, one: Refusal) -> None:
        """A score of another system that is older than any session has nothing to be measured against."""
        table = self._reading.tables[one.at[0]]
        state = "left out" if table.shipped and one.what == bring_in_scores.NO_SESSION else "refused"
        self._shelf.settle(state, one.at, table.theirs(one.column), one.what)


def rows_of(path: str, ask: Ask) -> Iterator[Line]:
    """The rows of a file that is known to be sound."""
    with opened_table(path, ask) as (table, found):
        for one in found:
            rows, _ = table.rows(one.raw)
            yield from (Line((path, one.line), row.value) for row in rows)
