"""Synthea's and US Core's patients: what comes in is what an independent count of the files says, and comes in once."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied
from tests.conftest import Clinic
from tests.exchange.fhir.interop import folder, lines
from tpi_cli.rules import standing

THINNERS = ("warfarin", "clopidogrel", "enoxaparin", "apixaban", "rivaroxaban", "aspirin", "heparin")
"""What an anticoagulant is called in these files, counted apart from the program's own list."""


@pytest.fixture
def other(tmp_path: Path, _shipped: Path) -> Clinic:
    return copied(_shipped, tmp_path / "other")


def brought(clinic: Clinic, *paths: Path) -> Any:
    return clinic.ok("import", *map(str, paths), "--json").json


def of(answer: Any, kind: str) -> dict[str, int]:
    """What became of the resources of a type, skipped by reason."""
    kept = next((one for one in answer["types"] if one["type"] == kind), {})
    out = {state: kept.get(state, 0) for state in ("new", "changed", "same")}
    out |= {one["why"]: one["count"] for one in answer["skipped_why"] if one["type"] == kind}
    return {name: count for name, count in out.items() if count}


def code(resource: dict[str, Any], name: str) -> str:
    found: str = resource[name]["coding"][0]["code"]
    return found


def test_synthea(other: Clinic) -> None:
    here = folder("synthea-fhir")
    files = {path.stem: lines(path) for path in here.glob("*.ndjson")}
    answer = brought(other, here)
    assert of(answer, "Patient") == {"new": len(files["Patient"])} == {"new": 50}
    assert of(answer, "AllergyIntolerance") == {"new": len(files["AllergyIntolerance"])} == {"new": 34}
    assert of(answer, "Procedure") == {"not read": len(files["Procedure"])}
    assert of(answer, "Observation") == {"before any session": len(files["Observation"])}

    active = [one for one in files["MedicationRequest"] if one["status"] == "active"]
    thinners = [one for one in active if any(word in one["medicationCodeableConcept"]["text"].lower()
                                             for word in THINNERS)]  # fmt: skip
    distinct = {(one["subject"]["reference"], one["medicationCodeableConcept"]["text"]) for one in thinners}
    told = of(answer, "MedicationRequest")
    assert told["not active"] == len(files["MedicationRequest"]) - len(active)
    assert told["no anticoagulant"] == len(active) - len(thinners)
    assert (told["new"], told.get("same", 0)) == (len(distinct), len(thinners) - len(distinct))

    told = of(answer, "Condition")
    assert told["not active"] == sum(code(one, "clinicalStatus") == "resolved" for one in files["Condition"])
    assert sum(told.values()) == len(files["Condition"]), "none is passed over"
    resources = sum(map(len, files.values()))
    assert sum(answer[state] for state in ("new", "changed", "same", "refused", "skipped")) == resources


CONDITIONS = {
    "Diabetes": "diabetes",
    "Neuropathy due to type 2 diabetes mellitus (disorder)": "diabetes",
    "Pulmonary emphysema (disorder)": "copd",
    "Normal pregnancy": "pregnancy",
    "Coronary Heart Disease": "heart-or-liver",
    "Malignant tumor of colon": "red-flag",
    "Non-small cell lung cancer (disorder)": "red-flag",
}
NOT_CONDITIONS = ("Prediabetes", "Hypertension", "Anemia (disorder)", "Viral sinusitis (disorder)", "Gout")


def test_synthea_s_conditions_that_matter_are_alerts_to_be_confirmed(other: Clinic) -> None:
    here = folder("synthea-fhir")
    brought(other, here)
    mrns = {f"Patient/{one['id']}": mrn(one) for one in lines(here / "Patient.ndjson")}
    on_file = {row["mrn"]: row["patient"] for row in other.ok("patient", "list", "--status", "all", "--json").rows}
    for one in lines(here / "Condition.ndjson"):
        text = one["code"]["text"]
        if code(one, "clinicalStatus") != "active" or text not in {*CONDITIONS, *NOT_CONDITIONS}:
            continue
        who = on_file[mrns[one["subject"]["reference"]]]
        shown = other.ok("patient", "show", who, "--json").json["alerts"]
        texts = {(each["kind"], each["text"]) for each in shown}
        wanted = (CONDITIONS.get(text, ""), f"{text}; imported, to be confirmed")
        assert (wanted in texts) is (text in CONDITIONS), (text, texts)


def test_us_core(other: Clinic) -> None:
    here = folder("us-core-bulk")
    allergies = lines(here / "AllergyIntolerance.000.ndjson")
    answer = brought(other, here)
    assert of(answer, "Patient") == {"new": 120}
    distinct = {(one["patient"]["reference"], one["code"]["text"]) for one in allergies}
    assert of(answer, "AllergyIntolerance").get("new") == len(distinct)
    assert sum(of(answer, "AllergyIntolerance").values()) == len(allergies) == 75
    by_text = Counter(one["code"]["text"] for one in allergies)
    assert alerts(other)["allergy-nsaid"] == by_text["Aspirin"] > 0
    assert alerts(other)["allergy-other"] == len(distinct) - by_text["Aspirin"]


def alerts(clinic: Clinic) -> Counter[str]:
    """How many alerts of each kind are open."""
    people = clinic.ok("patient", "list", "--status", "all", "--json").rows
    shown = (clinic.ok("patient", "show", one["patient"], "--json").json["alerts"] for one in people)
    return Counter(one["kind"] for found in shown for one in found)


@pytest.mark.parametrize("name", ["synthea-fhir", "us-core-bulk"])
def test_a_second_import_adds_nothing(other: Clinic, name: str) -> None:
    here = folder(name)
    first = brought(other, here)
    again = brought(other, here)
    assert (again["new"], again["changed"], again["refused"]) == (0, 0, 0)
    assert again["same"] == first["new"] + first["same"]
    assert again["skipped_why"] == first["skipped_why"]


@pytest.mark.parametrize("name", ["synthea-fhir", "us-core-bulk"])
def test_nobody_deceased_is_ever_due(other: Clinic, name: str) -> None:
    """Each was treated on the last day there was, and is to come back three weeks later."""
    here = folder(name)
    brought(other, here)
    dead = {mrn(one): one["deceasedDateTime"][:10] for path in here.glob("Patient*") for one in lines(path)
            if "deceasedDateTime" in one}  # fmt: skip
    rows = other.ok("patient", "list", "--status", "all", "--json").rows
    gone = {row["patient"]: row["mrn"] for row in rows if row["status"] == "deceased"}
    assert set(gone.values()) == set(dead)
    assert len(dead) == {"synthea-fhir": 7, "us-core-bulk": 20}[name]
    treated(other, dead)
    for status in {*standing.STATUSES} - {"deceased"}:
        assert not {row["patient"] for row in other.ok("due", "--status", status, "--json").rows} & set(gone), status
    listed = [row for row in other.ok("due", "--status", "all", "--json").rows if row["patient"] in gone]
    assert {row["status"] for row in listed} == {"deceased"} and len(listed) == len(dead)
    assert other.ok("patient", "show", next(iter(gone)), "--json").json["status"] == "deceased"


def mrn(patient: dict[str, Any]) -> str:
    """What Synthea marks as the medical record number."""
    found: str = patient["identifier"][1]["value"]
    return found


def treated(clinic: Clinic, days: dict[str, str]) -> None:
    """A session for each mrn on its day."""
    header = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up"
    rows = [f"{who},{on},gm,R,lidocaine,1%,1,3w" for who, on in days.items()]
    clinic.ok("import", clinic.file("treated.csv", "\n".join([header, *rows])))


def test_what_comes_later_against_a_session(other: Clinic) -> None:
    """Scores have nothing to be measured against at first; put a session before them and they come."""
    here = folder("synthea-fhir")
    brought(other, here / "Patient.ndjson")
    scores = lines(here / "Observation.ndjson")
    mrns = {f"Patient/{one['id']}": mrn(one) for one in lines(here / "Patient.ndjson")}
    first = min(scores, key=lambda one: str(one["effectiveDateTime"]))
    on = first["effectiveDateTime"][:10]
    treated(other, {mrns[first["subject"]["reference"]]: on})
    answer = brought(other, here / "Patient.ndjson", here / "Observation.ndjson")
    mine = [one for one in scores if one["subject"] == first["subject"] and one["effectiveDateTime"][:10] >= on]
    days = {one["effectiveDateTime"][:10] for one in mine}
    assert of(answer, "Observation")["new"] == len(days)
    assert of(answer, "Observation")["before any session"] == len(scores) - len(mine)
    assert brought(other, here / "Patient.ndjson", here / "Observation.ndjson")["new"] == 0
