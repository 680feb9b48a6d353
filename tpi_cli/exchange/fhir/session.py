"""A session: the visit, the one procedure of it, its reason, and the consent it was done with.

A void one keeps its ids and says in each of its resources that it was entered in error: whoever took it over before
learns of it, and nobody counts it.
"""

from tpi_cli.exchange.fhir import ids, words
from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import (
    CPT,
    HL7,
    ICD10,
    TARGET,
    WRONG,
    Part,
    body_site,
    coding,
    concept,
    hl7,
    notes,
    place_words,
    resource,
)
from tpi_cli.reference import diagnoses
from tpi_cli.reference.codes import all_codes
from tpi_cli.rules.coding import suggest
from tpi_cli.store.read import bill
from tpi_cli.store.read.person import Session


def encounter(at: House, who: Part, one: Session, kept: Part | None) -> Part:
    """The visit; `kept` is the appointment that it was."""
    return resource(
        "Encounter",
        at.made("Encounter", one.id),
        "encounter",
        identifier=[at.identifier("session", one.code)],
        status=WRONG if one.voided_at else "finished",
        **{"class": {"system": f"{HL7}/v3-ActCode", "code": "AMB", "display": "ambulatory"}},
        type=[concept("Visit for trigger point injection")],
        subject=ids.to(who),
        participant=[{"individual": at.practitioner(one.clinician)}],
        appointment=[ids.to(kept)] if kept else None,
        period={"start": str(one.on), "end": str(one.on)},
        reasonCode=_reasons(one),
        location=[{"location": at.location}],
        serviceProvider=at.organization,
    )


def procedure(at: House, visit: Part, one: Session, puts: list[words.Put], events: list[words.Wrong]) -> Part:
    """The session's one procedure, its code by the muscles of the session, with everything in words in the note."""
    places = list(dict.fromkeys((rows[0].site_id, rows[0].muscle, rows[0].side) for rows, _ in puts))
    targets = [{"url": TARGET, "valueReference": ids.reference("BodyStructure", site)} for site, _, _ in places]
    return resource(
        "Procedure",
        one.id,
        "procedure",
        extension=targets,
        identifier=[at.identifier("session", one.code)],
        status=WRONG if one.voided_at else "completed",
        statusReason=concept(at.free(one.void_reason)),
        code=_code(at, one, puts),
        subject=visit["subject"],
        encounter=ids.to(visit),
        performedDateTime=str(one.on),
        performer=[{"actor": at.practitioner(one.clinician), "onBehalfOf": at.organization}],
        location=at.location,
        reasonCode=_reasons(one),
        bodySite=[body_site(muscle, side) for _, muscle, side in places],
        complication=[concept(words.event(at, event, place)) for event, place in events],
        note=notes(words.summary(at, one, puts), at.free(one.note), *_of_sites(at, puts)),
    )


def _of_sites(at: House, puts: list[words.Put]) -> list[str]:
    """The notes of single sites, each after where it belongs."""
    told = ((rows[0], at.free(rows[0].note)) for rows, _ in puts)
    return [f"{place_words(row.muscle, row.side)}: {note}" for row, note in told if note]


def _code(at: House, one: Session, puts: list[words.Put]) -> Part:
    """The code that `tpi bill` would suggest for this session by itself; words alone where it knows none."""
    fact = bill.session([row for rows, _ in puts for row in rows], one.diagnosis, at.unclassed)
    found = [each.code for each in suggest(one.on, [fact], all_codes(), at.sides) if each.kind == "procedure"]
    injected = any(doses for _, doses in puts)
    text = "Trigger point injection" if injected else "Dry needling of trigger points"
    return concept(text, *[coding(CPT, code) for code in found[:1] if code])


def _reasons(one: Session) -> list[Part]:
    return [diagnosis(one.diagnosis)] if one.diagnosis else []


def diagnosis(code: str) -> Part:
    """A diagnosis as it was recorded, an ICD-10-CM code, with our words for it where the table has any."""
    told = diagnoses.words(code)
    return concept(f"{told} ({code})" if told else code, coding(ICD10, code))


def condition(at: House, visit: Part, one: Session) -> Part | None:
    """What the session was for, where that was recorded."""
    if not one.diagnosis:
        return None
    clinical, doubt = hl7("condition-clinical", "active"), hl7("condition-ver-status", WRONG)
    return resource(
        "Condition",
        at.made("Condition", one.id),
        "condition-encounter-diagnosis",
        clinicalStatus=None if one.voided_at else clinical,
        verificationStatus=doubt if one.voided_at else None,
        category=[hl7("condition-category", "encounter-diagnosis")],
        code=diagnosis(one.diagnosis),
        subject=visit["subject"],
        encounter=ids.to(visit),
        recordedDate=str(one.on),
    )


def consent(at: House, visit: Part, one: Session) -> Part | None:
    """The consent to the treatment, where one was recorded."""
    if not one.consent:
        return None
    how = concept(f"{one.consent} consent to trigger point treatment")
    return resource(
        "Consent",
        at.made("Consent", one.id),
        status=WRONG if one.voided_at else "active",
        scope=hl7("consentscope", "treatment"),
        category=[how],
        patient=visit["subject"],
        dateTime=str(one.on),
        performer=[visit["subject"]],
        organization=[at.organization],
        policyRule=how,
    )
