"""A cell that a spreadsheet would take for a formula is written as text, and comes back as it was."""

import csv
import io
import re
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Clinic
from tpi_cli.show.delimited import guarded, restored

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
FORMULAS = [
    "=1+1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example","x")', "+1", "+44 161 555 0107", "-1+1",
    "-A1", "@SUM(1,1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "'=1", "''=1", "'-1", "'+", "=", "-", "--1",
    "-1e5", "-5-3", "- 5", "-5;x",
]  # fmt: skip
HARMLESS = ["", "'", "''", "'x", "x", "O'Neill", "1", "-5", "-0.25", "-92d", "-20%", "'5", "a=1", "1+1", " =1", "−5"]
"""Among them numbers below zero, which programs read, and a minus sign that no spreadsheet takes for one."""


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert restored(guarded(cell)) == cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_anything_else_is_left_alone(cell: str) -> None:
    assert guarded(cell) == restored(cell) == cell


cells = st.text(st.one_of(st.sampled_from(["'", *STARTS, "5", ".", "d", "%", " ", ","]), st.characters()), max_size=12)


@given(cells)
def test_every_cell_comes_back_and_none_starts_a_formula(cell: str) -> None:
    written = guarded(cell)
    assert restored(written) == cell
    assert (
        not written.startswith(STARTS) or written[1:].rstrip("d%abcefghijklmnopqrstuvwxyz").replace(".", "").isdigit()
    )


@given(st.lists(cells, min_size=1, max_size=5))
def test_a_row_comes_back_from_a_file(row: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerow(map(guarded, row))
    file.seek(0)
    assert [[restored(cell) for cell in found] for found in csv.reader(file)] == [row]


# --- there and back through two stores

plain = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"])
texts = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(
        ["", *(f"{quotes}{sign}" for quotes in ("", "'", "''") for sign in "=+-@＝＋－＠"), "-5", "'", "\\"]
    ),
    st.text(st.one_of(plain, st.sampled_from("=+-@';,\\\"\n:5")), max_size=12),
).map(str.strip)
"""What may be typed: no hidden characters, which a file shows as `\\x1b`, and no blanks at the ends."""
KINDS = ("patients", "injections", "outcomes")


def fresh(home: Path, template: Path) -> Clinic:
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(template, home)
    return Clinic(home)


class Typed(NamedTuple):
    """What is typed into the texts that a CSV file holds."""

    name: str
    phone: str
    mrn: str
    allergy: str
    note: str
    lot: str
    event: str


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> tuple[Path, Path]:
    """An empty store, and the place where two clinics are made of it over and over."""
    return _template, tmp_path_factory.mktemp("there")


@settings(max_examples=40)
@given(typed=st.builds(Typed, *[texts] * 7))
def test_what_starts_a_formula_survives_an_export_and_an_import(two: tuple[Path, Path], typed: Typed) -> None:
    one, other = (fresh(two[1] / name, two[0]) for name in ("one", "other"))
    filled(one, typed)
    first = exported(one)
    other.ok("import", *(str(one.home / "out" / f"{kind}.csv") for kind in KINDS))
    assert exported(other) == first
    assert person(other) == person(one)
    for text in first.values():
        for row in csv.reader(io.StringIO(text, newline="")):
            assert not [
                cell for cell in row if cell.startswith(STARTS) and not re.fullmatch(r"-[0-9.]+[a-z%]*", cell)
            ], row


def filled(clinic: Clinic, typed: Typed) -> None:
    mrn = f"x{typed.mrn}" if typed.mrn.upper().startswith("PT-") else typed.mrn or "1"
    clinic.ok("patient", "add", "--bleeding=none", f"--allergy=x {typed.allergy}", f"--phone={typed.phone or 1}",
              f"--mrn={mrn}", "--", f"{typed.name} Tan".strip(), "1971-03-04")  # fmt: skip
    lot = typed.lot.replace("@", "").strip() or "1"
    clinic.ok("inject", "1", "ut l lido 1% 1ml", "--yes", f"--lot=lido={lot}", f"--note={typed.note}",
              f"--adverse=other:{typed.event}", "--consent", "written")  # fmt: skip
    clinic.ok("outcome", "1", "3", "--relief", "-20", "--note", "x")


def exported(clinic: Clinic) -> dict[str, str]:
    clinic.ok("export", "csv", "-o", str(clinic.home / "out"))
    return {kind: (clinic.home / "out" / f"{kind}.csv").read_bytes().decode() for kind in KINDS}


def person(clinic: Clinic) -> tuple[object, ...]:
    shown = clinic.ok("patient", "show", "1", "--json").json
    session = clinic.ok("session", "show", "S-0018", "--json").json
    lots, events = [row["lot"] for row in session["injections"]], [one["text"] for one in session["adverse"]]
    note = session["note"] or session["injections"][0]["note"]  # a file's notes belong to its rows
    return (*(shown[key] for key in ("name", "phone", "mrn", "alerts")), note, lots, events)


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_reports_start_no_formula_either(clinic: Clinic, form: str) -> None:
    clinic.patient("=cmd|' /C calc'!A0 Tan", "1971-03-04", "--phone", "+44 161 555 0107", "--email", "@SUM(1)")
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo")
    text = clinic.ok("due", "-w", "6mo", "--format", form, "--columns", "late,name,phone").out
    assert text.splitlines()[1].replace("\t", ",") == "-92d,'=cmd|' /C calc'!A0 Tan,'+44 161 555 0107"


def test_refused_rows_start_no_formula_and_can_be_fed_back(clinic: Clinic) -> None:
    head = "mrn,name,born,phone,=extra\n"
    path = clinic.file("in.csv", head + 'A1,"=cmd()Tan",2026-02-30,+44 161,=1\n' + "A2,'=Bom,2026-02-30,-5,x\n")
    clinic.ok("import", path, "--on-error", "skip")
    back = (clinic.home / "in.refused.csv").read_text(encoding="utf-8")
    assert [line.split(",")[:5] for line in back.splitlines()] == [
        ["mrn", "name", "born", "phone", "'=extra"],
        ["A1", "'=cmd()Tan", "2026-02-30", "'+44 161", "'=1"],
        ["A2", "'=Bom", "2026-02-30", "-5", "x"],
    ]
    clinic.ok("import", clinic.file("mended.csv", back.replace("2026-02-30", "1971-03-04")))
    found = {row["mrn"]: (row["name"], row["phone"]) for row in clinic.ok("patient", "list", "--json").rows}
    assert found == {"A1": ("=cmd()Tan", "+44 161"), "A2": ("=Bom", "-5")}
