"""Files: what is written is there whole or not at all, only its owner's, and on the disk before it gets its name.

What is read is a file and nothing else, and never more of it than is wanted. Everything here raises OSError; whoever
calls has the words for it.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
NOBODY_ELSE = 0o077
"""The permissions that nobody but the owner may have."""
HALF = ".half"
"""How the name of a file ends that is not finished; a kill leaves it behind."""
_NO_LINKS = frozenset([errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS])
_NO_SYNC = frozenset([errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS])
"""What a file system answers that does not know of it."""


def make_folder(folder: str) -> None:
    """A folder that only its owner can enter, whatever the umask, and those above it; one that is there is left so."""
    missing = []
    while not os.path.lexists(folder):
        missing.append(folder)
        folder = os.path.dirname(folder) or "."
    if not os.path.isdir(folder):
        raise NotADirectoryError(errno.ENOTDIR, "a file is in its way")
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
    try:
        os.chmod(path, PRIVATE_FILE)  # a umask of 0777 takes even that from the owner
    except OSError:
        os.close(descriptor)
        raise
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
    half = f"{path}.{os.urandom(4).hex()}{HALF}"
    try:
        with os.fdopen(make(half), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        remove(half)
        raise
    return half


def give_name(half: str, path: str) -> None:
    """A finished file gets its name, and another's file is not replaced. Raises FileExistsError.

    On a file system without links two who finish at the same moment are not told apart. The name is safe once
    `sync_folder` was called.
    """
    try:
        os.link(half, path)
    except OSError as fault:
        if fault.errno not in _NO_LINKS:
            raise
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.rename(half, path)


def remove(path: str) -> None:
    """Take away what a finished or failed attempt leaves; what cannot be taken away stays."""
    with suppress(OSError):
        os.unlink(path)


def remove_halves(path: str) -> None:
    """Take away what killed attempts at this file left."""
    folder, name = os.path.split(path)
    with suppress(OSError):
        for one in os.listdir(folder or "."):
            if one.startswith(f"{name}.") and one.endswith(HALF):
                remove(os.path.join(folder, one))


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
    except OSError as fault:
        if fault.errno not in _NO_SYNC:
            raise
    finally:
        os.close(descriptor)


def start(path: str, most: int, *, pipes: bool = False) -> bytes:
    """The first bytes of a file; all of a shorter one."""
    with opened(path, pipes=pipes) as file:
        return file.read(most)


@contextmanager
def opened(path: str, *, pipes: bool = False) -> Iterator[BinaryIO]:
    """A file to be read; with `pipes` a pipe as well, and whoever reads one waits for whoever writes it.

    Anything else is refused: a device may never end.
    """
    try:
        found = open(path, "rb", opener=_at_once)  # noqa: SIM115 - closed below
    except ValueError:  # a NUL in it, or half a character
        raise OSError(errno.EINVAL, "it is no name of a file") from None
    with found as file:
        kind = os.fstat(file.fileno()).st_mode
        if stat.S_ISFIFO(kind) and pipes:
            os.set_blocking(file.fileno(), True)
        elif not stat.S_ISREG(kind):
            raise OSError(errno.EINVAL, "it is not a file")
        yield file


def _at_once(path: str, flags: int) -> int:
    """Open without waiting: a pipe that nobody writes to would keep the program for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
