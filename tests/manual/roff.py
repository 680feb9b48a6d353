"""The manual page: `tpi_cli/help/tpi.1`, in the man macros (groff_man(7))."""

from collections.abc import Iterator
from pathlib import Path

import tpi_cli.help
from tests.manual.tree import Option, Told, common, groups
from tpi_cli import config

PAGES = Path(tpi_cli.help.__file__ or "").parent


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def escaped(text: str) -> str:
    """Text that roff sets as it is: no escapes, no hyphens made of minus signs, no requests at the start of a line."""
    out = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{out}" if out.startswith((".", "'")) else out


def _lines() -> Iterator[str]:
    yield '.TH TPI 1 "" tpi "User Commands"'
    yield from (".SH NAME", "tpi \\- injection log and recall scheduler of a trigger\\-point clinic")
    yield from (".SH SYNOPSIS", ".B tpi", ".I COMMAND", "[\\fIWORDS\\fR] [\\fIOPTIONS\\fR]")
    yield ".SH DESCRIPTION"
    yield escaped("tpi keeps what was injected where and when each patient should come back. It is not a medical "
                  "device: no limit, rule or table in it is signed off by a clinician until yours does.")  # fmt: skip
    yield ".PP"
    yield escaped("tpi alone shows the day in five commands, tpi demo a made-up clinic to try them on.")
    everywhere, changing = common()
    yield ".SH OPTIONS"
    yield from (".SS Of every command", *_options(everywhere))
    yield from (".SS Of every command that changes something", *_options(changing))
    for group, commands in groups().items():
        yield f".SH {escaped(group).upper()}"
        for one in commands:
            yield from _command(one)
    yield from (".SH EXIT STATUS", *_exit_codes())
    yield from (".SH ENVIRONMENT", *_variables())
    yield from (".SH FILES", escaped("tpi config path prints where settings, store and key lie."))
    yield from (".SH SEE ALSO", *_pages())


def _command(one: Told) -> Iterator[str]:
    yield f".SS tpi {escaped(one.name)}"
    yield from (".nf", f"\\fB{escaped(one.usage)}\\fR", ".fi")
    for paragraph in one.paragraphs:
        yield from (".PP", escaped(paragraph))
    yield from _options(one.options)
    yield from (".PP", "Examples:", ".PP", ".nf", *(f"    {escaped(example)}" for example in one.examples), ".fi")


def _options(options: list[Option]) -> Iterator[str]:
    for one in options:
        yield from (".TP", f"\\fB{escaped(one.written)}\\fR", escaped(one.words))


def _exit_codes() -> Iterator[str]:
    """The lines of the page on exit codes that begin with a number, and what belongs to them."""
    lines = (PAGES / "exit-codes.txt").read_text(encoding="utf-8").splitlines()
    for at, line in enumerate(lines):
        code, _, words = line.strip().partition(" ")
        if code.isdigit() and words.strip():
            more = [one.strip() for one in _below(lines[at + 1 :])]
            yield from (".TP", f"\\fB{code}\\fR", escaped(" ".join([words.strip(), *more])))


def _below(lines: list[str]) -> Iterator[str]:
    """The lines that go on with an entry: set in farther than a code is."""
    for line in lines:
        if not line.startswith("      "):
            return
        yield line


def _variables() -> Iterator[str]:
    known = {setting.env: setting.words for setting in config.KEYS.values() if setting.env}
    known |= {"TPI_TODAY": "what day it is, for trying out and for tests", "TPI_NO_INPUT": "never ask",
              "NO_COLOR": "no colours"}  # fmt: skip
    for name, words in sorted(known.items()):
        yield from (".TP", f"\\fB{name}\\fR", escaped(words))


def _pages() -> Iterator[str]:
    names = sorted(path.stem for path in PAGES.glob("*.txt"))
    yield escaped("tpi help PAGE, with one of: " + ", ".join(names) + ".")
