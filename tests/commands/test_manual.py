"""The manual is made from the command tree, and is what it would be if it were made now."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.test_help import COMMANDS
from tests.manual import roff
from tests.manual.__main__ import MADE
from tests.manual.roff import PAGES, escaped


@pytest.mark.parametrize("name", MADE)
def test_it_says_what_the_program_says_now(name: str) -> None:
    kept = (PAGES / name).read_text(encoding="utf-8")
    assert kept == MADE[name](), "python -m tests.manual writes it anew"


def test_how_wide_the_terminal_is_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: page() for name, page in MADE.items()}
    monkeypatch.setenv("COLUMNS", "40")
    assert {name: page() for name, page in MADE.items()} == before


@pytest.mark.parametrize("name", MADE)
def test_every_command_is_in_it_with_its_examples(name: str) -> None:
    text = (PAGES / name).read_text(encoding="utf-8").replace("\\-", "-").replace("\\e", "\\")
    for command in COMMANDS:
        assert re.search(rf"^(### |\.SS )tpi {re.escape(command)}$", text, re.MULTILINE), command
    assert len(re.findall(r"^ *tpi [-a-z]", text, re.MULTILINE)) >= 3 * len(COMMANDS)


@pytest.mark.parametrize(
    ("text", "set_as"),
    [(".TH", "\\&.TH"), ("'x", "\\&'x"), ("a\\b", "a\\eb"), ("--json", "\\-\\-json"), ("7:3", "7:3")],
)
def test_no_text_is_taken_for_a_request(text: str, set_as: str) -> None:
    assert escaped(text) == set_as


@pytest.mark.skipif(shutil.which("man") is None, reason="no man on this machine: the page was not set")
def test_man_sets_it_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", str(PAGES / "tpi.1")],
                          capture_output=True, env={"PATH": "/usr/bin:/bin", "MANWIDTH": "80", "LC_ALL": "C.UTF-8"},
                          check=True)  # fmt: skip
    assert done.stderr.decode() == ""
    told = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout.decode())
    assert "tpi due [OPTIONS]" in told
    assert "EXIT STATUS" in told
    assert roff.page().count(".SS tpi ") == len(COMMANDS)
