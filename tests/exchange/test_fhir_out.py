"""What `tpi export fhir` says of what was recorded: doses, sides, lots, scores, people, recalls."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Clinic, working_under
from tests.exchange.fhir_out import Resource, Told, code, to, told
from tpi_cli import clock
from tpi_cli.exchange.fhir.terms import number

TRAPEZIUS, INFRASPINATUS = "31764008", "72573008"
LEFT, RIGHT = "419161000", "419465000"
LIDOCAINE, EPINEPHRINE, TRIAMCINOLONE = "6387", "3992", "10759"


def drug(one: Resource) -> Resource:
    """The Medication of an administration: contained, or a concept alone."""
    if "contained" in one:
        (vial,) = one["contained"]
        assert one["medicationReference"] == {"reference": f"#{vial['id']}"}
        return dict(vial)
    return {"code": one["medicationCodeableConcept"]}


# What was given where

L, R = "left upper trapezius", "right infraspinatus"
GIVEN = [
    ("ut l lido 1% 1ml", [(L, "lidocaine 1%", "10", "mg")]),
    ("ut l lido 2% 0.35ml", [(L, "lidocaine 2%", "7", "mg")]),
    ("ut l bupi 0.25% 0.3ml", [(L, "bupivacaine 0.25%", "0.75", "mg")]),
    ("ut l lido 15mg", [(L, "lidocaine", "15", "mg")]),
    ("ut l, is r lido 1% 1ml each", [(L, "lidocaine 1%", "10", "mg"), (R, "lidocaine 1%", "10", "mg")]),
    ("ut l, is r lido 1% 0.5ml total", [(L, "lidocaine 1%", "2.5", "mg"), (R, "lidocaine 1%", "2.5", "mg")]),
    ("ut l, ut r, is r lido 1% 1ml total", [(L, "lidocaine 1%", "3.34", "mg"),
                                           ("right upper trapezius", "lidocaine 1%", "3.33", "mg"),
                                           (R, "lidocaine 1%", "3.33", "mg")]),
    ("ut l lido 1% 1ml + triam 40mg/ml 0.5ml", [(L, "lidocaine 1%", "10", "mg"),
                                               (L, "triamcinolone acetonide 40 mg/mL", "20", "mg")]),
    ("ut l lido 1% epi 1:200000 2ml", [(L, "lidocaine 1% with epinephrine 1:200000", "20", "mg")]),
    ("ut l dry", []),
    ("ut l lido 1% 1ml, is r dry", [(L, "lidocaine 1%", "10", "mg")]),
]  # fmt: skip


@pytest.mark.parametrize(("items", "expected"), GIVEN, ids=[items for items, _ in GIVEN])
def test_a_dose_is_a_mass_at_a_site(clinic: Clinic, items: str, expected: list[tuple[str, ...]]) -> None:
    clinic.patient()
    clinic.inject("1", items)
    found = told(clinic)
    rows = [
        (one["dosage"]["site"]["text"], drug(one)["code"]["text"], str(one["dosage"]["dose"]["value"]),
         one["dosage"]["dose"]["code"])
        for one in found.of("MedicationAdministration")
    ]  # fmt: skip
    assert rows == expected
    (note, *_) = [each["text"] for each in found.one("Procedure")["note"]]
    for site, name, mass, unit in expected:
        assert f"{site}: {name}".lower() in note.lower() or f"; {name}" in note
        assert f"{mass} {unit}" in note, "who reads the note alone learns the dose"


def test_units_of_a_toxin_are_its_own(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l botox 20units")
    dose = told(clinic).one("MedicationAdministration")["dosage"]["dose"]
    assert (dose["value"], dose["unit"], dose["code"]) == (20, "units", "{units}")


TOXINS = [("botox", "onabotulinumtoxinA", "1712"), ("dysport", "abobotulinumtoxinA", None),
          ("xeomin", "incobotulinumtoxinA", None), ("myobloc", "rimabotulinumtoxinB", "860178")]  # fmt: skip


@pytest.mark.parametrize(("typed", "name", "rxnorm"), TOXINS)
def test_no_toxin_goes_by_another_ones_code(clinic: Clinic, typed: str, name: str, rxnorm: str | None) -> None:
    clinic.patient()
    clinic.inject("1", f"ut l {typed} 20units")
    vial = drug(told(clinic).one("MedicationAdministration"))
    assert (vial["code"]["text"].split()[0], code(vial["code"], "rxnorm")) == (name, rxnorm)


@given(whole=st.integers(0, 10**9), places=st.integers(0, 6))
def test_a_quantity_is_written_as_the_decimal_it_is(whole: int, places: int) -> None:
    amount = Decimal(whole).scaleb(-places)
    assert Decimal(json.dumps(number(amount))) == amount


def test_an_administration_hangs_together(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-20")
    found = told(clinic)
    one, done, visit = found.one("MedicationAdministration"), found.one("Procedure"), found.one("Encounter")
    assert (one["status"], one["effectiveDateTime"]) == ("completed", "2026-11-20")
    assert to(one["partOf"][0]) == done["id"]
    assert to(one["context"]) == to(done["encounter"]) == visit["id"]
    assert to(one["subject"]) == to(visit["subject"]) == to(done["subject"]) == found.one("Patient")["id"]
    assert code(one["dosage"]["route"], "sct") == "78421000"
    assert code(drug(one)["code"], "rxnorm") == LIDOCAINE
    assert (visit["status"], visit["class"]["code"]) == ("finished", "AMB")
    assert visit["period"] == {"start": "2026-11-20", "end": "2026-11-20"}


def test_lot_and_expiry_are_the_vials(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml + triam 40mg/ml 0.5ml", "--lot", "lido=LX2409A@2027-01-31")
    found = told(clinic)
    lido, triam = found.of("MedicationAdministration")
    assert drug(lido)["batch"] == {"lotNumber": "LX2409A", "expirationDate": "2027-01-31"}
    assert "contained" not in triam
    assert code(triam["medicationCodeableConcept"], "rxnorm") == TRIAMCINOLONE
    assert "lot LX2409A, expires 2027-01-31" in found.one("Procedure")["note"][0]["text"]


def test_epinephrine_is_an_ingredient(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% epi 1:200000 2ml")
    vial = drug(told(clinic).one("MedicationAdministration"))
    assert "coding" not in vial["code"], "the code of one part would say that the other is not there"
    lido, epi = vial["ingredient"]
    assert code(lido["itemCodeableConcept"], "rxnorm") == LIDOCAINE
    assert (lido["strength"]["numerator"]["value"], lido["strength"]["numerator"]["code"]) == (10, "mg")
    assert code(epi["itemCodeableConcept"], "rxnorm") == EPINEPHRINE
    ratio = epi["strength"]
    assert (ratio["numerator"]["value"], ratio["numerator"]["code"]) == (1, "g")
    assert (ratio["denominator"]["value"], ratio["denominator"]["code"]) == (200000, "mL")


# Sites and codes

PLACES = [
    ("ut l", L, TRAPEZIUS, LEFT),
    ("is r", R, INFRASPINATUS, RIGHT),
    ("ls l", "left levator scapulae", None, LEFT),
    ("scm r", "right SCM", "22823000", RIGHT),
]


@pytest.mark.parametrize(("typed", "words", "muscle", "side"), PLACES)
def test_a_side_is_told_in_words_and_in_code(
    clinic: Clinic, typed: str, words: str, muscle: str | None, side: str
) -> None:
    clinic.patient()
    clinic.inject("1", f"{typed} lido 1% 1ml")
    found = told(clinic)
    done, place = found.one("Procedure"), found.one("BodyStructure")
    assert [(one["text"].lower(), code(one, "sct")) for one in done["bodySite"]] == [
        (found.one("MedicationAdministration")["dosage"]["site"]["text"].lower(), muscle)
    ]
    assert words.split()[0] == done["bodySite"][0]["text"].split()[0]
    assert (code(place["location"], "sct"), code(place["locationQualifier"][0], "sct")) == (muscle, side)
    assert [to(one["valueReference"]) for one in done["extension"] if "valueReference" in one] == [place["id"]]
    assert done["bodySite"][0]["text"] in place["description"]


CODES = [
    ("ut l lido 1% 1ml", "20552"),
    ("ut l, is r, ls l lido 1% 1ml each", "20553"),
    ("ut l, ut r lido 1% 1ml each", "20552"),
    ("ut l dry", "20560"),
    ("ut l dry, is r dry, ls l dry", "20561"),
    ("ut l dextrose 10% 1ml", None),
]


@pytest.mark.parametrize(("items", "number"), CODES)
def test_the_code_goes_by_the_muscles_of_the_session(clinic: Clinic, items: str, number: str | None) -> None:
    clinic.patient()
    clinic.inject("1", items)
    done = told(clinic).one("Procedure")
    assert code(done["code"], "cpt") == number
    assert all(set(one) == {"system", "code"} for one in done["code"].get("coding", [])), "no words of the AMA's"
    assert (done["status"], done["performedDateTime"]) == ("completed", "2026-11-23")


def test_each_session_has_one_procedure(clinic: Clinic) -> None:
    clinic.patient()
    for day in ("2026-09-01", "2026-11-20"):
        clinic.inject("1", "ut l, is r lido 1% 1ml each", "--on", day)
    assert [one["performedDateTime"] for one in told(clinic).of("Procedure")] == ["2026-09-01", "2026-11-20"]


def test_reason_consent_and_circumstances(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--dx", "M79.18", "--consent", "verbal", "--needle", "25Gx38mm",
                  "--position", "prone", "--with", "massage", "--note", "Slept badly.", "--next", "3mo")  # fmt: skip
    found = told(clinic)
    done, visit = found.one("Procedure"), found.one("Encounter")
    assert code(done["reasonCode"][0], "icd-10-cm") == code(visit["reasonCode"][0], "icd-10-cm") == "M79.18"
    condition = found.one("Condition")
    assert condition["code"]["text"] == "muscle pain, another place (M79.18)"
    assert (code(condition["code"], "icd-10-cm"), to(condition["encounter"])) == ("M79.18", visit["id"])
    consent = found.one("Consent")
    assert (consent["scope"]["coding"][0]["code"], consent["policyRule"]["text"].split()[0]) == ("treatment", "verbal")
    summary, remark = (one["text"] for one in done["note"])
    for words in ("needle 25Gx38mm", "Position: prone", "massage", "Consent: verbal", "in 3 months"):
        assert words in summary
    assert remark == "Slept badly."


def test_what_a_session_was_written_by(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml")
    found = told(clinic)
    (one,) = [each for each in found.of("Provenance") if found.one("Procedure")["id"] in map(to, each["target"])]
    assert to(one["agent"][0]["who"]) == to(found.one("Procedure")["performer"][0]["actor"])
    assert to(one["agent"][0]["onBehalfOf"]) == found.one("Organization")["id"]
    assert one["recorded"].endswith("Z")
    assert [role(each) for each in one["agent"]] == ["author"]


def role(agent: Resource) -> str:
    """What an agent of a Provenance did."""
    return str(agent["type"]["coding"][0]["code"])


def test_an_author_is_named_only_where_the_acting_person_is_known(clinic: Clinic) -> None:
    """AM's account alone is nobody's name outside: the clinic entered it, and AM did it. BO said who it was."""
    clinic.ok("clinician", "add", "AM", "--account", "desk")
    clinic.ok("clinician", "add", "BO")
    clinic.patient()
    with working_under("desk"):
        clinic.inject("1", "ut l dry", "--on", "2026-11-20")
        clinic.inject("1", "ut l dry", "--as", "BO", "--on", "2026-11-21")
    found = told(clinic)
    people = {one["id"]: one["identifier"][0]["value"] for one in found.of("Practitioner")}
    people[found.one("Organization")["id"]] = "clinic"
    done = []
    for act in found.of("Procedure"):
        (one,) = [each for each in found.of("Provenance") if act["id"] in map(to, each["target"])]
        done.append({role(each): people[to(each["who"])] for each in one["agent"]})
    assert done == [{"enterer": "clinic", "performer": "AM"}, {"author": "BO"}]


def test_an_authorship_is_of_the_last_that_was_done(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded, amended, signed, made void: each later than the one before, and the manifest after all of them."""
    clinic.patient()
    session = clinic.inject("1", "ut l lido 1% 1ml", "--pain", "7:3")
    acts = (
        ("session", "amend", session, "--dx", "M79.18", "--reason", "left out", "--yes"),
        ("sign", session, "--yes"),
        ("session", "void", session, "--reason", "another patient", "--yes"),
    )
    for hour, words in enumerate(acts):
        later = f"2031-05-01T{hour:02}:30:00.000000Z"
        monkeypatch.setattr(clock, "stamp", lambda later=later: later)
        clinic.ok(*words)
        assert [one["recorded"] for one in _of_session(told(clinic))] == [later], words
    folder = clinic.home / "lines"
    clinic.ok("export", "fhir", "--ndjson", str(folder))
    assert json.loads((folder / "manifest.json").read_text())["transactionTime"] == later


def _of_session(found: Told) -> list[Resource]:
    """The authorship of the one Procedure."""
    done = found.one("Procedure")["id"]
    return [one for one in found.of("Provenance") if done in map(to, one["target"])]


# Scores and events


def test_pain_before_after_and_later(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--pain", "7:3", "--on", "2026-10-01")
    clinic.ok("outcome", "1", "2", "--relief", "62.5")
    found = told(clinic)
    scores = [one for one in found.of("Observation") if code(one["code"], "loinc.org") == "72514-3"]
    values = [(one["valueQuantity"]["value"], one["effectiveDateTime"]) for one in scores]
    assert sorted(values) == [(2, "2026-11-23"), (3, "2026-10-01"), (7, "2026-10-01")]
    for one in scores:
        assert (one["status"], one["category"][0]["coding"][0]["code"]) == ("final", "survey")
        assert (one["valueQuantity"]["code"], to(one["partOf"][0])) == ("{score}", found.one("Procedure")["id"])
    (later,) = [one for one in scores if one["effectiveDateTime"] == "2026-11-23"]
    assert later["component"][0]["valueQuantity"]["value"] == 62.5
    assert [one for one in scores if "encounter" not in one] == [later], "nobody saw the patient for it"
    words = {one["code"]["text"].split()[1] for one in scores}
    assert words == {"before", "after", "some"}


def test_relief_without_a_score_says_so(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-01")
    path = clinic.file("outcomes.csv", "mrn,date,muscle,side,pain,relief_pct,resolved,source_id\n"
                       "A12,2026-11-02,,,,50,,Q1\n")  # fmt: skip
    clinic.ok("import", path)
    (one,) = [each for each in told(clinic).of("Observation") if "partOf" in each]
    assert "valueQuantity" not in one
    assert one["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert one["component"][0]["valueQuantity"]["value"] == 50


def test_what_went_wrong_is_told_twice(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--adverse", "vasovagal:lay down")
    found = told(clinic)
    event, done = found.one("AdverseEvent"), found.one("Procedure")
    assert event["event"]["text"] == done["complication"][0]["text"] == "faint or near-faint: lay down"
    assert (event["actuality"], to(event["suspectEntity"][0]["instance"])) == ("actual", done["id"])


def test_what_went_wrong_at_a_place_names_it_with_its_side(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12")
    header = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,follow_up,adverse\n"
    rows = "A12,2026-10-01,AM,is,R,lido,1%,1,,haematoma:a hand wide\nA12,2026-10-01,AM,ut,L,lido,1%,1,,\n"
    clinic.ok("import", clinic.file("injections.csv", header + rows))
    found = told(clinic)
    words = found.one("AdverseEvent")["event"]["text"]
    assert words == found.one("Procedure")["complication"][0]["text"]
    assert R in words
    assert "left" not in words
    assert words.endswith(": a hand wide")


def test_a_void_session_is_in_error_and_counts_nowhere(clinic: Clinic) -> None:
    clinic.patient()
    session = clinic.inject("1", "ut l lido 1% 1ml", "--pain", "7:3", "--dx", "M79.18", "--adverse", "soreness")
    clinic.ok("session", "void", session, "--reason", "another patient", "--yes")
    found = told(clinic)
    done = found.one("Procedure")
    assert (done["status"], done["statusReason"]["text"]) == ("entered-in-error", "another patient")
    for kind in ("Encounter", "MedicationAdministration", "Consent"):
        assert [one["status"] for one in found.of(kind)] == ["entered-in-error"]
    assert {one["status"] for one in found.of("Observation") if "partOf" in one} == {"entered-in-error"}
    (condition,) = found.of("Condition")
    assert condition["verificationStatus"]["coding"][0]["code"] == "entered-in-error"
    assert "clinicalStatus" not in condition
    assert found.of("AdverseEvent") == found.of("ServiceRequest") == []


# People


def test_a_patient_with_everything(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei Ling", "1971-03-04", "--sex", "female", "--mrn", "A12", "--phone", "0161 496 0001",
                   "--email", "mei@example.org")  # fmt: skip
    one = told(clinic).one("Patient")
    assert one["name"] == [{"text": "Tan, Mei Ling", "family": "Tan", "given": ["Mei", "Ling"]}]
    assert (one["gender"], one["birthDate"], one["active"]) == ("female", "1971-03-04", True)
    assert {each["system"]: each["value"] for each in one["telecom"]} == {
        "phone": "0161 496 0001", "email": "mei@example.org"}  # fmt: skip
    mrn, own = one["identifier"]
    assert (mrn["value"], mrn["type"]["coding"][0]["code"], own["value"]) == ("A12", "MR", "PT-0001")
    assert mrn["system"] != own["system"]
    assert "deceasedBoolean" not in one


def test_a_patient_with_next_to_nothing(clinic: Clinic) -> None:
    clinic.patient("Mononym", "1971-03-04")
    one = told(clinic).one("Patient")
    assert one["name"] == [{"text": "Mononym", "family": "Mononym"}]
    assert (one["gender"], [each["value"] for each in one["identifier"]]) == ("unknown", ["PT-0001"])
    assert "telecom" not in one


def test_who_has_died_is_told_and_has_no_recall(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo")
    clinic.ok("stop", "1", "--reason", "died", "--yes")
    found = told(clinic)
    assert found.one("Patient")["deceasedBoolean"] is True
    assert found.one("ServiceRequest")["status"] == "revoked"


def test_allergies(clinic: Clinic) -> None:
    clinic.ok("patient", "add", "Tan, Mei", "1971-03-04", "--allergy", "lidocaine", "--bleeding", "none")
    clinic.ok("patient", "add", "Ek, Bo", "1971-03-04", "--allergy", "latex", "--bleeding", "none")
    clinic.patient("Oh, Su", "1971-03-04")
    lido, latex, none = told(clinic).of("AllergyIntolerance")
    assert code(lido["code"], "rxnorm") == LIDOCAINE
    assert "latex" in latex["code"]["text"]
    assert "coding" not in latex["code"]
    assert code(none["code"], "sct") == "716186003"
    assert {one["clinicalStatus"]["coding"][0]["code"] for one in (lido, latex, none)} == {"active"}


def test_other_alerts_are_conditions_or_flags(clinic: Clinic) -> None:
    clinic.ok("patient", "add", "Tan, Mei", "1971-03-04", "--allergy", "none", "--bleeding", "apixaban")
    clinic.ok("patient", "alert", "1", "add", "diabetes", "type 2")
    clinic.ok("patient", "alert", "1", "add", "pregnancy", "--on", "2026-01-05")
    clinic.ok("patient", "alert", "1", "end", "pregnancy")
    found = told(clinic)
    pregnant, diabetic = found.of("Condition")
    assert (diabetic["code"]["text"], pregnant["abatementDateTime"]) == ("diabetes: type 2", "2026-11-23")
    assert [one["clinicalStatus"]["coding"][0]["code"] for one in (diabetic, pregnant)] == ["active", "inactive"]
    assert found.one("Flag")["code"]["text"].endswith("apixaban")


def test_that_there_is_no_bleeding_disorder_is_an_answer(clinic: Clinic) -> None:
    clinic.patient()
    found = told(clinic)
    assert found.one("Observation")["valueCodeableConcept"] == {"text": "none"}
    assert found.of("Condition") == found.of("Flag") == []


def test_who_works_here(clinic: Clinic) -> None:
    clinic.ok("clinician", "add", "AM", "--name", "Müller, Anna")
    found = {one["identifier"][0]["value"]: one for one in told(clinic).of("Practitioner")}
    assert found["AM"]["name"] == [{"text": "Müller, Anna", "family": "Müller", "given": ["Anna"]}]
    before = found["AM"]["id"]
    clinic.ok("clinician", "retire", "AM")
    after = {one["identifier"][0]["value"]: one for one in told(clinic).of("Practitioner")}["AM"]
    assert (after["id"], after["active"]) == (before, False)


# Recalls and slots


def test_a_recall_is_a_plan_with_a_window(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml, is r lido 1% 1ml", "--next", "3mo")
    clinic.ok("stop", "1", "is", "r", "--reason", "resolved")
    found = told(clinic)
    one, over = found.of("ServiceRequest")
    assert (one["status"], one["intent"]) == ("active", "plan")
    assert (over["status"], over["bodySite"][0]["text"]) == ("completed", R)
    assert one["occurrencePeriod"] == {"start": "2027-02-23", "end": "2027-03-08"}, "until it counts as overdue"
    assert one["bodySite"][0]["text"] == L
    assert found.one("Procedure")["id"] in map(to, one["supportingInfo"])


OVER: list[tuple[list[list[str]], str, str]] = [
    ([["stop", "1", "--reason", "declined"]], "revoked", "closed: declined"),
    ([["stop", "1", "--reason", "moved"]], "revoked", "closed: stopped"),
    ([["stop", "1", "--reason", "died", "--yes"]], "revoked", "closed: deceased"),
    ([["patient", "edit", "1", "--status", "archived", "--yes"]], "revoked", "closed: archived"),
    ([["stop", "1", "--reason", "resolved"]], "completed", "closed: resolved"),
    ([["outcome", "1", "0", "--resolved", "--site", "ut l"]], "completed", "closed: resolved"),
    ([["inject", "1", "ut", "l", "dry", "--next", "none", "--consent", "written", "--yes"]], "completed", ""),
    ([["session", "void", "S-0018", "--reason", "another patient", "--yes"]], "entered-in-error", ""),
]


@pytest.mark.parametrize(("acts", "status", "why"), OVER, ids=[" ".join(acts[0][:5]) for acts, *_ in OVER])
def test_a_recall_that_is_over_says_so_under_its_id(
    clinic: Clinic, acts: list[list[str]], status: str, why: str
) -> None:
    clinic.patient()
    session = clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo", "--on", "2026-11-20")
    before = told(clinic).one("ServiceRequest")
    for words in acts:
        clinic.ok(*(session if word == "S-0018" else word for word in words))
    after = told(clinic).one("ServiceRequest")
    assert (before["id"], before["status"], after["status"]) == (after["id"], "active", status)
    assert [one["text"] for one in after.get("note", [])] == [why] * bool(why)


def test_a_site_that_was_never_to_come_back_has_no_recall(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "none")
    clinic.ok("site", "add", "1", "is", "r")
    assert told(clinic).of("ServiceRequest") == []


def test_a_payers_day_moves_the_window(clinic: Clinic) -> None:
    clinic.ok("payer", "add", "acme", "--from", "2026-01-01", "--min-interval", "90d", "--reason", "p. 3")
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "acme")
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "1mo")
    assert told(clinic).one("ServiceRequest")["occurrencePeriod"]["start"] == "2027-02-21"


def test_a_snooze_moves_the_window(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "1mo")
    clinic.ok("snooze", "1", "2027-05-03", "--reason", "away")
    assert told(clinic).one("ServiceRequest")["occurrencePeriod"]["start"] == "2027-05-03"


def test_only_a_slot_is_an_appointment(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "1w")
    assert told(clinic).of("Appointment") == []
    clinic.ok("book", "1", "2026-12-01", "10:00", "--for", "45min", "--with", "AM")
    found = told(clinic)
    one = found.one("Appointment")
    assert (one["status"], one["start"], one["end"]) == ("booked", "2026-12-01T10:00:00Z", "2026-12-01T10:45:00Z")
    assert [to(each) for each in one["basedOn"]] == [found.one("ServiceRequest")["id"]]
    assert found.one("Patient")["id"] in [to(each["actor"]) for each in one["participant"]]


BECAME: list[tuple[list[str], str]] = [
    (["appt", "cancel", "A-0018", "--reason", "ill"], "cancelled"),
    (["appt", "arrive", "A-0018"], "arrived"),
    (["appt", "no-show", "A-0018"], "noshow"),
]


@pytest.mark.parametrize(("words", "status"), BECAME, ids=[status for _, status in BECAME])
def test_what_became_of_a_slot(clinic: Clinic, words: list[str], status: str) -> None:
    clinic.patient()
    clinic.ok("book", "1", "2026-11-23", "10:00")
    clinic.ok(*words)
    assert told(clinic).one("Appointment")["status"] == status


def test_a_slot_kept_is_the_visits(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("book", "1", "2026-11-23", "10:00")
    clinic.ok("appt", "arrive", "A-0018")
    clinic.inject("1", "ut l lido 1% 1ml")
    found = told(clinic)
    assert found.one("Appointment")["status"] == "fulfilled"
    assert to(found.one("Encounter")["appointment"][0]) == found.one("Appointment")["id"]
