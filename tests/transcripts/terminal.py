"""A real terminal, 80 by 24, with `tpi` in it and somebody typing.

`Terminal(clinic, "inject", "1").answer("Injection 1:", "ut l lido 1% 1ml")` waits until the question stands
at the end of what was printed, types the answer and Enter, as a person would; `end()` gives the exit code.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from tests.conftest import Clinic

ENTER, CTRL_C, CTRL_D, CTRL_U, CTRL_E = "\n", "\x03", "\x04", "\x15", "\x05"
HURRY, PATIENCE = 5.0, 30.0
"""Seconds: only a test that fails waits so long as the second."""
TRIES = 3

_CHILD = (
    "import fcntl, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.default_int_handler); "  # ignored where a shell put the tests behind
    "from tpi_cli.main import main; sys.argv = ['tpi', *sys.argv[1:]]; main()"
)
_UNDER = "from tpi_cli.store import account; account.name = lambda: {!r}; "
"""As if another account of this computer typed: tests cannot make accounts."""
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """A process with a terminal of its own on stdin, stdout and stderr."""

    def __init__(
        self, clinic: Clinic, *words: str, columns: int = 80, lines: int = 24, account: str = "", **more: str
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        environment = clinic.environment(**{"TERM": "xterm-256color", **more})
        self._child = subprocess.Popen(
            self._program(words, account),
            stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._raw = b""
        self._seen = 0
        self._last = ""

    def _program(self, words: Sequence[str], account: str) -> list[str]:
        """What is started in it: `tpi` with these words."""
        return [sys.executable, "-c", (_UNDER.format(account) if account else "") + _CHILD, *words]

    @property
    def raw(self) -> str:
        """Everything that reached the terminal, what was typed among it, byte for byte."""
        return self._raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n")

    @property
    def screen(self) -> str:
        """The same without colours."""
        return _STYLE.sub("", self.raw)

    def answer(self, question: str, *typed: str, enter: str = ENTER, after: float = 0.0) -> "Terminal":
        """Wait for the question, then type; `after` so many seconds, where a key pressed too early would be lost."""
        self._wait_for(question)
        time.sleep(after)
        os.write(self._master, ("".join(typed) + enter).encode())
        self._last = enter
        return self

    def waits(self, question: str, meanwhile: Callable[[], object]) -> "Terminal":
        """Wait for the question and leave it standing while something else happens; `types` answers it."""
        self._wait_for(question)
        meanwhile()
        return self

    def sees(self, text: str) -> "Terminal":
        """Wait until the text was shown, wherever what was printed since then has gone."""
        end = time.monotonic() + PATIENCE
        while text not in self.screen:
            assert time.monotonic() < end, f"waited for {text!r}"
            assert self._read(PATIENCE), f"ended before {text!r}"
        return self

    def presses(self, key: str) -> "Terminal":
        """Press a key without Enter."""
        os.write(self._master, key.encode())
        self._last = key
        return self

    def types(self, text: str) -> "Terminal":
        """Type a line at once, at whatever stands on the screen."""
        os.write(self._master, (text + ENTER).encode())
        return self

    def end(self, again: str = "") -> int:
        """Let it come to its end; the exit code. `again` is pressed each second until then, as a person would."""
        while again and not self._speaks(1.0):
            os.write(self._master, again.encode())
        if self._last == CTRL_C:
            self._leave()
        while self._read(PATIENCE):
            pass
        os.close(self._master)
        return self._child.wait(PATIENCE)

    def _leave(self) -> None:
        """Press Ctrl-C again where nothing comes of it: Python loses a signal between its last look and its waiting."""
        for _ in range(TRIES):
            while self._speaks(HURRY):
                if not self._read(HURRY):
                    return
            os.write(self._master, CTRL_C.encode())

    def _speaks(self, within: float) -> bool:
        return bool(select.select([self._master], [], [], within)[0])

    def _wait_for(self, question: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.screen[self._seen :].rstrip(" ").endswith(question):
            left = end - time.monotonic()
            assert left > 0, f"waited for {question!r}, got:\n{self.screen}"
            assert self._read(left), f"ended before {question!r}:\n{self.screen}"
        self._seen = len(self.screen)

    def _read(self, patience: float) -> bool:
        """Take in what there is; False once the process has closed its terminal."""
        assert self._speaks(patience), f"nothing came for {patience:.0f} s:\n{self.screen}"
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # Linux: the other end is closed
            return False
        self._raw += piece
        return bool(piece)

    def close(self) -> None:
        """Take a process away that a failing test left behind."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        try:
            os.close(self._master)
        except OSError:
            return


@contextmanager
def terminal(
    clinic: Clinic, *words: str, columns: int = 80, lines: int = 24, account: str = "", **more: str
) -> Iterator[Terminal]:
    """A `Terminal` that is cleared away whatever happens."""
    one = Terminal(clinic, *words, columns=columns, lines=lines, account=account, **more)
    try:
        yield one
    finally:
        one.close()
