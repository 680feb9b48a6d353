"""A case for the screening, built from a line: who, what is planned, what was before. Rules are the shipped rows."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tpi_cli.reference import payers, profiles, screening
from tpi_cli.reference.agents import all_agents
from tpi_cli.rules import dose, eligibility
from tpi_cli.rules.case import Alert, Case, Finding, Person, Spot
from tpi_cli.rules.eligibility import Policy, Visit, Where
from tpi_cli.rules.relief import Response
from tpi_cli.rules.screening import screened
from tpi_cli.rules.values import Dose, Place, Shot, Strength
from tpi_cli.store.chart import drug

TODAY = date(2026, 11, 23)
UT_L, UT_R, LS_L, GM_L = ("upper", "L"), ("upper", "R"), ("levator", "L"), ("gluteus", "L")
ASKED = (Alert("allergy-none"), Alert("bleeding-none"))
DRUGS = {one.agent: drug(one) for one in all_agents().values()}
LIMITS = profiles.limits("us-label", all_agents().values())


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def mg(agent: str, amount: str, epinephrine: int | None = None) -> Dose:
    """A mass alone; botulinum in units."""
    unit = "units" if DRUGS[agent].family == "botulinum_toxin" else "mg"
    return Dose(agent, None, None, Decimal(amount), unit, epinephrine)


def ml(agent: str, strength: str, volume: str) -> Dose:
    """A strength in percent and a volume in mL."""
    return Dose(agent, Strength(Decimal(strength), "%"), Decimal(volume))


def shot(*doses: Dose, at: Iterable[Where] = (UT_L,), sharing: str | None = None, passes: int | None = None) -> Shot:
    places = tuple(Place(*where, passes) for where in at)
    return Shot(places, doses, sharing or ("each" if len(places) > 1 else None))


LIDO = shot(mg("lidocaine", "10"))
DRY = shot()


def person(*alerts: Alert, age: int = 50, **more: Any) -> Person:
    """Somebody of 70 kg, weighed today, who was asked about allergies and bleeding."""
    return Person((*ASKED, *alerts), age, more.get("kg", Decimal(70)), more.get("weighed", TODAY), more.get("cm"))


def spot(where: Where, number: int = 1, **more: Any) -> Spot:
    """An examined site that was not treated before, far from the lung."""
    known = {"region": "cervical", "pneumothorax": "none", "deep": False, "criteria": 3, **more}
    return Spot(number, where, where[0], **known)


def case(*shots: Shot, who: Person | None = None, spots: Iterable[Spot] = (), before: Any = (), **more: Any) -> Case:
    """A plan of these shots; `before` are other doses of the day, `more` goes into the case as it is."""
    shots = shots or (LIDO,)
    places = dict.fromkeys((place.muscle, place.side) for one in shots for place in one.places)
    whoever = who or person()
    given = [*before, *(dose.Given(each.agent, each.amount * one.syringes, each.epinephrine is not None)
                        for one in shots for each in one.doses if each.agent in LIMITS)]  # fmt: skip
    found = tuple(spots) or tuple(spot(where, number) for number, where in enumerate(places, 1))
    load = dose.load(given, LIMITS, whoever.weight_kg, "us-label")
    return Case(TODAY, whoever, found, shots, DRUGS, load, **{"consent": True, **more})


def visit(days: int, *sites: Where) -> Visit:
    return Visit(f"S-{days}", ago(days), frozenset(sites or (UT_L,)), frozenset({"cervical"}))


def policy(name: str = "medicare_mac") -> Policy:
    """The row of a payer that holds today."""
    found = eligibility.in_force(payers.policies(name, {}), TODAY)
    assert found is not None
    return found


def answered(kind: str, **more: Any) -> Response:
    return Response(kind, ago(60), **more)


def findings(
    looked_at: Case, *, recording: bool = False, own: Mapping[tuple[str, str], str] | None = None
) -> list[Finding]:
    return list(screened(looked_at, screening.rules(own or {}), recording=recording))


def found(looked_at: Case, rule: str, **more: Any) -> Finding | None:
    """What one rule says of the case."""
    return next((one for one in findings(looked_at, **more) if one.rule == rule), None)


def text(looked_at: Case, rule: str) -> str | None:
    """The part of a finding that is about this case, before the rule's own words; None where it is silent."""
    said = found(looked_at, rule)
    if said is None:
        return None
    words = screening.shipped()[rule].words
    assert said.text.endswith(words)
    return said.text.removesuffix(words).removesuffix(". ")
