"""How long a write takes while others write and read: `python -m tests.scale.hands [sqlite|postgresql]`.

Fifty writers with 20 records each; then four writers and eight readers, of whom each asks for the list again and again.
Every hand is a process that has the program loaded (`tests/store/hands.py`), so that a figure is a command's own time
without Python's start. Prints seconds at the 50th and 99th percentile and the longest, and what was not applied; exits
1 where something was not, or where the 99th percentile of the second is a second or more.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import Clinic
from tests.postgres.shelves import SHELVES
from tests.store.hands import Typed, reader, together, writer

MANY, EACH = 50, 20
WRITERS, READERS, RECORDS, LISTS = 4, 8, 50, 25
MOST = 1.0


def percentile(found: list[float], part: float) -> float:
    """The value that so large a part of the sorted values lies under."""
    return found[min(len(found) - 1, int(len(found) * part))]


def told(what: str, done: list[Typed], seconds: float) -> float:
    """A line of the table; returns the 99th percentile."""
    took = sorted(one.seconds for one in done)
    refused = sum(one.code != 0 for one in done)
    figures = f"{percentile(took, 0.5):6.3f} {percentile(took, 0.99):6.3f} {took[-1]:6.3f}"
    sys.stdout.write(f"{what:<44} {len(done):>6} {refused:>7} {figures} {len(done) / seconds:>8.1f}\n")
    return percentile(took, 0.99) if not refused else float("inf")


def main() -> int:
    """Print the table; 1 where a limit is passed."""
    engine = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    Clinic.on_server = engine == "postgresql"
    home = Path(tempfile.mkdtemp(prefix="tpi-hands-"))
    try:
        clinic = Clinic(home)
        clinic.ok("init", "--zone", "Europe/London")
        sys.stdout.write(
            f"{engine:<44} {'acts':>6} {'refused':>7} {'p50 s':>6} {'p99 s':>6} {'max s':>6} {'a second':>8}\n"
        )
        over = _many(clinic) + _mixed(clinic)
    finally:
        SHELVES.stop()
        shutil.rmtree(home, ignore_errors=True)
    return int(over > 0)


def _many(clinic: Clinic) -> int:
    start = time.perf_counter()
    done = together(writer(clinic, f"W{number}", EACH) for number in range(MANY))
    worst = told(f"a write, {MANY} writers", [one for hand in done for one in hand], time.perf_counter() - start)
    whole = clinic.ok("verify", "--json").json["ok"]
    return int(worst == float("inf") or not whole)


def _mixed(clinic: Clinic) -> int:
    start = time.perf_counter()
    hands = [*(writer(clinic, f"X{number}", RECORDS) for number in range(WRITERS))]
    done = together([*hands, *(reader(clinic, LISTS) for _ in range(READERS))])
    seconds = time.perf_counter() - start
    worst = told(f"a write, {WRITERS} writers beside {READERS} readers",
                 [one for hand in done[:WRITERS] for one in hand], seconds)  # fmt: skip
    told(
        f"a list, {WRITERS} writers beside {READERS} readers", [one for hand in done[WRITERS:] for one in hand], seconds
    )
    return int(worst >= MOST)


if __name__ == "__main__":
    sys.exit(main())
