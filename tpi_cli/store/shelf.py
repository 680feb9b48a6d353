"""Rows of files set down until their turn: on disk and not in memory, so that a file may be as long as it is.

The shelf is an SQLite file of its own beside the store, encrypted with a key that nobody keeps and, where the system
allows, without a name as soon as it is open: whatever happens, nothing of it can be read afterwards.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, NamedTuple

from tpi_cli import files
from tpi_cli.store import connect
from tpi_cli.store.place import Place

CACHE_KB = 8_000
"""What the shelf may hold in memory."""
_KEY_BYTES = 32
_MADE = """
CREATE TABLE line (
    file INTEGER, line INTEGER, kind TEXT, mrn TEXT, day TEXT, digest TEXT, cells TEXT, state TEXT, field TEXT,
    what TEXT, PRIMARY KEY (file, line)
) WITHOUT ROWID;
CREATE INDEX of_whom ON line (mrn, kind, day, file, line);
CREATE INDEX of_state ON line (state, file, line);
CREATE TABLE person (number INTEGER PRIMARY KEY, name TEXT, words TEXT, born TEXT, phone TEXT, fresh INTEGER);
CREATE INDEX of_born ON person (born);
CREATE INDEX of_words ON person (words);
CREATE INDEX of_phone ON person (phone);
"""
_PUT = "INSERT INTO line VALUES (:file, :line, :kind, :mrn, :day, :digest, :cells, :state, :field, :what)"
_SETTLE = """
UPDATE line SET state = :state, field = :field, what = :what
WHERE file = :file AND line = :line AND (state IS NULL OR state <> 'refused')
"""
_COLUMNS = "file, line, kind, mrn, cells, digest, state, field, what"


class Kept(NamedTuple):
    """A line of a file: `file` counts the files from 0, `cells` is the row as it stood, `state` what became of it."""

    file: int
    line: int
    kind: str
    mrn: str
    cells: dict[str, str]
    digest: str | None = None
    state: str | None = None
    field: str | None = None
    what: str | None = None


class Shelf:
    """Lines by file and by whom they are about, with what became of each: new, changed, same or refused."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._connection.executescript(_MADE)
        self._run("BEGIN")  # never ended: nothing here is to last

    def put(self, one: Kept, day: str = "") -> None:
        """Set a line down; those of one patient and kind come back by their day."""
        self._run(_PUT, **one._asdict() | {"cells": json.dumps(one.cells), "day": day})

    def settle(self, state: str, places: Iterable[tuple[int, int]], field: str = "", what: str = "") -> None:
        """Say what became of lines; one that was refused stays so."""
        named = ({"file": file, "line": line, "state": state, "field": field, "what": what} for file, line in places)
        self._connection.executemany(_SETTLE, named)

    def waiting(self, kind: str) -> Iterator[Kept]:
        """The lines of a kind that nobody settled, in the order of the files. Settling while reading is allowed."""
        sql = f"SELECT {_COLUMNS} FROM line WHERE kind = :kind AND state IS NULL AND (file, line) > (:file, :number)"
        return self._paged(f"{sql} ORDER BY file, line LIMIT 500", kind=kind)

    def refused(self) -> Iterator[Kept]:
        """The lines that were refused, in the order of the files."""
        return map(_kept, self._rows(f"SELECT {_COLUMNS} FROM line WHERE state = 'refused' ORDER BY file, line"))

    def every(self) -> Iterator[Kept]:
        """Every line, in the order of the files."""
        return map(_kept, self._rows(f"SELECT {_COLUMNS} FROM line ORDER BY file, line"))

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
        sql = f"SELECT {_COLUMNS} FROM line WHERE mrn = :mrn AND state IS NULL ORDER BY kind, day, file, line"
        return map(_kept, list(self._rows(sql, mrn=mrn)))

    def beside(self, mrn: str, kind: str) -> set[str | None]:
        """What became of the lines of a kind about a patient."""
        return {state for (state,) in self._rows("SELECT state FROM line WHERE mrn = :mrn AND kind = :kind",
                                                  mrn=mrn, kind=kind)}  # fmt: skip

    def earlier(self, one: Kept) -> str | None:
        """The digest of the first line of the same kind and number that stands before this one."""
        sql = """
            SELECT digest FROM line WHERE mrn = :mrn AND kind = :kind AND (file, line) < (:file, :line)
            AND digest IS NOT NULL ORDER BY file, line LIMIT 1
        """
        found: str | None = self._value(sql, mrn=one.mrn, kind=one.kind, file=one.file, line=one.line)
        return found

    def counts(self) -> dict[tuple[int, str], int]:
        """How many lines of each file came to what."""
        rows = self._rows("SELECT file, state, COUNT(*) FROM line GROUP BY file, state")
        return {(file, state): count for file, state, count in rows}

    def count(self, state: str | None = None) -> int:
        """How many lines there are, or how many of them came to that."""
        return int(self._value("SELECT COUNT(*) FROM line WHERE :state IS NULL OR state = :state", state=state))

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
            f" WHERE one.fresh AND one.{way} <> ''"
            for way in ("born", "words", "phone")
        )
        person = "SELECT number, name, born, phone FROM person WHERE number = :number"
        for low, high in self._rows(f"{ways} ORDER BY 1, 2"):
            yield next(self._rows(person, number=low)), next(self._rows(person, number=high))

    def _paged(self, sql: str, **values: Any) -> Iterator[Kept]:
        at = (-1, 0)
        while rows := list(map(_kept, self._rows(sql, file=at[0], number=at[1], **values))):
            yield from rows
            at = rows[-1].file, rows[-1].line

    def _run(self, sql: str, **values: Any) -> None:
        self._connection.execute(sql, values)

    def _rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
        found: Iterator[tuple[Any, ...]] = self._connection.execute(sql, values)
        return found

    def _value(self, sql: str, **values: Any) -> Any:
        row = next(self._rows(sql, **values), None)
        return None if row is None else row[0]


def _kept(row: tuple[Any, ...]) -> Kept:
    one = Kept._make(row)
    return one._replace(cells=json.loads(row[4]))


@contextmanager
def shelf(place: Place) -> Iterator[Shelf]:
    """A shelf of this call, gone at its end. Raises StoreUnavailable, StoreReadOnly."""
    path = f"{place.path}.{os.getpid()}.rows"
    try:
        os.close(files.make(path))
        with closing(connect.connect(path, os.urandom(_KEY_BYTES).hex())) as connection:
            for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KB}", "secure_delete=OFF"):
                connection.execute(f"PRAGMA {pragma}")
            one = Shelf(connection)
            if os.name == "posix":
                os.unlink(path)
            yield one
    except connect.Driver.Error as fault:
        raise connect.translated(fault, place) from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(path)
