"""`tpi export`: everything out, and in again without a loss.

The round trip: a store, its CSV, an empty store filled from that CSV, its CSV: the two are byte for byte the same,
and the two due lists are equal.
"""

import csv
import io
import json
import sqlite3
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Answer, Clinic
from tests.store.places import records

KINDS = ("patients", "injections", "outcomes")


def exported(clinic: Clinic) -> dict[str, str]:
    folder = clinic.home / "export"
    clinic.ok("export", "csv", "-o", str(folder))
    return {kind: (folder / f"{kind}.csv").read_text(encoding="utf-8") for kind in KINDS}


def carried_over(one: Clinic, into: Clinic) -> dict[str, str]:
    """What the second store exports after it took in the export of the first."""
    exported(one)
    into.ok("import", *(str(one.home / "export" / f"{kind}.csv") for kind in KINDS))
    return exported(into)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def due(clinic: Clinic) -> list[dict[str, Any]]:
    """The due list without what is a store's own: short ids."""
    found = clinic.ok("due", "--status", "all", "--json").rows
    for row in found:
        row.pop("reasons"), row.pop("patient")
        for site in row["sites"]:
            site.pop("session")
    return sorted(found, key=lambda row: (row["due"], row["mrn"]))


# Round trips


def test_the_sample_clinic_there_and_back(sample: Clinic, other: Clinic) -> None:
    first = exported(sample)
    assert carried_over(sample, other) == first
    assert due(other) == due(sample) != []
    assert [row["reasons"] for row in other.ok("due", "--json").rows] == [
        row["reasons"] for row in sample.ok("due", "--json").rows
    ]


def test_the_export_of_the_sample_is_the_sample(sample: Clinic) -> None:
    folder = Path(__file__).parent.parent.parent / "sample_data"
    for kind, text in exported(sample).items():
        original = rows((folder / f"{kind}.csv").read_text(encoding="utf-8"))
        key = "mrn" if kind == "patients" else "source_id"
        for row in (found := rows(text)) + original:
            row["alerts"] = ";".join(sorted(row.get("alerts", "").split(";")))
        assert {row[key]: row for row in found} == {row[key]: row for row in original}


def test_an_export_brought_back_into_its_own_store_changes_nothing(sample: Clinic) -> None:
    exported(sample)
    before = sample.bytes()
    files = [str(sample.home / "export" / f"{kind}.csv") for kind in KINDS]
    found = sample.ok("import", *files, "--json").json
    assert (found["new"], found["changed"], found["same"], found["refused"]) == (0, 0, 474, 0)
    assert sample.bytes() == before


MIXES = {
    "each": "ut l, ls l lido 1% 1ml each",
    "total": "ut l, ls l lido 1% 1ml total",
    "total of three": "ut l, ls l, is l lido 1% 1ml total",
    "total of two agents over three": "ut l, ls l, is l lido 1% 1ml + triam 40mg/ml 0.25ml total",
    "mass alone": "ut l lido 10mg",
    "mass alone, each": "ut l, ls l lido 10mg each",
    "mass alone, total": "ut l, ls l lido 20mg total",
    "mass alone, total of three": "ut l, ls l, is l lido 20mg total",
    "mass and volume, total": "ut l, ls l lido 1% 1ml + triam 10mg total",
    "epinephrine": "ut l lido 1% epi 1:200000 1ml",
    "epinephrine beside steroid": "ut l lido 1% epi 1:100000 1ml + triam 40mg/ml 0.25ml",
    "dry": "is l dry",
    "dry with passes": "is l x3 dry",
    "botulinum by mass": "scm r botox 20units",
    "botulinum by volume": "scm r botox 50units/ml 0.4ml",
    "two agents": "gm r lido 1% 1ml + triam 40mg/ml 0.5ml",
    "small volumes": "ut l lido 0.5% 0.0001ml",
    "both sides": "ut both lido 1% 0.5ml each",
    "the same shot twice": "ut l lido 1% 1ml, ut l lido 1% 1ml",
    "several shots": "ut l lido 1% 1ml, ls l lido 2% 0.5ml, is l dry",
}


@pytest.mark.parametrize("mix", MIXES)
def test_what_was_typed_survives_the_round_trip(clinic: Clinic, other: Clinic, mix: str) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    clinic.inject("1", MIXES[mix], "--pain", "7:3", "--next", "3mo", "--twitch", "none")
    first = exported(clinic)
    assert carried_over(clinic, other) == first
    assert due(other) == due(clinic)
    assert _given(other) == _given(clinic)


def _given(clinic: Clinic) -> dict[tuple[str, str], Decimal]:
    """How much of each agent was given in all, worked out from the log alone: a shared syringe counts once."""
    out: dict[tuple[str, str], Decimal] = {}
    for session in clinic.ok("session", "list", "--json").rows:
        seen = set()
        for row in clinic.ok("session", "show", session["session"], "--json").json["injections"]:
            shared = (row["agent"], row["mass"], row["volume_ml"]) if row["sharing"] == "total" else None
            if row["agent"] is None or (shared and shared in seen):
                continue
            seen.add(shared)
            key = (row["agent"], row["mass_unit"])
            out[key] = out.get(key, Decimal(0)) + Decimal(row["mass"])
    return out


DETAILS = {
    "an interval": ["--next", "6w"],
    "a day": ["--next", "2027-02-01"],
    "none planned": ["--next", "none"],
    "nothing said": [],
    "pain before": ["--pain", "7"],
    "no pain": ["--pain", "0:0"],
    "a lot": ["--lot", "lido=LX9"],
    "a lot with its expiry": ["--lot", "lido=LX9@2027-03-31"],
    "a lot with a plus": ["--lot", "lido=LX+9@2027-03-31"],
    "twitches": ["--twitch", "ut l"],
    "no twitches": ["--twitch", "none"],
    "an event": ["--adverse", "vasovagal:felt faint"],
    "two events": ["--adverse", "vasovagal:felt faint", "--adverse", "soreness"],
    "an event with marks": ["--adverse", 'soreness:hot; cold: both, "odd"'],
    "a note": ["--note", "lay down, then fine"],
    "a note of lines": ["--note", "one\ntwo\n\n\tthree"],
    "a note with quotes": ["--note", 'said "ouch", twice; a+b\\c'],
    "a note in another script": ["--note", "痛みなし – کمرم بهتر است"],
    "another clinician": ["--as", "JS"],
    "an earlier day": ["--on", "2026-02-28"],
}


@pytest.mark.parametrize("detail", DETAILS)
def test_the_details_survive_the_round_trip(clinic: Clinic, other: Clinic, detail: str) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    clinic.inject("1", "ut l, ls l lido 1% 1ml each", *DETAILS[detail])
    first = exported(clinic)
    assert carried_over(clinic, other) == first
    assert due(other) == due(clinic)
    before = clinic.bytes()
    found = clinic.ok("import", str(other.home / "export" / "injections.csv"), "--json").json
    assert (found["new"], found["same"], clinic.bytes()) == (0, 2, before), "and back home nothing is new"


PATIENTS = {
    "everything": ["--sex", "f", "--weight", "62.5", "--height", "170", "--phone", "+44 161 555 0107", "--email",
                   "mei@example.org", "--payer", "bupa", "--mrn", "A1"],
    "no mrn": [],
    "a formula": ["--phone", "=1+1", "--mrn", "-2"],
    "quotes and commas": ["--phone", '0161, "home"', "--mrn", 'a"b,c'],
}  # fmt: skip


@pytest.mark.parametrize("what", PATIENTS)
def test_patients_survive_the_round_trip(clinic: Clinic, other: Clinic, what: str) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", *PATIENTS[what])
    clinic.inject("1", "ut l lido 1% 1ml")
    first = exported(clinic)
    assert carried_over(clinic, other) == first
    assert [{**row, "patient": ""} for row in other.ok("patient", "list", "--json").rows] == [
        {**row, "patient": ""} for row in clinic.ok("patient", "list", "--json").rows
    ]


@pytest.mark.parametrize("answers", [
    ["--allergy", "lidocaine:rash", "--bleeding", "none"],
    ["--allergy", "latex; nuts", "--bleeding", "apixaban: 5 mg, twice"],
    ["--allergy", "none", "--bleeding", "haemophilia A; mild"],
])  # fmt: skip
def test_alerts_survive_the_round_trip(clinic: Clinic, other: Clinic, answers: list[str]) -> None:
    clinic.ok("patient", "add", "Tan, Mei", "1971-03-04", "--mrn", "A1", *answers)
    first = exported(clinic)
    assert carried_over(clinic, other) == first

    def alerts(one: Clinic) -> list[tuple[str, str]]:
        return [(alert["kind"], alert["text"]) for alert in one.ok("patient", "show", "1", "--json").json["alerts"]]

    assert alerts(other) == alerts(clinic)
    before = clinic.bytes()
    assert clinic.ok("import", str(other.home / "export" / "patients.csv"), "--json").json["same"] == 1
    assert clinic.bytes() == before


@pytest.mark.parametrize("status", ["archived", "deceased"])
def test_a_status_survives_the_round_trip(clinic: Clinic, other: Clinic, status: str) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo")
    clinic.ok("patient", "edit", "1", "--status", status)
    first = exported(clinic)
    assert carried_over(clinic, other) == first
    assert other.ok("due", "--json").json["held_back"] == {status: 1}


def test_voided_sessions_stay_behind(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    session = clinic.inject("1", "ut l lido 1% 1ml")
    clinic.inject("1", "ls l lido 1% 1ml", "--on", "yesterday")
    clinic.ok("session", "void", session, "--reason", "wrong patient", "--yes")
    assert [row["muscle"] for row in rows(exported(clinic)["injections"])] == ["levator_scapulae"]


def test_every_row_has_an_id_so_that_no_shot_is_lost_or_doubled(clinic: Clinic, other: Clinic) -> None:
    """Two equal shots into one site are two rows, told apart by the id the export gives them."""
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    clinic.inject("1", "ut l lido 1% 1ml, ut l lido 1% 1ml")
    found = rows(exported(clinic)["injections"])
    assert len({row["source_id"] for row in found} - {""}) == 2
    carried_over(clinic, other)
    assert len(other.ok("session", "show", "S-0018", "--json").json["injections"]) == 2


def test_shares_of_a_syringe_add_up_to_it(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
    clinic.inject("1", "ut l, ls l, is l lido 1% 1ml + triam 40mg/ml 0.25ml total")
    parts = [row["volume_ml"].split("+") for row in rows(exported(clinic)["injections"])]
    assert [sum(map(Decimal, column)) for column in zip(*parts, strict=True)] == [Decimal(1), Decimal("0.25")]


def test_an_mrn_less_patient_goes_by_the_short_id(clinic: Clinic, other: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml")
    found = exported(clinic)
    assert rows(found["patients"])[0]["mrn"] == rows(found["injections"])[0]["mrn"] == "PT-0001"
    carried_over(clinic, other)
    assert other.ok("patient", "show", "PT-0001", "--json").json["mrn"] is None


# How the files look


def test_the_files_are_as_the_contract_has_them(sample: Clinic) -> None:
    found = exported(sample)
    assert found["patients"].splitlines()[0] == (
        "mrn,name,born,sex,weight_kg,height_cm,phone,email,payer,alerts,status"
    )
    assert found["injections"].splitlines()[0] == (
        "mrn,date,clinician,muscle,side,agent,strength,volume_ml,passes,pain_before,pain_after,follow_up,lot,expiry,"
        "twitch,adverse,note,source_id"
    )
    assert found["outcomes"].splitlines()[0] == "mrn,date,muscle,side,pain,relief_pct,resolved,source_id"
    for kind in KINDS:
        path = sample.home / "export" / f"{kind}.csv"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert b"\r" not in path.read_bytes()
        assert not path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE((sample.home / "export").stat().st_mode) == 0o700


@pytest.mark.parametrize("kind", KINDS)
def test_one_kind_to_stdout_or_a_file(sample: Clinic, kind: str) -> None:
    whole = exported(sample)[kind]
    answer = sample.ok("export", "csv", "--kind", kind)
    assert answer.out == whole
    assert "not encrypted" in answer.err
    path = sample.home / "one.csv"
    assert sample.ok("export", "csv", "--kind", kind, "-o", str(path)).out == ""
    assert path.read_text(encoding="utf-8") == whole


def test_the_csv_fits_its_schema(sample: Clinic) -> None:
    """Every value of the export, against the patterns of the Table Schemas."""
    import re

    for kind, text in exported(sample).items():
        folder = Path(__file__).parent.parent.parent / "sample_data"
        fields = json.loads((folder / f"{kind}.schema.json").read_text(encoding="utf-8"))["fields"]
        for field in fields:
            pattern = field.get("constraints", {}).get("pattern")
            required = field.get("constraints", {}).get("required")
            for row in rows(text):
                value = row[field["name"]]
                assert value or not required, (kind, field["name"], row)
                assert not value or pattern is None or re.fullmatch(pattern, value), (kind, field["name"], value)


# JSON, SQLite


def test_json_holds_every_table_with_every_row(sample: Clinic) -> None:
    answer = sample.ok("export", "json")
    found = answer.json
    assert found["schema"] == "tpi.export/1"
    assert found["today"] == "2026-11-23"
    counts = {name: len(table) for name, table in found["tables"].items()}
    assert (counts["patient"], counts["injection"], counts["clinic"]) == (73, 292, 1)
    assert {"alert", "site", "session", "mixture", "component", "plan", "outcome", "recall", "hold"} <= set(counts)
    assert {row["name"] for row in found["tables"]["patient"]} >= {"Nguyễn, Thị Lan", "王秀英"}
    assert f"{sum(counts.values())} rows written, not encrypted" in answer.err


def test_json_into_a_file(sample: Clinic) -> None:
    path = sample.home / "copy.json"
    assert sample.ok("export", "json", "-o", str(path)).out == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first, second = json.loads(path.read_text(encoding="utf-8")), sample.ok("export", "json").json
    assert second["tables"].pop("audit")[:-1] == first["tables"].pop("audit"), "the second tells of the first"
    assert first["tables"] == second["tables"]


def test_sqlite_is_a_copy_that_any_sqlite_opens(sample: Clinic) -> None:
    path = sample.home / "copy.db"
    answer = sample.ok("export", "sqlite", "-o", str(path))
    assert "NOT ENCRYPTED" in answer.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with sqlite3.connect(path) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT COUNT(*) FROM patient").fetchone() == (73,)
        assert copy.execute("SELECT COUNT(*) FROM recall_list").fetchone()[0] > 100
    copy.close()


def test_a_sqlite_copy_is_a_store_too(sample: Clinic) -> None:
    path = sample.home / "copy.db"
    sample.ok("export", "sqlite", "-o", str(path))
    assert sample.ok("--db", str(path), "due", "--json").rows == sample.ok("due", "--json").rows
    assert sample.ok("--db", str(path), "patient", "archive", "1").code == 0
    assert sample.ok("patient", "show", "1", "--json").json["status"] == "active"


def test_a_file_that_is_there_is_not_replaced_by_a_database(sample: Clinic) -> None:
    path = sample.home / "copy.db"
    path.write_text("mine")
    answer = sample.run("export", "sqlite", "-o", str(path))
    assert (answer.code, path.read_text()) == (5, "mine")


@pytest.mark.parametrize("what", [*(["csv", "--kind", kind] for kind in KINDS), ["json"]])
def test_an_export_leaves_the_store_as_it_was(sample: Clinic, what: list[str]) -> None:
    before = records(sample)
    first, second = _bare(sample.ok("export", *what)), _bare(sample.ok("export", *what))
    assert first == second
    assert records(sample) == before


def _bare(answer: Answer) -> str:
    if not answer.out.startswith("{"):
        return answer.out
    return json.dumps({name: rows for name, rows in answer.json["tables"].items() if name != "audit"})


def test_an_empty_store(clinic: Clinic, other: Clinic) -> None:
    found = exported(clinic)
    assert [len(text.splitlines()) for text in found.values()] == [1, 1, 1]
    assert carried_over(clinic, other) == found
