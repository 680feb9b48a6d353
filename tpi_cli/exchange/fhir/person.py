"""A patient, and what to look out for in one: allergies, conditions, flags."""

import re

from tpi_cli.exchange.fhir import ids
from tpi_cli.exchange.fhir.house import House, human
from tpi_cli.exchange.fhir.terms import (
    ABSENT,
    HL7,
    NO_KNOWN_ALLERGY,
    RXNORM,
    SNOMED,
    Part,
    coding,
    concept,
    filled,
    hl7,
    notes,
    resource,
)
from tpi_cli.reference import agents, alerts
from tpi_cli.store.read.people import Patient
from tpi_cli.store.read.person import Alert

CONDITIONS = frozenset({
    *("bleeding-disorder", "infection", "infection-local", "trauma", "asthma-severe", "pregnancy", "breastfeeding"),
    *("diabetes", "heart-or-liver", "copd", "methaemoglobinaemia", "neuromuscular"),
})  # fmt: skip
"""Kinds of alert that are something the patient has; the others are flags."""
NONE = ("allergy-none", "bleeding-none")
"""Kinds that say that somebody asked and there was none."""
GENDERS = ("male", "female", "other")


def patient(at: House, one: Patient) -> Part:
    """A person. With names kept back there is the short id, the sex and the year of birth, and no more."""
    return resource(
        "Patient",
        one.id,
        "patient",
        identifier=list(_identifiers(at, one)),
        active=one.status != "archived",
        name=[human(one.name) if at.whole else {"extension": [{"url": ABSENT, "valueCode": "masked"}]}],
        telecom=_telecom(one) if at.whole else None,
        gender=one.sex if one.sex in GENDERS else "unknown",
        birthDate=str(one.born if at.whole else one.born.year),
        deceasedBoolean=True if one.status == "deceased" else None,
        managingOrganization=at.organization,
    )


def _identifiers(at: House, one: Patient) -> list[Part]:
    """The number another system gave, and the short id."""
    own = at.identifier("patient", one.code)
    if not one.mrn or not at.whole:
        return [own]
    return [{"use": "usual", "type": hl7("v2-0203", "MR"), **at.identifier("mrn", one.mrn)}, own]


def _telecom(one: Patient) -> list[Part]:
    told = {"phone": one.phone, "email": one.email}
    return [{"system": system, "value": value.strip()} for system, value in told.items() if value and value.strip()]


def alert(at: House, who: Part, one: Alert) -> Part:
    """An alert as what it is: an allergy, a condition, an answer of none, or a flag."""
    if one.kind.startswith(alerts.ALLERGY):
        return _allergy(at, who, one)
    if one.kind in NONE:
        return _asked(who, one)
    return _condition(at, who, one) if one.kind in CONDITIONS else _flag(at, who, one)


def _words(at: House, one: Alert) -> str:
    """`diabetes: type 2, diet`; a kind that this release does not know goes by its name."""
    known = alerts.all_alerts().get(one.kind)
    return ": ".join(filter(None, [known.words if known else one.kind, at.free(one.text)]))


def _allergy(at: House, who: Part, one: Alert) -> Part:
    none = one.kind in NONE
    code = concept("No known allergy", coding(SNOMED, NO_KNOWN_ALLERGY)) if none else _substance(at, one)
    return resource(
        "AllergyIntolerance",
        one.id,
        "allergyintolerance",
        clinicalStatus=hl7("allergyintolerance-clinical", "inactive" if one.ended else "active"),
        type=None if none else "allergy",
        code=code,
        patient=ids.to(who),
        recordedDate=str(one.since),
        note=notes(_ended(one)),
    )


def _substance(at: House, one: Alert) -> Part:
    """What it is an allergy to, with the code of the ingredient where the text names one agent and nothing else."""
    named = re.split(r"[:,;(]", one.text or "")[0]
    found = agents.by_name(named) if named.strip() else ()
    codes = {each.rxnorm for each in found if each.rxnorm}
    return concept(_words(at, one), *[coding(RXNORM, code) for code in codes if len(found) == 1])


def _condition(at: House, who: Part, one: Alert) -> Part:
    return resource(
        "Condition",
        one.id,
        "condition-problems-health-concerns",
        clinicalStatus=hl7("condition-clinical", "inactive" if one.ended else "active"),
        category=[hl7("condition-category", "problem-list-item")],
        code=concept(_words(at, one)),
        subject=ids.to(who),
        abatementDateTime=str(one.ended) if one.ended else None,
        recordedDate=str(one.since),
    )


def _flag(at: House, who: Part, one: Alert) -> Part:
    return resource(
        "Flag",
        one.id,
        status="inactive" if one.ended else "active",
        category=[concept("Safety", coding(f"{HL7}/flag-category", "safety"))],
        code=concept(_words(at, one)),
        subject=ids.to(who),
        period=_period(one),
    )


def _asked(who: Part, one: Alert) -> Part:
    """That there is none of something is an answer, no condition."""
    when = {"effectivePeriod": _period(one)} if one.ended else {"effectiveDateTime": str(one.since)}
    return resource(
        "Observation",
        one.id,
        status="final",
        category=[hl7("observation-category", "survey")],
        code=concept("Bleeding disorder, anticoagulant or antiplatelet drug, as asked"),
        subject=ids.to(who),
        **when,
        valueCodeableConcept=concept("none"),
    )


def _period(one: Alert) -> Part:
    return filled(start=str(one.since), end=str(one.ended) if one.ended else None)


def _ended(one: Alert) -> str | None:
    return f"ended {one.ended}" if one.ended else None
