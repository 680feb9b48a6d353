"""What the scripts of this folder share: their options, their counts, and the one line they end with."""

import argparse
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

SHOWN = 20
"""Faults named on stderr; the others are only counted."""

One = TypeVar("One")
Got = TypeVar("Got")


class Asked(NamedTuple):
    """How much to try, and on which program: `broken` names one of `broken.KINDS`, None is the real one."""

    points: int
    seed: int = 1
    jobs: int = 2
    broken: str | None = None


class Tally:
    """What was tried (`seen`) and what was wrong (`faults`), each with its number."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.words: list[str] = []

    def fault(self, kind: str, where: str) -> None:
        """Something that must not be: counted, and told on stderr at once, for a full run takes long."""
        self.faults[kind] += 1
        self.words.append(f"{kind}: {where}")
        if len(self.words) <= SHOWN:
            sys.stderr.write(f"{self.words[-1]}\n")

    def line(self, names: Sequence[str]) -> str:
        """The counts in words; `names` are the faults looked for, told also where there were none."""
        seen = [f"{count} {kind}" for kind, count in self.seen.items()]
        found = [f"{self.faults[kind]} {kind}" for kind in dict.fromkeys([*names, *self.faults])]
        return f"{', '.join(seen)}: {', '.join(found)}"


Run = Callable[[Asked, Path], Tally]


def spread(found: Sequence[One], count: int) -> list[One]:
    """So many of them, evenly spread from the first to the last; all, if there are no more."""
    if count >= len(found):
        return list(found)
    return [found[round(place * (len(found) - 1) / max(1, count - 1))] for place in range(count)]


def each(work: Callable[[One], Got], found: Iterable[One], jobs: int) -> Iterator[Got]:
    """The work done on each, so many at a time, in order; no more is fetched than is soon worked on."""
    with ThreadPoolExecutor(jobs) as pool:
        waiting: deque[Future[Got]] = deque()
        for one in found:
            waiting.append(pool.submit(work, one))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def in_a_folder(run: Run, asked: Asked) -> Tally:
    """Run it in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tpi-faults-") as folder:
        return run(asked, Path(folder).resolve())


def main(run: Run, points: int, broken: str, names: Sequence[str]) -> None:
    """The script: its options, its run, its line; leaves with 1 if anything was found wrong.

    `points` is the full number, `broken` the broken program that a bare --broken means.
    """
    name = Path(sys.argv[0]).stem
    parser = argparse.ArgumentParser(prog=f"python -m tests.faults.{name}")
    parser.add_argument("--points", type=int, default=points, help=f"how many to try (default: {points}, the full run)")
    parser.add_argument("--seed", type=int, default=1, help="of what is random (default: 1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (default: 2)")
    parser.add_argument("--broken", nargs="?", const=broken, help=f"on a broken program (default: {broken})")
    asked = Asked(**vars(parser.parse_args()))
    began = time.monotonic()
    tally = in_a_folder(run, asked)
    program = f"broken ({asked.broken})" if asked.broken else "tpi"
    took = f"{time.monotonic() - began:.0f} s, seed {asked.seed}"
    sys.stdout.write(f"{name} of {program}: {tally.line(names)} ({took})\n")
    sys.exit(1 if tally.faults else 0)
