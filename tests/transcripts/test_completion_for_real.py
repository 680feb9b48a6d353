"""TAB in a real bash, zsh and fish: `tpi completion install`, a new terminal, some letters, TAB, Enter.

The `tpi` that the shell finds answers TAB as the real one does; when it is run, it writes down what it was run with.
"""

import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.commands.reading import copied, made, rows
from tests.conftest import Clinic
from tests.transcripts.terminal import ENTER, PATIENCE, Terminal

pytestmark = pytest.mark.slow

HOUSE = Path(__file__).parent.parent.parent
SHELLS = ("bash", "zsh", "fish")
TAB = "\t"
HERE = "<here>"
ASKS_HERE = {
    "bash": "PS1='<he''re> '",
    "zsh": "PS1='<he''re> '",
    "fish": "function fish_prompt; echo -n '<he''re> '; end",
}
"""A prompt to wait for. In two pieces, as the line itself is shown too when it is typed."""
PROGRAM = """#!/bin/sh
if [ -n "$_TPI_COMPLETE" ]; then exec {python} -m tpi_cli "$@"; fi
echo "$@" > typed.half
mv typed.half typed
"""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\(B")
_START = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], [sys.argv[1], '-i'])"
)  # fmt: skip


class Shell(Terminal):
    """A terminal with a shell in it."""

    def _program(self, words: Sequence[str], account: str) -> list[str]:
        return [sys.executable, "-c", _START, *words]

    @property
    def screen(self) -> str:
        """What was printed, without colours and movements of the cursor."""
        return CONTROL.sub("", self.raw)


@pytest.fixture(scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Secret, Ann")
        clinic.file("injections.csv", "")
        program = clinic.home / "tpi"
        program.write_text(PROGRAM.format(python=sys.executable))
        program.chmod(0o755)

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def desk(tmp_path: Path, _desk: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """PT-0001, a file injections.csv, and `tpi`."""
    monkeypatch.chdir(tmp_path)
    return copied(_desk, tmp_path)


@contextmanager
def opened(desk: Clinic, shell: str, **more: str) -> Iterator[Shell]:
    """A new terminal, after the completion was installed; its prompt is there."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed here: TAB was not tried in it")
    desk.ok("completion", "install", shell, **more)
    path = f"{desk.home}:{desk.environment()['PATH']}"
    with closing(Shell(desk, shell, PATH=path, PYTHONPATH=str(HOUSE), **more)) as screen:
        screen.presses(ASKS_HERE[shell] + ENTER).sees(HERE)
        yield screen


def run_with(desk: Clinic) -> str:
    """The words that `tpi` was run with, once it was."""
    typed = desk.home / "typed"
    end = time.monotonic() + PATIENCE
    while not typed.exists():
        assert time.monotonic() < end, f"tpi was not run for {PATIENCE:.0f} s"
        time.sleep(0.02)
    return typed.read_text().strip()


LINES = """
typed                  | run
tpi du                 | due
tpi patient sh         | patient show
tpi why PT-            | why PT-0001
tpi inject PT-         | inject PT-0001
tpi due --muscle subs  | due --muscle subsc
tpi muscle show pect   | muscle show pectin
tpi due --agent lid    | due --agent lidocaine
tpi due --over         | due --overdue
tpi -q help exit       | -q help exit-codes
# nothing is offered there: a file's name, or what was typed
tpi import inj         | import injections.csv
tpi inject 1 ut        | inject 1 ut
"""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("typed", "run"), rows(LINES), ids=[row[0] for row in rows(LINES)])
def test_the_first_tab_in_a_new_terminal_completes_the_word(desk: Clinic, shell: str, typed: str, run: str) -> None:
    with opened(desk, shell) as screen:
        screen.presses(typed + TAB + ENTER)
        assert run_with(desk) == run


@pytest.mark.parametrize("shell", SHELLS)
def test_patients_are_offered_by_number_and_no_name_reaches_the_screen(desk: Clinic, shell: str) -> None:
    desk.patient("Secret, Bea")
    with opened(desk, shell) as screen:
        screen.presses("tpi why PT-000" + TAB + TAB).sees("PT-0001").sees("PT-0002")
        screen.presses(ENTER + ENTER)  # the first may only choose from the list
        assert run_with(desk).startswith("why PT-000")
        assert "Secret" not in screen.screen


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_is_offered_has_its_line_of_help_beside_it(desk: Clinic, shell: str) -> None:
    with opened(desk, shell) as screen:
        screen.presses("tpi d" + TAB + TAB).sees("Who is due for a repeat session.").sees(
            "The store's schema and rules."
        )


def test_a_zsh_that_is_set_up_in_another_folder_has_it_too(desk: Clinic) -> None:
    folder = desk.home / "zsh"
    folder.mkdir()
    with opened(desk, "zsh", ZDOTDIR=str(folder)) as screen:
        screen.presses("tpi du" + TAB + ENTER)
        assert run_with(desk) == "due"
