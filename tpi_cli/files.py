"""Reading a file that somebody named, or put in its place: never waiting for it, never more of it than is wanted."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO


def start(path: str, most: int) -> bytes:
    """The first bytes of a file; all of a shorter one. Raises OSError."""
    with opened(path) as file:
        return file.read(most)


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """A file to be read; a pipe that nobody writes to is an empty one. Raises OSError."""
    with open(path, "rb", opener=_at_once) as file:
        if stat.S_ISFIFO(os.fstat(file.fileno()).st_mode):
            os.set_blocking(file.fileno(), True)
        yield file


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to would keep the program for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
