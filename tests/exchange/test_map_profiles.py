"""The shipped maps, tried on what they are for, and the map that a page shows, on the sheet it shows."""

import csv
import io
import os
from collections import Counter
from pathlib import Path

import pytest

from tpi_cli.exchange import map as maps
from tpi_cli.exchange.columns import Translation, translation
from tpi_cli.reference import muscles
from tpi_cli.reference.imported import CONFIRM

SYNTHEA = Path(__file__).parents[3] / "shared" / "interop" / "synthea-csv"
needs_synthea = pytest.mark.skipif(not SYNTHEA.is_dir(), reason=f"NOT TRIED: the Synthea tables are not at {SYNTHEA}")
PAGE = Path(__file__).parents[2] / "tpi_cli" / "help" / "import-map.txt"


def table(name: str) -> list[dict[str, str]]:
    with (SYNTHEA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def over(raw: list[dict[str, str]], profile: str) -> tuple[Translation, list[tuple[str, dict[str, str]]], Counter[str]]:
    """The translation of a table, the rows it makes and by which column others are left out."""
    found = translation(list(raw[0]), None, maps.read(profile), "table.csv")
    assert (found.unknown, found.missing, found.skip) == ((), {}, "")
    rows: list[tuple[str, dict[str, str]]] = []
    skipped: Counter[str] = Counter()
    for one in raw:
        made = found.made(one)
        rows += made.rows
        if made.skipped:
            skipped[made.skipped] += 1
    return found, rows, skipped


@needs_synthea
def test_synthea_patients() -> None:
    raw = table("patients")
    _, rows, skipped = over(raw, "synthea")
    assert {kind for kind, _ in rows} == {"patients"}
    assert not skipped
    assert len(rows) == len(raw) == 27
    assert [(row["mrn"], row["name"], row["born"], row["sex"]) for _, row in rows] == [
        (row["Id"], f"{row['LAST']}, {row['FIRST']}", row["BIRTHDATE"], row["GENDER"]) for row in raw
    ]
    dead = {row["mrn"]: (row["status"], row["status_on"]) for _, row in rows if "status_on" in row}
    assert dead == {row["Id"]: ("deceased", row["DEATHDATE"]) for row in raw if row["DEATHDATE"]}
    assert len(dead) == 2


@needs_synthea
def test_synthea_observations_are_weights_and_pain_and_the_rest_is_counted() -> None:
    raw = table("observations")
    _, rows, skipped = over(raw, "synthea")
    by_code = Counter(row["CODE"] for row in raw)
    assert Counter(kind for kind, _ in rows) == {"weights": by_code["29463-7"], "outcomes": by_code["72514-3"]}
    assert skipped == {"neither a weight nor a pain score": len(raw) - by_code["29463-7"] - by_code["72514-3"]}
    scores = sorted((row["mrn"], row["date"], int(row["pain"])) for kind, row in rows if kind == "outcomes")
    assert scores == sorted(
        (row["PATIENT"], row["DATE"][:10], int(float(row["VALUE"]))) for row in raw if row["CODE"] == "72514-3"
    )
    kilograms = {(row["mrn"], row["weight_kg"]) for kind, row in rows if kind == "weights"}
    assert kilograms == {(row["PATIENT"], row["VALUE"].removesuffix(".0")) for row in raw if row["CODE"] == "29463-7"}
    assert len({row["source_id"] for kind, row in rows if kind == "outcomes"}) == by_code["72514-3"]


@needs_synthea
def test_synthea_lists_are_alerts_where_they_are_open_and_matter() -> None:
    allergies, conditions, medications = (
        over(table(name), "synthea") for name in ("allergies", "conditions", "medications")
    )
    aspirin = sum(row["DESCRIPTION"] == "Aspirin" for row in table("allergies"))
    assert Counter(row["kind"] for _, row in allergies[1]) == {"allergy-nsaid": aspirin, "allergy-other": 40 - aspirin}
    still = [row["DESCRIPTION"] for row in table("conditions") if not row["STOP"]]
    told = Counter(row["text"].removesuffix(f", {CONFIRM}") for _, row in conditions[1])
    lungs = {"Chronic obstructive bronchitis (disorder)", "Childhood asthma"}
    assert told.keys() == lungs | {"Coronary Heart Disease", "Normal pregnancy"}
    assert all(count >= still.count(name) for name, count in told.items())
    assert conditions[2]["ended"] == 438 - len(still)
    assert conditions[2]["no alert in it"] == len(still) - sum(still.count(name) for name in told)
    thinners = [row for row in table("medications") if not row["STOP"] and "Enoxaparin" in row["DESCRIPTION"]]
    assert Counter(row["kind"] for _, row in medications[1]) == {"anticoagulant": len(thinners)}
    for _, rows, _ in (allergies, conditions, medications):
        assert all(row["text"].endswith(CONFIRM) and len(row["since"]) == 10 for _, row in rows)


@needs_synthea
@pytest.mark.parametrize("name", ["encounters", "procedures", "organizations", "providers"])
def test_synthea_tables_that_are_not_ours_say_so(name: str) -> None:
    found = translation(list(table(name)[0]), None, maps.read("synthea"), f"{name}.csv")
    assert found.kinds == ()
    assert found.skip.startswith(f"{name} are not brought in")


PATIENT_DATA = (
    *("id", "uuid", "title", "language", "financial", "fname", "lname", "mname", "DOB", "street", "postal_code"),
    *(
        "city",
        "phone_home",
        "phone_biz",
        "phone_contact",
        "phone_cell",
        "status",
        "date",
        "sex",
        "email",
        "pubpid",
        "pid",
    ),
    *("pid", "deceased_date", "deceased_reason", "suffix"),
)
LISTS = ("id", "date", "type", "subtype", "title", "begdate", "enddate", "diagnosis", "activity", "comments", "pid")
PRESCRIPTIONS = ("id", "uuid", "patient_id", "start_date", "drug", "drug_id", "rxnorm_drugcode", "active", "end_date")
VITALS = ("id", "uuid", "date", "pid", "user", "activity", "bps", "bpd", "weight", "height", "temperature", "note")


def dump(columns: tuple[str, ...], *rows: dict[str, str]) -> list[dict[str, str]]:
    """Rows of a table, what is not said as MySQL writes it."""
    return [{name: row.get(name, "NULL") for name in columns} for row in rows]


def test_openemr_patients() -> None:
    raw = dump(
        PATIENT_DATA,
        {"pid": "7", "fname": "Mei", "lname": "Tan", "mname": "", "DOB": "1971-03-04", "sex": "Female",
         "phone_cell": "1"},
        {"pid": "8", "fname": "Ed", "lname": "Oak", "mname": "B", "suffix": "Jr", "DOB": "1940-01-02", "sex": "UNK",
         "deceased_date": "2020-02-01 00:00:00", "status": "married"},
    )  # fmt: skip
    _, rows, _ = over(raw, "openemr")
    assert [_without_empty(row) for _, row in rows] == [
        {"mrn": "7", "name": "Tan, Mei", "born": "1971-03-04", "sex": "Female", "phone": "1"},
        {"mrn": "8", "name": "Oak Jr, Ed B", "born": "1940-01-02", "sex": "unknown", "status": "deceased",
         "status_on": "2020-02-01"},
    ]  # fmt: skip
    older = [{name: row[name] for name in ("pid", "fname", "lname", "DOB", "sex")} for row in raw]
    assert [row["name"] for _, row in over(older, "openemr")[1]] == ["Tan, Mei", "Oak, Ed"]


def _without_empty(row: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in row.items() if value}


def test_openemr_lists_prescriptions_and_vitals() -> None:
    entry = {"pid": "7", "activity": "1", "begdate": "2019-05-02 00:00:00"}
    raw = dump(
        LISTS,
        {**entry, "id": "1", "type": "allergy", "title": "see code", "diagnosis": "ICD10:Z88;RXCUI:1815"},
        {**entry, "id": "2", "type": "medical_problem", "title": "Haemophilia A", "diagnosis": "ICD10:D66"},
        {**entry, "id": "3", "type": "medication", "title": "Warfarin 5 mg", "begdate": "0000-00-00"},
        {**entry, "id": "4", "type": "medication", "title": "Warfarin 5 mg", "enddate": "2020-01-01"},
        {**entry, "id": "5", "type": "surgery", "title": "Hip"},
        {**entry, "id": "6", "type": "allergy", "title": "Latex", "activity": "0"},
        {**entry, "id": "7", "type": "medical_problem", "title": "Sprained ankle"},
    )
    _, rows, skipped = over(raw, "openemr")
    assert [(row["kind"], row["since"]) for _, row in rows] == [
        ("allergy-amide", "2019-05-02"),
        ("bleeding-disorder", "2019-05-02"),
        ("anticoagulant", ""),
    ]
    assert skipped == {
        "neither an allergy nor a problem nor a medication": 1, "not active": 1, "ended": 1, "no alert in it": 1,
    }  # fmt: skip
    drugs = dump(
        PRESCRIPTIONS,
        {"id": "1", "patient_id": "7", "drug": "apixaban 5 mg", "active": "1", "start_date": "2024-01-05"},
        {"id": "2", "patient_id": "7", "drug": "apixaban 5 mg", "active": "1", "end_date": "2024-02-01"},
        {"id": "3", "patient_id": "7", "drug": "apixaban 5 mg", "active": "0"},
    )
    assert [row["kind"] for _, row in over(drugs, "openemr")[1]] == ["anticoagulant"]
    vitals = dump(
        VITALS,
        {"id": "1", "pid": "7", "date": "2024-01-05 09:30:00", "activity": "1", "weight": "137.788914"},
        {"id": "2", "pid": "7", "date": "2024-01-06 09:30:00", "activity": "1", "weight": "0.000000"},
    )
    _, rows, skipped = over(vitals, "openemr")
    assert [(kind, row["date"], row["weight_kg"]) for kind, row in rows] == [("weights", "2024-01-05", "62.5")]
    assert skipped == {"no weight in it": 1}


def shown() -> tuple[str, str]:
    """The sheet and the map of the page."""
    whole = PAGE.read_text(encoding="utf-8").partition("A whole one\n")[2].partition("\n  Their columns")[0]
    sheet, _, rest = whole.partition("\n\n    DOS")[2].partition("\n\n")
    text = rest.partition("\n\n")[2]
    return "\n".join(line[4:] for line in f"    DOS{sheet}".splitlines()), "\n".join(
        line[4:] for line in text.splitlines()
    )


def test_the_map_that_the_page_shows_brings_in_the_sheet_that_it_shows(tmp_path: Path) -> None:
    sheet, text = shown()
    (tmp_path / "clinic.toml").write_text(text, encoding="utf-8")
    raw = list(csv.DictReader(io.StringIO(sheet)))
    assert list(raw[0])[:2] == ["DOS", "Pt Name"]
    found = translation(list(raw[0]), None, maps.read(str(tmp_path / "clinic.toml")), "sessions.csv")
    assert (found.kinds, found.missing, found.unknown) == (("patients", "injections"), {}, ())
    rows = [one for row in raw for one in found.made(row).rows]
    people = [_without_empty(row) for kind, row in rows if kind == "patients"]
    mei, sara = {"name": "Tan, Mei", "born": "1971-03-04"}, {"name": "Khan, Sara", "born": "1988-03-30"}
    assert people == [mei, mei, sara]
    told = {"date": "2026-04-03", "clinician": "AM", "pain_before": "7", "follow_up": "6w", **mei}
    lido = {**told, "agent": "lido", "strength": "1%"}
    dry = {"date": "2026-04-17", "clinician": "AM", "agent": "dry_needling", "passes": "3", "pain_before": "8",
           "follow_up": "none"}  # fmt: skip
    assert [_without_empty(row) for kind, row in rows if kind == "injections"] == [
        {**lido, "muscle": "upper trap", "side": "L", "volume_ml": "2"},
        {**lido, "muscle": "Levator scap", "side": "R", "volume_ml": "1"},
        {**dry, **sara, "muscle": "QL", "side": "L"},
        {**dry, **sara, "muscle": "QL", "side": "R"},
    ]
    assert all(len(muscles.by_name(row["muscle"])) == 1 for kind, row in rows if kind == "injections")


def test_a_stranger_with_four_columns(tmp_path: Path) -> None:
    """DOS, Pt Name, Muscle inj. and Rx, as a map from the page alone has them; patients are on file."""
    text = """
        kind = "injections"
        patient = ["name"]
        date = "M/D/YYYY"
        between = ";"
        sharing = "each"
        [columns]
        "DOS" = "date"
        "Pt Name" = "name"
        "Muscle inj." = "site"
        "Rx" = "mix"
        [constants]
        follow_up = ""
    """
    (tmp_path / "clinic.toml").write_text(text, encoding="utf-8")
    header = ["DOS", "Pt Name", "Muscle inj.", "Rx"]
    found = translation(header, None, maps.read(str(tmp_path / "clinic.toml")), "sheet.csv")
    assert (found.missing, found.unknown) == ({}, ())
    raw = dict(zip(header, ("4/3/2026", "Tan, Mei", "R upper trap; B/L levator", "1% lidocaine 1 cc"), strict=True))
    made = [row for _, row in found.made(raw).rows]
    assert [(row["name"], row["date"], row["muscle"], row["side"], row["volume_ml"]) for row in made] == [
        ("Tan, Mei", "2026-04-03", "upper trap", "R", "1"),
        ("Tan, Mei", "2026-04-03", "levator", "L", "1"),
        ("Tan, Mei", "2026-04-03", "levator", "R", "1"),
    ]
    for column, value in (("DOS", "13/4/2026"), ("Muscle inj.", "L R trap"), ("Rx", "lido 1% 1")):
        assert {name for name, _ in found.made({**raw, column: value}).wrong} == {column}


def test_ci_is_told_where_the_tables_should_be() -> None:
    if os.environ.get("CI") == "true" and SYNTHEA.parent.is_dir() and not SYNTHEA.is_dir():
        pytest.fail(f"the Synthea tables are not at {SYNTHEA}")
