"""Our own judge of what refers to what: no validator sees more than one resource."""

from collections import Counter
from collections.abc import Iterator

from tests.exchange.judges.node import Issue, Resource
from tests.exchange.judges.walk import Records, listed, ours, references, values

ABOUT_A_PATIENT = (
    *("AdverseEvent", "AllergyIntolerance", "BodyStructure", "Condition", "Consent", "Encounter", "Flag"),
    *("MedicationAdministration", "MedicationStatement", "Observation", "Procedure", "ServiceRequest"),
)


def dangling(records: Records) -> Iterator[Issue]:
    """A reference to something the export does not hold."""
    for resource in records.all:
        for at in references(resource):
            if records.found(at.value, resource) is None:
                yield ours(resource, at.path, f"a reference to nothing: {at.value}")


def twice(records: Records) -> Iterator[Issue]:
    """One id for two resources: the second would overwrite the first."""
    for key, times in Counter(it["id"] for it in records.all).items():
        if times > 1:
            yield ours(records.by_id[key], "id", "an id given twice")


def contained_for_nothing(records: Records) -> Iterator[Issue]:
    """A contained resource that nothing in its resource refers to."""
    for resource in records.all:
        named = {at.value for at in references(resource)}
        for inner in resource.get("contained", []):
            if f"#{inner.get('id')}" not in named:
                yield ours(resource, "contained", "a contained resource that nothing refers to")


def nobody(records: Records) -> Iterator[Issue]:
    """A clinical record that is not about a patient."""
    for kind in ABOUT_A_PATIENT:
        for resource in records.of(kind):
            if (records.subject(resource) or {}).get("resourceType") != "Patient":
                yield ours(resource, "subject", "about no patient")


def somebody_else(records: Records) -> Iterator[Issue]:
    """A record that refers to the record of another patient."""
    for resource in records.all:
        mine = records.subject(resource)
        for at in references(resource):
            theirs = records.subject(records.found(at.value, resource) or {})
            if mine and theirs and mine is not theirs:
                yield ours(resource, at.path, "refers to another patient's record")


def hollow(records: Records) -> Iterator[Issue]:
    """An empty list, object or text, which R4 does not allow."""
    for resource in records.all:
        for at in values(resource):
            empty = isinstance(at.value, list | dict) and not at.value
            if empty or at.value is None or (isinstance(at.value, str) and not at.value.strip()):
                yield ours(resource, at.path, "empty")


def not_one_act(records: Records) -> Iterator[Issue]:
    """A session has one encounter and one procedure: payers count the muscles of a session."""
    of = Counter(it["id"] for act in records.of("Procedure") for it in records.linked(act, "encounter"))
    for encounter in records.of("Encounter"):
        if of[encounter["id"]] != 1:
            yield ours(encounter, "", f"{of[encounter['id']]} procedures in one encounter")


def apart(records: Records) -> Iterator[Issue]:
    """A drug that was given, or a score that was taken, outside of any procedure."""
    for resource in records.of("MedicationAdministration"):
        if not any(it["resourceType"] == "Procedure" for it in records.linked(resource, "partOf")):
            yield ours(resource, "partOf", "a drug given in no procedure")


def unasked(records: Records) -> Iterator[Issue]:
    """An appointment nobody takes part in, or a slot without its times."""
    for resource in records.of("Appointment"):
        if not any(one.get("actor") and one.get("status") for one in listed(resource.get("participant"))):
            yield ours(resource, "participant", "nobody takes part")
        if not (resource.get("start") and resource.get("end")):
            yield ours(resource, "start", "a slot without times")


def unsaid(records: Records) -> Iterator[Issue]:
    """A record of who wrote what (US Core's own profile of it cannot be loaded) that does not say it."""
    for resource in records.of("Provenance"):
        if not resource.get("target") or not resource.get("recorded"):
            yield ours(resource, "target", "says neither of what nor when")
        if not all(one.get("who") and _on_behalf(records, one) for one in resource.get("agent") or [{}]):
            yield ours(resource, "agent", "a clinician writes on behalf of an organization")


def _on_behalf(records: Records, agent: Resource) -> bool:
    who = records.linked(agent, "who")
    return bool(agent.get("onBehalfOf")) or not any(it["resourceType"] == "Practitioner" for it in who)


RULES = (
    dangling,
    twice,
    contained_for_nothing,
    nobody,
    somebody_else,
    hollow,
    not_one_act,
    apart,
    unasked,
    unsaid,
)
