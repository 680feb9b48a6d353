"""A CSV file as lines, within bounds that are looked at before it is read on: what is too much is never held.

Every file that is brought in comes through `opened`. A file packed by gzip is unpacked there and counted as it comes
out: nothing that reads rows has to know.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO, cast

from tpi_cli import files
from tpi_cli.errors import Usage
from tpi_cli.exchange.packed import MEGABYTE, counted, too_large

SPLIT = "split it, by year for instance, and import the parts one by one"
LARGEST_FILE = 1024 * MEGABYTE
"""Bytes, unpacked: a row has about 130, so this is four times the most lines there may be."""
MOST_LINES = 2_000_000
"""Rows wait on disk, so this is not about memory: a clinic with twenty patients a day writes some 15,000 rows a year,
and a file with more than a century of them is something else."""
LONGEST_ROW = 256 * 1024
"""Characters from the start of a row to its end, however many lines its quotes hold: with every column as full as the
store takes it a row has some 75,000. Also what is read of a line before it is looked at."""
LONGEST_FIELD = 128 * 1024
"""Characters: a quote left open swallows all that follows, and this is where it is found out."""
MOST_COLUMNS = 100
"""The files that are read have 18 at most; a spreadsheet may carry others along, which are named and left out."""

OTHERS = {
    b"BZh": ("is packed (bzip2)", "unpack it first"),
    b"\xfd7zXZ\x00": ("is packed (xz)", "unpack it first"),
    b"(\xb5/\xfd": ("is packed (zstd)", "unpack it first"),
    b"SQLite format 3\0": ("is an SQLite file, not CSV", "what comes back: tpi help leaving"),
    b"{": ("is JSON and no FHIR", "what comes back: tpi help leaving"),
    b"PK\x03\x04": ("is a zip file or a workbook, not CSV", "save the sheet as CSV UTF-8 and import that"),
    b"\xd0\xcf\x11\xe0": ("is a workbook, not CSV", "save the sheet as CSV UTF-8 and import that"),
    b"\xff\xfe": ("is UTF-16, not UTF-8", "save it as CSV UTF-8 and try again"),
    b"\xfe\xff": ("is UTF-16, not UTF-8", "save it as CSV UTF-8 and try again"),
}
"""What a file begins with that is taken for CSV most often and is none; what to say of it, and what to do."""
BOM = "\ufeff"
"""What Windows' editors begin a file with. It cannot be seen, and would be part of the mrn."""
_BROKEN = re.compile("[\ud800-\udfff]")
"""What stands for a byte that is no text."""


class Lines:
    """The lines of a file as `csv` wants them: one at a time, each looked at before the next is read.

    `first` is the line on which the row begins that is being read; whoever takes a row says so by `row_ended`.
    """

    def __init__(self, name: str, text: TextIO) -> None:
        self.name = name
        self.first = 1
        self._text = text
        self._count = 0
        self._taken = 0

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LONGEST_ROW + 1)
        if not line:
            raise StopIteration
        self._count += 1
        if not self._taken:
            self.first = self._count
        self._taken += len(line.rstrip("\r\n"))
        self._look(line)
        return line

    def row_ended(self) -> None:
        """What follows is another row."""
        self._taken = 0

    def _look(self, line: str) -> None:
        if not line.isascii() and _BROKEN.search(line):
            raise Usage(f"{self.name}:{self._count}: not UTF-8", hint="save it as CSV UTF-8 and try again")
        if line.startswith(BOM):
            what = f"{self.name}:{self._count}: another file begins here"
            raise Usage(what, hint="import the files one by one: tpi import FILE FILE")
        if self._taken > LONGEST_ROW:
            what = f"{self.name}:{self.first}: the row is longer than {LONGEST_ROW:,} characters"
            raise Usage(what, hint="is a quote left open there? mend it, or shorten the row")
        if self._count > MOST_LINES:
            raise Usage(f"{self.name} has more than {MOST_LINES:,} lines", hint=SPLIT)


@contextmanager
def opened(path: str) -> Iterator[Lines]:
    """The file's lines (`-` is stdin). Raises Usage where it cannot be read, is too large, or is something else."""
    try:
        with _stream(path) as stream:
            raw = counted(path, stream, LARGEST_FILE, SPLIT)
            _refuse_others(path, raw.peek(16)[:16])
            yield Lines(path, io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape", newline=""))
    except OSError as fault:
        raise Usage(f"{path} cannot be read: {fault.strerror}", hint="check the file's name") from None


@contextmanager
def _stream(path: str) -> Iterator[BinaryIO]:
    if path == "-":
        yield cast("BinaryIO", sys.stdin.buffer)
        return
    with files.opened(path, pipes=True) as file:
        if os.fstat(file.fileno()).st_size > LARGEST_FILE:
            raise too_large(path, LARGEST_FILE, SPLIT)
        yield file


def _refuse_others(path: str, start: bytes) -> None:
    for mark, (what, hint) in OTHERS.items():
        if start.startswith(mark):
            raise Usage(f"{path} {what}", hint=hint)
    if b"\0" in start:
        raise Usage(f"{path} is UTF-16 or no text at all", hint="save it as CSV UTF-8 and try again")
