"""Other systems' resources: what each is taken for, what is skipped and why, what is refused."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import TODAY, Clinic
from tests.store.places import place
from tpi_cli.exchange.fhir import clinical
from tpi_cli.exchange.fhir.clinical import Alert, Skip
from tpi_cli.exchange.fhir.foreign import person
from tpi_cli.exchange.fields import Fault
from tpi_cli.store import connect
from tpi_cli.store.read import records

TODAY_ = date.fromisoformat(TODAY)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
HL7 = "http://terminology.hl7.org/CodeSystem"
ANN: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "ann",
    "name": [{"family": "Tan", "given": ["Ann", "Mei"]}],
    "birthDate": "1971-03-04",
}


def patient(**more: Any) -> dict[str, Any]:
    return {name: one for name, one in {**ANN, **more}.items() if one is not None}


def name(family: str, use: str | None = None) -> dict[str, Any]:
    return {"family": family, "given": ["Ann"], **({"use": use} if use else {})}


def mr(value: str, kind: str | None = "MR", **more: Any) -> dict[str, Any]:
    coded = {"type": {"coding": [{"system": f"{HL7}/v2-0203", "code": kind}]}} if kind else {}
    return {**coded, "value": value, **more}


PEOPLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("as it stands", {}, {"name": "Tan, Ann Mei", "mrn": "ann", "sex": "unknown", "phone": None, "status": "active"}),
    ("official first", {"name": [name("Old", "old"), name("Use", "usual"), name("Off", "official")]},
     {"name": "Off, Ann"}),
    ("then usual", {"name": [name("Nick", "nickname"), name("Use", "usual")]}, {"name": "Use, Ann"}),
    ("maiden is former", {"name": [name("Maid", "maiden"), name("Now")]}, {"name": "Now, Ann"}),
    ("written out", {"name": [{"text": "Ann Tan"}]}, {"name": "Ann Tan"}),
    ("a family alone", {"name": [{"family": "Tan"}]}, {"name": "Tan"}),
    ("no latin", {"name": [{"family": "Muñoz", "given": ["Zoë"]}]}, {"name": "Muñoz, Zoë"}),
    ("gender", {"gender": "female"}, {"sex": "female"}),
    ("another gender", {"gender": "asked-unknown"}, {"sex": "unknown"}),
    ("telephone", {"telecom": [{"system": "email", "value": "a@example.org"}, {"system": "phone", "value": "2"}]},
     {"phone": "2", "email": "a@example.org"}),
    ("an old telephone", {"telecom": [{"system": "phone", "value": "1", "use": "old"}]}, {"phone": None}),
    ("mr", {"identifier": [mr("s", "SS"), mr("first", None), mr("m", "MR")]}, {"mrn": "m"}),
    ("the first", {"identifier": [mr("s", "SS"), mr("first", None), mr("second", None)]}, {"mrn": "first"}),
    ("no social security", {"identifier": [mr("s", "SS"), mr("d", "DL")]}, {"mrn": "ann"}),
    ("an old mr", {"identifier": [mr("o", "MR", use="old"), mr("n", "MR")]}, {"mrn": "n"}),
    ("dead", {"deceasedBoolean": True}, {"status": "deceased"}),
    ("not dead", {"deceasedBoolean": False}, {"status": "active"}),
    ("dead that day", {"deceasedDateTime": "2020-05-06T23:30:00-08:00"}, {"status": "deceased"}),
    ("dead that year", {"deceasedDateTime": "2020"}, {"status": "deceased"}),
    ("dead and past", {"deceasedBoolean": True, "active": False}, {"status": "deceased"}),
    ("past", {"active": False}, {"status": "archived"}),
    ("replaced", {"link": [{"type": "replaced-by", "other": {"reference": "Patient/b"}}]}, {"status": "archived"}),
    ("replaces", {"link": [{"type": "replaces", "other": {"reference": "Patient/b"}}]}, {"status": "active"}),
]  # fmt: skip


@pytest.mark.parametrize(("more", "wanted"), [case[1:] for case in PEOPLE], ids=[case[0] for case in PEOPLE])
def test_people(more: dict[str, Any], wanted: dict[str, Any]) -> None:
    new = person(patient(**more), TODAY_)
    assert {column: getattr(new, column) for column in wanted} == wanted


def test_the_day_of_death_is_that_of_its_own_clock() -> None:
    assert person(patient(deceasedDateTime="2020-05-06T23:30:00-08:00"), TODAY_).status_on == date(2020, 5, 6)
    assert person(patient(deceasedDateTime="2020-05"), TODAY_).status_on is None


NOBODY = [
    ({"birthDate": None}, "birthDate", "is missing"),
    ({"birthDate": "1971"}, "birthDate", "'1971' names no day"),
    ({"birthDate": "1971-03"}, "birthDate", "'1971-03' names no day"),
    ({"birthDate": "1971-02-30"}, "birthDate", "no day of the calendar"),
    ({"birthDate": "2027-01-01"}, "birthDate", "in the future"),
    ({"birthDate": "1771-01-01"}, "birthDate", "more than 130 years"),
    ({"birthDate": 1971}, "birthDate", "is no text"),
    ({"name": None}, "name", "none that is in use"),
    ({"name": []}, "name", "none that is in use"),
    ({"name": [name("Old", "old")]}, "name", "none that is in use"),
    ({"name": [{"family": "123"}]}, "name", "no letter"),
    ({"name": [{"family": "x" * 300}]}, "name", "longer"),
    ({"name": {"family": "Tan"}}, "name", "no list of objects"),
    ({"name": ["Tan"]}, "name", "no list of objects"),
    ({"name": [{"family": ["Tan"]}]}, "family", "is no text"),
    ({"name": [{"given": "Ann"}]}, "given", "is no list"),
    ({"name": [{"family": "\ud800"}]}, "family", "not valid UTF-8"),
    ({"deceasedBoolean": "true"}, "deceasedBoolean", "neither true nor false"),
    ({"deceasedDateTime": "2027-01-01"}, "deceasedDateTime", "in the future"),
    ({"deceasedDateTime": "1960-01-01"}, "deceasedDateTime", "before the birth date"),
    ({"active": 1}, "active", "neither true nor false"),
    ({"id": None}, "identifier", "is missing"),
    ({"identifier": [{"value": 5}]}, "value", "is no text"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "column", "what"), NOBODY)
def test_who_cannot_be_taken(more: dict[str, Any], column: str, what: str) -> None:
    with pytest.raises(Fault, match=what) as fault:
        person(patient(**more), TODAY_)
    assert fault.value.column == column


def coded(text: str, system: str = "", code: str = "") -> dict[str, Any]:
    return {"text": text, **({"coding": [{"system": system, "code": code}]} if code else {})}


def status(name: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{HL7}/{name}", "code": code}]}


def allergy(text: str = "Aspirin", **more: Any) -> dict[str, Any]:
    return {"resourceType": "AllergyIntolerance", "code": coded(text), "patient": {"reference": "Patient/ann"}, **more}


def condition(text: str = "Diabetes", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": coded(text), "subject": {"reference": "Patient/ann"}, **more}


def drug(text: str = "Warfarin 5 MG", **more: Any) -> dict[str, Any]:
    return {"resourceType": "MedicationRequest", "status": "active", "medicationCodeableConcept": coded(text),
            "subject": {"reference": "Patient/ann"}, **more}  # fmt: skip


TO_CONFIRM = "imported, to be confirmed"
SAID: list[tuple[dict[str, Any], Any]] = [
    (allergy(), Alert(("allergy-nsaid",), "Aspirin")),
    (allergy("Peanut"), Alert(("allergy-other",), "Peanut")),
    (allergy("x", code=coded("Xylo", RXNORM, "6387")), Alert(("allergy-amide",), "Xylo")),
    (allergy("x", code={"coding": [{"system": RXNORM, "code": "6387"}]}), Alert(("allergy-amide",), f"{RXNORM} 6387")),
    (allergy("x", code=coded("none", SNOMED, "716186003")), Alert(("allergy-none",), f"none; {TO_CONFIRM}")),
    (allergy("No known allergies"), Alert(("allergy-none",), f"No known allergies; {TO_CONFIRM}")),
    (allergy("No known drug allergy"), "asked about drugs only"),
    (allergy("Lidocaine / Epinephrine"), Alert(("allergy-amide", "allergy-sulfite"), "Lidocaine / Epinephrine")),
    (allergy(verificationStatus=status("x", "unconfirmed")), Alert(("allergy-nsaid",), f"Aspirin; {TO_CONFIRM}")),
    (allergy(verificationStatus=status("x", "refuted")), "refuted or entered in error"),
    (allergy(verificationStatus=status("x", "entered-in-error")), "refuted or entered in error"),
    (allergy(clinicalStatus=status("x", "resolved")), "not active"),
    (allergy(clinicalStatus=status("x", "inactive")), "not active"),
    (allergy("No known food allergy"), "no allergy"),
    (allergy(code={}), "without words"),
    (allergy(code={}, reaction=[{"substance": coded("Lidocaine")}]), Alert(("allergy-amide",), "Lidocaine")),
    (condition(), Alert(("diabetes",), f"Diabetes; {TO_CONFIRM}")),
    (condition(clinicalStatus=status("x", "active")), Alert(("diabetes",), f"Diabetes; {TO_CONFIRM}")),
    (condition(clinicalStatus=status("x", "resolved")), "not active"),
    (condition(clinicalStatus=status("x", "remission")), "not active"),
    (condition(abatementDateTime="2020-01-01"), "not active"),
    (condition(verificationStatus=status("x", "refuted")), "refuted or entered in error"),
    (condition("Hypertension"), "no alert here"),
    (condition("Not in labor force (finding)"), "no alert here"),
    (condition(code={"coding": [{"system": SNOMED, "code": "44054006"}]}), "without words"),
    (drug(), Alert(("anticoagulant",), f"Warfarin 5 MG; {TO_CONFIRM}")),
    (drug(status="stopped"), "not active"),
    (drug(status="on-hold"), "not active"),
    (drug(status="entered-in-error"), "refuted or entered in error"),
    (drug(doNotPerform=True), "not active"),
    (drug("Simvastatin"), "no anticoagulant"),
    (drug(medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "11289"}]}),
     Alert(("anticoagulant",), f"{RXNORM} 11289; {TO_CONFIRM}")),
    (drug(medicationCodeableConcept={"coding": [{"system": RXNORM, "code": "855332"}]}), "without words"),
]  # fmt: skip
READERS: dict[str, Any] = {"AllergyIntolerance": clinical.allergy, "Condition": clinical.condition,
                           "MedicationRequest": lambda one: clinical.medication(one, {})}  # fmt: skip


def said(resource: dict[str, Any]) -> Any:
    try:
        return READERS[resource["resourceType"]](resource)
    except Skip as why:
        return str(why)


@pytest.mark.parametrize(("resource", "wanted"), SAID)
def test_what_is_said_of_them(resource: dict[str, Any], wanted: Any) -> None:
    assert said(resource) == wanted


def observed(code: str = "29463-7", value: Any = None, **more: Any) -> dict[str, Any]:
    quantity = {"valueQuantity": value} if value is not None else {}
    return {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/ann"},
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "effectiveDateTime": "2026-01-05T10:00:00Z", **quantity, **more}  # fmt: skip


def kg(value: Any, code: str = "kg") -> dict[str, Any]:
    return {"value": value, "code": code, "system": "http://unitsofmeasure.org"}


MEASURED: list[tuple[dict[str, Any], str]] = [
    (observed(value=kg(81.5)), "weight_kg 81.50 2026-01-05"),
    (observed("3141-9", kg(81500, "g")), "weight_kg 81.50 2026-01-05"),
    (observed(value=kg(180, "[lb_av]")), "weight_kg 81.65 2026-01-05"),
    (observed(value={"value": 180, "unit": "lbs"}), "weight_kg 81.65 2026-01-05"),
    (observed("8302-2", kg(70, "[in_i]")), "height_cm 177.80 2026-01-05"),
    (observed("8302-2", kg(1.7, "m")), "height_cm 170.00 2026-01-05"),
    (observed("72514-3", kg(3.5, "{score}")), "pain 3.5 2026-01-05"),
    (observed("72514-3", valueInteger=4), "pain 4 2026-01-05"),
    (observed(value=kg(81), effectiveDateTime=None, effectivePeriod={"start": "2025-12-31"}),
     "weight_kg 81.00 2025-12-31"),
    (observed(value=kg(81), effectiveDateTime="2026-01"), "without a day"),
    (observed(value=kg(81), effectiveDateTime="2027-01-01"), "in the future"),
    (observed(value=kg(81), status="preliminary"), "not final"),
    (observed(value=kg(81), status="entered-in-error"), "not final"),
    (observed(value=kg(12, "[stone_av]")), "in another unit"),
    (observed(value=kg(81, "cm")), "in another unit"),
    (observed(value={"value": 81}), "in another unit"),
    (observed(), "without a value"),
    (observed("8480-6", kg(120, "mm[Hg]")), "no weight, height or pain score"),
]  # fmt: skip


@pytest.mark.parametrize(("resource", "wanted"), MEASURED)
def test_measures(resource: dict[str, Any], wanted: str) -> None:
    text = json.dumps({name: one for name, one in resource.items() if one is not None})
    assert measured(json.loads(text, parse_float=Decimal)) == wanted


def measured(resource: dict[str, Any]) -> str:
    try:
        found = clinical.observation(resource, TODAY_)
    except Skip as why:
        return str(why)
    return f"{found.what} {found.amount} {found.on}"


@pytest.mark.parametrize("value", ["81", True, [], {}, 10**20])
def test_an_amount_that_is_no_number(value: Any) -> None:
    with pytest.raises(Fault):
        clinical.observation(observed(value=kg(value)), TODAY_)


# --- by the command


def brought(clinic: Clinic, *resources: dict[str, Any], options: tuple[str, ...] = ()) -> Any:
    path = clinic.file("in.ndjson", "".join(json.dumps(one) + "\n" for one in resources))
    return clinic.ok("import", path, "--json", *options).json


def shown(clinic: Clinic, who: str = "PT-0001") -> Any:
    return clinic.ok("patient", "show", who, "--json").json


def test_whatever_order_they_come_in(clinic: Clinic) -> None:
    medication = {"resourceType": "Medication", "id": "m", "code": coded("Eliquis 5 mg")}
    taken = drug(medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"})
    taken.pop("medicationCodeableConcept")
    answer = brought(clinic, taken, condition(), allergy(), medication, patient())
    assert (answer["new"], answer["refused"], answer["skipped"]) == (4, 0, 1)
    kinds = {(one["kind"], one["text"]) for one in shown(clinic)["alerts"]}
    assert kinds == {("allergy-nsaid", "Aspirin"), ("diabetes", f"Diabetes; {TO_CONFIRM}"),
                     ("anticoagulant", f"Eliquis 5 mg; {TO_CONFIRM}")}  # fmt: skip


@pytest.mark.parametrize("said", ["https://ehr.example/fhir/Patient/ann", "Patient/ann/_history/3", "urn:uuid:a-1"])
def test_however_they_are_referred_to(clinic: Clinic, said: str) -> None:
    entries = [{"resource": allergy(patient={"reference": said})}, {"fullUrl": "urn:uuid:a-1", "resource": patient()}]
    path = clinic.file("in.json", json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    clinic.ok("import", path)
    assert [one["kind"] for one in shown(clinic)["alerts"]] == ["allergy-nsaid"]


def test_what_is_nobody_s_is_counted(clinic: Clinic) -> None:
    answer = brought(clinic, patient(), allergy(patient={"reference": "Patient/bea"}), {"resourceType": "Claim"})
    assert [(one["type"], one["why"]) for one in answer["skipped_why"]] == [
        ("AllergyIntolerance", "its patient is not in these files"), ("Claim", "not read"),
    ]  # fmt: skip


def test_what_comes_without_anybody_is_counted(clinic: Clinic) -> None:
    answer = brought(clinic, {"resourceType": "Claim"}, drug())
    assert {one["type"]: one["count"] for one in answer["skipped_why"]} == {"Claim": 1, "MedicationRequest": 1}


def test_one_refused_stops_all_or_is_left_out_with_what_is_said_of_it(clinic: Clinic) -> None:
    bad = patient(id="bea", birthDate="1971", name=[{"family": "Secret"}])
    path = clinic.file("in.ndjson", "".join(json.dumps(one) + "\n" for one in (
        patient(), bad, allergy(), allergy(patient={"reference": "Patient/bea"}))))  # fmt: skip
    answer = clinic.run("import", path)
    assert answer.code == 2
    assert "in.ndjson:2: birthDate: '1971' names no day; nothing was imported" in answer.err
    assert "Secret" not in answer.err
    assert clinic.ok("patient", "list", "--json").rows == []
    answer = clinic.ok("import", path, "--on-error", "skip", "--json").json
    assert (answer["new"], answer["refused"]) == (2, 1)
    assert answer["skipped_why"] == [{"type": "AllergyIntolerance", "why": "its patient is refused", "count": 1}]


def test_two_patients_of_one_id_are_told_apart_by_nobody(clinic: Clinic) -> None:
    other = patient(identifier=[mr("other")], name=[name("Else")])
    path = clinic.file("in.ndjson", "".join(json.dumps(one) + "\n" for one in (patient(), other)))
    assert "another patient in these files has it" in clinic.run("import", path).err


def test_the_latest_weight_is_taken_with_its_day_and_none_goes_back(clinic: Clinic) -> None:
    weights = [observed(value=kg(amount), effectiveDateTime=on) for amount, on in
               ((80, "2025-01-05"), (82.5, "2026-02-05"), (81, "2025-06-05"))]  # fmt: skip
    answer = brought(clinic, patient(), *weights, observed("8302-2", kg(170, "cm")))
    assert {one["type"]: one["new"] for one in answer["types"]} == {"Patient": 1, "Observation": 2}
    assert answer["skipped_why"] == [{"type": "Observation", "why": "an older one", "count": 2}]
    one = shown(clinic)
    assert (one["weight_kg"], one["weight_on"], one["height_cm"]) == ("82.5", "2026-02-05", "170")
    clinic.ok("patient", "edit", "1", "--weight", "90")
    assert brought(clinic, patient(), *weights)["new"] == 0
    assert shown(clinic)["weight_kg"] == "90"


def test_a_score_is_measured_against_the_session_before_it(clinic: Clinic) -> None:
    brought(clinic, patient())
    clinic.ok("inject", "1", "gm", "r", "lido", "1%", "1ml", "--on", "2026-02-01", "--consent", "written", "--yes")
    found = [observed("72514-3", kg(amount, "{score}"), effectiveDateTime=on, id=f"o{number}")
             for number, (amount, on) in enumerate(((6, "2026-01-01"), (2.5, "2026-03-01"), (2, "2026-03-01"),
                                                    (11, "2026-04-01"), (-1, "2026-04-02")))]  # fmt: skip
    answer = brought(clinic, patient(), *found)
    assert {one["why"]: one["count"] for one in answer["skipped_why"]} == {
        "before any session": 1, "another score of that day is on file": 1, "no score of 0 to 10": 2,
    }  # fmt: skip
    with connect.reading(place(clinic)) as db:
        [score] = records.of(db, "outcome")
    assert (score["pain"], score["note"], score["on_date"]) == (3, "2.5 of 10 as imported", "2026-03-01")
    assert brought(clinic, patient(), *found)["new"] == 0
    assert clinic.ok("verify", "--json").json["ok"]


def test_what_was_ended_here_stays_ended(clinic: Clinic) -> None:
    brought(clinic, patient(), drug())
    clinic.ok("patient", "alert", "1", "end", "anticoagulant", f"Warfarin 5 MG; {TO_CONFIRM}")
    assert brought(clinic, patient(), drug())["new"] == 0
    assert shown(clinic)["alerts"] == []


def test_who_died_since_is_brought_up_to_date_and_never_revived(clinic: Clinic) -> None:
    brought(clinic, patient())
    clinic.ok("inject", "1", "gm", "r", "lido", "1%", "1ml", "--next", "1w", "--on", "2026-11-01", "--consent",
              "written", "--yes")  # fmt: skip
    assert [row["patient"] for row in clinic.ok("due", "--json").rows] == ["PT-0001"]
    answer = brought(clinic, patient(deceasedDateTime="2026-11-10"))
    assert answer["changed"] == 1
    assert clinic.ok("due", "--json").rows == []
    with connect.reading(place(clinic)) as db:
        assert [(one["status"], one["status_on"]) for one in records.of(db, "patient")] == [("deceased", "2026-11-10")]
    brought(clinic, patient())
    assert (shown(clinic)["status"], clinic.ok("due", "--json").rows) == ("deceased", [])


def test_who_had_died_before_has_the_day_too(clinic: Clinic) -> None:
    brought(clinic, patient(deceasedDateTime="2026-11-10T08:00:00Z"), patient(id="bea", deceasedBoolean=True,
            name=[name("Bea")]))  # fmt: skip
    with connect.reading(place(clinic)) as db:
        found = {one["mrn"]: one["status_on"] for one in records.of(db, "patient")}
    assert found == {"ann": "2026-11-10", "bea": TODAY}


def test_fhir_and_csv_do_not_go_together(clinic: Clinic) -> None:
    fhir = clinic.file("in.ndjson", json.dumps(patient()))
    table = clinic.file("in.csv", "mrn,name,born\nA1,Tan,1971-03-04\n")
    answer = clinic.run("import", fhir, table)
    assert (answer.code, "is no FHIR, and others are" in answer.err) == (2, True)


def test_what_is_refused_beyond_a_thousand_is_counted_and_the_rest_comes(clinic: Clinic) -> None:
    bad = [patient(id=f"b{number}", birthDate="1971") for number in range(1100)]
    path = clinic.file("in.ndjson", "".join(json.dumps(one) + "\n" for one in (*bad, patient(), allergy())))
    answer = clinic.ok("import", path, "--on-error", "skip")
    assert answer.err.count("names no day") == 1000
    assert "and 100 more" in answer.err
    assert [one["kind"] for one in shown(clinic)["alerts"]] == ["allergy-nsaid"]
    answer = clinic.ok("import", path, "--on-error", "skip", "--json").json
    assert (answer["refused"], answer["new"], answer["same"]) == (1100, 0, 2)


def test_two_hospitals_may_call_two_scores_the_same(clinic: Clinic) -> None:
    bea = patient(id="bea", name=[name("Bea")])
    brought(clinic, patient(), bea)
    for who in ("1", "2"):
        clinic.ok("inject", who, "gm", "r", "lido", "1%", "1ml", "--on", "2026-02-01", "--consent", "written", "--yes")
    score = observed("72514-3", kg(3, "{score}"), id="1")
    other = {**score, "subject": {"reference": "Patient/bea"}}
    later = {**score, "effectiveDateTime": "2026-03-01"}
    assert brought(clinic, patient(), {**score, "effectiveDateTime": "2026-02-02"})["new"] == 1
    assert brought(clinic, bea, {**other, "effectiveDateTime": "2026-02-02"})["new"] == 1
    assert brought(clinic, patient(), later)["new"] == 1
    assert brought(clinic, patient(), later)["new"] == 0


def test_another_clinic_s_short_id_is_none_of_ours(clinic: Clinic) -> None:
    """Who is PT-0001 there is somebody else here; with our own system it is who it says."""
    clinic.patient("Own, Olaf", "1970-01-01")
    there = {"system": "https://tpi-cli.example/fhir/sid/0190b2f5-7a2c-7000-8000-000000000001/patient"}
    brought(clinic, patient(identifier=[mr("PT-0001", None, **there)]))
    assert [(one["patient"], one["mrn"]) for one in clinic.ok("patient", "list", "--json").rows] == [
        ("PT-0001", None), ("PT-0002", "ann")]  # fmt: skip
    with connect.reading(place(clinic)) as db:
        ours = {"system": f"https://tpi-cli.example/fhir/sid/{db.value('SELECT id FROM clinic')}/patient"}
    olaf = patient(
        id="x", name=[{"text": "Own, Olaf"}], birthDate="1970-01-01", identifier=[mr("PT-0001", None, **ours)]
    )
    brought(clinic, olaf, allergy(patient={"reference": "Patient/x"}))
    assert "allergy-nsaid" in [one["kind"] for one in shown(clinic)["alerts"]]


def test_a_kind_of_identifier_is_of_its_own_system() -> None:
    other = {"type": {"coding": [{"system": "https://other.example", "code": "MR"}]}, "value": "theirs"}
    assert person(patient(identifier=[other, mr("ours", "MR")]), TODAY_).mrn == "ours"


@pytest.mark.parametrize("kind", ["ndjson", "csv"])
def test_who_may_be_one_is_told_of_the_first_few(clinic: Clinic, kind: str) -> None:
    twins = [(f"Tan, Ann{'ab'[number % 2]}", f"1971-03-{1 + number // 2:02}") for number in range(24)]
    if kind == "ndjson":
        people = [patient(id=str(number), name=[{"text": who}], birthDate=born)
                  for number, (who, born) in enumerate(twins)]  # fmt: skip
        path = clinic.file("in.ndjson", "".join(json.dumps(one) + "\n" for one in people))
    else:
        rows = [f'{number},"{who}",{born}' for number, (who, born) in enumerate(twins)]
        path = clinic.file("patients.csv", "\n".join(["mrn,name,born", *rows]))
    answer = clinic.ok("import", path)
    assert answer.err.count(" may be PT-") == 10
    assert "more: tpi patient duplicates" in answer.err


def test_json_that_is_no_fhir_does_not_come_back(clinic: Clinic) -> None:
    path = clinic.file("c.json", '{"schema": "tpi.export/1", "tables": {}}')
    for words in ((path,), (path, clinic.file("in.ndjson", json.dumps(patient())))):
        answer = clinic.run("import", *words)
        assert (answer.code, "c.json is no FHIR" in answer.err) == (2, True)
        assert "tpi export json" in answer.err
    (clinic.home / "folder").mkdir()
    clinic.ok("export", "json", "-o", str(clinic.home / "folder" / "c.json"))
    assert "JSON that is no FHIR" in clinic.run("import", str(clinic.home / "folder")).err


def test_people_who_may_be_one_are_told_and_both_kept(two: Clinic) -> None:
    mey = patient(id="mey", name=[{"family": "Tan", "given": ["Mey"]}])
    path = two.file("p.ndjson", json.dumps(mey) + "\n")
    similar = two.ok("import", path, "--json").json["similar"]
    assert [(one["patient"], one["other"]) for one in similar] == [("PT-0001", "PT-0003")]
    assert len(two.ok("patient", "list", "--json").rows) == 3, "nobody was merged"
    assert two.ok("import", path, "--json").json["similar"] == [], "who was on file is no news"
