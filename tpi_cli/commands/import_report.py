"""What became of the rows that were brought in: in words, in numbers, and the refused ones as a file to be mended."""

import csv
import os
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tpi_cli.errors import Usage
from tpi_cli.exchange.bring import Reading
from tpi_cli.exchange.said import said
from tpi_cli.show.delimited import guarded, restored
from tpi_cli.show.out import Out, Unwritten
from tpi_cli.show.report import many
from tpi_cli.store.shelf import Kept

STATES = ("new", "changed", "same", "refused")
LEFT = "left out"
REFUSED = "refused"
"""The column with the reason in a file of refused rows."""


class Report:
    """What became of the rows on the shelf, file by file."""

    def __init__(self, reading: Reading, redact: str = "none") -> None:
        self._reading = reading
        self._redact = redact
        self._shelf = reading.shelf
        self._files = [table.file for table in reading.tables]
        self._skips = [table.skip for table in reading.tables]
        counts = self._shelf.counts()
        self._why = {(file, why): count for (file, state, why), count in counts.items() if state == LEFT}
        self._counts: Counter[tuple[int, str]] = Counter()
        for (file, state, _), count in counts.items():
            self._counts[file, state] += count

    def counted(self) -> list[str]:
        """A line a file: how many lines came to what; and what was left out of it, by why."""
        return [line for at, file in enumerate(self._files) for line in self._of_file(at, file)]

    def _of_file(self, at: int, file: str) -> list[str]:
        if self._skips[at]:
            return [f"{file}: {LEFT}: {self._skips[at]}"]
        left = [f"{file}: {count} {LEFT}: {why}" for (of, why), count in self._why.items() if of == at]
        return [f"{file}: {', '.join(f'{self._counts[at, state]} {state}' for state in STATES)}", *left]

    def row_by_row(self) -> list[str]:
        """A line a line: where it stands, what would become of it and why, and what was understood of it."""
        return [f"{self._at(one)}: {_become(one)}{self._understood(one)}" for one in self._shelf.lines()]

    def _understood(self, one: Kept) -> str:
        """What a row that would change something says, in our words."""
        if one.state not in {"new", "changed"} or self._redact != "none":
            return ""
        rows, _ = self._reading.tables[one.file].rows(one.cells)
        return f"   {said(rows)}"

    def refused(self) -> Iterator[str]:
        """The refused rows: file, line, column, what is wrong."""
        return (f"{self._at(one)}: {_fault(one)}" for one in self._shelf.refused())

    def facts(self, *, rows: bool) -> dict[str, Any]:
        """The same for programs; with every row where that is wanted."""
        total = {state: self.total(state) for state in STATES} | {"left_out": self.total(LEFT)}
        bad = [{**self._place(one), "column": one.field, "what": one.what} for one in self._shelf.refused()]
        told = [{**self._place(one), "state": one.state, "column": one.field or None, "what": one.what or None}
                for one in self._shelf.lines()] if rows else []  # fmt: skip
        return {**total, "refused_rows": bad, **({"rows": told} if rows else {})}

    def total(self, wanted: str) -> int:
        """How many lines came to that."""
        return sum(count for (_, state), count in self._counts.items() if state == wanted)

    def _at(self, one: Kept) -> str:
        return f"{self._files[one.file]}:{one.line}"

    def _place(self, one: Kept) -> dict[str, Any]:
        return {"file": self._files[one.file], "line": one.line}

    def stop(self, out: Out, *, dry_run: bool) -> None:
        """Name every bad row, then stop: the transaction takes everything back. Raises Usage."""
        what = "would be refused" if dry_run else "nothing was imported"
        hint = "mend the file, or take the rest with --on-error skip"
        count = self.total("refused")
        if count == 1 or out.machine:
            more = "" if count == 1 else f" (and {many(count - 1, 'more row')})"
            raise Usage(f"{next(self.refused())}{more}; {what}", hint=hint)
        for line in () if dry_run else self.refused():
            out.say(line)
        raise Usage(f"{count} rows {what if dry_run else f'refused; {what}'}", hint=hint)

    def write_refused(self, written: list[str]) -> None:
        """The refused lines of each file in a file beside it, with the reason in a last column; each file's name is
        noted before it is written. Raises Unwritten.
        """
        for at, bad in groupby(self._shelf.refused(), key=lambda one: one.file):
            file = self._files[at]
            path = _free("stdin" if file == "-" else _stem(file))
            written.append(path)
            _write(path, bad, self._reading.tables[at].delimiter)


def _fault(one: Kept) -> str:
    return f"{one.field}: {one.what}"


def _become(one: Kept) -> str:
    told = _fault(one) if one.state == "refused" else one.what
    return f"{one.state}: {told}" if told else str(one.state)


def _stem(file: str) -> str:
    """The name without `.csv`, `.csv.gz` or whatever it ends in."""
    return os.path.splitext(file.removesuffix(".gz"))[0]


def _free(stem: str) -> str:
    """A name for the refused rows that nothing has yet: an older file may hold work half done."""
    path, count = f"{stem}.refused.csv", 1
    while os.path.lexists(path):
        count += 1
        path = f"{stem}.refused-{count}.csv"
    return path


def _write(path: str, bad: Iterator[Kept], delimiter: str) -> None:
    """Raises Unwritten. The file is written as the other was, for the same map is to read it."""
    try:
        with Out(output=path).into() as file:
            csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(_given_back(bad))
    except Unwritten as fault:
        hint = "the rows that are refused go there: make room, or mend the file first"
        raise Unwritten(path=path, why=str(fault).rpartition(": ")[2], hint=hint) from None


def _given_back(bad: Iterator[Kept]) -> Iterator[list[str]]:
    """The header, then the lines, each with its reason in the last column."""
    for count, one in enumerate(bad):
        cells = {name: text for name, text in one.cells.items() if name.casefold() != REFUSED}
        if count == 0:
            yield list(map(guarded, (*cells, REFUSED)))
        yield list(map(guarded, (*map(restored, cells.values()), _fault(one))))
