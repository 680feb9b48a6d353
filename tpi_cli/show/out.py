"""Where answers go: data to stdout or a file, talk to stderr, in the form the person or the script asked for."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, NamedTuple, TextIO

from tpi_cli.errors import Cancelled, OutputFailed, ReaderGone, TpiError, Usage
from tpi_cli.show.clean import clean
from tpi_cli.show.report import Column, Report, cells, chosen, redacted

FORMATS = ("table", "plain", "tsv", "csv", "json", "ndjson")
REDACT = ("none", "names", "all")
COLOURS = ("auto", "always", "never")
NARROW = 40
"""Cells: no terminal is taken to be narrower when notes are folded."""


class Out(NamedTuple):
    """How to answer: the options every command shares that have to do with output."""

    format: str = "plain"
    output: str | None = None
    columns: str | None = None
    wide: bool = False
    width: int | None = None
    redact: str = "none"
    quiet: bool = False
    colour: str = "auto"
    no_input: bool = False
    today: str = ""
    drawn: bool = True
    """Whether pictures are wanted; `ui.style = plain` wants words alone."""

    @property
    def machine(self) -> bool:
        """Whether a program reads the answer."""
        return self.format in {"json", "ndjson"}

    @property
    def glyphs(self) -> bool:
        """Whether Braille and blocks can be shown to whoever reads: never instead of a number, only beside it."""
        return self.drawn and "utf" in (sys.stdout.encoding or "").lower()

    def say(self, text: str) -> None:
        """Talk: a note on stderr, unless asked to be quiet."""
        if text and not self.quiet:
            _talk(text)

    def insist(self, lines: Sequence[str]) -> None:
        """Show on stderr what is about to be asked about, however quiet: nobody says yes to what was not shown."""
        for line in lines:
            _told(clean(line))

    def look(self, columns: tuple[Column, ...]) -> None:
        """Raises Usage where --columns names another: before it is logged that a chart is read."""
        chosen(columns, self.columns)

    def report(self, report: Report) -> None:
        """Print a report in the chosen form, its footer on stderr."""
        columns = chosen(report.columns, self.columns)
        with self.into() as into:
            _FORMS[self.format](self, report._replace(columns=columns), into)
        if not (self.quiet or self.machine):
            _talk(report.footer())

    def lines(self, lines: Sequence[str], name: str, facts: Callable[[], dict[str, Any]]) -> None:
        """Print one thing: lines for people, an object for programs."""
        with self.into() as into:
            self._one(lines, name, facts, into)

    def _one(self, lines: Sequence[str], name: str, facts: Callable[[], dict[str, Any]], into: TextIO) -> None:
        if self.machine:
            from tpi_cli.show import machine

            told = redacted(facts(), self.redact)
            into.write(machine.text({**machine.envelope(name, self.today), **told}) + "\n")
        else:
            into.writelines(_folded(clean(line), into) + "\n" for line in lines)

    def recorded(self, what: str, lines: Sequence[str], name: str, facts: dict[str, Any]) -> None:
        """Answer after something was kept. Raises OutputFailed: the record stands, the answer got lost."""
        try:
            self.lines(lines, name, lambda: facts)
            sys.stdout.flush()
        except (OSError, ValueError, TpiError):
            silence(sys.stdout)
            raise OutputFailed(f"RECORDED {what}, output failed") from None

    def ask(self, question: str) -> str:
        """A line from the person. Raises Cancelled where there is nobody to ask."""
        if self.no_input:
            raise Cancelled(hint="add --yes to record without being asked")
        sys.stderr.write(clean(question) + " ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            sys.stderr.write("\n")
            raise Cancelled(hint="add --yes to record without being asked")
        return line.strip()

    def confirm(self, question: str) -> None:
        """Go on only after a yes. Raises Cancelled."""
        if self.ask(f"{question} [y/N]").lower() not in {"y", "yes"}:
            raise Cancelled()

    @contextmanager
    def into(self) -> Iterator[TextIO]:
        """Where data goes: stdout, or the file of --output, which only its owner can read."""
        to_stdout = self.output is None or self.output == "-"
        try:
            if to_stdout:
                yield sys.stdout
                sys.stdout.flush()
            else:
                with _new_file(str(self.output)) as file:
                    yield file
        except BrokenPipeError:  # in our own words: Typer would leave with 1 before the door sees it
            raise ReaderGone() from None
        except OSError as fault:
            if to_stdout:
                silence(sys.stdout)
            raise Unwritten(path="stdout" if to_stdout else self.output, why=fault.strerror) from None


def _new_file(path: str) -> TextIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


class Unwritten(TpiError):
    """cannot write {path}: {why}"""

    hint = "name another file, in a folder that is there"


def _talk(text: str) -> None:
    """Lines of ours, each ended by a line feed; any other line end is somebody's text."""
    for line in text.split("\n") if text else ():
        _told(clean(line))


def _told(line: str) -> None:
    try:
        sys.stderr.write(_folded(line, sys.stderr) + "\n")
    except OSError:  # a full log must not keep the answer back
        silence(sys.stderr)


def _folded(line: str, into: TextIO) -> str:
    """A line broken between words, and indented, where a terminal would break it anywhere."""
    if len(line) < NARROW or not into.isatty():
        return line
    from shutil import get_terminal_size
    from textwrap import fill

    indent = " " * (len(line) - len(line.lstrip()) + 4)
    space = max(NARROW, get_terminal_size().columns - 1)
    return fill(
        line, space, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def silence(stream: TextIO) -> None:
    """Keep a stream whose reader is gone from failing once more when Python closes it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError):
        return


def default_format(output: str | None, *, drawn: bool = True) -> str:
    """A table is drawn on a terminal only, and not where words alone are wanted."""
    return "table" if drawn and output is None and sys.stdout.isatty() else "plain"


def room(out: Out) -> int:
    """How many cells a line may take."""
    from shutil import get_terminal_size

    return 10_000 if out.wide else out.width or get_terminal_size().columns


def allowed(name: str, value: str, values: Sequence[str]) -> str:
    """The value, if it is one of these. Raises Usage."""
    if value not in values:
        raise Usage(f"{name} cannot be {value!r}", hint=f"one of {', '.join(values)}")
    return value


def _table(out: Out, report: Report, into: TextIO) -> None:
    if into is not sys.stdout:
        return _plain(out, report, into)
    from tpi_cli.show import table

    _written(report.above, into)
    rows = _celled(out, report)
    if rows is not None:
        space = room(out)
        dropped = table.draw(report.columns, rows, space, out.colour).dropped(space)
        if dropped:
            out.say(f"no room for {', '.join(dropped)} (--wide shows all)")
    _written(report.below, into)
    return None


def _written(lines: Sequence[str], into: TextIO) -> None:
    """What stands above or below the rows. It may be in colour: whoever made the lines cleaned what is in them."""
    into.writelines(f"{line}\n" for line in lines)


def _celled(out: Out, report: Report) -> Iterator[list[str]] | None:
    """The rows as cells, one by one; None where there is not one."""
    rows = (cells(report.columns, row, out.redact) for row in report.rows)
    first = next(rows, None)
    return None if first is None else chain([first], rows)


def _plain(out: Out, report: Report, into: TextIO) -> None:
    from tpi_cli.show import plain

    _written(report.above, into)
    rows = _celled(out, report)
    if rows is not None:
        headings = [column.heading for column in report.columns]
        for line in plain.lines(headings, rows, [column.right for column in report.columns]):
            into.write(line + "\n")
    _written(report.below, into)


def _delimited(out: Out, report: Report, into: TextIO) -> None:
    from tpi_cli.show import delimited

    delimited.write(report.columns, report.rows, out.redact, into, tab=out.format == "tsv")


def _json(out: Out, report: Report, into: TextIO) -> None:
    from tpi_cli.show import machine

    records = (redacted(report.record(row), out.redact) for row in report.rows)
    if out.format == "ndjson":
        machine.write_lines(records, into)
    else:
        around = lambda: redacted(report.around(), out.redact)  # noqa: E731 - asked last
        machine.write(machine.envelope(report.name, out.today), records, around, into)


_FORMS: dict[str, Callable[[Out, Report, TextIO], None]] = {
    "table": _table,
    "plain": _plain,
    "csv": _delimited,
    "tsv": _delimited,
    "json": _json,
    "ndjson": _json,
}
