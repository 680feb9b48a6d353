"""Leaving: everything goes out in three forms that hold the same, and a stranger's programs read each of them.

The readers are the standard library's: sqlite3, json and csv, by what README.txt and `tpi help leaving` say.
"""

import csv
import json
import shutil
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, made
from tests.conftest import Clinic
from tests.exchange.table_schemas import frictionless
from tests.store.places import fill, place
from tpi_cli.store import connect

SAMPLE = Path(__file__).parent.parent.parent / "sample_data"
KINDS = ("patients", "injections", "outcomes", "appointments", "holds", "calls")
STARTS = "=+-@\t\r\n＝＋－＠"
"""What a spreadsheet takes for the start of a formula."""
Tables = dict[str, list[tuple[Any, ...]]]

HOSTILE = [
    "=1+1", "+44 20 7946 0000", "-1", "-2+3", "@SUM(A1)", "\t=1", "\rA", "A\rB", "A\nB", "A\r\nB", " lead", "trail ",
    '"', '""', 'say "no", twice', "'", "''", "'=1", "''=1", "'plain", "", "NULL", "null", "None", "0", "01", "1e5",
    "\ufeffbom", "\u202eright to left", "zero\u200bwidth", "\u2028line", "\x1b[31mred", "\x01", "\x7f", "مرحبا",
    "Ελλάδα", "日本語", "🙂", "a\\b", "\\n", "\uff1d1", ",", ";", "a,b",
]  # fmt: skip


@pytest.fixture(scope="module")
def _lived_in(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    return made(tmp_path_factory, _template, _live)


@pytest.fixture
def lived_in(tmp_path: Path, _lived_in: Path) -> Clinic:
    """A store with a row in every table, versions of the past, and texts that break careless readers."""
    return copied(_lived_in, tmp_path)


def _live(clinic: Clinic) -> None:
    fill(clinic)
    for number, text in enumerate(HOSTILE):
        clinic.patient(f"Person {number}", "1980-01-02", "--mrn", f"H{number}")
        connection = connect.open_store(place(clinic))
        connection.execute("UPDATE patient SET note = ?, phone = ? WHERE mrn = ?", (text, text, f"H{number}"))
        connection.close()
    clinic.ok("patient", "edit", "1", "--weight", "81")


def stored(clinic: Clinic) -> Tables:
    """What the store holds, but for the log's key."""
    with connect.reading(place(clinic)) as db:
        names = [name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: sorted(db.rows(f"SELECT * FROM {name}"), key=repr) for name in names if name != "ratchet"}


def columns(clinic: Clinic) -> dict[str, dict[str, str]]:
    """Of every table the columns and their types."""
    with connect.reading(place(clinic)) as db:
        return {name: {row[1]: row[2] for row in db.rows(f"PRAGMA table_info({name})")} for name in stored(clinic)}


def from_sqlite(path: Path) -> Tables:
    """By stock sqlite3."""
    copy = sqlite3.connect(path)
    names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found = {name: sorted(copy.execute(f"SELECT * FROM {name}"), key=repr) for name in names if name != "ratchet"}
    copy.close()
    return found


def from_json(path: Path, known: dict[str, dict[str, str]]) -> Tables:
    """By the json module: an object a row."""
    found = json.loads(path.read_text(encoding="utf-8"))["tables"]
    for name, rows in found.items():
        assert all(list(row) == list(known[name]) for row in rows)
    return {name: sorted((tuple(row.values()) for row in rows), key=repr) for name, rows in found.items()}


def value(cell: str, kind: str) -> Any:
    """A field of a table's file as README.txt says it is read."""
    if cell == "":
        return None
    if kind in {"INTEGER", "BOOLEAN"}:
        return int(cell)
    bare = cell.lstrip("'")
    return cell[1:] if cell[0] == "'" and (not bare or bare[0] in STARTS) else cell


def from_csv(folder: Path, known: dict[str, dict[str, str]]) -> Tables:
    """By the csv module."""
    found: Tables = {}
    for path in folder.iterdir():
        kinds = known[path.stem]
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file, strict=True)
            assert next(lines) == list(kinds)
            rows = [tuple(map(value, row, kinds.values())) for row in lines]
        found[path.stem] = sorted(rows, key=repr)
    return found


def but_for_the_exports(tables: Tables) -> Tables:
    """Every export is an entry of the log itself, so each form has one more than the one before it."""
    return {**tables, "audit": [row for row in tables["audit"] if "export" not in row]}


def test_three_forms_hold_the_same_and_that_is_everything(lived_in: Clinic) -> None:
    home = lived_in.home
    lived_in.ok("export", "csv", "-o", str(home / "export"))
    lived_in.ok("export", "json", "-o", str(home / "copy.json"))
    lived_in.ok("export", "sqlite", "-o", str(home / "copy.db"))
    known = columns(lived_in)
    everything = stored(lived_in)
    assert all(everything[name] for name in everything), "a row in every table"
    forms = [from_csv(home / "export" / "tables", known), from_json(home / "copy.json", known),
             from_sqlite(home / "copy.db")]  # fmt: skip
    for form in forms:
        assert form.keys() == everything.keys()
        for name, rows in but_for_the_exports(form).items():
            assert rows == but_for_the_exports(everything)[name], name


def test_the_texts_are_there_to_be_told_apart(lived_in: Clinic) -> None:
    notes = [dict(zip(columns(lived_in)["patient"], row, strict=True))["note"] for row in stored(lived_in)["patient"]]
    assert set(HOSTILE) | {None} == set(notes)


def test_no_cell_is_a_formula(lived_in: Clinic) -> None:
    lived_in.ok("export", "csv", "-o", str(lived_in.home / "export"))
    for path in (lived_in.home / "export").rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                assert not [cell for cell in row if cell and cell[0] in STARTS and cell != "-1"]


def test_nothing_of_the_logs_key_leaves(lived_in: Clinic) -> None:
    with connect.reading(place(lived_in)) as db:
        before = db.value("SELECT key FROM ratchet")
    home = lived_in.home
    lived_in.ok("export", "csv", "-o", str(home / "export"))
    lived_in.ok("export", "json", "-o", str(home / "copy.json"))
    lived_in.ok("export", "sqlite", "-o", str(home / "copy.db"))
    with connect.reading(place(lived_in)) as db:
        keys = {before, db.value("SELECT key FROM ratchet")}
    for path in [home / "copy.json", home / "copy.db", *(home / "export").rglob("*.*")]:
        assert not path.is_file() or not [key for key in keys if key.encode() in path.read_bytes()], path


def test_every_file_is_the_owners_alone_and_told_of(lived_in: Clinic) -> None:
    folder = lived_in.home / "export"
    lived_in.ok("export", "csv", "-o", str(folder))
    told = (folder / "README.txt").read_text(encoding="utf-8")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {one["path"] for one in package["resources"]} | {"README.txt", "datapackage.json"} == files
    assert all(name in told for name in files - {"README.txt"})
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


# A stranger's judge


def wrong(report: Any) -> list[tuple[str, str]]:
    """What it found: the kind of fault and the field's name."""
    return [(one["type"], one.get("fieldName", "")) for task in report["tasks"] for one in task["errors"]]


def test_an_export_is_valid(sample: Clinic, lived_in: Clinic) -> None:
    for clinic, folder in ((sample, sample.home / "first"), (lived_in, lived_in.home / "second")):
        clinic.ok("export", "csv", "-o", str(folder))
        report = frictionless("datapackage.json", cwd=folder)
        assert (report["valid"], wrong(report)) == (True, [])
        assert report["stats"]["tasks"] == len(KINDS) + len(stored(clinic))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["patients", "injections", "outcomes", "holds"])
def test_the_sample_is_valid(tmp_path: Path, kind: str) -> None:
    for name in (f"{kind}.csv", f"{kind}.schema.json"):
        shutil.copy(SAMPLE / name, tmp_path)
    schema = json.loads((tmp_path / f"{kind}.schema.json").read_text(encoding="utf-8"))
    schema.pop("foreignKeys", None)
    (tmp_path / f"{kind}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    report = frictionless(f"{kind}.csv", "--schema", f"{kind}.schema.json", "--schema-sync", cwd=tmp_path)
    assert (report["valid"], wrong(report)) == (True, [])


MISTAKES = {
    "a status nobody knows": ("patients", ",active", ",alive", "constraint-error", "status"),
    "a birth date that is none": ("patients", "1949-05-30", "1949-02-30", "type-error", "born"),
    "no name": ("patients", '"Whitfield, Margaret"', "", "constraint-error", "name"),
    "a weight in words": ("patients", ",63,161,", ",heavy,161,", "type-error", "weight_kg"),
    "a number twice": ("patients", "A1002,", "A1001,", "primary-key", ""),
    "a column too few": ("patients", ",active\nA1002", "\nA1002", "missing-cell", "status"),
    "no side": ("injections", "trapezius_upper,R,", "trapezius_upper,,", "constraint-error", "side"),
    "pain of eleven": ("injections", ",7,4,3mo", ",11,4,3mo", "constraint-error", "pain_before"),
    "a strength without a unit": ("injections", ",1%,1,", ",1,1,", "constraint-error", "strength"),
    "a follow-up in minutes": ("injections", ",3mo,", ",3m,", "constraint-error", "follow_up"),
    "a patient who is not there": ("injections", "A1001,2023-11-30", "A9999,2023-11-30", "foreign-key", ""),
    "an id twice": ("outcomes", "Q00002", "Q00001", "primary-key", ""),
    "relief of a thousand": ("outcomes", ",6,15,", ",6,1000,", "constraint-error", "relief_pct"),
    "a time in the afternoon": ("appointments", "T10:00", " 10 am", "constraint-error", "start"),
    "an appointment of a minute": ("appointments", ",30,", ",1,", "constraint-error", "minutes"),
    "an appointment fulfilled": ("appointments", ",booked,", ",fulfilled,", "constraint-error", "status"),
    "an act nobody knows": ("holds", ",snooze,", ",hold,", "constraint-error", "act"),
    "a day that is none": ("holds", "2026-11-23", "23 Nov 2026", "type-error", "date"),
    "a call by pigeon": ("calls", ",phone,", ",pigeon,", "constraint-error", "channel"),
    "a call of no result": ("calls", ",no-answer,", ",,", "constraint-error", "result"),
    "a count that is none": ("tables/session", ",1,", ",one,", "type-error", ""),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, _sample: Path) -> Path:
    """The export of the sample clinic with an appointment, a snooze and a call."""
    home = tmp_path_factory.mktemp("whole")
    shutil.copytree(_sample, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    clinic.ok("book", "mrn:A1001", "tue 10:00", "--with", "AM")
    clinic.ok("snooze", "mrn:A1026", "6w", "--reason", "exams")
    clinic.ok("call", "mrn:A1002", "no-answer")
    clinic.ok("export", "csv", "-o", str(home / "export"))
    return home / "export"


@pytest.mark.slow
@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_caught(tmp_path: Path, whole: Path, what: str) -> None:
    file, before, after, kind, field = MISTAKES[what]
    shutil.copytree(whole, tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"{file}.csv"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    found = wrong(frictionless("datapackage.json", cwd=tmp_path))
    assert [one for one in found if one[0] == kind and field in {"", one[1]}], found
