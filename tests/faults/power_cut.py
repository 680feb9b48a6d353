"""A power cut at every moment: the states a disk may be left in, rebuilt from the log of what a day's commands did.

Each command runs once under strace, which writes down what it wrote. The log is then done again on a model disk, and
before each step the disk is left as a power cut might leave it (tests/faults/disk.py). The store must open and be
whole, and hold exactly what was acknowledged, or that and the command under way.
"""

import random
import shutil
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Clinic
from tests.faults import log, prepared, state, strace
from tests.faults.commands import ACTS
from tests.faults.disk import Disk
from tests.faults.onlooker import watching
from tests.faults.script import Asked, Tally, each, main, spread

LOST, HALF, CORRUPT = "acknowledged and lost", "half-applied", "corrupt"
KINDS = ("none", "all", "some", "torn")
"""What becomes of what was not waited for."""

FIRST_DAY = (
    "init --name 'Test Clinic' --zone Europe/London",
    "patient add 'Archer, Ann' 1961-01-01 --weight 62 --allergy none --bleeding none",
    "config set user AM",
    "config set user DR",
    "inject 1 ut l, ls l lido 1% 1ml each --pain 7:3 --next 6w --consent written --yes",
)
"""A clinic from nothing: the store's and the key's names must be safe too, and the settings."""
A_DAY = tuple(
    ACTS[act]
    for act in ("appt arrive", "inject booked", "patient add", "outcome", "adverse close", "call booked", "alert end",
                "site add", "again", "session void", "config set", "import")
)  # fmt: skip
"""One after the other in the prepared clinic."""
DAYS = {"first day": FIRST_DAY, "a day": A_DAY, "a busy day": A_DAY}
"""On a busy day somebody has the store open all the time: the log is all that keeps what is acknowledged."""


class Step(NamedTuple):
    """A call of the day; `command` is which one made it (from 0), `answered` whether it had spoken by then."""

    event: log.Event
    command: int
    answered: bool


class Day(NamedTuple):
    """What a day's commands did: the files before it, the steps, and the store after each command."""

    start: Path
    steps: list[Step]
    ends: list[state.Dump]


class Left(NamedTuple):
    """The files after a power cut, when it was, and the states the store may be in."""

    files: dict[str, bytes]
    where: str
    allowed: list[state.Dump]
    ends: list[state.Dump]


def run(asked: Asked, folder: Path, names: Iterable[str] = tuple(DAYS)) -> Tally:
    """So many states, evenly spread over the steps of the days named."""
    strace.needed()
    tally = Tally()
    days = {name: _day(name, folder / name, asked.broken) for name in names}
    steps = sum(len(day.steps) for day in days.values())
    tally.seen["states"] = 0
    for name, day in days.items():
        points = round(asked.points * len(day.steps) / steps)
        states = enumerate(_states(day, points, random.Random(asked.seed)))
        for left, fault in each(lambda one: (one[1], _fault(*one, folder)), states, asked.jobs):
            tally.seen["states"] += 1
            if fault:
                tally.fault(fault, f"{name}, {left.where}")
    tally.seen["steps"] = steps
    return tally


def _day(name: str, folder: Path, broken: str | None) -> Day:
    """Run the commands of the day one after the other, and write down what they do."""
    clinic = _start(name, folder / "clinic")
    with watching(clinic) if name == "a busy day" else nullcontext():
        start = prepared.copied(clinic, folder / "start")
        ends, steps = [state.read(prepared.copied(clinic, folder / "end"))], []
        for command, line in enumerate(DAYS[name]):
            record = folder / "log"
            answer = prepared.run(clinic, prepared.words(line, clinic), broken, log.under(record))
            assert answer.code == 0, (line, answer)
            ends.append(state.read(prepared.copied(clinic, folder / "end")))
            steps += _steps(record, clinic.home, command)
    return Day(start.home, steps, ends)


def _start(name: str, home: Path) -> Clinic:
    """The clinic as the day finds it: on the first there is nothing."""
    home.parent.mkdir()
    if name != "first day":
        return prepared.prepared(home)
    home.mkdir()
    return Clinic(home)


def _steps(record: Path, home: Path, command: int) -> list[Step]:
    answered, out = False, []
    for event in log.events(record, home):
        out.append(Step(event, command, answered))
        answered = answered or event.name == log.ANSWER
    return [*out, Step(log.Event(log.ANSWER), command, answered)]


def _states(day: Day, points: int, chance: random.Random) -> Iterator[Left]:
    """What a power cut leaves just before each of so many steps."""
    rounds = -(-points // (len(day.steps) * len(KINDS)))
    every = [(at, kind) for at in range(len(day.steps)) for kind in KINDS * rounds]
    chosen: dict[int, list[str]] = {}
    for at, kind in spread(every, points):
        chosen.setdefault(at, []).append(kind)
    disk = Disk(day.start)
    for at, step in enumerate(day.steps):
        for kind in chosen.get(at, ()):
            where = f"command {step.command + 1}, step {at} ({step.event.name} {' '.join(step.event.paths)}), {kind}"
            allowed = day.ends[step.command + step.answered : step.command + 2]
            yield Left(disk.left(chance, kind), where, allowed, day.ends)
        step.event.onto(disk)


def _fault(number: int, left: Left, folder: Path) -> str:
    """What is wrong with the store in a state; empty for nothing."""
    clinic = Clinic(folder / f"state-{number}")
    for name, content in left.files.items():
        path = clinic.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)
    try:
        found = state.read(clinic)
    except state.Damaged:
        return CORRUPT
    finally:
        shutil.rmtree(clinic.home, ignore_errors=True)
    if found in left.allowed:
        return ""
    return LOST if found in left.ends else HALF


if __name__ == "__main__":
    main(run, points=3000, broken="unsynced", names=(LOST, HALF, CORRUPT))
