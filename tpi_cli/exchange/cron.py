"""A job for cron or for systemd: what it runs and when, and how either of them reads it."""

import os
import shlex
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from tpi_cli.errors import Usage
from tpi_cli.store.place import CREDENTIAL

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MADE_BY = "# tpi cron "
"""How every unit and every block of a crontab begins."""
HARDENING = """\
UMask=0077
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictAddressFamilies={families}
SystemCallArchitectures=native
"""
"""What a user's own systemd can hold a service to everywhere: nothing here needs a namespace."""


class Job(NamedTuple):
    """A report by itself: `days` from 0 for Monday; the words of the command in three parts.

    `key_file` is what cron is told about the key (None: nothing, it lies in its usual place); `credential` is
    the key's file as systemd hands it over (None: the store has no key, or one of its own). `network`: the store is
    on a server.
    """

    name: str
    hour: int
    minute: int
    days: tuple[int, ...]
    program: tuple[str, ...]
    store: tuple[str, ...]
    report: tuple[str, ...]
    key_file: str | None = None
    credential: str | None = None
    mailto: str | None = None
    network: bool = False

    @property
    def when(self) -> str:
        """`07:00 mon-fri`, as it is typed."""
        return f"{self.hour:02}:{self.minute:02} {_spans(self.days, DAYS, '-').lower()}"


def program() -> tuple[str, ...]:
    """The tpi that runs now: beside its Python, or else by way of it."""
    python = os.path.abspath(sys.executable)
    beside = os.path.join(os.path.dirname(python), "tpi")
    return (beside,) if os.path.isfile(beside) and os.access(beside, os.X_OK) else (python, "-m", "tpi_cli")


def plain(what: str, path: str) -> str:
    """The path, if cron and systemd can both be told it. Raises Usage: to cron a % is the end of the line."""
    if path.isascii() and path.isprintable() and "%" not in path:
        return path
    raise Usage(
        f"the path of {what} has a % or a letter that no job can name: {path!a}",
        hint="move it, or name it by a link of plain letters (ln -s)",
    )


def line(job: Job) -> str:
    """The line of a crontab."""
    days = "*" if len(job.days) == len(DAYS) else _spans(job.days, range(1, 8), "-")
    key = ("--key-file", job.key_file) if job.key_file else ()
    return f"{job.minute} {job.hour} * * {days} {shlex.join((*job.program, *job.store, *key, *job.report))}"


def service(job: Job) -> str:
    """The unit that runs the report once."""
    key = f"LoadCredential={CREDENTIAL}:{job.credential}\n" if job.credential else ""
    families = "AF_UNIX AF_INET AF_INET6" if job.network else "AF_UNIX"
    return (
        f"{_mark(job)}[Unit]\nDescription=tpi due list, report {job.name}\n\n"
        f"[Service]\nType=oneshot\nExecStart={_command(job)}\n{key}{HARDENING.format(families=families)}"
    )


def timer(job: Job) -> str:
    """The unit that starts it; a day when the computer was off is made up for."""
    days = "" if len(job.days) == len(DAYS) else f"{_spans(job.days, DAYS, '..')} "
    return (
        f"{_mark(job)}[Unit]\nDescription=tpi due list, report {job.name}, {job.when}\n\n"
        f"[Timer]\nOnCalendar={days}*-*-* {job.hour:02}:{job.minute:02}:00\nPersistent=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def _mark(job: Job) -> str:
    return f"{MADE_BY}{job.name}: made by tpi cron install, which writes it anew\n"


def _command(job: Job) -> str:
    """The program's path is taken as it is; in the other words a `$` would name a variable."""
    path, *words = (_quoted(word) for word in (*job.program, *job.store, *job.report))
    return " ".join((path, *(word.replace("$", "$$") for word in words)))


def _quoted(word: str) -> str:
    """A word as systemd reads it (systemd.service, command lines)."""
    if shlex.quote(word) == word:
        return word
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _spans(days: Sequence[int], names: Sequence[object], to: str) -> str:
    """`Mon..Wed,Sat` for 0, 1, 2, 5; two days in a row are listed."""
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0])]
    parts = [f"{names[run[0]]}{to}{names[run[-1]]}" if len(run) > 2 else ",".join(str(names[day]) for day in run)
             for run in runs]  # fmt: skip
    return ",".join(parts)
