"""A command in this process: with bytes on stdin, with a terminal if asked, and with somebody watching the clock."""

import gc
import io
import os
import pty
import signal
import sys
import termios
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import Clinic
from tpi_cli.main import main

LONGEST = 10.0
"""Seconds: whoever waits longer takes the program for hung."""
PATIENCE = 90.0
HUNG = f"hung for {LONGEST:.0f} s"
CLEAN_EVERY = 200
END = b"\x04" * 8
"""Ctrl-D: nobody answers any more."""


class Ran(NamedTuple):
    """Exit code, stdout, stderr (on a terminal all of it is stdout), and what no command may do."""

    code: int
    out: str
    err: str
    wrong: str = ""

    @property
    def text(self) -> str:
        return self.out + self.err


class Hung(BaseException):
    """The watchdog bit. No Exception: nothing in the program may swallow it."""


@contextmanager
def watched(seconds: float) -> Iterator[None]:
    """Raises Hung in the main thread once the time is over."""

    def bite(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, bite)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_runs = count(1)


def run(clinic: Clinic, words: Sequence[str], stdin: bytes = b"", at: Path | None = None, **more: str) -> Ran:
    """`tpi WORDS` off a terminal, in the folder `at`; `more` are environment variables.

    One that takes too long is run once more with much more time: hung is what took the time itself, and did not wait
    for a busy machine.
    """
    ran = _once(clinic, words, stdin, at, LONGEST, more)
    if ran.wrong != HUNG:
        return ran
    began = time.process_time()
    ran = _once(clinic, words, stdin, at, PATIENCE, more)
    return ran._replace(wrong=HUNG) if time.process_time() - began > LONGEST else ran


def _once(
    clinic: Clinic, words: Sequence[str], stdin: bytes, at: Path | None, seconds: float, more: dict[str, str]
) -> Ran:
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    code, wrong = _guarded(clinic, words, (given, out, err), at, more, seconds)
    texts = [stream.buffer.getvalue().decode("utf-8", "backslashreplace") for stream in (out, err)]  # type: ignore[attr-defined]
    return Ran(code, *texts, wrong)


def screen(clinic: Clinic, words: Sequence[str], typed: bytes = b"", at: Path | None = None, **more: str) -> Ran:
    """The same on a terminal, where `typed` waits to be read; the bytes come out as they were written."""
    master, slave = pty.openpty()
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.OPOST
    modes[3] &= ~(termios.ECHO | termios.ECHOCTL)
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    seen: list[bytes] = []
    reader = threading.Thread(target=_drain, args=(master, seen), daemon=True)
    reader.start()
    os.write(master, typed[:2000] + END)
    given = open(os.dup(slave), encoding="utf-8")  # noqa: SIM115 - closed below
    shown = open(slave, "w", encoding="utf-8")  # noqa: SIM115
    code, wrong = _guarded(
        clinic, words, (given, shown, shown), at, {"TERM": "xterm-256color", "COLUMNS": "80", **more}
    )
    given.close()
    shown.close()
    reader.join(LONGEST)
    os.close(master)
    return Ran(code, b"".join(seen).decode("utf-8", "backslashreplace"), "", wrong)


def _drain(master: int, seen: list[bytes]) -> None:
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # Linux: the other end is closed
            return
        if not piece:
            return
        seen.append(piece)


def _guarded(
    clinic: Clinic, words: Sequence[str], streams: Any, at: Path | None, more: dict[str, str], seconds: float = LONGEST
) -> tuple[int, str]:
    """Exit code, and what got out beside it: a traceback, or a hang."""
    if next(_runs) % CLEAN_EVERY == 0:  # main() keeps the garbage collector from whatever is there when it starts
        gc.unfreeze()
        gc.collect()
    kept = (dict(os.environ), sys.stdin, sys.stdout, sys.stderr, os.getcwd())
    os.environ.clear()
    os.environ.update(clinic.environment(**more))
    sys.stdin, sys.stdout, sys.stderr = streams
    os.chdir(at or clinic.home)
    try:
        with watched(seconds):
            main(list(words))
        return 0, ""
    except SystemExit as leave:
        return (leave.code if isinstance(leave.code, int) else 0 if leave.code is None else 1), ""
    except Hung:
        return -1, HUNG
    except BaseException as fault:  # noqa: BLE001 - whatever it is, a person would have seen it
        last = traceback.extract_tb(fault.__traceback__)[-1]
        return -2, f"traceback: {type(fault).__name__} in {last.filename}:{last.lineno}"
    finally:
        os.environ.clear()
        os.environ.update(kept[0])
        sys.stdin, sys.stdout, sys.stderr = kept[1:4]
        os.chdir(kept[4])
