"""Hostile files to everything that reads a file or stdin: refused in words, at once, in little memory, without a trace.

`python -m tests.faults.hostile_files [--points N] [--seed S] [--broken]`: each file of `hostile.CASES` is handed to its
command in a process of its own. It must end with the exit code for what is wrong and say so in one line, with no
control character of the file's on the screen, within ten seconds and 256 MB; the store must say what it said.
Broken on purpose: files may have any number of lines, and a refusal of a note writes into the store.
"""

import io
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from tests.conftest import Clinic
from tests.faults import bad_values, trials, ward
from tests.faults.hostile import CASES, Case
from tests.faults.inside import LONGEST
from tests.faults.trials import Given, Outcome
from tpi_cli.main import main

MOST_MEMORY = 256
"""MB that a command may hold beyond what it starts with."""
ROOM = 4 * 1024**3
"""Bytes of addresses, beyond which the system gives none: a command that takes more does not take the machine along."""
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Ended(NamedTuple):
    """How a process ended: its exit code (None if it had to be stopped), what it said, its seconds and its MB."""

    code: int | None
    out: str
    err: str
    seconds: float
    memory: float


# --- a command in a process of its own


def ended(clinic: Clinic, words: Sequence[str], stdin: str) -> Ended:
    """A fork of this process runs the command: it starts at once, and is broken where this one is."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        inherited = _resident()
        child = os.fork()
        if not child:
            _command(clinic, words, stdin, (out, err))
        status, used = _waited(child)
        code = os.waitstatus_to_exitcode(status)
        seconds, memory = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024 - inherited
        return Ended(None if code == -signal.SIGKILL else code, _read(out), _read(err), seconds, memory)


def _resident() -> float:
    """MB that this process holds, and its forks with it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


def _command(clinic: Clinic, words: Sequence[str], stdin: str, streams: Sequence[IO[bytes]]) -> None:
    """In the child: become `tpi WORDS`, and never come back."""
    code = 70
    try:
        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
        for number, stream in ((0, os.open(stdin, os.O_RDONLY)), *enumerate((one.fileno() for one in streams), 1)):
            os.dup2(stream, number)
        sys.stdin = open(0, encoding="utf-8")  # noqa: SIM115 - for as long as the process
        sys.stdout, sys.stderr = (io.TextIOWrapper(io.FileIO(number, "w"), encoding="utf-8") for number in (1, 2))
        os.environ.clear()
        os.environ.update(clinic.environment())
        os.chdir(clinic.home / "desk")
        main(list(words))
        code = 0
    except SystemExit as leave:
        code = leave.code if isinstance(leave.code, int) else 0
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _waited(child: int) -> tuple[int, resource.struct_rusage]:
    """Until it ends; one that takes far too long is stopped."""
    until = time.monotonic() + LONGEST * 3
    while True:
        done, status, used = os.wait4(child, os.WNOHANG)
        if done:
            return status, used
        if time.monotonic() > until:
            os.kill(child, signal.SIGKILL)
            until += LONGEST
        time.sleep(0.01)


def _read(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "backslashreplace")


# --- the trial


class Tried(NamedTuple):
    """What was wrong with a case, by kind: "" is nothing."""

    case: Case
    ended: Ended
    wrong: list[str]


def tried(template: Path, home: Path, case: Case) -> Tried:
    """Make the file, hand it over, look at what came of it."""
    clinic = ward.copied(template, home)
    settings = case.name.startswith("settings")
    path = clinic.home / "config" / "tpi" / "config.toml" if settings else clinic.home / "desk" / case.called
    path.unlink(missing_ok=True)
    case.make(path, clinic)
    text = path.read_text() if "{text}" in case.command else ""
    words = [word.format(file=path, text=text) for word in case.command.split()]
    says, names = ward.digest(clinic), set(ward.seen(clinic.home))
    found = ended(clinic, words, str(path) if case.stdin else os.devnull)
    wrong = list(_wrong(case, found, case.told.format(file=path)))
    if ward.digest(clinic) != says or set(ward.seen(clinic.home)) != names:
        wrong.append(CHANGED)
    return Tried(case, found, wrong)


CHANGED = "the store was changed, or a file is there that was not"
HUNG = "hung"
TRACEBACK = "a traceback"


def _wrong(case: Case, found: Ended, told: str) -> Iterator[str]:
    errors = re.findall("^tpi: (.*)$", found.err, re.MULTILINE)
    if found.code is None or found.seconds > LONGEST:
        yield f"{HUNG}: {found.seconds:.0f} s"
    elif "Traceback" in found.err or "unexpected " in found.err or found.code not in bad_values.KNOWN:
        yield f"{TRACEBACK}: exit {found.code}: {found.err[-200:]!a}"
    elif found.code != case.code:
        yield f"exit {found.code}, not {case.code}: {found.err[-200:]!a}"
    elif shown(told) not in found.err or len(errors) != (case.code not in bad_values.SUCCESS):
        yield f"told {found.err[-200:]!a}, not {told!a}"
    if CONTROLS.search(found.out + found.err):
        yield "a control character reached the screen"
    if found.memory > MOST_MEMORY:
        yield f"held {found.memory:.0f} MB"


def shown(text: str) -> str:
    """What is to be told as it may be seen."""
    return CONTROLS.sub(lambda mark: _escape(mark[0]), text.replace("\n", "\\n"))


def _escape(mark: str) -> str:
    return f"\\x{ord(mark):02x}" if ord(mark) < 256 else f"\\u{ord(mark):04x}"


@contextmanager
def broken(wanted: bool) -> Iterator[None]:
    """A bound taken away, and a refusal that writes."""
    from tpi_cli.exchange import csv_text

    before = csv_text.MOST_LINES
    with bad_values.scribbling("note" if wanted else None):
        csv_text.MOST_LINES = 10**9 if wanted else before
        try:
            yield
        finally:
            csv_text.MOST_LINES = before


def chosen(points: int, seed: int) -> list[Case]:
    """So many of the cases, from everywhere."""
    return CASES if points >= len(CASES) else random.Random(seed).sample(CASES, points)


def trial(asked: Given, cases: Sequence[Case] | None = None) -> Outcome:
    with trials.folder("hostile") as folder, broken(asked.broken):
        template, _ = bad_values.template(folder)
        found = [tried(template, folder / "home", case) for case in cases or chosen(asked.points, asked.seed)]
    counts = {kind: sum(any(what.startswith(kind) for what in one.wrong) for one in found)
              for kind in (TRACEBACK, HUNG, CHANGED)}  # fmt: skip
    refused = sum(one.ended.code not in {*bad_values.SUCCESS, None} for one in found)
    line = (f"{len(found)} files: {refused} refused, {counts[TRACEBACK]} tracebacks, {counts[HUNG]} hangs, "
            f"{counts[CHANGED]} stores changed; at most {max(one.ended.seconds for one in found):.1f} s and "
            f"{max(one.ended.memory for one in found):.0f} MB")  # fmt: skip
    return Outcome(line, [f"{one.case.name}: {what}" for one in found for what in one.wrong])


if __name__ == "__main__":
    trials.main("hostile_files", str(__doc__).split("\n")[0], len(CASES), trial)
