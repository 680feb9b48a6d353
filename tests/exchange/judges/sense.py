"""Our own judge of sense: sides, days and statuses that are well formed and cannot be true."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from tests.exchange.judges.codes import BOTH, LEFT, RIGHT, SNOMED
from tests.exchange.judges.node import Issue, Resource
from tests.exchange.judges.walk import At, Records, codes, listed, ours, values

SIDES = {LEFT: {"left"}, RIGHT: {"right"}, BOTH: {"left", "right"}}
TARGET = "http://hl7.org/fhir/StructureDefinition/procedure-targetBodyStructure"
DAY = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
HAPPENED = {
    "birthDate",
    "deceasedDateTime",
    "performedDateTime",
    "effectiveDateTime",
    "date",
    "onsetDateTime",
    "dateTime",
    "authoredOn",
}
"""Elements that tell of a day that has been; not of when it was typed, for that clock is another."""


def sides(text: str) -> set[str]:
    """The sides a text names in words."""
    return set(re.findall(r"\b(left|right)\b", text.lower()))


def words(concept: Resource | None) -> str:
    """What a CodeableConcept says to a person."""
    told = concept or {}
    return str(told.get("text") or " ".join(one.get("display", "") for one in told.get("coding", [])))


def lost_side(records: Records) -> Iterator[Issue]:
    """A body structure whose code of side and whose words differ."""
    for resource in records.of("BodyStructure"):
        coded = [
            SIDES.get(code, set()) for one in listed(resource.get("locationQualifier")) for code in codes(one, SNOMED)
        ]
        said = sides(place(resource)) | sides(words(resource.get("location")))
        if set().union(*coded) != said:
            yield ours(resource, "locationQualifier", "side in code and side in words differ")


def place(structure: Resource) -> str:
    """Where a body structure is, in words, without what else is said of it: pain may be felt on the other side."""
    return str(structure.get("description", "")).split(";")[0]


def structures(records: Records, procedure: Resource) -> list[Resource]:
    """The body structures a procedure was done at."""
    told = [one.get("valueReference", {}) for one in procedure.get("extension", []) if one.get("url") == TARGET]
    return records.linked({"target": told}, "target")


def swapped_side(records: Records) -> Iterator[Issue]:
    """A procedure whose body sites in words are not, one for one, the structures it refers to."""
    for act in records.of("Procedure"):
        said = sorted(sorted(sides(words(one))) for one in listed(act.get("bodySite")))
        meant = sorted(sorted(sides(place(one))) for one in structures(records, act))
        if said != meant:
            yield ours(act, "bodySite", "body sites and body structures differ in side")


def elsewhere(records: Records) -> Iterator[Issue]:
    """A drug given at a site that its procedure does not name."""
    for dose in records.of("MedicationAdministration"):
        site = words(dose.get("dosage", {}).get("site"))
        named = [words(one) for act in records.linked(dose, "partOf") for one in listed(act.get("bodySite"))]
        if site not in named:
            yield ours(dose, "dosage.site", f"a site its procedure does not name: {site}")


def untold(records: Records) -> Iterator[Issue]:
    """A procedure whose note does not name each agent and dose: large EHRs read nothing else of it."""
    for act in records.of("Procedure"):
        note = " ".join(one.get("text", "") for one in listed(act.get("note"))).lower()
        for dose in records.parts(act, "MedicationAdministration"):
            if not all(word in note for word in _said_of(records, dose)):
                yield ours(act, "note", f"the note does not tell of {_said_of(records, dose)}")


def _said_of(records: Records, dose: Resource) -> list[str]:
    drug = records.linked(dose, "medicationReference")
    name = words(drug[0].get("code") if drug else dose.get("medicationCodeableConcept")).lower()
    amount = dose.get("dosage", {}).get("dose", {})
    return [name.split()[0] if name else "?", f"{amount.get('value')} {amount.get('unit')}"]


def as_day(text: str) -> date | None:
    """The calendar day of a date, dateTime or instant in full; None where there is no such day or time."""
    try:
        return datetime.fromisoformat(text).date() if "T" in text else date.fromisoformat(text)
    except ValueError:
        return None


def dated(resource: Resource) -> Iterator[At]:
    """Every value that looks like a day in full, but for text that means nothing to FHIR."""
    for at in values(resource):
        if isinstance(at.value, str) and DAY.fullmatch(at.value) and at.name != "valueString":
            yield at


def no_such_day(records: Records) -> Iterator[Issue]:
    """A day the calendar does not have, or a time of day without its zone."""
    for resource in records.all:
        for at in dated(resource):
            if as_day(at.value) is None:
                yield ours(resource, at.path, f"no such day: {at.value}")
            elif "T" in at.value and not re.search(r"(Z|[+-]\d\d:\d\d)$", at.value):
                yield ours(resource, at.path, "a time without its zone")


def not_yet(records: Records) -> Iterator[Issue]:
    """Something said to have happened after the day of the export."""
    for resource in records.all:
        for at in dated(resource):
            if at.name in HAPPENED and (as_day(at.value) or records.today) > records.today:
                yield ours(resource, at.path, f"in the future: {at.value}")


def before_birth(records: Records) -> Iterator[Issue]:
    """Something said to have happened before the patient was born."""
    for resource in records.all:
        born = as_day(str((records.subject(resource) or {}).get("birthDate")))
        for at in dated(resource):
            if born and at.name in HAPPENED and (as_day(at.value) or born) < born:
                yield ours(resource, at.path, "before the patient was born")


def backwards(records: Records) -> Iterator[Issue]:
    """A period or a slot that ends before it starts."""
    for resource in records.all:
        for at in values(resource):
            if isinstance(at.value, dict) and _ends(at.value) < _starts(at.value):
                yield ours(resource, at.path, "ends before it starts")


def _starts(period: dict[str, Any]) -> str:
    return str(period.get("start", "") if "end" in period else "")


def _ends(period: dict[str, Any]) -> str:
    return str(period.get("end", ""))


def undone(records: Records) -> Iterator[Issue]:
    """A procedure that is complete without a day, or without a site."""
    for act in records.of("Procedure"):
        if act.get("status") == "completed" and not any(name.startswith("performed") for name in act):
            yield ours(act, "performed", "complete, and nobody knows when")
        if not act.get("bodySite"):
            yield ours(act, "bodySite", "a procedure at no site")


def another_day(records: Records) -> Iterator[Issue]:
    """A drug given on another day than its procedure was done."""
    for act in records.of("Procedure"):
        for dose in records.parts(act, "MedicationAdministration"):
            if str(dose.get("effectiveDateTime"))[:10] != str(act.get("performedDateTime"))[:10]:
                yield ours(dose, "effectiveDateTime", "another day than its procedure")


def not_a_plan(records: Records) -> Iterator[Issue]:
    """A recall that is not a plan, or has no days in which it is due."""
    for resource in records.of("ServiceRequest"):
        if resource.get("intent") != "plan":
            yield ours(resource, "intent", "a recall is a plan, nobody ordered it")
        if resource.get("status") == "active" and not resource.get("occurrencePeriod", {}).get("start"):
            yield ours(resource, "occurrencePeriod", "a recall that is never due")


def recalled_after_death(records: Records) -> Iterator[Issue]:
    """A recall that stands for somebody who died."""
    for resource in records.of("ServiceRequest"):
        if resource.get("status") == "active" and _dead(records.subject(resource)):
            yield ours(resource, "status", "a recall for somebody who died")


def booked_after_death(records: Records) -> Iterator[Issue]:
    """A booking that stands for somebody who died."""
    for resource in records.of("Appointment"):
        who = [it for one in listed(resource.get("participant")) for it in records.linked(one, "actor")]
        if resource.get("status") == "booked" and any(map(_dead, who)):
            yield ours(resource, "status", "a booking for somebody who died")


def _dead(patient: Resource | None) -> bool:
    told = patient or {}
    return bool(told.get("deceasedBoolean") or told.get("deceasedDateTime"))


RULES = (
    lost_side,
    swapped_side,
    elsewhere,
    untold,
    no_such_day,
    not_yet,
    before_birth,
    backwards,
    undone,
    another_day,
    not_a_plan,
    recalled_after_death,
    booked_after_death,
)
