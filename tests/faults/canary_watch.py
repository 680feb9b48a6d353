"""Commands as processes under strace: what others could see of them, and what they write outside the clinic's folder.

Some answer into a full disk, some are interrupted, some may not write. What is not on Linux, or without strace, is not
tried, and the count says so.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tests.faults import canary_acts, strace, tree
from tests.faults.canary_acts import STDIN, Act, Ward
from tests.faults.failing import bound_by_permissions, cores_allowed
from tests.faults.inside import Ran
from tests.faults.spilled import patients_words
from tests.faults.trials import Given

if TYPE_CHECKING:
    from tests.faults.canaries import Bench

FOLDERS = {"TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "runtime"}
"""Where programs leave what they do not name, by the variable that tells them: all of it within HOME."""
DEVICES = ("/dev/", "/proc/self/")
NAME_SERVICE = "/nscd/"
"""Who looks an account up may ask the system's daemon for it."""
TRACED = "execve,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,connect,sendto"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
_PATH = re.compile(r'"((?:[^"\\]|\\.)*)"')
SIGNALS = {"SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM, "SIGQUIT": signal.SIGQUIT}
"""SIGQUIT (Ctrl-\\) is how a terminal asks for a core file."""
WAYS = ("well", "answer into a full disk", *SIGNALS, "folder read-only")
LATER, SOON = 2.0, (0.1, 0.15, 0.2, 0.25, 0.3)
"""Seconds until a signal: when a command waits for more to read, and while one that waits for nothing works."""
EACH = 15
"""So many acts in this process for one of these."""


def environment(home: Path) -> dict[str, str]:
    """Those variables for a clinic's home; and programs are looked for on the desk alone, not in the system."""
    return {"PATH": str(home / "desk"), **{name: str(home / folder) for name, folder in FOLDERS.items()}}


def watched(bench: "Bench", asked: Given) -> tuple[int, list[str]]:
    """`patient add -` in every way, then each command in one way after the other; how many, and what is wrong."""
    if sys.platform != "linux" or strace.missing():
        return 0, []
    mine = bench.made.facts[0]
    every = [Act(("patient", "add", "-"), "well", STDIN.encode()) for _ in WAYS]
    every += [canary_acts.well(command, mine) for command in tree.commands()]
    wrong = []
    for at, one in enumerate(every[: max(len(WAYS), asked.points // EACH)]):
        act = one._replace(way=WAYS[at % len(WAYS)])
        wrong += [f"{act}: {what}" for what in _watched(bench, act, LATER if one.stdin else SOON[at % len(SOON)])]
    return len(every[: max(len(WAYS), asked.points // EACH)]), wrong


def _watched(bench: "Bench", one: Act, after: float) -> set[str]:
    from tests.faults.canaries import judged

    log = bench.home.parent / "strace.log"
    ran = _process(bench.ward, one, log, after)
    found = set(_calls(bench.ward, one, log.read_text(encoding="utf-8", errors="replace")))
    return found | set(judged(bench.ward, one, ran)) | set(bench.left(one))


def _process(ward: Ward, one: Act, log: Path, after: float) -> Ran:
    """The command on its own. A signal may meet Python while it starts: a traceback is no fault then."""
    clinic = ward.clinic
    before = [
        str(shutil.which("strace")),
        "-f",
        "-v",
        "-s",
        "4096",
        "-qq",
        "-o",
        str(log),
        "-e",
        f"trace={TRACED}",
        "-e",
        "signal=none",
    ]
    readonly = one.way == "folder read-only"
    with open("/dev/full" if "full" in one.way else os.devnull, "wb") as out:
        clinic.store.parent.chmod(0o500 if readonly else 0o700)
        child = subprocess.Popen(
            [*before, sys.executable, "-m", "tpi_cli", *one.words], stdin=subprocess.PIPE, stdout=out,
            stderr=subprocess.PIPE, cwd=ward.desk, start_new_session=True,
            env=clinic.environment(**environment(clinic.home), PYTHONPATH=_here(), PYTHONDONTWRITEBYTECODE="1"),
            preexec_fn=bound_by_permissions if readonly else cores_allowed,
        )  # fmt: skip
        assert child.stdin
        child.stdin.write(one.stdin)
        child.stdin.flush()
        if one.way in SIGNALS:
            time.sleep(after)
            os.killpg(child.pid, SIGNALS[one.way])
        err = child.communicate(timeout=120)[1].decode(errors="backslashreplace")
        clinic.store.parent.chmod(0o700)
    killed = one.way in SIGNALS and child.returncode not in {0, 10}
    return Ran(130 if killed else child.returncode, "", err.replace("Traceback", "") if killed else err)


def _here() -> str:
    return str(Path(__file__).parent.parent.parent)


def _calls(ward: Ward, one: Act, log: str) -> Iterator[str]:
    """What is wrong in a log of system calls: words given to others, and places that are none of ours written to."""
    first = True
    for line in log.splitlines():
        found = _CALL.match(line)
        if not found:
            continue
        name, rest = found.groups()
        if name == "execve":
            given = "\0".join(one.words) if first else ""
            yield from (f"a process was given {word}" for word in patients_words(rest) - patients_words(given))
            first = False
        elif name in {"connect", "sendto"}:
            if NAME_SERVICE not in rest:
                yield f"{name} {rest[:80]}"
        elif name != "openat" or "O_WRONLY" in rest or "O_RDWR" in rest or "O_CREAT" in rest:
            yield from _outside(ward, name, rest)


def _outside(ward: Ward, name: str, rest: str) -> Iterator[str]:
    """Paths of a call that changes something, where they lie neither in HOME nor among the devices."""
    for path in _PATH.findall(rest):
        whole = os.path.normpath(os.path.join(ward.desk, path))
        if not whole.startswith((str(ward.clinic.home), *DEVICES)):
            yield f"{name} {path}"
