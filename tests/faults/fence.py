"""A fence around a folder: whatever a command writes, renames or removes beyond it is refused, as to any other user.

The trials run as whoever runs them, often root, and hand commands such as `restore` names like `/etc/passwd`.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = {"os.rename": (0, 1), "os.link": (0, 1), "os.symlink": (1,), "os.remove": (0,), "os.mkdir": (0,),
           "os.rmdir": (0,), "os.chmod": (0,), "os.chown": (0,), "os.truncate": (0,)}  # fmt: skip
"""Which of the words that each of them is given name something to be changed."""
_inside: list[str] = []
"""The folder, while there is a fence. A hook is there for good once it was set."""


@contextmanager
def around(folder: Path) -> Iterator[None]:
    """Nothing is changed outside the folder (SQLite opens only files that Python has made or found before)."""
    if not _hooked:
        sys.addaudithook(_watch)
        _hooked.append(True)
    _inside.append(os.path.realpath(folder))
    try:
        yield
    finally:
        _inside.pop()


_hooked: list[bool] = []


def _watch(event: str, given: tuple[object, ...]) -> None:
    if not _inside:
        return
    if event == "open" and isinstance(given[2], int) and given[2] & WRITING and isinstance(given[0], str | bytes):
        _check(os.path.realpath(given[0]), given[0], "/dev")
    for at in CHANGES.get(event, ()):
        if isinstance(given[at], str | bytes):
            _check(os.path.realpath(os.path.dirname(os.path.abspath(given[at]))), given[at])


def _check(path: str | bytes, name: str | bytes, *more: str) -> None:
    if not os.fsdecode(path).startswith((_inside[-1], *more)):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fsdecode(name))
