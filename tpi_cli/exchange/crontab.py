"""The crontab of this account: a job's block in it, between two comments; the rest is left byte for byte."""

import os
import re
import shutil
import subprocess

from tpi_cli.errors import Conflict, StoreUnavailable
from tpi_cli.exchange.cron import MADE_BY, Job, line
from tpi_cli.show.clean import clean

_MAILTO = re.compile(rb"^[ \t]*MAILTO[ \t]*=.*$", re.MULTILINE)
NONE_YET = (b"no crontab for", b"no such file")
"""How the programs say that there is none: cron's, cronie's and macOS's, and busybox's."""


def read() -> bytes:
    """The crontab as it is; empty if there is none. Raises StoreUnavailable where it cannot be told."""
    done = _crontab("-l")
    if done.returncode == 0:
        return done.stdout
    if any(words in done.stderr.lower() for words in NONE_YET):
        return b""
    raise _failed(done, "cannot read the crontab")


def write(table: bytes) -> None:
    """Put a crontab in the place of the one there is. Raises StoreUnavailable; then the old one stands."""
    done = _crontab("-", given=table)
    if done.returncode:
        raise _failed(done, "cannot write the crontab")


def _crontab(word: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    found = shutil.which("crontab")
    if found is None:
        raise StoreUnavailable(
            "there is no crontab program here", hint="install cron (Debian: apt install cron), or say --systemd"
        )
    plain = {**os.environ, "LC_ALL": "C"}
    return subprocess.run([found, word], input=given, capture_output=True, env=plain, check=False)  # noqa: S603


def _failed(done: "subprocess.CompletedProcess[bytes]", what: str) -> StoreUnavailable:
    said = done.stderr.decode(errors="replace").strip().splitlines() or ["it does not say why"]
    return StoreUnavailable(f"{what}: {clean(said[-1])}", hint="tpi cron show prints the line; crontab -e takes it")


def placed(table: bytes, job: Job, owner: str) -> bytes:
    """The crontab with the job's block: in the place of the one there was, or at the end.

    Raises Conflict for a block without an end. MAILTO holds for every line that follows: after the block it is
    what it was before it, or `owner`, to whom cron writes unasked.
    """
    begin, end = _markers(job)
    found = _block(table, begin, end, job.name)
    start, stop = found or (len(table), len(table))
    before = table[:start] if table[:start].endswith(b"\n") or not start else table[:start] + b"\n"
    return before + block(job, _addressee(before) or f"MAILTO={owner}") + table[stop:]


def block(job: Job, then: str) -> bytes:
    """The job as it stands in a crontab; `then` is the MAILTO that is to hold after it."""
    begin, end = _markers(job)
    mail = ([f"MAILTO={job.mailto}"], [then]) if job.mailto else ([], [])
    return "".join(f"{text}\n" for text in (begin, *mail[0], line(job), *mail[1], end)).encode(errors="surrogateescape")


def _markers(job: Job) -> tuple[str, str]:
    return f"{MADE_BY}{job.name} begin", f"{MADE_BY}{job.name} end"


def _addressee(before: bytes) -> str:
    found = _MAILTO.findall(before)
    return found[-1].decode(errors="surrogateescape") if found else ""


def _block(table: bytes, begin: str, end: str, name: str) -> tuple[int, int] | None:
    """Where the block starts and stops, its own last line end with it."""
    starts, stops = (_lines(table, mark) for mark in (begin, end))
    if not starts and not stops:
        return None
    if len(starts) != 1 or len(stops) != 1 or stops[0] < starts[0]:
        raise Conflict(
            f"the crontab has half a block of report {name!r}, or two",
            hint=f"crontab -e: delete what stands between {begin!r} and {end!r}, and these lines",
        )
    return starts[0][0], stops[0][1]


def _lines(table: bytes, mark: str) -> list[tuple[int, int]]:
    """Where the lines that say just this start and stop."""
    return [found.span() for found in re.finditer(rb"^%b[ \t]*\r?(\n|\Z)" % re.escape(mark.encode()), table, re.M)]
