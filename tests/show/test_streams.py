"""A list is written as it comes: however long, no more than a part of it is held in memory."""

import gc
import io
import json
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tpi_cli.show.out import Out
from tpi_cli.show.report import Column, Report

LONG, SHORT = 12_000, 6_000
ROW = 1_500
"""Characters of a row: the long list is 18 MB."""
COLUMNS = (Column("patient", lambda row: f"PT-{row}"), Column("what", lambda row: str(row).zfill(ROW)))


def report(count: int) -> Report:
    return Report("due", COLUMNS, iter(range(count)), lambda row: {"patient": row, "what": str(row).zfill(ROW)})


def peak(count: int, form: str, path: Path) -> int:
    """The most memory that writing the list took, in bytes."""
    gc.collect()
    tracemalloc.start()
    try:
        Out(format=form, output=str(path), quiet=True).report(report(count))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", ["plain", "tsv", "csv", "json", "ndjson"])
def test_twice_as_long_takes_no_more_memory(form: str, tmp_path: Path) -> None:
    path = tmp_path / "list"
    peak(10, form, path)  # what is loaded once
    short, long = (peak(count, form, path) for count in (SHORT, LONG))
    assert path.stat().st_size > LONG * ROW
    assert long < short * 1.1 + 500_000


def test_a_terminal_gets_its_table_part_by_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some lines are written at a time, and they come out as one table."""
    printed: list[int] = []

    class Counting(io.StringIO):
        def write(self, some: str) -> int:
            printed.append(some.count("\n"))
            return super().write(some)

    monkeypatch.setattr(sys, "stdout", Counting())
    Out(format="table", quiet=True, wide=True).report(report(1_000))
    lines = sys.stdout.getvalue().splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 1_001
    assert lines[0].split() == ["PATIENT", "WHAT"]
    assert [line.split()[0] for line in lines[1:]] == [f"PT-{number}" for number in range(1_000)]
    assert len(printed) == 4
    assert max(printed) == 256


def test_json_counts_what_it_wrote(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    for count in (0, 1, 3):
        Out(format="json", output=str(path), quiet=True).report(report(count))
        found = json.loads(path.read_text())
        assert (found["count"], [row["patient"] for row in found["rows"]]) == (count, list(range(count)))
        assert list(found)[:3] == ["schema", "generated_at", "today"]


def test_a_row_is_written_before_the_next_is_asked_for(tmp_path: Path) -> None:
    into = io.StringIO()

    def rows() -> Iterator[int]:
        yield 1
        assert "PT-1" in into.getvalue()
        yield 2

    from tpi_cli.show import machine

    machine.write({"schema": "x"}, ({"patient": f"PT-{row}"} for row in rows()), dict, into)
    assert json.loads(into.getvalue())["count"] == 2
