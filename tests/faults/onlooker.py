"""Somebody who keeps the store open: `python -m tests.faults.onlooker`, until stdin ends.

While it is open nobody's close is the last one, so nothing is checkpointed on the way out: what a writer
acknowledges stands in the write-ahead log alone.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

from tests.conftest import Clinic
from tests.faults.prepared import ROOT


@contextmanager
def watching(clinic: Clinic) -> Iterator[None]:
    """The store is open elsewhere meanwhile."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.onlooker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=clinic.environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield


if __name__ == "__main__":
    from tpi_cli.store import connect, place

    with closing(connect.open_store(place.find())) as connection:
        connection.execute("SELECT count(*) FROM patient").fetchone()
        sys.stdout.write("open\n")
        sys.stdout.flush()
        sys.stdin.read()
