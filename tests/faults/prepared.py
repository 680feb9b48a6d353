"""The clinic that every trial starts from, made once and copied; and the program, whole or broken, run in it."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Answer, Clinic
from tests.faults.commands import FILES, PREPARATION, UNPREPARED

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120
"""Seconds until a run counts as hung."""


def prepared(home: Path) -> Clinic:
    """The clinic with what the acts find there."""
    home.mkdir()
    clinic = Clinic(home)
    for name, text in FILES.items():
        clinic.file(name, text)
    for line in PREPARATION:
        clinic.ok(*shlex.split(line))
    return clinic


class Starts(NamedTuple):
    """What acts begin with: the prepared clinic, or an empty folder."""

    full: Clinic
    empty: Clinic

    def of(self, act: str) -> Clinic:
        """The one an act wants."""
        return self.empty if act in UNPREPARED else self.full


def starts(folder: Path) -> Starts:
    """Both, made below a folder."""
    empty = Clinic(folder / "empty")
    empty.home.mkdir()
    return Starts(prepared(folder / "prepared"), empty)


def copied(clinic: Clinic, to: Path) -> Clinic:
    """The same clinic in another folder."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(clinic.home, to)
    return Clinic(to)


def gone(clinic: Clinic) -> None:
    """A copy that was looked at: its disk space is wanted for the next."""
    shutil.rmtree(clinic.home)


def words(line: str, clinic: Clinic) -> list[str]:
    """A line as the shell hands it over; `{home}` in it is the clinic's folder."""
    return [word.format(home=clinic.home) for word in shlex.split(line)]


def program(broken: str | None) -> list[str]:
    """What is typed before the words of a command."""
    return [sys.executable, "-m", *(["tests.faults.broken", broken] if broken else ["tpi_cli"])]


def run(clinic: Clinic, command: Sequence[str], broken: str | None = None, under: Sequence[str] = ()) -> Answer:
    """The program in a process of its own; `under` is what it is started by."""
    done = subprocess.run(
        [*under, *program(broken), *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=ROOT,
        env=clinic.environment(),
        timeout=PATIENCE,
        check=False,
    )
    return Answer(done.returncode, *(stream.decode(errors="replace") for stream in (done.stdout, done.stderr)))
