"""TAB in the shells themselves: bash, zsh and fish, each started anew after `tpi completion install`."""

import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.reading import rows
from tests.conftest import Clinic

SHELLS = {"bash": ("bash", "-i"), "zsh": ("zsh", "-i"), "fish": ("fish", "-i")}
PATIENCE = 30.0
QUIET = 0.7
"""Seconds without a word after which a shell waits for somebody to type."""
TAB, CLEAR = "\t", "\x15"
_CODES = re.compile(
    r"\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()=>][0-9A-Za-z]?|\x1b.|[\r\x07\x0f]"
)


def _take_terminal() -> None:
    """Make stdin the terminal that the new session is controlled by: fish will not start without one."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Shell:
    """A shell with a terminal of its own, and somebody typing."""

    def __init__(self, name: str, clinic: Clinic) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        ours = Path(sys.executable).parent
        environment = clinic.environment(TERM="xterm", PS1="> ", SHELL=name, PATH=f"{ours}:{os.environ['PATH']}",
                                         ZDOTDIR=str(clinic.home), fish_greeting="")  # fmt: skip
        self.child = subprocess.Popen(SHELLS[name], stdin=slave, stdout=slave, stderr=slave, env=environment,
                                      start_new_session=True, cwd=clinic.home, preexec_fn=_take_terminal)  # fmt: skip
        os.close(slave)
        self._until_quiet()

    def offers(self, line: str) -> str:
        """What is on the screen of the line as it is typed and after two TABs, without codes."""
        os.write(self._master, (CLEAR + line).encode())
        told = self._until_quiet()
        os.write(self._master, TAB.encode())
        told += self._until_quiet(first=PATIENCE)
        os.write(self._master, TAB.encode())
        return _CODES.sub("", told + self._until_quiet())

    def _until_quiet(self, first: float = QUIET) -> str:
        """Everything that comes until nothing does; the first word may take longer than those after it."""
        out, wait, end = b"", max(first, QUIET), time.monotonic() + PATIENCE
        while time.monotonic() < end and select.select([self._master], [], [], wait)[0]:
            piece = os.read(self._master, 65536)
            out, wait = out + piece, QUIET
            if b"\x1b[c" in piece or b"\x1b[0c" in piece:  # fish asks what terminal this is, and waits for the answer
                os.write(self._master, b"\x1b[?62;c")
        return out.decode("utf-8", "replace")


@contextmanager
def shell(name: str, clinic: Clinic) -> Iterator[Shell]:
    one = Shell(name, clinic)
    try:
        yield one
    finally:
        one.child.kill()
        one.child.wait()


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """Twelve patients, and the completion of every shell."""
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    for letter in "abcdefghijkl":
        clinic.patient(f"Secret {letter}")
    for name in SHELLS:
        if shutil.which(name):
            clinic.ok("completion", "install", name)
    return clinic


OFFERED = """
typed             | offered
tpi du            | due
tpi patient sh    | show
tpi why PT-001    | PT-0010, PT-0011, PT-0012
tpi agent show li | lidocaine
tpi due --over    | --overdue
tpi completion in | install
"""


@pytest.mark.slow
@pytest.mark.file
@pytest.mark.parametrize("name", SHELLS)
def test_tab_completes_in_a_real_shell(ward: Clinic, name: str) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"no {name} on this machine: its TAB was not tried")
    for typed, offered in rows(OFFERED):
        with shell(name, ward) as one:
            told = one.offers(typed)
        for word in offered.split(", "):
            assert word in told, (name, typed, told)
        assert "Secret" not in told, "no name reaches a shell"
