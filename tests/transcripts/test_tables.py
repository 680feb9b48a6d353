"""Lists on a terminal: what fits, what is named as missing, colours, and terminals that have none."""

import re

import pytest

from tests.commands.reading import words
from tests.conftest import Clinic
from tests.transcripts.terminal import Terminal, terminal

CLOCK = "today is 2026-11-23: TPI_TODAY sets the clock\n"


def shown(clinic: Clinic, command: str, columns: int = 80, **more: str) -> Terminal:
    with terminal(clinic, *words(command), columns=columns, **more) as screen:
        assert screen.end() == 0, screen.screen
    return screen


def test_the_due_list_on_eighty_columns(practice: Clinic) -> None:
    assert (
        shown(practice, "due").screen
        == CLOCK
        + """\
DUE         LATE  PATIENT  NAME        BORN        SITES      STATUS   FLAGS
2026-08-31   84d  PT-0002  Khan, Sara  1988-03-30  GM-R       overdue  -
2026-11-23    0d  PT-0001  Tan, Mei    1971-03-04  UT-L LS-L  due      ANTICOAG
no room for PHONE, LAST, AGENT, PAIN, ELIGIBLE (--wide shows all)
2 due by 2026-11-23 (1 late, 1 today)
"""
    )


WIDTHS = [(40, "DUE PATIENT NAME STATUS FLAGS"), (60, "DUE LATE PATIENT NAME STATUS FLAGS"),
          (200, "DUE LATE PATIENT NAME BORN PHONE SITES LAST AGENT PAIN STATUS ELIGIBLE FLAGS")]  # fmt: skip


@pytest.mark.parametrize(("columns", "least"), WIDTHS)
def test_what_matters_most_is_always_there(practice: Clinic, columns: int, least: str) -> None:
    screen = shown(practice, "due", columns)
    lines = screen.screen.splitlines()
    lines = lines[next(at for at, line in enumerate(lines) if line.startswith("DUE")) :]
    heading, first, second = lines[:3]
    assert set(least.split()) <= set(heading.split())
    missing = {name for line in lines[3:-1] for name in re.findall(r"[A-Z]{3,}", line)}
    assert missing | set(heading.split()) == set(WIDTHS[-1][1].split())
    sites = "SITES" in heading
    for whole in ("2026-08-31", "PT-0002", "Khan, Sara", "overdue", *(["GM-R"] if sites else [])):
        assert whole in first
    for whole in ("2026-11-23", "PT-0001", "Tan, Mei", "due", "ANTICOAG", *(["UT-L LS-L"] if sites else [])):
        assert whole in second
    if columns >= 60:
        assert max(map(len, lines)) <= columns


def test_wide_and_width_overrule_the_terminal(practice: Clinic) -> None:
    wide = shown(practice, "due --wide").screen.splitlines()
    assert wide[1].split() == WIDTHS[-1][1].split()
    assert not [line for line in wide if line.startswith("no room")]
    narrow = shown(practice, "due --width 60", 200).screen.splitlines()
    assert max(map(len, narrow[1:4])) <= 60


def test_colours_say_nothing_that_the_words_do_not(practice: Clinic) -> None:
    screen = shown(practice, "due")
    assert "\x1b[38;5;131moverdue" in screen.raw
    assert "\x1b[1mDUE" in screen.raw
    assert "overdue" in screen.screen


PLAIN = [
    ("due --color never", {}),
    ("due", {"NO_COLOR": "1"}),
    ("due", {"TERM": "dumb"}),
    ("due --format plain", {}),
    ("due --format csv", {}),
    ("due --json", {}),
]


@pytest.mark.parametrize(("command", "more"), PLAIN, ids=[f"{row[0]} {row[1]}" for row in PLAIN])
def test_no_escape_sequence_where_none_is_wanted(practice: Clinic, command: str, more: dict[str, str]) -> None:
    screen = shown(practice, command, **more)
    assert "\x1b" not in screen.raw
    assert "PT-0002" in screen.raw


def test_always_means_on_a_dumb_terminal_no_more_than_it_can(practice: Clinic) -> None:
    assert "PT-0002" in shown(practice, "due --color always", TERM="dumb").screen


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "xx_XX.UTF-8", ""])
def test_any_locale_will_do(sample: Clinic, locale: str) -> None:
    screen = shown(sample, "due --status all --wide", 300, LC_ALL=locale, LANG=locale)
    assert "Traceback" not in screen.screen
    assert "PT-0005" in screen.screen
    assert "王秀英" in screen.screen


def test_a_locale_that_python_may_not_mend(sample: Clinic) -> None:
    """Where only ASCII can be written, other letters are written as their codes, and nothing fails."""
    screen = shown(sample, "due 5 --status all", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert "\\u738b\\u79c0\\u82f1" in screen.screen


def test_names_of_wide_letters_keep_the_columns_straight(sample: Clinic) -> None:
    from tpi_cli.show.plain import width

    lines = shown(sample, "due --status all --wide --columns patient,name,born", 200).screen.splitlines()[1:]
    at = {width(line[: re.search(r"\d{4}-\d\d-\d\d$", line).start()]) for line in lines if re.search(r"-\d\d$", line)}  # type: ignore[union-attr]
    assert len(at) == 1


def test_nobody_due(clinic: Clinic) -> None:
    assert shown(clinic, "due").screen == CLOCK + "nobody due by 2026-11-23\n"


def test_long_lines_are_folded_between_words(practice: Clinic) -> None:
    screen = shown(practice, "why 1", 60).screen
    assert max(map(len, screen.splitlines()[1:])) <= 60
    whole = practice.ok("why", "1").out
    assert screen.removeprefix(CLOCK).split() == whole.split()
