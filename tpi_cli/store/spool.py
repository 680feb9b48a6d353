"""Lines set aside until the last of them is known: a few in memory, many in a file that nobody can read.

The file is encrypted with a key that exists in this process alone, and has no name any more where the system lets an
open file go without one: it holds patients, and lies outside the store.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from tpi_cli.errors import StoreUnavailable

CHUNK = 256
"""Lines that are put aside at once."""
IN_MEMORY = 16
"""Chunks that stay in memory: most lists are no longer, and need no file."""
CACHE_KB = 256
"""Memory for the file's pages: it is written once from end to end, and read so."""


class Spool:
    """Lines of text, without line feeds in them: added once, then read as often as wanted, in their order."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._kept: list[str] = []
        self._file: Any = None
        self._path = ""

    def add(self, line: str) -> None:
        """One line more. Raises StoreUnavailable where the disk is full."""
        self._open.append(line)
        if len(self._open) == CHUNK:
            self._put("\n".join(self._open))
            self._open = []

    def _put(self, chunk: str) -> None:
        if len(self._kept) < IN_MEMORY:
            self._kept.append(chunk)
            return
        from sqlcipher3 import dbapi2

        try:
            self._file = self._file or self._made(dbapi2)
            self._file.execute("INSERT INTO chunk (lines) VALUES (?)", (chunk,))
        except (dbapi2.Error, OSError):
            raise StoreUnavailable(_FULL, hint="make room there, or ask for --format tsv, which needs none") from None

    def _made(self, driver: Any) -> Any:
        from tempfile import mkstemp

        descriptor, self._path = mkstemp(prefix="tpi-")
        os.close(descriptor)
        file = driver.connect(self._path, isolation_level=None)
        for setting in ("cipher_log_level=NONE", f"key=\"x'{os.urandom(32).hex()}'\"", "journal_mode=OFF",
                        "synchronous=OFF", f"cache_size=-{CACHE_KB}"):  # fmt: skip
            file.execute(f"PRAGMA {setting}")
        file.execute("CREATE TABLE chunk (number INTEGER PRIMARY KEY, lines TEXT NOT NULL)")
        self._unnamed()
        file.execute("BEGIN")
        return file

    def _unnamed(self) -> None:
        with suppress(OSError):  # where an open file keeps its name, it goes when it is closed
            os.unlink(self._path)

    def __iter__(self) -> Iterator[str]:
        for chunk in self._kept:
            yield from chunk.split("\n")
        if self._file is not None:
            for (chunk,) in self._file.execute("SELECT lines FROM chunk ORDER BY number"):
                yield from str(chunk).split("\n")
        yield from self._open

    def close(self) -> None:
        """Let go of the file; what was added is gone."""
        if self._file is not None:
            self._file.close()
            self._unnamed()


_FULL = "there is no room to set a long list aside in the folder for temporary files"
