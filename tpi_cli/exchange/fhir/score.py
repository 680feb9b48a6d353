"""Pain scores, and what went wrong."""

from tpi_cli.exchange.fhir import ids, words
from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import (
    LOINC,
    PAIN,
    SCORE,
    UCUM,
    WRONG,
    Part,
    body_site,
    coding,
    concept,
    hl7,
    notes,
    quantity,
    resource,
)
from tpi_cli.store.read.people import Site
from tpi_cli.store.read.person import Event, Score

PHASES = {
    "before": "Pain before the injections, 0 to 10",
    "after": "Pain after the injections, 0 to 10",
    "later": "Pain some time after the injections, 0 to 10",
}


def observation(at: House, who: Part, one: Score, site: Site | None, done: Part | None) -> Part:
    """A score; `done` is the procedure that it belongs to. One without a number says that there is none."""
    void = done is not None and done["status"] == WRONG
    score = {"value": one.pain, "unit": "score", "system": UCUM, "code": SCORE}
    return resource(
        "Observation",
        one.id,
        "observation-screening-assessment",
        partOf=[ids.to(done)] if done else None,
        status=WRONG if void else "final",
        category=[hl7("observation-category", "survey")],
        code=concept(PHASES[one.phase], coding(LOINC, PAIN)),
        subject=ids.to(who),
        encounter=done["encounter"] if done and one.phase != "later" else None,
        effectiveDateTime=str(one.on),
        valueQuantity=None if one.pain is None else score,
        dataAbsentReason=hl7("data-absent-reason", "unknown") if one.pain is None else None,
        note=notes(at.free(one.note)),
        bodySite=body_site(site.muscle, site.side) if site else None,
        component=_components(one),
    )


def _components(one: Score) -> list[Part]:
    """Relief since the session in percent, and whether the site counts as resolved, where that was said."""
    out: list[Part] = []
    if one.relief_pct is not None:
        out.append({"code": concept("Relief since the session"), "valueQuantity": quantity(one.relief_pct, "%")})
    if one.resolved:
        out.append({"code": concept("Resolved"), "valueBoolean": True})
    return out


def adverse_event(at: House, who: Part, one: Event, site: Site | None, done: Part | None) -> Part:
    """What went wrong, and where, in words: R4 has no body site for it.

    How bad it was is not on file; how it ended is told in free text, which has no code.
    """
    return resource(
        "AdverseEvent",
        one.id,
        actuality="actual",
        event=concept(words.event(at, one, site)),
        subject=ids.to(who),
        encounter=done["encounter"] if done else None,
        date=str(one.on),
        recordedDate=str(one.on),
        location=at.location,
        outcome=hl7("adverse-event-outcome", "unknown"),
        suspectEntity=[{"instance": ids.to(done)}] if done else None,
    )
