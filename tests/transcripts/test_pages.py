"""The pages of `tpi help` say what the program prints: every console block of those that start from the demo clinic.

A line `...` in a block stands for what is left out; lines are joined again where a page breaks them.
"""

import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import Clinic, working_under
from tests.transcripts.terminal import terminal

HOUSE = Path(__file__).parent.parent.parent
PAGES = HOUSE / "tpi_cli" / "help"
FROM_THE_DEMO = (
    "adverse",
    "appointments",
    "calendar",
    "calls",
    "intervals",
    "outcomes",
    "paper",
    "pictures",
    "recall",
    "sites",
)
WIDTH = 76


def blocks(page: str) -> list[tuple[str, str]]:
    """Every command of a page, with what the page says it prints."""
    out: list[tuple[str, list[str]]] = []
    inside = False
    for line in (PAGES / f"{page}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("  $ "):
            out.append((line[4:], []))
            inside = True
        elif not line.startswith("  ") or not line.strip():
            inside = False
        elif inside:
            out[-1][1].append(line)
    return [(command, joined(printed)) for command, printed in out]


def joined(lines: list[str]) -> str:
    return " ".join(" ".join(lines).split())


def pattern(told: str) -> str:
    parts = re.split(r"(?:^| )\.\.\.(?: |$)", told)
    return ".*".join(re.escape(part) for part in parts)


@pytest.mark.slow
@pytest.mark.parametrize("page", FROM_THE_DEMO)
def test_what_a_page_shows_is_what_is_printed(home: Clinic, monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    monkeypatch.chdir(home.home)  # pages write files
    with working_under("reception"):
        home.ok("demo")
    found = blocks(page)
    assert found
    for command, told in found:
        _, *typed = shlex.split(command)
        with terminal(home, *typed, columns=WIDTH, TPI_DB="demo", PYTHONPATH=str(HOUSE), account="reception") as screen:
            screen.end()
        lines = screen.screen.splitlines()
        printed = [line for line in lines if not line.startswith(("today is", "demo clinic"))]
        assert re.fullmatch(pattern(told), joined(printed)), f"{page}: {command}\n{told}\n{joined(printed)}"
