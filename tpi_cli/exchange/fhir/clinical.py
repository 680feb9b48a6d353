"""What another system knows of a patient, as far as it matters here: alerts, weight, height and pain scores."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from tpi_cli.exchange.fhir.parts import Concept, Resource, concept, day, each, flag, one, reference, text
from tpi_cli.exchange.fields import Fault
from tpi_cli.reference import imported, measures
from tpi_cli.reference.imported import CONFIRM

UNTRUE = ("refuted", "entered-in-error")
CURRENT = ("active", "recurrence", "relapse")
FINAL = frozenset(["final", "amended", "corrected"])
CENTI = Decimal("0.01")
"""To which a weight or height is rounded: another system's has as many figures as its arithmetic."""
LARGEST = Decimal(10) ** 6


class Skip(Exception):
    """A resource that says nothing that is kept here, and why."""


class Alert(NamedTuple):
    """Kinds of alert, and the text of each."""

    kinds: tuple[str, ...]
    text: str | None


class Measured(NamedTuple):
    """A weight in kg, a height in cm or a pain score, its day, and the amount as it was written."""

    what: str
    on: date
    amount: Decimal
    written: str


Medications = Mapping[str, Concept]
"""What the Medication resources are called, by what refers to them."""


def allergy(resource: Resource) -> Alert:
    """An AllergyIntolerance. Raises Skip, Fault."""
    _true(resource)
    if concept(one(resource, "clinicalStatus")).has("inactive", "resolved"):
        raise Skip("not active")
    found = concept(one(resource, "code"))
    substances = [concept(one(each_, "substance")) for each_ in each(resource, "reaction")]
    named = next((each_ for each_ in (found, *substances) if each_.texts or each_.codes), None)
    if named is None:
        raise Skip("without words")
    kinds = imported.alerts_of(named.all_words, named.codes, "allergy")
    if not kinds:
        raise Skip("asked about drugs only" if imported.about_drugs_only(named.all_words) else "no allergy")
    unsure = concept(one(resource, "verificationStatus")).has("unconfirmed", "presumed")
    return Alert(kinds, _text(named, confirm=unsure or kinds == ("allergy-none",)))


def condition(resource: Resource) -> Alert:
    """A Condition that lasts. Raises Skip, Fault."""
    _true(resource)
    status = concept(one(resource, "clinicalStatus"))
    over = any(name.startswith("abatement") for name in resource)
    if not (status.has(*CURRENT) if status.codes else not over):
        raise Skip("not active")
    named = concept(one(resource, "code"))
    return _told(named, imported.alerts_of(named.all_words, named.codes, "condition"), "no alert here")


def medication(resource: Resource, medications: Medications) -> Alert:
    """A MedicationRequest or MedicationStatement of a drug that is taken now. Raises Skip, Fault."""
    if text(resource, "status") == "entered-in-error":
        raise Skip("refuted or entered in error")
    if text(resource, "status") != "active" or flag(resource, "doNotPerform"):
        raise Skip("not active")
    named = _drug(resource, medications)
    return _told(named, imported.alerts_of(named.all_words, named.codes, "medication"), "no anticoagulant")


def _told(named: Concept, kinds: tuple[str, ...], otherwise: str) -> Alert:
    if kinds:
        return Alert(kinds, _text(named, confirm=True))
    raise Skip(otherwise if named.texts else "without words")


def _text(named: Concept, *, confirm: bool) -> str:
    """The alert's text: how it is called there; by its code alone where it has no words."""
    called = named.words or " ".join(named.codes[0])
    return f"{called}; {CONFIRM}" if confirm else called


def _drug(resource: Resource, medications: Medications) -> Concept:
    """What the medication is called: here, in a resource within, or in one of its own."""
    if "medicationCodeableConcept" in resource:
        return concept(one(resource, "medicationCodeableConcept"))
    said = reference(resource, "medicationReference")
    within = {f"#{text(part, 'id')}": part for part in each(resource, "contained")}
    if said in within:
        return concept(one(within[said], "code"))
    shown = text(one(resource, "medicationReference"), "display")
    return medications.get(said, Concept((shown,) if shown else (), ()))


def _true(resource: Resource) -> None:
    """Raises Skip for what was found not to be so."""
    if concept(one(resource, "verificationStatus")).has(*UNTRUE):
        raise Skip("refuted or entered in error")


def observation(resource: Resource, today: date) -> Measured:
    """An Observation of weight, height or pain. Raises Skip, Fault."""
    what = next(filter(None, (measures.what(*code) for code in concept(one(resource, "code")).codes)), None)
    if what is None:
        raise Skip("no weight, height or pain score")
    if text(resource, "status") not in FINAL:
        raise Skip("not final")
    on = _effective(resource)
    if on is None:
        raise Skip("without a day")
    if on > today:
        raise Skip("in the future")
    return _measured(resource, what, on)


def _effective(resource: Resource) -> date | None:
    """The day it was measured; None where only a month or a year is known."""
    moments = [(resource, "effectiveDateTime"), (resource, "effectiveInstant")]
    moments.append((one(resource, "effectivePeriod"), "start"))
    said = [(where, name) for where, name in moments if len(text(where, name)) >= len("1971-03-04")]
    return day(*said[0]) if said else None


def _measured(resource: Resource, what: str, on: date) -> Measured:
    found = {**one(resource, "valueQuantity")}
    if what == "pain" and "valueInteger" in resource:
        found = {"value": resource["valueInteger"], "code": "{score}"}
    amount = _amount(found.get("value"))
    if amount is None:
        raise Skip("without a value")
    unit = text(found, "code") or text(found, "unit") or ("{score}" if what == "pain" else "")
    measure = measures.named(what, unit)
    if measure is None:
        raise Skip("in another unit")
    exact = amount * measure.factor
    return Measured(what, on, exact if what == "pain" else exact.quantize(CENTI, ROUND_HALF_UP), f"{amount:f}")


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Fault("value", "is no number")
    found = Decimal(value)
    if not found.is_finite() or abs(found) > LARGEST or (found and found.adjusted() < -30):
        raise Fault("value", "is out of range")
    return found
