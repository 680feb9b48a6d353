"""A patient, what is measured of one, what others gave, and what to look out for: allergies, conditions, flags."""

import re
from datetime import date
from decimal import Decimal

from tpi_cli.exchange.fhir import ids
from tpi_cli.exchange.fhir.house import House, human
from tpi_cli.exchange.fhir.terms import (
    ABSENT,
    BODY_WEIGHT,
    HL7,
    LOINC,
    NO_KNOWN_ALLERGY,
    RXNORM,
    SNOMED,
    WRONG,
    Part,
    body_site,
    coding,
    concept,
    drug,
    filled,
    hl7,
    notes,
    quantity,
    resource,
)
from tpi_cli.reference import agents, alerts
from tpi_cli.reference.imported import CONFIRM
from tpi_cli.store.read.people import Patient, Site
from tpi_cli.store.read.person import Alert, Elsewhere

CONDITIONS = frozenset({
    *("bleeding-disorder", "infection", "infection-local", "trauma", "asthma-severe", "pregnancy", "breastfeeding"),
    *("diabetes", "heart-or-liver", "copd", "methaemoglobinaemia", "neuromuscular"),
})  # fmt: skip
"""Kinds of alert that are something the patient has; the others are flags."""
NONE = ("allergy-none", "bleeding-none")
"""Kinds that say that somebody asked and there was none."""
GENDERS = ("male", "female", "other")


def patient(at: House, one: Patient) -> Part:
    """A person. With names kept back there is the short id, the sex and the year of birth, and no more.

    That somebody died is told without a day: the day that the store has may be the one on which it was typed.
    """
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


def replaced(at: House, one: Patient, survivor: Part) -> Part:
    """The record of a patient that was merged into another's: in use no more, and whose it is now."""
    link = [{"other": ids.to(survivor), "type": "replaced-by"}]
    return {**patient(at, one), "active": False, "link": link}


def weight(at: House, who: Part, kilograms: Decimal, on: date) -> Part:
    """The body weight of a day. The height on file has no day, and no profile takes one without."""
    return resource(
        "Observation",
        at.made("Observation", f"{who['id']}/weight/{on}"),
        "body-weight",
        status="final",
        category=[hl7("observation-category", "vital-signs")],
        code=concept("Body weight", coding(LOINC, BODY_WEIGHT)),
        subject=ids.to(who),
        effectiveDateTime=str(on),
        valueQuantity=quantity(kilograms, "kg"),
    )


def elsewhere(at: House, who: Part, one: Elsewhere, site: Site | None) -> Part:
    """A dose that somebody else gave, as the patient or a letter told."""
    known = at.agents.get(one.agent)
    given = {"doseAndRate": [{"doseQuantity": quantity(one.mass, one.unit)}]}
    return resource(
        "MedicationStatement",
        one.id,
        status=WRONG if one.voided_at else "completed",
        medicationCodeableConcept=drug(known.name if known else one.agent, known.rxnorm if known else ""),
        subject=ids.to(who),
        effectiveDateTime=str(one.on),
        dateAsserted=str(at.day(one.recorded_at)),
        note=notes("given elsewhere", at.free(one.note)),
        dosage=[filled(site=body_site(site.muscle, site.side) if site else None, **given)],
    )


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
        verificationStatus=_doubt("allergyintolerance-verification", one),
        type=None if none else "allergy",
        code=code,
        patient=ids.to(who),
        recordedDate=str(at.day(one.created_at)),
        note=notes(_days(at, one), _ended(one)),
    )


def _doubt(system: str, one: Alert) -> Part | None:
    """That nobody at the clinic asked the patient about what another system told."""
    return hl7(system, "unconfirmed") if (one.text or "").endswith(CONFIRM) else None


def _days(at: House, one: Alert) -> str | None:
    """Since when it holds, where somebody named another day than that of writing it down. When it began nobody says."""
    return f"since {one.since}" if one.since != at.day(one.created_at) else None


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
        verificationStatus=_doubt("condition-ver-status", one),
        category=[hl7("condition-category", "problem-list-item")],
        code=concept(_words(at, one)),
        subject=ids.to(who),
        abatementDateTime=str(one.ended) if one.ended else None,
        recordedDate=str(at.day(one.created_at)),
        note=notes(_days(at, one)),
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
