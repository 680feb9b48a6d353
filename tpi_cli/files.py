"""Files: what is written is there whole or not at all, only its owner's, and on the disk before it gets its name.

What is read is never waited for, and never more of it is read than is wanted. Everything here raises OSError; whoever
calls has the words for it.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
NOBODY_ELSE = 0o077
"""The permissions that nobody but the owner may have."""


def make_folder(folder: str) -> None:
    """A folder that only its owner can enter, whatever the umask, and those above it; one that is there is left so."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder) or "."
    if not os.path.isdir(folder):
        raise NotADirectoryError(20, "a file is in its way")
    for one in reversed(missing):
        with suppress(FileExistsError):  # another program was faster
            os.mkdir(one, PRIVATE_FOLDER)
            os.chmod(one, PRIVATE_FOLDER)
        with suppress(PermissionError):  # one in which we may make a folder, and not read
            sync_folder(one)


@contextmanager
def owners_alone() -> Iterator[None]:
    """What is made meanwhile only the owner can read or enter, whatever the umask: folders on the way to it, too."""
    before = os.umask(NOBODY_ELSE)
    try:
        yield
    finally:
        os.umask(before)


def make(path: str) -> int:
    """A new file, open for writing; one of that name is an error."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, PRIVATE_FILE)
    os.chmod(path, PRIVATE_FILE)
    return descriptor


def put(path: str, text: str) -> None:
    """A file in the place of the one that is there, if any. Its name is safe once `sync_folder` was called."""
    half = _half(path, text)
    try:
        os.replace(half, path)
    finally:
        remove(half)


def put_new(path: str, text: str) -> bool:
    """A file where there is none, name and all; False, and nothing was done, where there is one."""
    if os.path.lexists(path):
        return False
    half = _half(path, text)
    try:
        give_name(half, path)
    except FileExistsError:
        return False
    finally:
        remove(half)
    sync_folder(path)
    return True


def _half(path: str, text: str) -> str:
    """The file under another name, on the disk."""
    half = f"{path}.{os.getpid()}.half"
    remove(half)
    try:
        with os.fdopen(make(half), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        remove(half)
        raise
    return half


def give_name(half: str, path: str) -> None:
    """A finished file gets its name, and another's file is never replaced. Raises FileExistsError.

    The name is safe once `sync_folder` was called.
    """
    try:
        os.link(half, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(half, path)


def remove(path: str) -> None:
    """Take away what a finished or failed attempt leaves; what cannot be taken away stays."""
    with suppress(OSError):
        os.unlink(path)


def sync(path: str) -> None:
    """Bring a file and its name onto the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path)


def sync_folder(path: str) -> None:
    """Bring a file's name onto the disk, where a folder can be synced."""
    if os.name != "posix":
        return
    descriptor = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
