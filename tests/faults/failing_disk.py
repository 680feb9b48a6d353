"""A disk that is full, failing, read-only or closed to us, at every system call of every writing command.

One call of a run is made to fail (or that one and all later ones of its kind, as when a disk stays full), a write is
cut short, a stream is full or closed. The rule that is held:

- what is on file is the state before or the state after, and whole;
- exit 0, exit 11 or a byte on stdout: it is the state after, and 11 says RECORDED;
- any other exit code: it is the state before; 6 where the store or its key failed, 1, 2, 3 or 6 where another file did;
- a stream that fails keeps nothing back: the state after, exit 0 or 11;
- no traceback, no `unexpected`: the program has words for each.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Answer
from tests.faults import prepared, strace
from tests.faults.commands import ACTS, READINGS
from tests.faults.plan import CORRUPT, HALF, MISSED, STUCK, Plan, planned, reckoned
from tests.faults.prepared import Starts
from tests.faults.script import Asked, Tally, each, main, spread

FALSE, DENIED, CODE = "false acknowledgements", "denied though on file", "wrong exit codes"
TRACEBACK, UNEXPECTED = "tracebacks", "unexpected"

FAILURES = {
    "pwrite64": ("ENOSPC", "EIO", "EROFS"),
    "write": ("ENOSPC", "EIO", "EROFS"),
    "fsync": ("EIO", "ENOSPC", "EROFS"),
    "fdatasync": ("EIO", "ENOSPC", "EROFS"),
    "ftruncate": ("ENOSPC", "EIO", "EROFS"),
    "openat": ("EACCES", "EROFS", "EIO", "ENOSPC"),
    "unlink": ("EACCES", "EROFS", "EIO"),
    "rename": ("EACCES", "EROFS", "EIO", "ENOSPC"),
    "link": ("EACCES", "EROFS", "EIO", "ENOSPC"),
    "mkdir": ("EACCES", "EROFS", "EIO", "ENOSPC"),
    "chmod": ("EACCES", "EROFS", "EIO"),
    "fchmod": ("EACCES", "EROFS", "EIO"),
    "read": ("EIO",),
    "pread64": ("EIO",),
    "fcntl": ("EIO", "ENOLCK"),
}
"""How each call may fail."""
NOTHING = frozenset({"pwrite64", "write", "pread64"})
"""Calls that may also do nothing at all and say so: a write or a read of no byte."""
STAYS = frozenset({"pwrite64", "fsync", "ftruncate", "unlink", "pread64"})
"""Calls that only the store makes, so that all later ones can be failed as well."""
SHORT = 40
"""Writes cut short: so many sizes of file, up to the log's, at which the disk has no more room."""
STREAMS = {
    "stdout is full": ">/dev/full",
    "stdout and stderr are full": ">/dev/full 2>/dev/full",
    "stdout is closed": ">&-",
}

DISTURBED = tuple(act for act in ACTS if act not in READINGS)
"""A chart is shown whatever becomes of its entry in the log; stderr says so if there is none."""


class Trial(NamedTuple):
    """A fault in a run: of which kind, at what, and what starts the program with it (given a log to write)."""

    plan: Plan
    kind: str
    on: str
    where: str
    under: Callable[[Path], list[str]]


class Tried(NamedTuple):
    """What came of it: the state of the store, what was said, and whether the fault came at all."""

    trial: Trial
    found: str
    answer: Answer
    came: bool


def run(asked: Asked, folder: Path, acts: Iterable[str] = DISTURBED) -> Tally:
    """So many faults, shared out between the kinds and spread over the acts."""
    tally = Tally()
    starts = prepared.starts(folder)
    plans = planned(starts, acts, folder, asked, strace.CHANGING + strace.READING + ("fcntl",))
    trials = _shared(_trials(plans), asked.points)
    tally.seen["faults"] = 0
    places = ((trial, folder / f"fault-{number}") for number, trial in enumerate(trials))
    for one in each(lambda place: _tried(starts, *place, asked.broken), places, asked.jobs):
        tally.seen["faults" if one.came else MISSED] += 1
        for kind in _wrong(one.trial, one.found, one.answer):
            told = (one.answer.err.splitlines() or [""])[-2:]
            where = f"{one.trial.plan.act}, {one.trial.where}"
            tally.fault(kind, f"{where}: {one.found}, exit {one.answer.code}, {told}")
    tally.seen["commands"] = len(plans)
    reckoned(tally, len(trials))
    return tally


def _trials(plans: list[Plan]) -> Iterator[Trial]:
    for plan in plans:
        for call in plan.calls:
            yield from _failed(plan, call)
        longest = max((call.end for call in plan.calls if call.on.endswith("-wal")), default=0)
        for size in spread(range(longest), SHORT):
            where = f"no file beyond {size} bytes"
            yield Trial(plan, "short write", "data/", where, partial(_limited, size))
        for name, redirection in STREAMS.items():
            yield Trial(plan, "stream", "stdout", name, partial(_redirected, redirection))


def _limited(size: int, log: Path) -> list[str]:
    log.write_text("(INJECTED)")
    return ["prlimit", f"--fsize={size}"]


def _redirected(redirection: str, log: Path) -> list[str]:
    log.write_text("(INJECTED)")
    return ["sh", "-c", f'exec "$@" {redirection}', "sh"]


def _failed(plan: Plan, call: strace.Call) -> Iterator[Trial]:
    """The ways in which a call may fail."""
    whats = [f"error={name}" for name in FAILURES.get(call.name, ())]
    whats += ["retval=0"] if call.name in NOTHING else []
    for what in whats:
        inject = partial(strace.injected, call.name, what)
        yield Trial(plan, call.name, call.on, f"{call} {what}", partial(inject, f"{call.number}"))
        if call.name in STAYS and what != "retval=0":
            yield Trial(plan, call.name, call.on, f"{call} {what} from then on", partial(inject, f"{call.number}+"))


def _shared(trials: Iterable[Trial], count: int) -> list[Trial]:
    """So many of them: the rare kinds whole, what is left to the frequent ones."""
    kinds: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        kinds[trial.kind].append(trial)
    out: list[Trial] = []
    groups = sorted(kinds.values(), key=len)
    for place, group in enumerate(groups):
        out += spread(group, (count - len(out)) // (len(groups) - place))
    return out


def _tried(starts: Starts, trial: Trial, folder: Path, broken: str | None) -> Tried:
    """One run with its fault."""
    own = prepared.copied(starts.of(trial.plan.act), folder)
    log = folder.with_suffix(".log")
    answer = prepared.run(own, prepared.words(ACTS[trial.plan.act], own), broken, trial.under(log))
    found = trial.plan.found(own)
    prepared.gone(own)
    came = strace.reached(log)
    log.unlink()
    return Tried(trial, found, answer, came)


def _wrong(trial: Trial, found: str, answer: Answer) -> Iterator[str]:
    """The kinds of fault that the rule finds."""
    if "Traceback" in answer.out + answer.err:
        yield TRACEBACK
    if "unexpected" in answer.err:
        yield UNEXPECTED
    if found not in {"before", "after"}:
        yield found
        return
    told = answer.code in {0, 11} or bool(answer.out)
    if told and found == "before":
        yield FALSE
    if answer.code not in {0, 11} and found == "after":
        yield DENIED
    if not _right_code(trial, answer) and not (told and found == "before"):
        yield CODE


def _right_code(trial: Trial, answer: Answer) -> bool:
    """Whether the exit code, and the word that goes with 11, is the one for what failed."""
    if answer.code == 11:
        return "RECORDED" in answer.err or "stderr" in trial.where
    if answer.code == 0:
        return True
    if trial.on in {"stdout", "stderr"}:
        return False
    if trial.on.startswith("data") or trial.on.endswith(".key"):
        return answer.code == 6
    return answer.code in {1, 2, 3, 6}


if __name__ == "__main__":
    main(run, points=1500, broken="careless",
         names=(FALSE, DENIED, CODE, TRACEBACK, UNEXPECTED, HALF, CORRUPT, STUCK, MISSED))  # fmt: skip
