"""Code systems, codes, and the small parts of a resource that hold them.

A code stands here, or in a table of `reference`, where it could be read in an open document; everything else is text.
"""

from decimal import Decimal
from typing import Any

from tpi_cli.reference import names, snomed

CPT = "http://www.ama-assn.org/go/cpt"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core"
STANDARD = "http://hl7.org/fhir/StructureDefinition"
ABSENT = f"{STANDARD}/data-absent-reason"
TARGET = f"{STANDARD}/procedure-targetBodyStructure"

Part = dict[str, Any]

WRONG = "entered-in-error"
"""The status of everything that belongs to a void session, or was taken back."""
PAIN = "72514-3"
"""LOINC: pain severity on a 0 to 10 verbal numeric rating."""
BODY_WEIGHT = "29463-7"
NO_KNOWN_ALLERGY = "716186003"
INTRAMUSCULAR = "78421000"
SIDES = {"L": ("left", "419161000"), "R": ("right", "419465000"), "mid": ("midline", "")}
"""Words and the SNOMED qualifier (unilateral left, right) of each side; none is known for the midline."""
UNITS = {"mg": ("mg", "mg"), "units": ("units", "{units}"), "mL": ("mL", "mL"), "g": ("g", "g"), "%": ("%", "%"),
         "kg": ("kg", "kg")}  # fmt: skip
"""How a unit is written, and its UCUM code. Units of a toxin are each product's own: they have no code."""
SCORE = "{score}"


def coding(system: str, code: str) -> Part:
    """A code in its system, without the system's words for it."""
    return {"system": system, "code": code}


def concept(text: str | None, *codings: Part) -> Part:
    """A concept in our words, with whatever codes there are."""
    coded = {"coding": list(codings)} if codings else {}
    return {**coded, **({"text": text} if text else {})}


def hl7(system: str, code: str) -> Part:
    """A concept of one of HL7's own systems."""
    return {"coding": [coding(f"{HL7}/{system}", code)]}


def number(amount: Decimal) -> int | float:
    """A quantity as a JSON number: its shortest text is the decimal itself (up to 15 figures, more than is typed)."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def quantity(amount: Decimal | int, unit: str) -> Part:
    """An amount in one of `UNITS`."""
    shown, code = UNITS[unit]
    return {"value": number(Decimal(amount)), "unit": shown, "system": UCUM, "code": code}


def place_words(muscle: str, side: str) -> str:
    """`left upper trapezius`."""
    return f"{SIDES[side][0]} {names.title(muscle).replace('_', ' ')}"


def body_site(muscle: str, side: str) -> Part:
    """Where a needle went: the muscle's code where there is one, and the side in words, which no code here tells."""
    return concept(place_words(muscle, side), *muscle_codes(muscle))


def muscle_codes(muscle: str) -> list[Part]:
    """The SNOMED code of a muscle, if any."""
    code = snomed.code(muscle)
    return [coding(SNOMED, code)] if code else []


def drug(name: str, rxnorm: str) -> Part:
    """An agent, with the code of its RxNorm ingredient where one is known."""
    return concept(name, *([coding(RXNORM, rxnorm)] if rxnorm else []))


def resource(kind: str, id_: str, profile: str | None = None, **fields: Any) -> Part:
    """A resource with everything that is empty left out; `profile` is the US Core one it keeps to."""
    meta = {"profile": [f"{US_CORE}-{profile}"]} if profile else None
    return {"resourceType": kind, "id": id_, **filled(meta=meta, **fields)}


def filled(**fields: Any) -> Part:
    """The fields that hold something: FHIR knows no empty list, object or text. A no and a zero stay."""
    empty: tuple[Any, ...] = (None, "", [], {})
    return {name: value for name, value in fields.items() if not any(value is one or value == one for one in empty)}


def notes(*texts: str | None) -> list[Part]:
    """Annotations, one a text that says something."""
    return [{"text": text.strip()} for text in texts if text and text.strip()]
