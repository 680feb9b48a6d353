"""kill -9 at random under four writers: a fifth kills one of them again and again, and each goes on with its next act.

What a writer was told is on file in the end, once, and nothing is on file in part.
"""

import random
import signal
import time
from pathlib import Path

from tests.faults.script import Asked, Tally, main
from tests.faults.writers import CORRUPT, HALF, LOST, REFUSED, Office, Writer

WRITERS = 4
BLINK = 0.01
"""Seconds between two looks at the writers."""


def run(asked: Asked, folder: Path) -> Tally:
    """So many kills, then the reckoning."""
    tally = Tally()
    office = Office(folder)
    writers = [Writer(office.clinic, f"W{number}", asked.broken) for number in range(1, WRITERS + 1)]
    for writer in writers:
        writer.start()
    killer = Killer(asked.seed)
    while killed(writers) < asked.points and all(writer.is_alive() for writer in writers):
        for writer in writers:
            killer.look(writer)
        time.sleep(BLINK)
    for writer in writers:
        writer.over.set()
    for writer in writers:
        writer.join()
    tally.seen["kills"] = killed(writers)
    office.check(writers, tally)
    return tally


def killed(writers: list[Writer]) -> int:
    """How many acts ended so."""
    return sum(one.code == -signal.SIGKILL for writer in writers for one in writer.done)


class Killer:
    """Gives each process a moment to die at, more often late than early: the store is opened late."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.moments: dict[int, float] = {}

    def look(self, writer: Writer) -> None:
        """Kill the writer's process if its moment has come; one in six is quicker."""
        process = writer.process
        if process is None or process.poll() is not None:
            return
        if process.pid not in self.moments:
            self.moments[process.pid] = writer.began + self.chance.triangular(0, 1.2 * writer.took, writer.took)
        if time.monotonic() >= self.moments[process.pid]:
            process.kill()


if __name__ == "__main__":
    main(run, points=1000, broken="lazy", names=(LOST, HALF, CORRUPT, REFUSED))
