"""kill -9 at every system call of every writing command.

Each command is run on copies of one prepared clinic: three times whole (its calls counted, its two ends told), then
once for each call, killed as it enters it. What is then on file must be the state before or the state after, and the
state after if the program had begun to answer.
"""

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.faults import prepared, strace
from tests.faults.commands import ACTS
from tests.faults.plan import CORRUPT, HALF, MISSED, STUCK, Plan, planned, reckoned
from tests.faults.prepared import Starts
from tests.faults.script import Asked, Tally, each, main, spread

LOST = "acknowledged and lost"
"""A byte on stdout is an answer."""
CALLS = strace.CHANGING + strace.LOCKING


class Point(NamedTuple):
    """A call of an act at which it is killed."""

    plan: Plan
    call: strace.Call


class Fault(NamedTuple):
    """What was wrong after a kill."""

    kind: str
    where: str


def run(asked: Asked, folder: Path, acts: Iterable[str] = tuple(ACTS)) -> Tally:
    """So many kills, evenly spread over the acts and their calls."""
    tally = Tally()
    starts = prepared.starts(folder)
    plans = planned(starts, acts, folder, asked, CALLS)
    points = _points(plans, asked.points)
    places = ((point, folder / f"kill-{number}") for number, point in enumerate(points))
    tally.seen["points"] = 0
    for killed, fault in each(lambda one: _killed(starts, *one, asked.broken), places, asked.jobs):
        tally.seen["points" if killed else MISSED] += 1
        if fault:
            tally.fault(*fault)
    tally.seen["commands"] = len(plans)
    reckoned(tally, len(points))
    return tally


def _points(plans: list[Plan], count: int) -> list[Point]:
    """First the calls that change something; where they are fewer, as many as are wanted of those about locks."""
    every = [Point(plan, call) for plan in plans for call in plan.calls]
    changing = [point for point in every if point.call.name in strace.CHANGING]
    others = [point for point in every if point.call.name not in strace.CHANGING]
    chosen = spread(changing, count)
    return chosen + spread(others, count - len(chosen))


def _killed(starts: Starts, point: Point, folder: Path, broken: str | None) -> tuple[bool, Fault | None]:
    """Whether the call was reached, and what was wrong afterwards."""
    act, call = point.plan.act, point.call
    own = prepared.copied(starts.of(act), folder)
    under = strace.injected(call.name, "signal=SIGKILL", str(call.number), Path(os.devnull))
    answer = prepared.run(own, prepared.words(ACTS[act], own), broken, under)
    found = point.plan.found(own)
    prepared.gone(own)
    kind = LOST if answer.out and found == "before" else found
    fault = None if kind in {"before", "after"} else Fault(kind, f"{act}, killed at {call}")
    return answer.code == -signal.SIGKILL, fault


if __name__ == "__main__":
    main(run, points=3000, broken="early", names=(LOST, HALF, CORRUPT, STUCK, MISSED))
