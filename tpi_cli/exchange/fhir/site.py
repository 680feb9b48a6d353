"""A site as a BodyStructure, with its side as a code where there is one and in words always."""

from collections.abc import Iterator

from tpi_cli.exchange.fhir import ids
from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import SIDES, SNOMED, Part, coding, concept, muscle_codes, place_words, resource
from tpi_cli.reference import names
from tpi_cli.store.read.people import Site

FOUND = {"taut_band": "taut band", "tender_spot": "tender spot", "referred": "referred pain",
         "recognised": "pain recognised by the patient"}  # fmt: skip
"""What an examination looks for."""


def body_structure(at: House, who: Part, one: Site) -> Part:
    """A site of a patient."""
    side, code = SIDES[one.side]
    return resource(
        "BodyStructure",
        one.id,
        identifier=[at.identifier("site", f"{who['id']}/{one.number}")],
        active=True,
        morphology=concept("trigger point"),
        location=concept(names.title(one.muscle).replace("_", " "), *muscle_codes(one.muscle)),
        locationQualifier=[concept(side, *([coding(SNOMED, code)] if code else []))],
        description="; ".join([f"site {one.number}, {place_words(one.muscle, one.side)}", *_told(at, one)]),
        patient=ids.to(who),
    )


def _told(at: House, one: Site) -> Iterator[str]:
    """What was found there, and what else is known of it."""
    if at.free(one.point):
        yield f"point {one.point}"
    for name, said in FOUND.items():
        answer = getattr(one, name)
        if answer is not None:
            yield said if answer else f"no {said}"
    if at.free(one.referred_to):
        yield f"referred to {one.referred_to}"
    if at.free(one.note):
        yield str(one.note)
