"""What the fault scripts have in common: their options, the one line at the end, and what makes them fail."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

SHOWN = 25
"""Findings printed in full; the others are counted."""


class Given(NamedTuple):
    """How many trials, from which seed, and whether the program is broken on purpose."""

    points: int
    seed: int = 1
    broken: bool = False


class Outcome(NamedTuple):
    """The line of counts, what was found wrong, and what is known to be wrong and left to be mended."""

    line: str
    wrong: list[str]
    left: Sequence[str] = ()


def main(name: str, words: str, points: int, trial: Callable[[Given], Outcome]) -> None:
    """Run a script from its command line; leaves with 1 if anything was wrong."""
    reader = argparse.ArgumentParser(prog=f"python -m tests.faults.{name}", description=words)
    reader.add_argument("--points", type=int, default=points, help=f"trials (in full: {points})")
    reader.add_argument("--seed", type=int, default=1, help="of whatever is drawn by lot")
    reader.add_argument("--broken", action="store_true", help="break the program on purpose: this must be caught")
    asked = reader.parse_args()
    found = trial(Given(asked.points, asked.seed, asked.broken))
    for one in found.wrong[:SHOWN]:
        sys.stderr.write(f"WRONG {one}\n")
    for one in found.left[:SHOWN]:
        sys.stderr.write(f"LEFT {one}\n")
    told = f"{len(found.wrong)} wrong" + (f", {len(found.left)} known and left" if found.left else "")
    told += " (broken on purpose)" if asked.broken else ""
    sys.stdout.write(f"{name}: {found.line}; {told}\n")
    sys.exit(1 if found.wrong else 0)


@contextmanager
def folder(name: str) -> Iterator[Path]:
    """A folder of the script's own, gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix=f"tpi-{name}-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
