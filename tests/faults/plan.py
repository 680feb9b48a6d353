"""An act before it is disturbed: run whole a few times, its calls counted, its two ends told."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Clinic
from tests.faults import prepared, state, strace
from tests.faults.commands import ACTS, RETRIED
from tests.faults.prepared import Starts
from tests.faults.script import Asked, Tally, each, spread

HALF, CORRUPT, STUCK = "half-applied", "corrupt", "stuck"
ENOUGH = 12
"""Points that an act is worth being run whole for: a short run takes fewer acts."""


MISSED, STRAYED = "not reached", 0.02
"""Two runs of a command make the same calls; so many that do not are put up with."""


def reckoned(tally: Tally, points: int) -> None:
    """A fault, if too many of so many calls did not come again."""
    if tally.seen[MISSED] > points * STRAYED:
        tally.fault(MISSED, f"{tally.seen[MISSED]} of {points} calls did not come again")


class Plan(NamedTuple):
    """An act, its two ends, and its calls."""

    act: str
    story: state.Story
    calls: list[strace.Call]

    def found(self, clinic: Clinic) -> str:
        """Where a store stands: `before`, `after`, or what no store may be.

        One as it was from which the act cannot be done any more is `stuck`.
        """
        try:
            where = self.story.where(state.read(clinic))
            if where == "before" and self.act in RETRIED:
                again = prepared.run(clinic, prepared.words(ACTS[self.act], clinic))
                moved = again.code == 0 and self.story.where(state.read(clinic)) == "after"
                return "before" if moved else STUCK
        except state.Damaged:
            return CORRUPT
        return HALF if where == "between" else where


def planned(starts: Starts, acts: Iterable[str], folder: Path, asked: Asked, calls: tuple[str, ...]) -> list[Plan]:
    """The plans of as many acts as so many points are worth."""
    strace.needed()
    some = spread(list(acts), max(1, asked.points // ENOUGH))
    return list(each(lambda act: _planned(starts.of(act), act, folder / act, asked.broken, calls), some, asked.jobs))


def _planned(start: Clinic, act: str, folder: Path, broken: str | None, names: tuple[str, ...]) -> Plan:
    """Run it for Python to compile what it loads, then twice to be compared."""
    ends = []
    for name in ("first", "second", "third"):
        own = prepared.copied(start, folder / name)
        log = folder / f"{name}.log"
        answer = prepared.run(own, prepared.words(ACTS[act], own), broken, strace.traced(log, names))
        assert answer.code == 0, (act, answer)
        ends.append(state.read(own))
    story = state.told(state.read(start), *ends[1:])
    assert story.where(story.before) == "before", f"{act} changes something"
    return Plan(act, story, strace.calls(log, own.home))
