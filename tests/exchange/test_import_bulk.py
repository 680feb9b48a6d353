"""Many rows brought in at once leave what they leave session by session, and what would be worked out of it anew."""

import csv
import re
import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli.store import connect, keep

SAMPLE = Path(__file__).parent.parent.parent / "sample_data"
PEOPLE = 8
"""Patients of the sample, enough for every kind of mix, payer and alert in its first part."""
NAMED = {
    "clinic": ("name",),
    "clinician": ("code",),
    "patient": ("number",),
    "session": ("number",),
    "site": ("patient_id", "number"),
    "mixture": ("session_id", "ordinal"),
    "component": ("mixture_id", "ordinal"),
    "injection": ("session_id", "ordinal"),
    "plan": ("session_id", "site_id"),
    "finding": ("session_id", "ordinal"),
    "outcome": ("session_id", "site_id", "phase"),
    "alert": ("patient_id", "kind", "text"),
}
"""What tells a record of a table from the others, in place of its UUID; each table after those it refers to."""
OF_THE_ACT = {"salt", "entry", "recorded_at", "created_at", "created_by", "recorded_by"}
"""What differs with who wrote it, and when."""
UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def rows_of(kind: str) -> list[dict[str, str]]:
    with (SAMPLE / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(clinic: Clinic, name: str, rows: list[dict[str, str]]) -> str:
    path = clinic.home / name
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return str(path)


def records(clinic: Clinic) -> dict[str, list[Any]]:
    """Every record and due date, UUIDs in the words of `NAMED`, without what differs with the act."""
    names: dict[str, str] = {}
    out: dict[str, list[Any]] = {}
    with connect.reading(place(clinic)) as db:
        for table, key in (*NAMED.items(), ("recall", ())):
            cursor = db.connection.execute(f"SELECT * FROM {table}")
            columns = [column[0] for column in cursor.description]
            found = [dict(zip(columns, row, strict=True)) for row in cursor]
            for row in found:
                if key:
                    names[row["id"]] = f"{table} {[names.get(row[name], row[name]) for name in key]}"
            out[table] = sorted(str(told(row, names)) for row in found)
    return out


def told(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        name: UUID.sub(lambda found: names[found[0]], value) if isinstance(value, str) else value
        for name, value in row.items()
        if name not in OF_THE_ACT
    }


def test_all_at_once_is_what_session_by_session_comes_to(clinic: Clinic) -> None:
    people = rows_of("patients")[:PEOPLE]
    whose = {row["mrn"] for row in people}
    shots = sorted((row for row in rows_of("injections") if row["mrn"] in whose), key=day)
    other = Clinic(clinic.home / "other")
    for name in ("data", "config"):
        shutil.copytree(clinic.home / name, other.home / name)
    patients = written(clinic, "patients.csv", people)
    clinic.ok("import", patients, written(clinic, "injections.csv", shots))
    other.ok("import", patients)
    for number, (_, rows) in enumerate(groupby(shots, key=day)):
        other.ok("import", written(other, f"{number}.csv", list(rows)))
    at_once, one_by_one = records(clinic), records(other)
    assert len(at_once["injection"]) == len(shots) > 30
    assert at_once["finding"]
    assert at_once["recall"]
    assert at_once == one_by_one


def day(row: dict[str, str]) -> tuple[str, str]:
    return row["mrn"], row["date"]


def test_what_was_brought_in_is_what_is_worked_out_of_it_anew(sample: Clinic) -> None:
    with connect.reading(place(sample)) as db:
        assert db.value("SELECT COUNT(*) FROM recall") == db.value("SELECT COUNT(*) FROM site") > 0
        assert list(keep.wrong(db, db.value("SELECT id FROM clinic"))) == []
