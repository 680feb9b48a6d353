"""A good export of one patient, written by hand: a session of two sites, its scores, its recall and its slot."""

from typing import Any

from tests.exchange.judges.codes import CPT, ICD10CM, LEFT, LOINC, NPI, RIGHT, RXNORM, SNOMED, UCUM
from tests.exchange.judges.node import Resource
from tests.exchange.judges.sense import TARGET

HL7 = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
DAY = "2026-11-23"
AT = "2026-11-23T10:00:00+00:00"


def key(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def to(kind: str, number: int) -> Resource:
    return {"reference": f"{kind}/{key(number)}"}


def concept(system: str, code: str, text: str) -> Resource:
    return {"coding": [{"system": system, "code": code}], "text": text}


def amount(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": UCUM, "code": unit}


def resource(kind: str, number: int, profile: str = "", **elements: Any) -> Resource:
    meta = {"meta": {"profile": [f"{US_CORE}/{profile}"]}} if profile else {}
    return {"resourceType": kind, "id": key(number), **meta, **elements}


PATIENT, ME, CLINIC, ROOM, VISIT, ACT = 1, 2, 3, 4, 5, 6


def people() -> list[Resource]:
    return [
        resource(
            "Patient",
            PATIENT,
            "us-core-patient",
            identifier=[
                {"type": concept(f"{HL7}/v2-0203", "MR", "MRN"), "system": "urn:uuid:" + key(99), "value": "A12"}
            ],
            name=[{"family": "Tan", "given": ["Mei"]}],
            telecom=[{"system": "phone", "value": "01632 960001"}],
            gender="female",
            birthDate="1971-03-04",
        ),
        resource(
            "Practitioner",
            ME,
            "us-core-practitioner",
            identifier=[{"system": NPI, "value": "1234567893"}],
            name=[{"family": "Okafor", "given": ["Ada"]}],
        ),
        resource(
            "Organization",
            CLINIC,
            "us-core-organization",
            identifier=[{"system": "urn:uuid:" + key(99), "value": "clinic"}],
            active=True,
            name="Test Clinic",
        ),
        resource("Location", ROOM, "us-core-location", status="active", name="Test Clinic"),
    ]


def site(number: int, side: str, code: str) -> Resource:
    return resource(
        "BodyStructure",
        number,
        location=concept(SNOMED, "31764008", "trapezius"),
        locationQualifier=[concept(SNOMED, code, f"unilateral {side}")],
        description=f"{side} upper trapezius",
        patient=to("Patient", PATIENT),
    )


def session() -> list[Resource]:
    return [
        resource(
            "Encounter",
            VISIT,
            "us-core-encounter",
            status="finished",
            **{"class": {"system": f"{HL7}/v3-ActCode", "code": "AMB"}},
            type=[{"text": "trigger point session"}],
            subject=to("Patient", PATIENT),
            participant=[{"individual": to("Practitioner", ME)}],
            period={"start": DAY, "end": DAY},
            location=[{"location": to("Location", ROOM)}],
            serviceProvider=to("Organization", CLINIC),
        ),
        resource(
            "Procedure",
            ACT,
            "us-core-procedure",
            extension=[{"url": TARGET, "valueReference": to("BodyStructure", number)} for number in (7, 8)],
            status="completed",
            code=concept(CPT, "20552", "trigger point injection, 1 or 2 muscles"),
            subject=to("Patient", PATIENT),
            encounter=to("Encounter", VISIT),
            performedDateTime=DAY,
            performer=[{"actor": to("Practitioner", ME)}],
            reasonReference=[to("Condition", 12)],
            bodySite=[
                concept(SNOMED, "31764008", "left upper trapezius"),
                concept(SNOMED, "31764008", "right upper trapezius"),
            ],
            complication=[{"text": "bruise"}],
            note=[{"text": "left upper trapezius: lidocaine 10 mg\nright upper trapezius: lidocaine 10 mg"}],
        ),
        site(7, "left", LEFT),
        site(8, "right", RIGHT),
    ]


def dose(number: int, side: str) -> Resource:
    return resource(
        "MedicationAdministration",
        number,
        contained=[
            {
                "resourceType": "Medication",
                "id": "drug",
                "code": concept(RXNORM, "6387", "lidocaine"),
                "batch": {"lotNumber": "L1", "expirationDate": "2027-12-31"},
            }
        ],
        partOf=[to("Procedure", ACT)],
        status="completed",
        medicationReference={"reference": "#drug"},
        subject=to("Patient", PATIENT),
        context=to("Encounter", VISIT),
        effectiveDateTime=DAY,
        performer=[{"actor": to("Practitioner", ME)}],
        dosage={
            "text": "lidocaine 1% 1 mL",
            "site": concept(SNOMED, "31764008", f"{side} upper trapezius"),
            "route": concept(SNOMED, "78421000", "intramuscular"),
            "dose": amount(10, "mg"),
        },
    )


def pain(number: int, score: int, when: str) -> Resource:
    return resource(
        "Observation",
        number,
        "us-core-observation-screening-assessment",
        partOf=[to("Procedure", ACT)],
        status="final",
        category=[{"coding": [{"system": f"{HL7}/observation-category", "code": "survey"}]}],
        code=concept(LOINC, "72514-3", "pain severity, 0 to 10"),
        subject=to("Patient", PATIENT),
        encounter=to("Encounter", VISIT),
        effectiveDateTime=AT,
        performer=[to("Practitioner", ME)],
        valueQuantity=amount(score, "{score}"),
        note=[{"text": when}],
    )


def findings() -> list[Resource]:
    return [
        dose(9, "left"),
        dose(10, "right"),
        pain(11, 7, "before"),
        pain(13, 3, "after"),
        resource(
            "Condition",
            12,
            "us-core-condition-encounter-diagnosis",
            clinicalStatus={"coding": [{"system": f"{HL7}/condition-clinical", "code": "active"}]},
            category=[{"coding": [{"system": f"{HL7}/condition-category", "code": "encounter-diagnosis"}]}],
            code=concept(ICD10CM, "M79.18", "myalgia, other site"),
            subject=to("Patient", PATIENT),
            encounter=to("Encounter", VISIT),
            recordedDate=DAY,
        ),
        resource(
            "AllergyIntolerance",
            14,
            "us-core-allergyintolerance",
            clinicalStatus={"coding": [{"system": f"{HL7}/allergyintolerance-clinical", "code": "active"}]},
            code=concept(RXNORM, "8701", "procaine"),
            patient=to("Patient", PATIENT),
            recordedDate=DAY,
            reaction=[{"manifestation": [{"text": "rash"}]}],
        ),
    ]


def plans() -> list[Resource]:
    return [
        resource(
            "ServiceRequest",
            15,
            "us-core-servicerequest",
            status="active",
            intent="plan",
            category=[{"text": "recall"}],
            code=concept(CPT, "20552", "trigger point injection"),
            subject=to("Patient", PATIENT),
            occurrencePeriod={"start": "2027-02-23", "end": "2027-03-23"},
            authoredOn=DAY,
            requester=to("Practitioner", ME),
        ),
        resource(
            "Appointment",
            16,
            status="booked",
            start="2027-02-24T09:00:00+00:00",
            end="2027-02-24T09:30:00+00:00",
            basedOn=[to("ServiceRequest", 15)],
            participant=[
                {"actor": to("Patient", PATIENT), "status": "accepted"},
                {"actor": to("Practitioner", ME), "status": "accepted"},
            ],
        ),
        resource(
            "AdverseEvent",
            17,
            actuality="actual",
            event={"text": "bruise"},
            subject=to("Patient", PATIENT),
            encounter=to("Encounter", VISIT),
            date=DAY,
            severity={"coding": [{"system": f"{HL7}/adverse-event-severity", "code": "mild"}]},
            outcome={"coding": [{"system": f"{HL7}/adverse-event-outcome", "code": "resolved"}]},
        ),
        resource(
            "Consent",
            18,
            status="active",
            scope={"coding": [{"system": f"{HL7}/consentscope", "code": "treatment"}]},
            category=[{"coding": [{"system": f"{HL7}/v3-ActCode", "code": "ICOL"}]}],
            patient=to("Patient", PATIENT),
            dateTime=DAY,
            policyRule={"coding": [{"system": f"{HL7}/v3-ActCode", "code": "OPTIN"}], "text": "written"},
        ),
        resource(
            "Provenance",
            19,
            target=[to("Procedure", ACT)],
            recorded=AT,
            agent=[{"who": to("Practitioner", ME), "onBehalfOf": to("Organization", CLINIC)}],
        ),
    ]


def records() -> list[Resource]:
    """All of it, made anew."""
    return [*people(), *session(), *findings(), *plans()]
