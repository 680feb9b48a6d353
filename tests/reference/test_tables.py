"""What holds for every shipped table: a source, a sign-off, one row a fact, our own words."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tpi_cli.reference.tables import key, rows, several

FOLDER = Path(__file__).parents[2] / "tpi_cli" / "reference"
TABLES = sorted(path.stem for path in FOLDER.glob("*.csv"))
KEYS = {
    "screening_values": ("rule", "name"),
    "profiles": ("profile", "agent"),
    "headings": ("kind", "field"),
    "measures": ("field", "unit"),
    "outline": ("line", "view", "x", "y"),
}
"""The columns that name a row, where it is not the first alone."""
OURS = ("muscles", "muscle_notes", "agents", "alerts", "adverse", "screening", "screening_values", "payers", "profiles",
        "codes", "responders", "contact", "intervals", "roles", "imported", "snomed", "headings", "measures",
        "observations", "diagnoses", "advice", "outline", "muscle_places", "outcome_times")  # fmt: skip
READ = {"read", "secondary", "unsourced", "house rule"}

COUNTS = {
    "muscles": 89,
    "muscle_notes": 89,
    "agents": 22,
    "alerts": 26,
    "adverse": 19,
    "screening": 50,
    "screening_values": 21,
    "payers": 10,
    "profiles": 2,
    "codes": 28,
    "responders": 2,
    "contact": 6,
    "intervals": 1,
    "roles": 52,
    "imported": 39,
    "snomed": 24,
    "observations": 4,
    "diagnoses": 4,
    "advice": 21,
    "outcome_times": 3,
    "outline": 89,
    "muscle_places": 89,
    "headings": 85,
    "measures": 14,
}

# fragments of claims that patient pages make and the evidence does not bear out
CLAIMS = (
    "foam roller",
    "no matter where",
    "few side effects",
    "every few months",
    "long-term pain relief",
    "4-6 hours",
    "depolari",
    "breaks up",
    "blood clot",
    "clotting disorder",
    "anemia",
    "even death",
    "knots",
    "chiropract",
    "carpal tunnel",
    "only need one",
    "goes away",
    "caused by trigger points",
)

WITH_NUMBERS = ("agents", "screening", "payers", "profiles", "codes", "revision", "responders", "intervals", "measures")
WHAT_A_START_CANNOT_AFFORD = {
    "dataclasses",
    "difflib",
    "importlib.resources",
    "json",
    "pandas",
    "pathlib",
    "sqlmodel",
}


def _text(table: str) -> str:
    return (FOLDER / f"{table}.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", OURS)
def test_a_table_holds_as_many_rows_as_were_reviewed(table: str) -> None:
    assert len(rows(table)) == COUNTS[table]


@pytest.mark.parametrize("table", TABLES)
def test_ids_are_unique(table: str) -> None:
    ids = [tuple(row[name] for name in KEYS.get(table, tuple(row)[:1])) for row in rows(table)]
    assert len(set(ids)) == len(ids)
    assert all(first for first, *_ in ids)


def test_no_table_is_left_out() -> None:
    assert {*OURS, "sources", "recall"} >= set(TABLES)
    assert set(COUNTS) == set(OURS)


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_cell_for_every_column_and_no_more(table: str) -> None:
    assert all(None not in row and None not in row.values() for row in rows(table))


@pytest.mark.parametrize("table", [table for table in TABLES if table != "sources"])
def test_every_source_named_is_in_the_list_of_sources(table: str) -> None:
    known = {row["source"] for row in rows("sources")}
    without = [row for row in rows(table) if not several(row["source"])]
    unknown = {one for row in rows(table) for one in several(row["source"])} - known
    assert not without
    assert not unknown


@pytest.mark.parametrize("table", OURS)
def test_no_row_claims_that_a_clinician_signed_it_off(table: str) -> None:
    assert {row["sign_off"] for row in rows(table)} == {"not signed off"}
    assert {row["revision"] for row in rows(table)} == {"1"}


def test_a_source_says_how_it_was_read() -> None:
    assert {row["read"] for row in rows("sources")} == READ
    assert all(row["title"] for row in rows("sources"))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("claim", CLAIMS)
def test_no_claim_of_a_patient_page_is_shipped(table: str, claim: str) -> None:
    assert claim not in _text(table).casefold()


@pytest.mark.parametrize("table", TABLES)
def test_cells_are_clean_text(table: str) -> None:
    cells = [cell for row in rows(table) for cell in row.values()]
    assert all(cell == " ".join(cell.split()) and cell.isprintable() for cell in cells)
    lists = [several(cell) for cell in cells if "|" in cell]
    assert all(all(parts) and len(set(parts)) == len(parts) for parts in lists)


@pytest.mark.parametrize("table", TABLES)
def test_lines_end_the_same_on_every_system(table: str) -> None:
    assert b"\r" not in (FOLDER / f"{table}.csv").read_bytes()


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("Trapezius_Upper", "trapezius upper"),
        ("  upper   TRAPEZIUS ", "upper trapezius"),
        ("depo-medrol", "depo medrol"),
        ("", ""),
    ],
)
def test_names_are_compared_without_case_and_spacing(typed: str, compared: str) -> None:
    assert key(typed) == compared


def test_an_empty_cell_holds_no_values() -> None:
    assert several("") == ()
    assert several("a|b") == ("a", "b")


def test_a_table_that_is_not_shipped_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        rows("no-such-table")


@pytest.mark.parametrize(
    "module",
    [
        "tables",
        "muscles",
        "agents",
        "alerts",
        "adverse",
        "screening",
        "payers",
        "profiles",
        "codes",
        "revision",
        "responders",
        "headings",
        "measures",
    ],
)
def test_reading_the_reference_pulls_in_nothing_heavy(module: str) -> None:
    code = f"import sys; before = set(sys.modules); import tpi_cli.reference.{module}; "
    code += "print(*(set(sys.modules) - before))"
    place = {**os.environ, "PYTHONPATH": str(FOLDER.parents[1])}
    answer = subprocess.run([sys.executable, "-c", code], env=place, check=True, capture_output=True, text=True)
    pulled = set(answer.stdout.split())
    assert f"tpi_cli.reference.{module}" in pulled
    assert not pulled & WHAT_A_START_CANNOT_AFFORD
    assert "decimal" not in pulled or module in WITH_NUMBERS
