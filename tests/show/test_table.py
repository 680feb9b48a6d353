"""The terminal's table: whole columns go when there is no room, the least first; a value is never cut."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.show.payloads import MARKUP, NAMES
from tpi_cli.show import plain, table
from tpi_cli.show.report import Column
from tpi_cli.show.table import Grid, draw


def columns(text: str) -> tuple[Column, ...]:
    """`due name born:2 late:1>`: key, the rank it is kept by, `>` for flush right."""
    out = []
    for at, word in enumerate(text.split()):
        key, _, rank = word.removesuffix(">").partition(":")
        out.append(Column(key, lambda row, at=at: row[at], int(rank or 0), right=word.endswith(">")))  # type: ignore[misc]
    return tuple(out)


@contextmanager
def stdout() -> Iterator[io.StringIO]:
    kept, sys.stdout = sys.stdout, io.StringIO()
    try:
        yield sys.stdout
    finally:
        sys.stdout = kept


def drawn(heads: str, rows: list[list[str]], room: int, colour: str = "never") -> list[str]:
    with stdout() as out:
        draw(columns(heads), rows, room, colour)
    return out.getvalue().splitlines()


HEADS = "patient name born:2 phone:3 late:1>"
ROWS = [
    ["PT-0001", "Tan, Mei", "1971-03-04", "0161 496 0001", "7d"],
    ["PT-0002", "王秀英", "1964-10-10", "-", "-12d"],
]


def test_with_room_everything_is_there() -> None:
    assert drawn(HEADS, ROWS, 80) == [
        "PATIENT  NAME      BORN        PHONE          LATE",
        "PT-0001  Tan, Mei  1971-03-04  0161 496 0001    7d",
        "PT-0002  王秀英    1964-10-10  -              -12d",
    ]


ROOMS = [
    (50, "PATIENT NAME BORN PHONE LATE", []),
    (49, "PATIENT NAME BORN LATE", ["PHONE"]),
    (35, "PATIENT NAME BORN LATE", ["PHONE"]),
    (34, "PATIENT NAME LATE", ["BORN", "PHONE"]),
    (23, "PATIENT NAME LATE", ["BORN", "PHONE"]),
    (22, "PATIENT NAME", ["BORN", "PHONE", "LATE"]),
    (17, "PATIENT NAME", ["BORN", "PHONE", "LATE"]),
    (5, "PATIENT NAME", ["BORN", "PHONE", "LATE"]),
    (1, "PATIENT NAME", ["BORN", "PHONE", "LATE"]),
]


@pytest.mark.parametrize(("room", "kept", "gone"), ROOMS)
def test_whole_columns_go_and_are_named(room: int, kept: str, gone: list[str]) -> None:
    lines = drawn(HEADS, ROWS, room)
    assert lines[0].split() == kept.split()
    assert Grid(columns(HEADS), ROWS).dropped(room) == gone
    assert [line.split()[0] for line in lines[1:]] == ["PT-0001", "PT-0002"]
    assert max(map(plain.width, lines)) <= max(room, 17)


def test_a_smaller_column_takes_the_room_a_wide_one_leaves() -> None:
    """Ranked first to last; one that does not fit lets the next ones try."""
    rows = [["PT-0001", "x" * 40, "ab"]]
    assert drawn("patient wide:1 small:2", rows, 20) == ["PATIENT  SMALL", "PT-0001  ab"]


@pytest.mark.parametrize("room", [1, 10, 20, 40, 80, 200])
@pytest.mark.parametrize("name", [*NAMES, "x" * 200])
def test_a_value_is_never_cut(name: str, room: int) -> None:
    text = "\n".join(drawn("patient name born:1", [["PT-0001", name, "1971-03-04"]], room))
    assert name in text
    assert "…" not in text
    assert "..." not in text


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_printed_literally(text: str) -> None:
    for colour in ("never", "always"):
        assert any(text in line for line in drawn("patient name", [["PT-0001", text]], 80, colour))


def test_statuses_stand_out_and_only_with_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    rows = [["PT-0001", status] for status in ("due", "overdue", "lapsed")]
    with_colours = drawn("patient status", rows, 80, "always")
    assert with_colours[0].startswith("\x1b[1m")
    assert "\x1b" not in with_colours[1]
    assert "\x1b[38;5;131moverdue\x1b[0m" in with_colours[2]
    assert "\x1b[38;5;131m\x1b[1mlapsed\x1b[0m" in with_colours[3]
    assert "\x1b" not in "".join(drawn("patient status", rows, 80, "never"))
    assert "\x1b" not in "".join(drawn("patient status", rows, 80, "auto")), "this is no terminal"


@pytest.mark.parametrize("variable", ["NO_COLOR"])
def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    assert not table.no_colour("auto")
    monkeypatch.setenv(variable, "1")
    assert table.no_colour("auto")
    assert not table.no_colour("always")
    assert table.no_colour("never")


def test_twenty_thousand_rows_are_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell may be looked at twice: to fit, and to fill up."""
    count = 20_000
    calls = 0
    real = plain.width

    def counted(text: str) -> int:
        nonlocal calls
        calls += 1
        return real(text)

    monkeypatch.setattr(plain, "width", counted)
    rows = [[f"PT-{number:04}", "王秀英" if number % 2 else "Tan, Mei", "7d"] for number in range(count)]
    with stdout() as out:
        draw(columns("patient name late:1>"), rows, 80, "never")
    assert len(out.getvalue().splitlines()) == count + 1
    assert calls <= 2 * 3 * (count + 1)


TERMINALS = [
    ("xterm-256color", True, "auto", True),
    ("dumb", True, "auto", False),
    ("", True, "auto", False),
    ("xterm-256color", False, "auto", False),
    ("xterm-256color", True, "never", False),
    ("dumb", False, "always", True),
]


@pytest.mark.parametrize(("term", "terminal", "asked", "shown"), TERMINALS)
def test_a_terminal_that_knows_no_colours_gets_none(
    monkeypatch: pytest.MonkeyPatch, term: str, terminal: bool, asked: str, shown: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", term)
    with stdout() as out:
        monkeypatch.setattr(out, "isatty", lambda: terminal)
        assert table.coloured(asked) is shown
        monkeypatch.setenv("NO_COLOR", "1")
        assert table.coloured(asked) is (asked == "always")
