"""How much a command costs over the framework itself: instructions of the whole process, as ratios in one run.

`python -m tests.scale.startup` makes a clinic of 10,000 patients (encrypted, 50 of them due) in a folder of its own
and counts, with valgrind, what each command executes against `python -c "import typer"`. No load on the machine moves
the counts. Needs valgrind; prints a table and exits 1 when a ratio is over its limit.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from tests.scale import ten_thousand

COUNT = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
REFS = re.compile(rb"I\s+refs:\s+([0-9,]+)")
TPI = (str(Path(sys.executable).with_name("tpi")),)
ITEMS = ("ut", "l,", "ls", "l", "lido", "1%", "1ml", "each", "--pain", "7:3", "--next", "3mo", "--consent",
         "written")  # fmt: skip


BASH = (("_TPI_COMPLETE", "complete_bash"),)


class Case(NamedTuple):
    """A command, the most it may cost against `import typer`, what its environment needs, and where it speaks.

    The first run, which is not counted, is on `warmed` where a second run would find something else.
    """

    name: str
    words: tuple[str, ...]
    limit: float | None
    environment: tuple[tuple[str, str], ...] = ()
    terminal: bool = False
    warmed: tuple[str, ...] = ()


CASES = (
    Case("bare python", (sys.executable, "-c", "pass"), None),
    Case("import typer", (sys.executable, "-c", "import typer"), None),
    Case("import sqlmodel", (sys.executable, "-c", "import sqlmodel"), None),
    Case("--version", (*TPI, "--version"), 0.4),
    Case("completion of a patient", TPI, 1.2, (*BASH, ("COMP_WORDS", "tpi why PT-00"), ("COMP_CWORD", "2"))),
    Case("completion of a command", TPI, 1.2, (*BASH, ("COMP_WORDS", "tpi d"), ("COMP_CWORD", "1"))),
    Case("--help, to a pipe", (*TPI, "--help"), 1.3),
    Case("due --help, to a pipe", (*TPI, "due", "--help"), 1.3),
    Case("due, to a pipe", (*TPI, "due"), 1.2),
    Case("due --limit 20, to a pipe", (*TPI, "due", "--limit", "20"), 1.2),
    Case("due --json, to a pipe", (*TPI, "due", "--json"), 1.2),
    Case("due, on a terminal", (*TPI, "due"), 1.6, terminal=True),
    Case("day, to a pipe", (*TPI, "day"), 1.2),
    Case("find TEXT, to a pipe", (*TPI, "find", "corbury, m"), 1.2),
    Case("find what is misspelt", (*TPI, "find", "korbury, mei"), None),
    Case("why 19, to a pipe", (*TPI, "why", "19"), 1.2),
    Case("preview of inject", (*TPI, "inject", "8", *ITEMS, "--dry-run"), 1.6),
    Case("inject --yes", (*TPI, "inject", "8", *ITEMS, "--yes"), 7, warmed=(*TPI, "inject", "208", *ITEMS, "--yes")),
    Case("due, all 10,000 listed", (*TPI, "due", "--status", "all", "--within", "1y"), None),
)


def instructions(words: tuple[str, ...], environment: dict[str, str], *, terminal: bool = False,
                 warmed: tuple[str, ...] = ()) -> int:  # fmt: skip
    """What the process executed, after one run to warm the caches."""
    with tempfile.NamedTemporaryFile() as log:
        for line in (warmed or words, (*COUNT, f"--log-file={log.name}", *words)):
            _run(line, environment, terminal=terminal)
        found = REFS.search(log.read())
    if found is None:
        raise SystemExit(f"valgrind counted nothing: {' '.join(words)}")
    return int(found[1].replace(b",", b""))


def _run(words: tuple[str, ...], environment: dict[str, str], *, terminal: bool) -> None:
    """The process, its answer thrown away: read from a terminal of 100 columns, or not at all."""
    if not terminal:
        subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return
    ours, its = pty.openpty()
    reader = Thread(target=_read, args=(ours,))
    reader.start()
    where = {**environment, "TERM": "xterm-256color", "COLUMNS": "100"}
    subprocess.run(words, env=where, stdin=its, stdout=its, stderr=its, check=False)
    os.close(its)
    reader.join()


def _read(ours: int) -> None:
    with os.fdopen(ours, "rb") as stream:
        try:
            while stream.read(4096):
                pass
        except OSError:  # how Linux ends a terminal whose other side is closed
            return


def main() -> int:
    """Print the table; 1 when something is over its limit."""
    if not shutil.which("valgrind"):
        sys.stdout.write("valgrind is not installed: apt-get install valgrind\n")
        return 1
    with tempfile.TemporaryDirectory() as home:
        environment = ten_thousand.store(home)
        counts = {
            case.name: instructions(case.words, {**environment, **dict(case.environment)}, terminal=case.terminal,
                                    warmed=case.warmed)
            for case in CASES
        }  # fmt: skip
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
