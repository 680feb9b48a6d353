"""Ways to break a good export, one a row: what is done to it, and who must see it.

Each row names the judges that have to find it, those of others and our own rules by name; others may. No judge sees
everything, and each has rows that nobody else would catch.
"""

from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from operator import getitem
from typing import Any, NamedTuple

from tests.exchange.judges.codes import NPI
from tests.exchange.judges.node import Resource
from tests.exchange.judges.sense import TARGET

Export = list[Resource]
SCORE = "score"
"""An Observation of a session: not of weight, nor the answer to a question."""


class Mutant(NamedTuple):
    """A fault: its name, what makes it, and the judges that must find it."""

    name: str
    broken: Callable[[Export], object]
    judges: str


def one(export: Export, kind: str, **having: Any) -> Resource:
    """The first resource of that type with these elements."""
    return next(
        it
        for it in export
        if it["resourceType"] == kind and all(it.get(name) == value for name, value in having.items())
    )


def holder(export: Export, kind: str, path: tuple[str | int, ...]) -> Any:
    """What holds the last step of a path, in the first resource of that type that has the whole of it."""
    for it in export:
        if it["resourceType"] == kind or (kind == SCORE and it["resourceType"] == "Observation" and "partOf" in it):
            with suppress(KeyError, IndexError):
                whole: list[Any] = list(accumulate([it, *path], getitem))
                return whole[-2]
    raise AssertionError(f"no {kind} with {path}")


def put(kind: str, *path: str | int, to: Any) -> Callable[[Export], object]:
    """A fault that sets one value."""

    def broken(export: Export) -> None:
        holder(export, kind, path)[path[-1]] = to

    return broken


def gone(kind: str, *path: str | int) -> Callable[[Export], object]:
    """A fault that takes one value away."""

    def broken(export: Export) -> None:
        del holder(export, kind, path)[path[-1]]

    return broken


def extra(kind: str, name: str, value: Any) -> Callable[[Export], object]:
    """A fault that puts something where nothing was."""

    def broken(export: Export) -> None:
        one(export, kind)[name] = value

    return broken


def no_one_performed(export: Export) -> None:
    act = one(export, "Procedure")
    for name in [name for name in act if name.startswith("performed")]:
        del act[name]


def sides_swapped(export: Export) -> None:
    """The words of a body structure name the other side than its code."""
    it = one(export, "BodyStructure")
    it["description"] = other_side(it["description"])


def other_side(text: str) -> str:
    return text.replace("left", "LEFT").replace("right", "left").replace("LEFT", "right")


def drug_on_other_side(export: Export) -> None:
    site = one(export, "MedicationAdministration")["dosage"]["site"]
    site["text"] = "right soleus" if "left" in site["text"] else "left soleus"


def body_site_on_other_side(export: Export) -> None:
    site = one(export, "Procedure")["bodySite"][0]
    site["text"] = other_side(site["text"])


def target_lost(export: Export) -> None:
    act = one(export, "Procedure")
    act["extension"].remove(next(it for it in act["extension"] if it["url"] == TARGET))


def url_lost(export: Export) -> None:
    del one(export, "Procedure")["extension"][0]["url"]


def session_lost(export: Export) -> None:
    export.remove(one(export, "Encounter"))


def patient_lost(export: Export) -> None:
    export.remove(one(export, "Patient"))


def procedure_twice(export: Export) -> None:
    export.append({**one(export, "Procedure"), "id": "00000000-0000-4000-8000-999999999999"})


def one_id_for_two(export: Export) -> None:
    doses = [it for it in export if it["resourceType"] == "MedicationAdministration"]
    doses[1]["id"] = doses[0]["id"]


def another_patient(export: Export) -> None:
    """A dose that is said to have been given to somebody else than the procedure was done on."""
    other = {**one(export, "Patient"), "id": "00000000-0000-4000-8000-888888888888"}
    export.append(other)
    one(export, "MedicationAdministration")["subject"] = {"reference": f"Patient/{other['id']}"}


def contained_for_nothing(export: Export) -> None:
    spare = {"resourceType": "Medication", "id": "spare", "code": {"text": "saline"}}
    one(export, "MedicationAdministration").setdefault("contained", []).append(spare)


def slot_backwards(export: Export) -> None:
    slot = one(export, "Appointment")
    slot["start"], slot["end"] = slot["end"], slot["start"]


def recall_backwards(export: Export) -> None:
    window = one(export, "ServiceRequest")["occurrencePeriod"]
    window["start"], window["end"] = window["end"], window["start"]


def dead_and_recalled(export: Export) -> None:
    one(export, "ServiceRequest")["status"] = "active"
    one(export, "Patient")["deceasedBoolean"] = True


def dead_and_booked(export: Export) -> None:
    """The recalls are revoked, and the slot still stands."""
    for it in export:
        if it["resourceType"] == "ServiceRequest":
            it["status"] = "revoked"
    one(export, "Patient")["deceasedBoolean"] = True


CODE = ("code", "coding", 0, "code")
AGENT = ("contained", 0, "code", "coding", 0)
DOSE = ("dosage", "dose")
TO_NOBODY = {"reference": "Patient/00000000-0000-4000-8000-777777777777"}

MUTANTS = (
    Mutant("procedure in a status there is not", put("Procedure", "status", to="done"), "lantana"),
    Mutant("procedure without a status", gone("Procedure", "status"), "medplum lantana"),
    Mutant("procedure complete without a day", no_one_performed, "us-core undone"),
    Mutant("procedure without a subject", gone("Procedure", "subject"), "medplum lantana nobody"),
    Mutant("procedure about nobody known", put("Procedure", "subject", to=TO_NOBODY), "dangling nobody"),
    Mutant("procedure without a code", gone("Procedure", "code"), "us-core"),
    Mutant("procedure at no site", gone("Procedure", "bodySite"), "undone"),
    Mutant("procedure with one site that is no list", put("Procedure", "bodySite", to={"text": "left"}), "medplum"),
    Mutant("procedure with no note of the doses", put("Procedure", "note", to=[{"text": "went well"}]), "untold"),
    Mutant("procedure with another CPT number", put("Procedure", *CODE, to="20550"), "unknown_code"),
    Mutant(
        "procedure on a day the calendar lacks",
        put("Procedure", "performedDateTime", to="2026-02-30"),
        "another_day no_such_day",
    ),
    Mutant(
        "procedure on a day in disorder", put("Procedure", "performedDateTime", to="23/11/2026"), "medplum another_day"
    ),
    Mutant("procedure in the future", put("Procedure", "performedDateTime", to="2031-01-01"), "not_yet"),
    Mutant(
        "procedure before the patient was born",
        put("Procedure", "performedDateTime", to="1901-01-01"),
        "another_day before_birth",
    ),
    Mutant("two procedures in one session", procedure_twice, "not_one_act"),
    Mutant("extension without a url", url_lost, "medplum lantana"),
    Mutant("element R4 does not have", extra("Procedure", "occurrenceDateTime", "2026-11-23"), "medplum lantana"),
    Mutant("side of a body structure lost", gone("BodyStructure", "locationQualifier"), "lost_side"),
    Mutant("side of a body structure swapped in words", sides_swapped, "lost_side swapped_side"),
    Mutant("body structure of nobody", gone("BodyStructure", "patient"), "medplum lantana nobody"),
    Mutant("body structure lost by its procedure", target_lost, "swapped_side"),
    Mutant("body site on the other side", body_site_on_other_side, "elsewhere swapped_side"),
    Mutant("drug at a site its procedure does not have", drug_on_other_side, "elsewhere"),
    Mutant("drug without a status", gone("MedicationAdministration", "status"), "medplum lantana"),
    Mutant(
        "drug given at no time", gone("MedicationAdministration", "effectiveDateTime"), "medplum lantana another_day"
    ),
    Mutant(
        "drug given on another day",
        put("MedicationAdministration", "effectiveDateTime", to="2020-01-01"),
        "another_day",
    ),
    Mutant("drug given in no procedure", gone("MedicationAdministration", "partOf"), "apart"),
    Mutant("drug given to another patient", another_patient, "somebody_else"),
    Mutant("negative dose", put("MedicationAdministration", *DOSE, "value", to=-10), "impossible_dose"),
    Mutant("dose of nothing", gone("MedicationAdministration", *DOSE, "value"), "impossible_dose"),
    Mutant(
        "dose in words",
        put("MedicationAdministration", *DOSE, "value", to="10"),
        "medplum lantana impossible_dose",
    ),
    Mutant("dose without a unit", gone("MedicationAdministration", *DOSE, "code"), "unknown_unit"),
    Mutant(
        "dose in a unit that is none of UCUM",
        put("MedicationAdministration", *DOSE, "code", to="mgs"),
        "impossible_dose unknown_unit",
    ),
    Mutant("dose in grams", put("MedicationAdministration", *DOSE, "code", to="g"), "impossible_dose"),
    Mutant("dosage without a dose", gone("MedicationAdministration", *DOSE), "medplum impossible_dose"),
    Mutant(
        "drug code of our invention", put("MedicationAdministration", *AGENT, "code", to="99999999"), "unknown_code"
    ),
    Mutant(
        "route code of our invention",
        put("MedicationAdministration", "dosage", "route", "coding", 0, "code", to="1"),
        "unknown_code",
    ),
    Mutant(
        "drug by its code alone",
        gone("MedicationAdministration", "medicationCodeableConcept", "text"),
        "concept_without_words",
    ),
    Mutant("weight without a day", gone("Observation", "effectiveDateTime"), "us-core"),
    Mutant("dose elsewhere in no status", gone("MedicationStatement", "status"), "medplum lantana"),
    Mutant("dose elsewhere of nobody", gone("MedicationStatement", "subject"), "medplum lantana nobody"),
    Mutant("dose elsewhere of no drug", gone("MedicationStatement", "medicationCodeableConcept"), "medplum"),
    Mutant(
        "dose elsewhere in a unit that is none",
        put("MedicationStatement", "dosage", 0, "doseAndRate", 0, "doseQuantity", "code", to="mgs"),
        "unknown_unit",
    ),
    Mutant(
        "unknown code system",
        put("MedicationAdministration", *AGENT, "system", to="http://drugs.example"),
        "unknown_code",
    ),
    Mutant("contained medication that nothing names", contained_for_nothing, "contained_for_nothing"),
    Mutant("contained medication that is not there", gone("MedicationAdministration", "contained"), "dangling"),
    Mutant(
        "expiry that is no date",
        put("MedicationAdministration", "contained", 0, "batch", "expirationDate", to="soon"),
        "lantana",
    ),
    Mutant("score of eleven", put(SCORE, "valueQuantity", "value", to=11), "impossible_score"),
    Mutant("score without its unit", gone(SCORE, "valueQuantity", "unit"), "unknown_unit"),
    Mutant("score without a category", gone(SCORE, "category"), "us-core"),
    Mutant("score in a status there is not", put(SCORE, "status", to="done"), "lantana"),
    Mutant("LOINC with a wrong check digit", put(SCORE, *CODE, to="72514-4"), "unknown_code"),
    Mutant("score at a time without a zone", put(SCORE, "effectiveDateTime", to="2026-11-23T10:00:00"), "no_such_day"),
    Mutant("patient without an identifier", gone("Patient", "identifier"), "us-core"),
    Mutant("identifier without a system", gone("Patient", "identifier", 0, "system"), "us-core half_an_identifier"),
    Mutant("identifier without a value", gone("Patient", "identifier", 0, "value"), "us-core half_an_identifier"),
    Mutant("gender in a code there is not", put("Patient", "gender", to="F"), "lantana"),
    Mutant("patient without a gender", gone("Patient", "gender"), "us-core"),
    Mutant("patient without a name", gone("Patient", "name"), "us-core"),
    Mutant("patient with an empty list", extra("Patient", "address", []), "hollow"),
    Mutant("patient with an empty object", extra("Patient", "maritalStatus", {}), "hollow"),
    Mutant("patient with an empty name", put("Patient", "name", 0, "family", to=""), "hollow"),
    Mutant("patient with nothing for a phone", put("Patient", "telecom", to=None), "medplum lantana hollow"),
    Mutant("patient who died and is recalled", dead_and_recalled, "booked_after_death recalled_after_death"),
    Mutant("patient who died and has a slot", dead_and_booked, "booked_after_death"),
    Mutant("patient with two birth dates", put("Patient", "birthDate", to=["1971-03-04", "1971-04-03"]), "medplum"),
    Mutant("patient lost", patient_lost, "dangling nobody"),
    Mutant(
        "NPI with a wrong check digit",
        put("Practitioner", "identifier", 0, to={"system": NPI, "value": "1234567890"}),
        "wrong_npi",
    ),
    Mutant("clinician without a family name", gone("Practitioner", "name", 0, "family"), "us-core"),
    Mutant("location without a name", gone("Location", "name"), "us-core"),
    Mutant("session without a class", gone("Encounter", "class"), "medplum lantana"),
    Mutant("session in a code list's wrong word", put("Encounter", "class", "code", to="AMBU"), "terms"),
    Mutant("session without a type", gone("Encounter", "type"), "us-core"),
    Mutant("session lost", session_lost, "dangling"),
    Mutant("diagnosis that cannot be billed", put("Condition", *CODE, to="M79.1"), "unknown_code"),
    Mutant("diagnosis that is none", put("Condition", *CODE, to="M79.99"), "unknown_code"),
    Mutant(
        "diagnosis in a status there is not",
        put("Condition", "clinicalStatus", "coding", 0, "code", to="on"),
        "lantana",
    ),
    Mutant("diagnosis without a category", gone("Condition", "category"), "us-core"),
    Mutant("allergy without a patient", gone("AllergyIntolerance", "patient"), "medplum lantana nobody"),
    Mutant(
        "allergy in a status there is not",
        put("AllergyIntolerance", "clinicalStatus", "coding", 0, "code", to="yes"),
        "lantana",
    ),
    Mutant("allergy that says to what no more", gone("AllergyIntolerance", "code"), "us-core"),
    Mutant("recall as an order", put("ServiceRequest", "intent", to="order"), "not_a_plan"),
    Mutant("recall without an intent", gone("ServiceRequest", "intent"), "medplum lantana not_a_plan"),
    Mutant("recall that is never due", gone("ServiceRequest", "occurrencePeriod"), "not_a_plan"),
    Mutant("recall that ends before it starts", recall_backwards, "backwards"),
    Mutant("slot nobody takes part in", put("Appointment", "participant", to=[]), "medplum lantana hollow unasked"),
    Mutant("slot without a start", gone("Appointment", "start"), "medplum unasked"),
    Mutant("slot that ends before it starts", slot_backwards, "backwards"),
    Mutant(
        "slot whose patient neither comes nor not", gone("Appointment", "participant", 0, "status"), "medplum lantana"
    ),
    Mutant("adverse event that may not have been", gone("AdverseEvent", "actuality"), "medplum lantana"),
    Mutant(
        "adverse event with an outcome there is not",
        put("AdverseEvent", "outcome", "coding", 0, "code", to="bad"),
        "lantana",
    ),
    Mutant("consent of nobody", gone("Consent", "patient"), "nobody"),
    Mutant("consent to no policy", gone("Consent", "policyRule"), "medplum"),
    Mutant("authorship of nothing", gone("Provenance", "target"), "medplum lantana unsaid"),
    Mutant("authorship of nobody's", gone("Provenance", "agent"), "medplum lantana unsaid"),
    Mutant("authorship on behalf of nobody", gone("Provenance", "agent", 0, "onBehalfOf"), "unsaid"),
    Mutant("one id for two", one_id_for_two, "twice"),
)
