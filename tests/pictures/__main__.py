"""The README's pictures: `python -m tests.pictures` draws them anew from the demo clinic on its day.

Each is what a real terminal was sent, as Rich writes it in SVG, once for a dark page and once for a light one; the
body map is the program's own.
"""

import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import CONSOLE_SVG_FORMAT, Console  # type: ignore[attr-defined]
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from tests.conftest import Clinic, working_under
from tests.transcripts.terminal import terminal

HOUSE = Path(__file__).parents[2]
FOLDER = HOUSE / ".github" / "pictures"
ACCOUNT = "reception"
ANSI = [(0, 0, 0), (205, 49, 49), (13, 188, 121), (229, 229, 16), (36, 114, 200), (188, 63, 188), (17, 168, 205),
        (229, 229, 229)]  # fmt: skip
THEMES = {
    "dark": TerminalTheme((18, 18, 18), (229, 229, 229), ANSI),
    "light": TerminalTheme((255, 255, 255), (26, 26, 26), ANSI),
}
PLAIN_FORMAT = re.sub(r"@font-face\s*\{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
"""Rich's own frame without the fonts it would fetch from elsewhere."""


class Picture(NamedTuple):
    """A file's name, the commands typed one after the other, and the terminal's width."""

    name: str
    commands: tuple[str, ...]
    columns: int


CHART = "10"
"""Whose body map it is: a patient with four sites."""
PICTURES = (
    Picture("due", ("tpi due --limit 12",), 118),
    Picture("load", ("tpi load --weeks 6",), 80),
)


def drawn(home: Path) -> Iterator[tuple[str, str]]:
    """Each picture's file name and its text, from a demo clinic made in an empty folder."""
    clinic = Clinic(home)
    with working_under(ACCOUNT):
        clinic.ok("demo")
        clinic.ok("config", "set", "clinic.hours", "mon-fri 09:00-17:00", TPI_DB="demo")
        clinic.ok("config", "set", "clinic.capacity", "3", TPI_DB="demo")
    clinic.ok("chart", CHART, "--svg", str(home / "chart.svg"), TPI_DB="demo")
    yield "chart.svg", (home / "chart.svg").read_text(encoding="utf-8")
    for picture in PICTURES:
        shown = _typed(clinic, picture)
        for theme in THEMES:
            yield f"{picture.name}-{theme}.svg", _svg(shown, picture, theme)


def _typed(clinic: Clinic, picture: Picture) -> str:
    """What stands in the terminal, with its colours."""
    out = []
    for command in picture.commands:
        _, *words = shlex.split(command)
        size = {"columns": picture.columns, "account": ACCOUNT}
        with terminal(clinic, *words, **size, TPI_DB="demo", PYTHONPATH=str(HOUSE)) as screen:  # type: ignore[arg-type]
            screen.end()
        lines = [line for line in screen.raw.splitlines() if not line.startswith(("today is", "demo clinic"))]
        out += [f"$ {command}", *lines]
    return "\n".join(out)


def _svg(shown: str, picture: Picture, theme: str) -> str:
    console = Console(record=True, width=picture.columns, file=io.StringIO(), force_terminal=True,
                      color_system="256", legacy_windows=False)  # fmt: skip
    console.print(Text.from_ansi(shown), crop=False, no_wrap=True, soft_wrap=True)
    one = console.export_svg(title="tpi", theme=THEMES[theme], code_format=PLAIN_FORMAT, unique_id=picture.name)
    return "\n".join(line.rstrip() for line in one.splitlines()) + "\n"


def main() -> None:
    """Write them."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for name, text in drawn(Path(home)):
            (FOLDER / name).write_text(text, encoding="utf-8")
            sys.stdout.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
