"""A command killed at a system call of our choice, by strace: what a power cut of the process leaves."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import Clinic

CALLS = ("pwrite64", "write", "fsync", "ftruncate", "unlink", "rename", "link")
"""The calls by which a file system changes; each is killed before it is done."""
STRACE = shutil.which("strace")


def counted(clinic: Clinic, *words: str, stdin: str = "") -> dict[str, int]:
    """How often a command makes each of these calls, in a run to its end."""
    log = clinic.home.parent / "calls"
    done = _traced(clinic, ["-o", str(log), "-e", f"trace={','.join(CALLS)}"], words, stdin)
    assert done.returncode == 0, done.stderr
    names = re.findall(r"^\d+ +(\w+)\(", log.read_text(errors="replace"), re.MULTILINE)
    return {call: names.count(call) for call in CALLS}


def killed(clinic: Clinic, call: str, when: int, *words: str, stdin: str = "") -> bool:
    """Kill the command at that call; whether it came so far."""
    inject = ["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=SIGKILL:when={when}"]
    return _traced(clinic, inject, words, stdin).returncode != 0


def _traced(clinic: Clinic, how: list[str], words: tuple[str, ...], stdin: str) -> subprocess.CompletedProcess[bytes]:
    assert STRACE is not None
    command = [STRACE, "-f", "-qq", *how, sys.executable, "-B", "-m", "tpi_cli", *words]
    environment = clinic.environment(PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(command, input=stdin.encode(), capture_output=True, env=environment, check=False, timeout=120)


def points(counts: dict[str, int], most: int) -> list[tuple[str, int]]:
    """Of each call every occurrence, or evenly chosen ones where there are more than `most`; the last among them."""
    out: list[tuple[str, int]] = []
    for call, count in counts.items():
        step = max(1, count // most)
        out += [(call, when) for when in sorted({*range(1, count + 1, step), count}) if count]
    return out


def copied(home: Path, to: Path) -> Clinic:
    """A HOME of this kill's own."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(home, to)
    return Clinic(to)
