"""Our own judge of codes: check digits, tables and units, which neither validator looks up."""

import csv
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from stdnum import luhn

from tests.exchange.judges.node import Issue, Resource
from tests.exchange.judges.walk import Records, codes, codings, listed, ours, quantities, values

TABLES = Path(__file__).parents[3] / "tpi_cli" / "reference"

CPT = "http://www.ama-assn.org/go/cpt"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
NPI = "http://hl7.org/fhir/sid/us-npi"
UCUM = "http://unitsofmeasure.org"
HCPCS = "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"

LEFT, RIGHT, BOTH = "419161000", "419465000", "51440002"

SNOMED_MUSCLES = {
    *("31764008", "22823000", "72573008", "6423006", "90588001", "51159009", "1193009", "35259002"),
    *("15665001", "60005003", "18686000", "18346003", "44947003", "57651003", "88340001", "50755001"),
}
"""DICOM CID 6116, as far as anybody can look it up."""

KNOWN_SNOMED = {LEFT, RIGHT, BOTH, "78421000", "716186003", *SNOMED_MUSCLES}
KNOWN_LOINC = {"72514-3", "29463-7", "8302-2"}
KNOWN_UNITS = {"mg", "g", "mL", "ug", "%", "{score}", "kg", "cm", "min", "h", "d", "wk", "mo", "a", "{units}"}
HL7 = ("http://terminology.hl7.org/", "http://hl7.org/fhir/", "urn:ietf:")


@cache
def column(table: str, name: str) -> frozenset[str]:
    """What one of our own tables has in a column."""
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row[name] for row in csv.DictReader(file) if row[name])


def is_npi(value: str) -> bool:
    """Ten digits, the last a check digit over the card issuer's prefix 80840 and the first nine."""
    return len(value) == 10 and value.isdigit() and luhn.is_valid(f"80840{value}")


def is_loinc(code: str) -> bool:
    """Digits, a hyphen, a check digit over the digits."""
    return code[:-2].isdigit() and code[-2:-1] == "-" and luhn.is_valid(code.replace("-", ""))


def is_icd10cm(code: str) -> bool:
    """A diagnosis that can be billed: on the list, with no finer one under it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the way it reads its own file
        import simple_icd_10_cm
    return bool(simple_icd_10_cm.is_valid_item(code) and simple_icd_10_cm.is_leaf(code))


HELD: dict[str, Callable[[str], bool]] = {
    CPT: lambda code: code in column("codes", "code") and code.isdigit(),
    HCPCS: lambda code: code in column("codes", "code"),
    RXNORM: lambda code: code in column("agents", "rxnorm"),
    LOINC: lambda code: is_loinc(code) and code in KNOWN_LOINC,
    SNOMED: lambda code: code in KNOWN_SNOMED,
    ICD10CM: is_icd10cm,
}
"""For each code system of others what a code of ours in it must be."""


def unknown_code(records: Records) -> Iterator[Issue]:
    """A code that our tables do not have, or whose check digit is wrong; a system nobody knows."""
    for resource in records.all:
        for at in codings(resource):
            system, code = at.value["system"], at.value["code"]
            if system in HELD and not HELD[system](code):
                yield ours(resource, at.path, f"not a code we may use: {system} {code}")
            elif system not in HELD and not system.startswith((*HL7, "urn:uuid:", "urn:oid:")):
                yield ours(resource, at.path, f"an unknown code system: {system}")


def concept_without_words(records: Records) -> Iterator[Issue]:
    """A CodeableConcept that says nothing to a person: no text, and no display of a coding."""
    for resource in records.all:
        for at in values(resource):
            if isinstance(at.value, dict) and "coding" in at.value and not _words(at.value):
                yield ours(resource, at.path, "a code without a word")


def _words(concept: Resource) -> bool:
    hl7 = all(str(one.get("system", "")).startswith(HL7) for one in concept["coding"])
    return hl7 or bool(concept.get("text") or any(one.get("display") for one in concept["coding"]))


def wrong_npi(records: Records) -> Iterator[Issue]:
    """An NPI whose check digit is not right."""
    for resource in records.all:
        for one in listed(resource.get("identifier")):
            if one.get("system") == NPI and not is_npi(str(one.get("value"))):
                yield ours(resource, "identifier", "a wrong NPI")


def half_an_identifier(records: Records) -> Iterator[Issue]:
    """An identifier without its system or its value: two clinics' numbers would be taken for one."""
    for resource in records.all:
        for one in listed(resource.get("identifier")):
            if not (one.get("system") and one.get("value")):
                yield ours(resource, "identifier", "an identifier without system or value")


def unknown_unit(records: Records) -> Iterator[Issue]:
    """A quantity without a unit, or with one that is not in the list."""
    for resource in records.all:
        for at in quantities(resource):
            if at.value.get("system") != UCUM or not at.value.get("unit"):
                yield ours(resource, at.path, "a quantity without a unit of UCUM")
            elif at.value.get("code") not in KNOWN_UNITS:
                yield ours(resource, at.path, f"an unknown unit: {at.value.get('code')}")


def impossible_dose(records: Records) -> Iterator[Issue]:
    """A dose that is none, or in a unit in which nobody doses these agents."""
    for resource in records.of("MedicationAdministration"):
        dose = resource.get("dosage", {}).get("dose", {})
        if not (isinstance(dose.get("value"), int | float) and dose["value"] > 0):
            yield ours(resource, "dosage.dose", "a dose must be more than nothing")
        if dose.get("code") not in ("mg", "{units}"):
            yield ours(resource, "dosage.dose", f"a dose in {dose.get('code')}")


def impossible_score(records: Records) -> Iterator[Issue]:
    """A pain score outside 0 to 10, not whole, in another unit, or missing without a word."""
    for resource in records.of("Observation"):
        told = resource.get("valueQuantity", {})
        pain = "72514-3" in codes(resource.get("code"), LOINC) and "dataAbsentReason" not in resource
        if pain and (told.get("value") not in range(11) or told.get("code") != "{score}"):
            yield ours(resource, "valueQuantity", "pain is a whole {score} of 0 to 10")


RULES = (
    unknown_code,
    concept_without_words,
    wrong_npi,
    half_an_identifier,
    unknown_unit,
    impossible_dose,
    impossible_score,
)
