"""Plain columns: aligned by the cells a terminal gives each character, never boxed, wrapped or cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.show.payloads import NAMES
from tpi_cli.show.plain import Laid, lines, padded, width

CELLS = [
    ("", 0),
    ("Tan, Mei", 8),
    ("Jörg", 4),
    ("Jo\u0308rg", 4),
    ("Nguye\u0302\u0303n", 6),
    ("王秀英", 6),
    ("山田 花子", 9),
    ("ｱｲﾀﾞ", 4),
    ("ＡＢＣ", 6),
    ("김철수", 6),
    ("\u1100\u1175\u11b7", 2),
    ("שָׂרָה", 3),
    ("علی‌رضا", 6),
    ("محمّد", 4),
    ("ที่นี่", 2),
    ("สมชาย", 5),
    ("हिन्दी", 5),
    ("ශ්‍රී", 2),
    ("Ελένη", 5),
    ("e\u20dd", 1),
    ("\u00a0", 1),
    ("—", 1),
]
"""Text, and the cells it takes."""


@pytest.mark.parametrize(("text", "cells"), CELLS, ids=[ascii(text) for text, _ in CELLS])
def test_how_many_cells_a_text_takes(text: str, cells: int) -> None:
    assert width(text) == cells


def test_the_width_agrees_with_what_terminals_use() -> None:
    """Rich counts cells from the Unicode tables too. On vowel signs beside a letter (Mc) terminals do not agree."""
    from rich.cells import cell_len

    agreed = [name for name in NAMES if not any(unicodedata.category(mark) == "Mc" for mark in name)]
    assert len(agreed) >= 35
    assert {name: width(name) for name in agreed} == {name: cell_len(name) for name in agreed}


@pytest.mark.parametrize(("text", "wanted", "right", "expected"), [
    ("Tan", 5, False, "Tan  "),
    ("Tan", 5, True, "  Tan"),
    ("王", 4, False, "王  "),
    ("王", 4, True, "  王"),
    ("Jo\u0308rg", 5, False, "Jo\u0308rg "),
    ("Tan", 3, False, "Tan"),
    ("Tannenbaum", 3, False, "Tannenbaum"),
])  # fmt: skip
def test_padding(text: str, wanted: int, right: bool, expected: str) -> None:
    assert padded(text, wanted, right) == expected


def test_columns_line_up() -> None:
    rows = [["PT-0001", "王秀英", "7d"], ["PT-0002", "Nguyễn, Thị Lan", "-12d"], ["PT-0003", "Jo\u0308rg", "-"]]
    assert list(lines(["PATIENT", "NAME", "LATE"], rows, [False, False, True])) == [
        "PATIENT  NAME             LATE",
        "PT-0001  王秀英             7d",
        "PT-0002  Nguyễn, Thị Lan  -12d",
        "PT-0003  Jo\u0308rg                -",
    ]


def test_no_rows_are_a_heading() -> None:
    assert list(lines(["A", "B"], [], [False, False])) == ["A  B"]


TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), max_size=30) | st.sampled_from(NAMES)


@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=12))
def test_every_cell_is_there_whole_and_in_its_column(table: list[tuple[str, str, str]]) -> None:
    rows = [list(row) for row in table]
    headings = ["ONE", "TWO", "THREE"]
    needed = Laid(headings, rows).needed
    found = list(lines(headings, rows, [False, True, False]))
    assert len(found) == len(rows) + 1
    for line, row in zip(found[1:], rows, strict=True):
        first, second, third = row
        left, right = padded(first, needed[0], right=False), padded(second, needed[1], right=True)
        assert line == f"{left}  {right}  {third}".rstrip()
        assert all(cell.strip() in line for cell in row)
        assert width(line) <= sum(needed) + 4
