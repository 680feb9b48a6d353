"""CSV files read into checked rows. What is wrong with a row is kept with its line, never raised on the way."""

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

from tpi_cli.acts.patient import New
from tpi_cli.errors import Usage
from tpi_cli.exchange.columns import Translation, translation
from tpi_cli.exchange.csv_text import LONGEST_FIELD, MOST_COLUMNS, Lines, opened
from tpi_cli.exchange.delimiter import sniffed
from tpi_cli.exchange.fields import Fault, Gathered, shown, sound, together
from tpi_cli.exchange.kinds import Parse, parser
from tpi_cli.exchange.map import Map, folded
from tpi_cli.reference import agents
from tpi_cli.rules import checks, identity
from tpi_cli.show.delimited import GUARD, restored

JOINED = frozenset({"alerts", "adverse"})
"""Columns of several texts, each as long as one may be: their parts are checked one by one."""
SHORT = frozenset({"mrn", "phone", "email", "payer"})
"""Columns that are held to the length of a name, as they are where they are typed."""


class Ask(NamedTuple):
    """How files are to be read: the kind that was said, the clinic's day and its own agents, and the map."""

    kind: str | None
    today: date
    own: tuple[agents.Agent, ...] = ()
    map: Map | None = None


class Row(NamedTuple):
    """A checked row of one kind."""

    kind: str
    value: Any


class Table:
    """A file as its header tells it: its name, and what makes rows of its lines.

    `shipped`: it is another program's table, read by a map that comes with tpi.
    """

    def __init__(self, file: str, how: Translation, ask: Ask, delimiter: str) -> None:
        self.file = file
        self.delimiter = delimiter
        self.unknown = how.unknown
        self.skip = how.skip
        self.shipped = bool(how.readings) and any(one.part.has for one in how.readings)
        self._how = how
        self._parsers: dict[str, Parse] = {kind: parser(kind, ask.today, ask.own) for kind in how.kinds}
        self._named = {one.kind for one in how.readings if one.part.patient}

    def rows(self, raw: dict[str, str]) -> tuple[list[Row], str]:
        """What a line says, checked; and why it says nothing that is taken. Raises Fault with all that is wrong."""
        cells = {name: value.strip() for name, value in raw.items()}
        if GUARD in "".join(cells.values()):
            cells = {name: restored(value) for name, value in cells.items()}
        if not checks.plain_texts(cells.values()):
            for name, value in cells.items():
                sound(name, checks.text(value, LONGEST_FIELD))
        made = self._how.made(cells)
        read = Gathered()
        found = [read(self._row, kind, row, cells) for kind, row in made.rows]
        told = {column for column, _ in made.wrong}
        wrong = (*made.wrong, *(one for one in read.parts if one[0] not in told))
        if wrong:
            raise together(wrong)
        return found, made.skipped

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its rows."""
        return self._how.kinds

    def told_of(self, raw: dict[str, str]) -> str:
        """By what mrn the patient of a line goes that cannot be read as a whole; empty where it has none."""
        return raw.get(self.theirs("mrn"), "").strip()

    def theirs(self, field: str) -> str:
        """The column of the file that holds a field of ours, in whichever kind of row; the field where none does."""
        found = (self._how.theirs(kind, field) for kind in self._how.kinds)
        return next((name for name in found if name != field), field)

    def _row(self, kind: str, row: dict[str, str], cells: dict[str, str]) -> Row:
        try:
            _texts(row)
            return Row(kind, self._parsed(kind, row))
        except Fault as fault:
            raise together(tuple(self._how.told(kind, row, *one, cells) for one in fault.parts)) from None

    def _parsed(self, kind: str, row: dict[str, str]) -> Any:
        if kind == "patients" and kind in self._named and not row.get("mrn"):
            return self._parsers[kind]({**row, "mrn": NOBODY})._replace(mrn=None)
        return self._parsers[kind](row)


NOBODY = "-"
"""Stands where a patient has no mrn, while the rest of the row is checked."""


def whose(row: Row) -> str:
    """By what the patient of a row is known in its file."""
    one = row.value
    return str(one.mrn or identity.by_name(one.name, one.born))


def same_as(value: Any) -> Any:
    """What a row is known by again. Of a patient known by name and birth date capitals and blanks do not count."""
    if isinstance(value, New) and value.mrn is None:
        return value._replace(name=folded(value.name))
    return value


def differing(one: Any, other: Any) -> list[str]:
    """The fields in which two rows about the same patient differ."""
    pairs = zip(type(one)._fields, same_as(one), same_as(other), strict=True)
    return [name for name, ours, theirs in pairs if ours != theirs]


class Found(NamedTuple):
    """A line of a file: where it begins, its cells as they stand there, and what is wrong with its shape."""

    line: int
    raw: dict[str, str]
    fault: Fault | None = None


@contextmanager
def opened_table(path: str, ask: Ask) -> Iterator[tuple[Table, Iterator[Found]]]:
    """A CSV file (`-` is stdin) as its table and its lines, one at a time. Raises Usage where it cannot be read."""
    with opened(path) as text:
        lines, names, sign = _reader(text, ask.map)
        how = translation(names, ask.kind, ask.map, path)
        yield Table(path, how, ask, sign), iter(()) if how.skip else _lines(text, lines)


def _reader(text: Lines, map: Map | None) -> tuple[Any, list[str], str]:
    """The rows of a file, its columns' names from the first line that is not blank, and what is between its columns.

    Raises Usage.
    """
    csv.field_size_limit(LONGEST_FIELD)
    first = next((line for line in text if line.strip("\r\n,; \t|")), None)
    if first is None:
        raise Usage(f"{text.name} is empty", hint="the first line names the columns")
    sign = (map.delimiter if map else "") or sniffed(first, text.name)
    lines = csv.DictReader(chain([first], text), strict=True, delimiter=sign)
    lines.fieldnames = names = _header(lines, text)
    return lines, names, sign


def _header(lines: Any, text: Lines) -> list[str]:
    """The columns' names. Raises Usage."""
    try:
        cells = next(lines.reader)
    except csv.Error:
        hint = "commas between columns, quotes around commas"
        raise Usage(f"{text.name}:{text.first}: the header is not CSV", hint=hint) from None
    if len(cells) > MOST_COLUMNS:
        what = f"{text.name}:{text.first}: {len(cells):,} columns, and {MOST_COLUMNS} are the most"
        raise Usage(what, hint="leave out the columns that tpi help csv does not name")
    text.row_ended()
    names = [restored(cell.strip()) for cell in cells]
    long = [name for name in names if len(name) > checks.LONGEST_NAME]
    if long:
        what = f"{text.name}:{text.first}: column {shown(long[0])} has {len(long[0]):,} characters"
        raise Usage(what, hint="is that the line that names the columns?")
    folded = [name.casefold() for name in names]
    twice = [name for name in names if name and folded.count(name.casefold()) > 1]
    if twice:
        raise Usage(f"{text.name}: column {twice[-1]} stands there twice", hint="keep one of them")
    return names


def _lines(text: Lines, lines: Any) -> Iterator[Found]:
    while True:
        try:
            row = next(lines)
        except StopIteration:
            return
        except csv.Error as fault:
            where = f"{text.name}:{text.first}"
            raise Usage(f"{where}: not CSV: {fault}", hint="mend the quotes from that line on") from None
        found = _found(text.first, row)
        if any(map(str.strip, found.raw.values())):  # a spreadsheet ends in lines of nothing but commas
            yield found
        text.row_ended()


_BREAK = re.compile("\r\n|\r|\n")


def _found(line: int, row: dict[str, Any]) -> Found:
    raw = {name: _BREAK.sub("\n", value or "") for name, value in row.items() if name is not None}
    if None in row:
        return Found(line, raw, Fault("-", "more fields than the header has columns"))
    if None in row.values():
        short = next(name for name, value in row.items() if value is None)
        return Found(line, raw, Fault(short, "the row ends before this column"))
    return Found(line, raw)


def _texts(row: dict[str, str]) -> None:
    if checks.plain_texts(row.values()):
        return
    for name, value in row.items():
        sound(name, checks.text(value, LONGEST_FIELD if name in JOINED else checks.LONGEST_TEXT))
        if name in SHORT:
            sound(name, checks.text(value, checks.LONGEST_NAME))
