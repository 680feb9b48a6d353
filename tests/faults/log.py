"""What a command did to the clinic's files, read from a log of its system calls, to be done again on a model disk."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.disk import Cut, Disk, File, Write

RECORDED = ("openat", "lseek", "write", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "truncate",
            "fallocate", "unlink", "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "symlink",
            "sendfile", "copy_file_range")  # fmt: skip
_LINE = re.compile(r"\d+ +(?P<name>\w+)\((?P<words>.*)\) += (?P<result>\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PATH = re.compile(r"<((?:\\x[0-9a-f]{2})+)>")
ANSWER = "answer"


class Event(NamedTuple):
    """A call that reached the disk, or (`answer`) the reader: its name, its paths below the clinic's folder, the rest.

    `at` is a place in the file for a write, the new size for a cut.
    """

    name: str
    paths: tuple[str, ...] = ()
    at: int = 0
    data: bytes = b""
    flags: frozenset[str] = frozenset()

    def onto(self, disk: Disk) -> None:
        """Done again."""
        _DONE[self.name](disk, self)


def under(log: Path) -> list[str]:
    """The words before a command that have all of it written down, data and all."""
    names = ",".join(f"?{name}" for name in RECORDED)
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "10000000", "-o", str(log), "-e",
            f"trace={names}"]  # fmt: skip


def events(log: Path, home: Path) -> Iterator[Event]:
    """The calls in their order. Raises ValueError for one that could not be done again."""
    places: dict[str, int] = {}
    with log.open(encoding="ascii") as file:
        for line in file:
            found = _LINE.match(line)
            event = _event(found, str(home), places) if found else None
            if event:
                yield event


def _event(found: re.Match[str], home: str, places: dict[str, int]) -> Event | None:
    name, words = found["name"], found["words"]
    if name == "write" and words.startswith("1<"):
        return Event(ANSWER)
    paths = _paths(name, words, home)
    if not paths:
        return None
    if name == "openat":
        flags = re.search(r"O_[A-Z_|]+", words)
        places[_descriptor(found["result"])] = 0
        return Event("openat", paths, flags=frozenset(flags[0].split("|") if flags else ()))
    if name == "lseek":
        places[_descriptor(words)] = int(found["result"])
        return None
    if name == "write":
        descriptor, size = _descriptor(words), int(found["result"])
        at = places.get(descriptor, 0)
        places[descriptor] = at + size
        return Event("write", paths, at, _bytes(_TEXT.findall(words)[-1])[:size])
    if name == "pwrite64":
        return Event("write", paths, int(words.rpartition(", ")[2]), _bytes(_TEXT.findall(words)[-1]))
    if name == "ftruncate":
        return Event("ftruncate", paths, int(words.rpartition(", ")[2]))
    if name in _DONE:
        return Event(name, paths)
    raise ValueError(f"the log has a call that cannot be done again: {name}")


def _descriptor(words: str) -> str:
    return re.split(r"[<,]", words, maxsplit=1)[0]


def _paths(name: str, words: str, home: str) -> tuple[str, ...]:
    """The files below the clinic's folder that a call is about: by name where it is given names."""
    by_name = name in {"openat", "truncate", "symlink"} or name.startswith(("unlink", "rename", "link"))
    found = [os.fsdecode(_bytes(text)) for text in (_TEXT if by_name else _PATH).findall(words)]
    return tuple(os.path.relpath(path, home) for path in found if path.startswith(home + "/"))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


# --- done again


def _opened(disk: Disk, event: Event) -> None:
    path = event.paths[0]
    if path not in disk.seen:
        if "O_CREAT" in event.flags:
            disk.name((path, File()))
    elif "O_TRUNC" in event.flags:
        disk.seen[path].waiting.append(Cut(0))


def _changed(disk: Disk, event: Event) -> None:
    file = disk.seen.get(event.paths[0])
    if file:  # one that was unlinked meanwhile is nobody's any more
        file.waiting.append(Cut(event.at) if event.name == "ftruncate" else Write(event.at, event.data))


def _synced(disk: Disk, event: Event) -> None:
    file = disk.seen.get(event.paths[0])
    if file:
        file.sync()
    else:
        disk.sync_folder(event.paths[0])


def _unlinked(disk: Disk, event: Event) -> None:
    disk.name((event.paths[0], None))


def _linked(disk: Disk, event: Event) -> None:
    old, new = event.paths
    disk.name((new, disk.seen[old]))


def _renamed(disk: Disk, event: Event) -> None:
    old, new = event.paths
    disk.name((old, None), (new, disk.seen[old]))


_DONE = {
    "openat": _opened,
    "write": _changed,
    "ftruncate": _changed,
    "fsync": _synced,
    "fdatasync": _synced,
    "unlink": _unlinked,
    "unlinkat": _unlinked,
    "link": _linked,
    "linkat": _linked,
    "rename": _renamed,
    "renameat": _renamed,
    "renameat2": _renamed,
    ANSWER: lambda disk, event: None,
}
