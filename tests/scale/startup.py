"""How much a command costs over the framework itself: instructions of the whole process, as ratios in one run.

`python -m tests.scale.startup` sets up the sample clinic (encrypted) in a folder of its own and counts, with
valgrind, what each command executes against `python -c "import typer"`. No load on the machine moves the counts.
Needs valgrind; prints a table and exits 1 when a ratio is over its limit.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

COUNT = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
REFS = re.compile(rb"I\s+refs:\s+([0-9,]+)")
TPI = (str(Path(sys.executable).with_name("tpi")),)
ITEMS = ("ut", "l,", "ls", "l", "lido", "1%", "1ml", "each", "--pain", "7:3", "--next", "3mo", "--consent", "written",
         "--dry-run")  # fmt: skip


BASH = (("_TPI_COMPLETE", "complete_bash"),)


class Case(NamedTuple):
    """A command, the most it may cost against `import typer`, and what its environment needs."""

    name: str
    words: tuple[str, ...]
    limit: float | None
    environment: tuple[tuple[str, str], ...] = ()


CASES = (
    Case("bare python", (sys.executable, "-c", "pass"), None),
    Case("import typer", (sys.executable, "-c", "import typer"), None),
    Case("--version", (*TPI, "--version"), 0.5),
    Case("completion of a patient", TPI, 1.3, (*BASH, ("COMP_WORDS", "tpi why PT-00"), ("COMP_CWORD", "2"))),
    Case("completion of a command", TPI, 1.3, (*BASH, ("COMP_WORDS", "tpi d"), ("COMP_CWORD", "1"))),
    Case("due, to a pipe", (*TPI, "due"), 1.3),
    Case("due --json, to a pipe", (*TPI, "due", "--json"), 1.32),
    Case("why 19, to a pipe", (*TPI, "why", "19"), 1.3),
    Case("preview of inject", (*TPI, "inject", "19", *ITEMS), 1.85),
)


def instructions(words: tuple[str, ...], environment: dict[str, str]) -> int:
    """What the process executed, after one run to warm the caches."""
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    done = subprocess.run(
        (*COUNT, *words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    found = REFS.search(done.stderr)
    if found is None:
        raise SystemExit(done.stderr.decode())
    return int(found[1].replace(b",", b""))


def main() -> int:
    """Print the table; 1 when something is over its limit."""
    if not shutil.which("valgrind"):
        sys.stdout.write("valgrind is not installed: apt-get install valgrind\n")
        return 1
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"], "TPI_TODAY": "2026-11-23", "TPI_DB": "demo",
                       "PYTHONHASHSEED": "0"}  # fmt: skip
        repository = Path(__file__).parent.parent.parent
        subprocess.run((*TPI, "demo"), env=environment, cwd=repository, stdout=subprocess.DEVNULL, check=True)
        counts = {case.name: instructions(case.words, {**environment, **dict(case.environment)}) for case in CASES}
    return table(counts)


def table(counts: dict[str, int]) -> int:
    """The counts as rows; 1 when a ratio is over its limit."""
    floor = counts["import typer"]
    over = 0
    sys.stdout.write(f"{'':<26} {'instructions':>14} {'ratio':>6} {'limit':>6}\n")
    for case in CASES:
        ratio = counts[case.name] / floor
        over += case.limit is not None and ratio > case.limit
        limit = f"{case.limit:6.2f}" if case.limit else f"{'':>6}"
        sys.stdout.write(f"{case.name:<26} {counts[case.name]:>14,} {ratio:6.2f} {limit}\n")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
