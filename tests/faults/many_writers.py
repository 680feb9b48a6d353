"""Fifty writers with twenty records each, all at once: every one is applied, and nobody is turned away.

`--points` is the number of records, `--jobs` is not heeded: all writers run at the same time.
"""

from pathlib import Path

from tests.faults.script import Asked, Tally, main
from tests.faults.writers import CORRUPT, HALF, LOST, REFUSED, Office, Writer

WRITERS = 50
FEWEST = 2
"""Records of a writer in a short run: there are fewer writers then."""


def run(asked: Asked, folder: Path) -> Tally:
    """So many records, shared out evenly, then the reckoning."""
    tally = Tally()
    office = Office(folder)
    count = min(WRITERS, asked.points // FEWEST)
    writers = [
        Writer(office.clinic, f"W{number}", asked.broken, asked.points // count) for number in range(1, count + 1)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    tally.seen["writers"] = count
    office.check(writers, tally)
    missing = count * (asked.points // count) - tally.seen["applied"]
    if missing:
        tally.fault(LOST, f"{missing} records were not applied")
    return tally


if __name__ == "__main__":
    main(run, points=1000, broken="deferred", names=(LOST, HALF, CORRUPT, REFUSED))
