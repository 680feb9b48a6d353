"""kill -9 at every system call of every writing command.

Each command is run on copies of one prepared clinic: three times whole (its calls counted, its two ends told), then
once for each call, killed as it enters it. What is then on file must be the state before or the state after, and the
state after if the program had begun to answer.
"""

from pathlib import Path
from typing import NamedTuple

from tests.conftest import Answer, Clinic
from tests.faults import prepared, state, strace
from tests.faults.commands import ACTS
from tests.faults.script import Asked, Tally, each, main, spread

LOST, HALF, CORRUPT = "acknowledged and lost", "half-applied", "corrupt"
ENOUGH = 12
"""Points an act is worth being counted for: a short run takes fewer acts."""


class Plan(NamedTuple):
    """An act, its two ends, and its calls."""

    act: str
    story: state.Story
    calls: list[strace.Call]


class Point(NamedTuple):
    """A call of an act at which it is killed."""

    plan: Plan
    call: strace.Call


class Fault(NamedTuple):
    """What was wrong after a kill."""

    kind: str
    where: str


def run(asked: Asked, folder: Path) -> Tally:
    """So many kills, evenly spread over the acts and their calls."""
    tally = Tally()
    clinic = prepared.prepared(folder / "prepared")
    acts = spread(list(ACTS), max(1, asked.points // ENOUGH))
    plans = list(each(lambda act: _planned(clinic, act, folder / act, asked.broken), acts, asked.jobs))
    points = _points(plans, asked.points)
    places = ((point, folder / f"kill-{number}") for number, point in enumerate(points))
    tally.seen["points"] = 0
    for killed, fault in each(lambda one: _killed(clinic, *one, asked.broken), places, asked.jobs):
        tally.seen["points" if killed else "not reached"] += 1
        if fault:
            tally.fault(*fault)
    tally.seen["commands"] = len(plans)
    return tally


def _planned(clinic: Clinic, act: str, folder: Path, broken: str | None) -> Plan:
    """The act run whole, first for Python to compile what it loads, then twice to be compared."""
    ends = []
    for name in ("first", "second", "third"):
        own = prepared.copied(clinic, folder / name)
        log = folder / f"{name}.log"
        answer = prepared.run(own, prepared.words(ACTS[act], own), broken, strace.traced(log, CALLS))
        assert answer.code == 0, (act, answer)
        ends.append(state.read(own))
    story = state.told(state.read(clinic), *ends[1:])
    assert story.where(story.before) == "before", f"{act} changes something"
    return Plan(act, story, strace.calls(log, own.home))


CALLS = strace.CHANGING + strace.LOCKING


def _points(plans: list[Plan], count: int) -> list[Point]:
    """First the calls that change something; where they are fewer, as many as are wanted of those about locks."""
    every = [Point(plan, call) for plan in plans for call in plan.calls]
    changing = [point for point in every if point.call.name in strace.CHANGING]
    others = [point for point in every if point.call.name not in strace.CHANGING]
    chosen = spread(changing, count)
    return chosen + spread(others, count - len(chosen))


def _killed(clinic: Clinic, point: Point, folder: Path, broken: str | None) -> tuple[bool, Fault | None]:
    """Whether the call was reached, and what was wrong afterwards."""
    own = prepared.copied(clinic, folder)
    act, call = point.plan.act, point.call
    under = strace.injected(call.name, "signal=SIGKILL", str(call.number))
    answer = prepared.run(own, prepared.words(ACTS[act], own), broken, under)
    kind = _wrong(own, point.plan.story, answer)
    prepared.gone(own)
    return answer.code != 0, Fault(kind, f"{act}, killed at {call}") if kind else None


def _wrong(clinic: Clinic, story: state.Story, answer: Answer) -> str:
    """What kind of fault the store shows; empty for none. A byte on stdout is an answer."""
    try:
        where = story.where(state.read(clinic))
    except state.Damaged:
        return CORRUPT
    if where == "between":
        return HALF
    return LOST if answer.out and where == "before" else ""


if __name__ == "__main__":
    main(run, points=3000, broken="early", names=(LOST, HALF, CORRUPT))
