"""The program under strace: its system calls counted, and one of them killed or failed."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

CHANGING = ("write", "pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "fallocate", "openat", "unlink",
            "unlinkat", "rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat", "rmdir", "chmod",
            "fchmod", "sendfile", "copy_file_range")  # fmt: skip
"""What leaves the disk, or whoever reads the answer, in another state."""
LOCKING = ("fcntl", "close", "mmap")
"""What takes or leaves a lock, or the memory that the store's users share."""
READING = ("read", "pread64")

_LINE = re.compile(r"(?P<pid>\d+) +(?P<name>\w+)\((?P<words>.*)")
_STREAM = re.compile(r"([12])<")


class Call(NamedTuple):
    """A system call of a run: the so-many-th of its name in its process, on what, and up to where it wrote."""

    name: str
    number: int
    on: str
    end: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.number} on {self.on}"


@cache
def missing() -> str:
    """Why strace cannot be used here; empty where it can."""
    if not shutil.which("strace"):
        return "strace is not installed (apt-get install strace)"
    tried = subprocess.run(["strace", "-f", "-qq", "-o", os.devnull, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else f"strace may not trace here: {tried.stderr.decode().strip()}"


def needed() -> None:
    """Leaves with a word where strace cannot be used."""
    if missing():
        raise SystemExit(f"nothing was tried: {missing()}")


def traced(log: Path, names: tuple[str, ...]) -> list[str]:
    """The words before a command that have its calls of these names written into a log, files named."""
    return ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "0", "-o", str(log), "-e", f"trace={_any(names)}"]


def injected(name: str, what: str, when: str, log: Path) -> list[str]:
    """The words before a command that have something done to one of its calls: `signal=SIGKILL`, `error=EIO`."""
    quick = [] if "signal" in what else ["--seccomp-bpf"]  # strace 6.1 loses the signal with it
    inject = f"inject={name}:{what}:when={when}"
    return ["strace", "-f", *quick, "-qq", "-s", "0", "-o", str(log), "-e", f"trace={name}", "-e", inject]


def reached(log: Path) -> bool:
    """Whether the call that was to fail came."""
    return "(INJECTED)" in log.read_text(encoding="utf-8", errors="replace")


def _any(names: tuple[str, ...]) -> str:
    """Names that this machine has no such call for are passed over."""
    return ",".join(f"?{name}" for name in names)


def calls(log: Path, home: Path) -> list[Call]:
    """The calls in a log that touch the clinic's folder, stdout or stderr; how Python itself starts is left out."""
    seen: dict[tuple[str, str], int] = {}
    out = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        found = _LINE.match(line)
        if not found:
            continue
        key = (found["pid"], found["name"])
        seen[key] = seen.get(key, 0) + 1
        on = _on(found["words"], str(home))
        if on:
            out.append(Call(found["name"], seen[key], on, _end(found["words"]) if found["name"] == "pwrite64" else 0))
    return out


def _end(words: str) -> int:
    """Where a write ends: its size and its place are the last two words."""
    size, offset = re.findall(r", (\d+)", words)[-2:]
    return int(size) + int(offset)


def _on(words: str, home: str) -> str:
    """What a call was made on: a stream, or the last part of a path below the clinic's folder."""
    stream = _STREAM.match(words)
    if stream:
        return {"1": "stdout", "2": "stderr"}[stream[1]]
    found = re.search(re.escape(home) + r"/([^\">]*)", words)
    return found[1] if found else ""
