"""Every console block of the README is typed, in a fresh HOME, and prints what the README says.

A line or word `...` stands for what is left out. The two lines that install are run by CI and by whoever has a fresh
folder; here the command is there already.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Clinic, working_under
from tests.transcripts.terminal import terminal
from tests.transcripts.test_pages import joined, pattern

HOUSE = Path(__file__).parents[2]
ACCOUNT = "reception"
WIDTH = 100
BANNERS = ("today is", "demo clinic: every patient")
OLD_HOME = {"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": ""}


def blocks() -> Iterator[tuple[str, str]]:
    """Every command with what is said to be printed."""
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, told = part.partition("\n")
            yield command, joined(told.splitlines())


INSTALLS = ("python3 -m venv .venv && .venv/bin/pip install --quiet . && .venv/bin/tpi demo",
            "python3 -m venv .venv && .venv/bin/pip install --quiet --editable '.[dev]' && "
            ".venv/bin/python -m pytest --quiet -n auto")  # fmt: skip


def test_the_two_lines_that_install_are_the_known_ones() -> None:
    assert tuple(command for command, _ in blocks() if "pip install" in command) == INSTALLS


def said(command: str) -> list[str]:
    """The words after `tpi`, of the line that installs as well."""
    return shlex.split(command.rpartition("tpi ")[2] if "pip install" in command else command.removeprefix("tpi "))


@pytest.mark.slow
@pytest.mark.file
def test_the_readme_word_by_word(home: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.home)
    for command, told in blocks():
        if "pytest" in command:
            continue
        with (
            working_under(ACCOUNT),
            terminal(home, *said(command), columns=WIDTH, PYTHONPATH=str(HOUSE), account=ACCOUNT, **OLD_HOME) as screen,
        ):
            screen.end()
        lines = [line for line in screen.screen.splitlines() if not line.startswith(BANNERS)]
        printed = joined(lines).replace(str(home.home), "/home/reception")
        assert re.fullmatch(pattern(told), printed), f"{command}\n{told}\n{printed}"
