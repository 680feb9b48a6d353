"""What `tpi export fhir` says of a patient beside the sessions: doubtful alerts, weight, what others gave, a merge."""

import json
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.exchange.fhir_out import Resource, code, told
from tpi_cli import clock
from tpi_cli.reference.imported import CONFIRM

STAMP, RECORDED = "2026-11-20T12:00:00.000000Z", "2026-11-20"


def doubt(one: Resource) -> str | None:
    """The verification status of an allergy or a condition."""
    return str(one["verificationStatus"]["coding"][0]["code"]) if "verificationStatus" in one else None


@pytest.mark.parametrize("redact", ["none", "names"])
@pytest.mark.parametrize(("text", "status"), [(f"type 2; {CONFIRM}", "unconfirmed"), ("type 2", None)])
def test_what_nobody_here_asked_about_is_unconfirmed(
    clinic: Clinic, text: str, status: str | None, redact: str
) -> None:
    clinic.ok("patient", "add", "Tan, Mei", "1971-03-04", "--allergy", "none", "--bleeding", "none")
    clinic.ok("patient", "alert", "1", "add", "diabetes", text)
    clinic.ok("patient", "alert", "1", "end", "allergy-none")
    clinic.ok("patient", "alert", "1", "add", "allergy-steroid", text)
    found = told(clinic, "--redact", redact)
    (none, allergy) = sorted(found.of("AllergyIntolerance"), key=lambda one: "none" not in str(one["code"]).lower()
                             and "known" not in str(one["code"]).lower())  # fmt: skip
    assert (doubt(found.one("Condition")), doubt(allergy), doubt(none)) == (status, status, None)


def test_what_another_system_told_goes_out_unconfirmed(clinic: Clinic) -> None:
    """Out of a bundle in, and out again."""
    mine = {"resourceType": "Patient", "id": "p", "name": [{"family": "Tan"}], "birthDate": "1971-03-04",
            "identifier": [{"system": "urn:x", "value": "A1", "type": {"coding": [{"code": "MR"}]}}]}  # fmt: skip
    ill = {"resourceType": "Condition", "id": "c", "subject": {"reference": "Patient/p"}, "code": {"text": "diabetes"},
           "clinicalStatus": {"coding": [{"code": "active"}]}}  # fmt: skip
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (mine, ill)]}
    clinic.ok("import", clinic.file("theirs.json", json.dumps(bundle)))
    assert doubt(told(clinic).one("Condition")) == "unconfirmed"


def test_a_day_of_recording_is_no_onset(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "stamp", lambda: STAMP)
    clinic.ok("patient", "add", "Tan, Mei", "1971-03-04", "--allergy", "latex", "--bleeding", "none", "--on", RECORDED)
    clinic.ok("patient", "alert", "1", "add", "diabetes", "--on", RECORDED)
    clinic.ok("patient", "alert", "1", "add", "pregnancy", "--on", "2026-06-05")
    found = told(clinic)
    alerts = [*found.of("Condition"), *found.of("AllergyIntolerance")]
    assert {one["recordedDate"] for one in alerts} == {RECORDED}
    assert [name for one in alerts for name in one if name.startswith("onset")] == []
    assert [note["text"] for one in alerts for note in one.get("note", [])] == ["since 2026-06-05"]


def test_a_weight_is_a_vital_sign_of_its_day(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--weight", "80.5", "--height", "170", "--on", "2026-10-02")
    (one,) = [each for each in told(clinic).of("Observation") if code(each["code"], "loinc.org") == "29463-7"]
    assert one["category"][0]["coding"][0]["code"] == "vital-signs"
    assert one["effectiveDateTime"] == "2026-10-02"
    assert (one["valueQuantity"]["value"], one["valueQuantity"]["code"]) == (80.5, "kg")
    clinic.ok("patient", "edit", "1", "--weight", "82", "--on", "2026-11-02", "--yes")
    (later,) = [each for each in told(clinic).of("Observation") if code(each["code"], "loinc.org") == "29463-7"]
    assert later["id"] != one["id"], "what was weighed then was not wrong"


def test_no_height_goes_out_for_none_has_a_day(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--height", "170")
    assert [one["code"]["text"] for one in told(clinic).of("Observation")] == [
        "Bleeding disorder, anticoagulant or antiplatelet drug, as asked"
    ]


def test_what_others_gave_is_a_statement(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("site", "add", "1", "is", "r")
    clinic.ok("patient", "elsewhere", "1", "triam", "40mg", "--on", "2026-10-01", "--site", "is r", "--note", "knee")
    one = told(clinic).one("MedicationStatement")
    assert (one["status"], one["effectiveDateTime"]) == ("completed", "2026-10-01")
    assert code(one["medicationCodeableConcept"], "rxnorm") == "10759"
    (dosage,) = one["dosage"]
    assert dosage["site"]["text"] == "right infraspinatus"
    dose = dosage["doseAndRate"][0]["doseQuantity"]
    assert (dose["value"], dose["code"]) == (40, "mg")
    assert [note["text"] for note in one["note"]] == ["given elsewhere", "knee"]
    clinic.ok("patient", "elsewhere", "1", "triam", "40mg", "--on", "2026-10-01", "--void", "another patient")
    after = told(clinic).one("MedicationStatement")
    assert (after["id"], after["status"]) == (one["id"], "entered-in-error")


@pytest.fixture
def merged(clinic: Clinic) -> Clinic:
    """Three records of one person that became one, in two steps."""
    for born in ("1971-03-04", "1971-04-03", "1971-03-05"):
        clinic.patient("Tan, Mei", born)
    clinic.inject("3", "ut l lido 1% 1ml", "--next", "3mo")
    clinic.ok("patient", "merge", "2", "3", "--yes")
    clinic.ok("patient", "merge", "1", "2", "--yes")
    return clinic


@pytest.mark.parametrize("words", [[], ["--patient", "1"], ["--redact", "names"], ["--since", "2020-01-01"]])
def test_a_merged_record_points_to_who_took_it_over(merged: Clinic, words: list[str]) -> None:
    found = told(merged, *words)
    survivor, *gone = found.of("Patient")
    assert survivor["active"] is True
    assert "link" not in survivor
    assert sorted(one["identifier"][-1]["value"] for one in gone) == ["PT-0002", "PT-0003"]
    for one in gone:
        assert one["active"] is False
        assert one["link"] == [{"other": {"reference": f"urn:uuid:{survivor['id']}"}, "type": "replaced-by"}]


def test_a_store_that_took_it_in_tells_of_the_same_people(merged: Clinic, home: Clinic, tmp_path: Path) -> None:
    merged.ok("patient", "edit", "1", "--weight", "80", "--yes")
    merged.ok("patient", "elsewhere", "1", "triam", "40mg", "--on", "2026-10-01")
    first, again = tmp_path / "first", tmp_path / "again"
    other = Clinic(tmp_path / "other")
    other.home.mkdir()
    merged.ok("export", "fhir", "--ndjson", str(first))
    other.ok("init", "--name", "Another", "--zone", "Europe/London")
    other.ok("import", "--kind", "fhir", *map(str, sorted(first.glob("*.ndjson"))))
    other.ok("export", "fhir", "--ndjson", str(again))
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in first.iterdir()
    }
    assert len(other.ok("patient", "list", "--json").rows) == 1
