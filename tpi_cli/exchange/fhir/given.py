"""What went into each site: a MedicationAdministration an agent, its dose as a mass."""

from collections.abc import Iterator
from decimal import Decimal

from tpi_cli.exchange.fhir import ids, words
from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import (
    INTRAMUSCULAR,
    SNOMED,
    WRONG,
    Part,
    body_site,
    coding,
    concept,
    drug,
    filled,
    quantity,
    resource,
)
from tpi_cli.rules.values import Dose
from tpi_cli.store.read.log import Given
from tpi_cli.store.read.person import Session

VIAL = "vial"
"""The contained Medication's id."""
EPINEPHRINE = "epinephrine"


def administrations(at: House, one: Session, visit: Part, done: Part, put: words.Put) -> Iterator[Part]:
    """One for every agent of an injection; none for a dry needle."""
    rows, doses = put
    for row, dose in zip((row for row in rows if row.agent), doses, strict=True):
        yield resource(
            "MedicationAdministration",
            at.made("MedicationAdministration", f"{row.injection_id}/{row.component}"),
            **_medication(at, row, dose),
            partOf=[ids.to(done)],
            status=WRONG if one.voided_at else "completed",
            subject=done["subject"],
            context=ids.to(visit),
            effectiveDateTime=str(one.on),
            performer=[{"actor": at.practitioner(one.clinician)}],
            dosage=_dosage(at, row, dose),
        )


def _dosage(at: House, row: Given, dose: Dose) -> Part:
    return filled(
        text=f"{words.agent(at, dose)} {words.amount(dose)} into the {body_site(row.muscle, row.side)['text']}",
        site=body_site(row.muscle, row.side),
        route=concept("intramuscular", coding(SNOMED, INTRAMUSCULAR)),
        dose=quantity(dose.amount, dose.mass_unit),
    )


def _medication(at: House, row: Given, dose: Dose) -> Part:
    """The agent; as a Medication of its own where there is more to say of it: a lot, an expiry, what else is in it.

    A mixture has words and no code: that of one part of it would say that the other is not there.
    """
    known = at.agents.get(dose.agent)
    code = drug(words.agent(at, dose), known.rxnorm if known and not dose.epinephrine else "")
    batch = filled(lotNumber=row.lot, expirationDate=str(row.expiry) if row.expiry else None)
    if not batch and not dose.epinephrine:
        return {"medicationCodeableConcept": code}
    contained = resource("Medication", VIAL, code=code, ingredient=list(_ingredients(at, dose)), batch=batch)
    return {"contained": [contained], "medicationReference": {"reference": f"#{VIAL}"}}


def _ingredients(at: House, dose: Dose) -> Iterator[Part]:
    """The agent and the epinephrine in its solution; an agent alone needs no list."""
    if not dose.epinephrine:
        return
    yield _ingredient(at, dose.agent, (dose.strength.per_ml, dose.strength.mass_unit, 1) if dose.strength else None)
    yield _ingredient(at, EPINEPHRINE, (Decimal(1), "g", dose.epinephrine))


def _ingredient(at: House, agent: str, strength: tuple[Decimal, str, int] | None) -> Part:
    """An agent with so much of it in so many mL (1:200000 is 1 g in 200000 mL)."""
    known = at.agents.get(agent)
    ratio = None
    if strength:
        amount, unit, volume = strength
        ratio = {"numerator": quantity(amount, unit), "denominator": quantity(volume, "mL")}
    item = drug(known.name if known else agent, known.rxnorm if known else "")
    return filled(itemCodeableConcept=item, isActive=True, strength=ratio)
