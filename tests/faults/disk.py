"""A disk as a power cut may leave it: what was synced is there, what was not may be, in any order and in part.

A file's bytes are safe after an fsync of the file, its name after one of its folder. A write that was not waited for
may be lost, kept, or torn at a sector's edge; names made, moved and removed since are each kept or lost.
"""

import random
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

SECTOR = 512


class Write(NamedTuple):
    """Bytes at a place in a file."""

    offset: int
    data: bytes

    def onto(self, content: bytearray) -> None:
        """Done."""
        end = self.offset + len(self.data)
        if len(content) < end:
            content.extend(bytes(end - len(content)))
        content[self.offset : end] = self.data

    def torn(self) -> list["Write"]:
        """The same by the sectors it falls into."""
        end = self.offset + len(self.data)
        edges = [self.offset, *range((self.offset // SECTOR + 1) * SECTOR, end, SECTOR), end]
        return [Write(start, self.data[start - self.offset : stop - self.offset]) for start, stop in pairwise(edges)]


class Cut(NamedTuple):
    """A file made shorter or longer."""

    size: int

    def onto(self, content: bytearray) -> None:
        """Done."""
        del content[self.size :]
        content.extend(bytes(self.size - len(content)))

    def torn(self) -> list["Cut"]:
        """It cannot be done by halves."""
        return [self]


class File:
    """What is safe of a file's bytes, and what was done since."""

    def __init__(self, content: bytes = b"") -> None:
        self.safe = content
        self.waiting: list[Write | Cut] = []

    def sync(self) -> None:
        """Everything done so far is safe now."""
        self.safe = self.after(self.waiting)
        self.waiting = []

    def after(self, changes: list[Write | Cut]) -> bytes:
        """The bytes with some of the changes done."""
        content = bytearray(self.safe)
        for change in changes:
            change.onto(content)
        return bytes(content)


class Named(NamedTuple):
    """A name given to a file, or (None) taken away, in one step with others: a rename is two."""

    names: tuple[tuple[str, File | None], ...]

    def onto(self, names: dict[str, File]) -> None:
        """Done."""
        for name, file in self.names:
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file


class Disk:
    """The files of a clinic by their path below its folder: as the program sees them, and what is safe."""

    def __init__(self, home: Path) -> None:
        files = {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}
        self.seen = {name: File(content) for name, content in files.items()}
        self.safe = dict(self.seen)
        self.waiting: list[Named] = []

    def name(self, *names: tuple[str, File | None]) -> None:
        """Give and take names, safe once their folders are synced."""
        step = Named(names)
        step.onto(self.seen)
        self.waiting.append(step)

    def sync_folder(self, folder: str) -> None:
        """The names in a folder are safe now."""
        for step in self.waiting:
            if _folder(step) == folder:
                step.onto(self.safe)
        self.waiting = [step for step in self.waiting if _folder(step) != folder]

    def left(self, chance: random.Random, kind: str) -> dict[str, bytes]:
        """What a power cut now leaves: `none` of what waits, `all` of it, or `some` by chance, or some of it `torn`."""
        names = dict(self.safe)
        for step in _chosen(self.waiting, chance, kind):
            step.onto(names)
        return {name: file.after(_changes(file, chance, kind)) for name, file in names.items()}


def _folder(step: Named) -> str:
    """The folder of the last name of a step: where a file was moved to."""
    return step.names[-1][0].rpartition("/")[0]


def _changes(file: File, chance: random.Random, kind: str) -> list[Write | Cut]:
    whole = file.waiting
    if kind == "torn":
        whole = [piece for change in whole for piece in change.torn()]
    return _chosen(whole, chance, kind)


def _chosen(waiting: list, chance: random.Random, kind: str) -> list:  # type: ignore[type-arg]
    """Those of what waits that reached the disk."""
    if kind == "none":
        return []
    if kind == "all":
        return waiting
    share = chance.random()
    return [one for one in waiting if chance.random() < share]
