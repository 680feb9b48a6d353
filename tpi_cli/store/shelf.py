"""Rows of files set down until their turn: on disk and not in memory, so that a file may be as long as it is.

The shelf is an SQLite file of its own beside the store, encrypted with a key that nobody keeps and, where the system
allows, without a name as soon as it is open: whatever happens, nothing of it can be read afterwards.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from itertools import groupby
from typing import Any, NamedTuple

from tpi_cli import files
from tpi_cli.errors import StoreReadOnly
from tpi_cli.store import connect
from tpi_cli.store.database import Driver
from tpi_cli.store.place import Place, make_folder

CACHE_KB = 8_000
"""What the shelf may hold in memory."""
_KEY_BYTES = 32
_PAGE = 500
_MADE = """
CREATE TABLE line (
    file INTEGER, line INTEGER, part INTEGER, kind TEXT, mrn TEXT, day TEXT, alone INTEGER, cells TEXT, state TEXT,
    field TEXT, what TEXT, PRIMARY KEY (file, line, part)
) WITHOUT ROWID;
CREATE INDEX of_whom ON line (mrn, kind, day, file, line, part);
CREATE INDEX of_kind ON line (kind, file, line, part);
CREATE TABLE person (number INTEGER PRIMARY KEY, name TEXT, words TEXT, born TEXT, phone TEXT, fresh INTEGER);
CREATE INDEX of_born ON person (born);
CREATE INDEX of_words ON person (words);
CREATE INDEX of_phone ON person (phone);
"""
_PUT = "INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SETTLE = "UPDATE line SET state = ?, field = ?, what = ? WHERE file = ? AND line = ? AND part = ?"
_WHOLE = """
UPDATE line SET (state, field, what) = (
    SELECT state, field, what FROM line AS bad
    WHERE bad.file = line.file AND bad.line = line.line AND bad.state = 'refused' ORDER BY bad.part LIMIT 1
)
WHERE state <> 'refused' AND (file, line) IN (SELECT file, line FROM line WHERE state = 'refused')
"""
_LOOKED_AT = ("new", "changed", "same")
MOST_ALIKE = 30
"""People who share a birth date, a name or a telephone: more are a placeholder, and comparing them all has no end."""
WAYS = ("born", "words", "phone")
_SHARED = f"SELECT {{way}} FROM person WHERE {{way}} <> '' GROUP BY {{way}} HAVING COUNT(*) {{which}} {MOST_ALIKE}"
_COLUMNS = "file, line, part, kind, mrn, cells, alone, state, field, what"
STATES = ("refused", "new", "changed", "same", "left out")
"""What can become of a row; of a line with several rows the first of these that became of one."""


_WEIGHT = " ".join(f"WHEN '{state}' THEN {weight}" for weight, state in enumerate(STATES))
_COUNTED = f"""
SELECT file, weight, what, COUNT(*) FROM (
    SELECT file, MIN(CASE COALESCE(state, '{STATES[-1]}') {_WEIGHT} END) AS weight, what
    FROM line GROUP BY file, line
) GROUP BY file, weight, CASE WHEN weight = {len(STATES) - 1} THEN what END
"""
"""Lines by file, by what weighs most of their rows, and those that were left out by why."""


class Kept(NamedTuple):
    """A row of a line of a file: `file` counts the files from 0, `part` the rows of a line.

    `cells` is the line as it stood, `alone`: its file holds rows of this kind alone. `state` is one of `STATES`,
    `field` and `what` say why.
    """

    file: int
    line: int
    part: int
    kind: str
    mrn: str
    cells: dict[str, str]
    alone: bool = False
    state: str | None = None
    field: str | None = None
    what: str | None = None

    @property
    def at(self) -> tuple[int, int, int]:
        """Where it stands: file, line, part."""
        return self.file, self.line, self.part


class Shelf:
    """Rows by file and by whom they are about, with what became of each: new, changed, same or refused."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._connection.executescript(_MADE)
        self._connection.execute("BEGIN")  # never ended: nothing here is to last
        self._waiting: list[tuple[Any, ...]] = []
        self._settled: list[tuple[Any, ...]] = []

    def put(self, one: Kept, day: str = "") -> None:
        """Set a row down; those of one patient and kind come back by their day."""
        self._waiting.append((*one[:5], day, one.alone, json.dumps(one.cells), *one[7:]))
        if len(self._waiting) >= _PAGE:
            self._send()

    def settle(self, state: str, at: tuple[int, int, int], field: str = "", what: str = "") -> None:
        """Say what became of a row (file, line, part)."""
        self._settled.append((state, field, what, *at))
        if len(self._settled) >= _PAGE:
            self._send()

    def _send(self) -> None:
        """Write what waits, many rows at a time."""
        waiting, self._waiting = self._waiting, []
        settled, self._settled = self._settled, []
        self._connection.executemany(_PUT, waiting)
        self._connection.executemany(_SETTLE, settled)

    def waits(self) -> int:
        """How many rows nobody settled."""
        return int(self._value("SELECT COUNT(*) FROM line WHERE state IS NULL"))

    def refuse_whole_lines(self) -> int:
        """Refuse every row of a line of which a row is refused and another is not; returns how many that were."""
        self._send()
        return int(self._connection.execute(_WHOLE).rowcount)

    def unsettle(self) -> None:
        """Forget what became of the rows that were looked at and not refused: they are to be kept anew."""
        left = "state = 'left out' AND kind <> ''"  # without a kind it was left out when it was read
        self._run(f"UPDATE line SET state = NULL, field = NULL, what = NULL WHERE {left} OR state IN {_LOOKED_AT}")

    def waiting(self, kind: str) -> Iterator[Kept]:
        """The rows of a kind that nobody settled, in the order of the files. Settling while reading is allowed."""
        sql = f"""
            SELECT {_COLUMNS} FROM line INDEXED BY of_kind
            WHERE kind = :kind AND state IS NULL AND (file, line, part) > (:file, :number, :part)
            ORDER BY file, line, part LIMIT {_PAGE}
        """
        at = (-1, 0, 0)
        while rows := list(map(_kept, self._rows(sql, kind=kind, file=at[0], number=at[1], part=at[2]))):
            yield from rows
            at = rows[-1].at

    def lines(self) -> Iterator[Kept]:
        """Every line, in the order of the files, as what weighs most of its rows."""
        rows = map(_kept, self._rows(f"SELECT {_COLUMNS} FROM line ORDER BY file, line, part"))
        for _, parts in groupby(rows, key=lambda one: one.at[:2]):
            yield min(parts, key=lambda one: STATES.index(one.state or STATES[-1]))

    def refused(self) -> Iterator[Kept]:
        """The lines that were refused, in the order of the files."""
        rows = map(_kept, self._rows(f"SELECT {_COLUMNS} FROM line WHERE state = 'refused' ORDER BY file, line, part"))
        return (next(parts) for _, parts in groupby(rows, key=lambda one: one.at[:2]))

    def whom(self, but: str) -> Iterator[str]:
        """By what number the patients go of whom lines of other kinds than `but` wait, each once, in order."""
        last = ""
        sql = """
            SELECT mrn FROM line INDEXED BY of_whom WHERE mrn > :last AND kind <> :but AND state IS NULL
            ORDER BY mrn LIMIT 1
        """
        while (found := self._value(sql, last=last, but=but)) is not None:
            yield found
            last = found

    def of_one(self, mrn: str) -> Iterator[Kept]:
        """The lines about a patient that nobody settled, by kind and day."""
        sql = f"SELECT {_COLUMNS} FROM line WHERE mrn = :mrn AND state IS NULL ORDER BY kind, day, file, line, part"
        return map(_kept, list(self._rows(sql, mrn=mrn)))

    def beside(self, mrn: str, kind: str) -> set[str | None]:
        """What became of the lines of a kind about a patient."""
        return {state for (state,) in self._rows("SELECT state FROM line WHERE mrn = :mrn AND kind = :kind",
                                                  mrn=mrn, kind=kind)}  # fmt: skip

    def earlier(self, one: Kept) -> Kept | None:
        """The first row of the same kind and number, alone in its file too, that stands before this one."""
        sql = f"""
            SELECT {_COLUMNS} FROM line WHERE mrn = :mrn AND kind = :kind AND (file, line, part) < (:file, :line, :part)
            AND alone AND state <> 'refused' ORDER BY file, line, part LIMIT 1
        """
        at = {"file": one.file, "line": one.line, "part": one.part}
        return next(map(_kept, self._rows(sql, mrn=one.mrn, kind=one.kind, **at)), None)

    def counts(self) -> Counter[tuple[int, str, str]]:
        """How many lines of each file came to what; those that were left out by why."""
        found: Counter[tuple[int, str, str]] = Counter()
        for file, weight, what, count in self._rows(_COUNTED):
            found[file, STATES[weight], what or "" if STATES[weight] == STATES[-1] else ""] += count
        return found

    def know(self, number: int, name: str, born: str, phone: str, *, fresh: bool) -> None:
        """Note somebody who is on file, or (fresh) was just added, to be looked for among the others."""
        words = " ".join(sorted(name.split()))
        sql = "INSERT OR REPLACE INTO person VALUES (:number, :name, :words, :born, :phone, :fresh)"
        self._run(sql, number=number, name=name, words=words, born=born, phone=phone, fresh=fresh)

    def close_to(self) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
        """Pairs of whom one is fresh that share a birth date, a name or a telephone: number, name, born, phone."""
        ways = " UNION ".join(
            f"SELECT MIN(one.number, other.number) AS low, MAX(one.number, other.number) AS high FROM person AS one"
            f" JOIN person AS other ON other.{way} = one.{way} AND other.number <> one.number"
            f" WHERE one.fresh AND one.{way} IN ({_SHARED.format(way=way, which='BETWEEN 2 AND')})"
            for way in WAYS
        )
        person = "SELECT number, name, born, phone FROM person WHERE number = :number"
        for low, high in self._rows(f"{ways} ORDER BY 1, 2"):
            yield next(self._rows(person, number=low)), next(self._rows(person, number=high))

    def crowded(self) -> int:
        """How many birth dates, names and telephones more people share than were compared."""
        sums = " + ".join(f"(SELECT COUNT(*) FROM ({_SHARED.format(way=way, which='>')}))" for way in WAYS)
        return int(self._value(f"SELECT {sums}"))

    def _run(self, sql: str, **values: Any) -> None:
        if self._waiting or self._settled:
            self._send()
        self._connection.execute(sql, values)

    def _rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        if self._waiting or self._settled:
            self._send()
        found: Iterator[tuple[Any, ...]] = self._connection.execute(sql, values)
        return found

    def _value(self, sql: str, **values: Any) -> Any:
        row = next(self._rows(sql, **values), None)
        return None if row is None else row[0]


def _kept(row: tuple[Any, ...]) -> Kept:
    one = Kept._make(row)
    return one._replace(cells=json.loads(row[5]))


@contextmanager
def shelf(place: Place) -> Iterator[Shelf]:
    """A shelf of this call, gone at its end. Raises StoreUnavailable, StoreReadOnly."""
    path = f"{place.beside}.{os.getpid()}.rows"
    make_folder(os.path.dirname(path))
    _make(path)
    try:
        with closing(connect.connect(path, os.urandom(_KEY_BYTES).hex())) as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KB}", "secure_delete=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            one = Shelf(connection)
            if os.name == "posix":
                os.unlink(path)
            yield one
    except Driver.Error as fault:
        raise connect.translated(fault, place) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)


def _make(path: str) -> None:
    """The file, empty. Raises StoreReadOnly."""
    try:
        os.close(files.make(path))
    except OSError as fault:
        raise StoreReadOnly(why=fault.strerror or "it cannot be written", path=os.path.dirname(path)) from None
