"""Rules about the person and the place: alerts, age, consent, examination, what lies near the needle. Pure."""

import re
from decimal import Decimal

from tpi_cli.rules import identity
from tpi_cli.rules.case import Alert, Case, Hit, Rule, Spot

_HBA1C = re.compile(r"(?:hb)?a1c\D*(\d{1,3}(?:\.\d+)?)", re.IGNORECASE)
_OF_THE_BODY = re.compile(r"fever|febrile|sepsis|septic|systemic", re.IGNORECASE)
BLEEDING = frozenset({"bleeding-disorder", "anticoagulant", "bleeding-none"})
"""Kinds of alert that answer the question about bleeding."""


def of_kinds(case: Case, rule: Rule) -> list[Alert]:
    """The patient's alerts that the rule is about."""
    return [one for one in case.person.alerts if one.kind in rule.alerts]


def told(alerts: list[Alert]) -> str:
    """What is on file, in the words it was written down in."""
    return ", ".join(dict.fromkeys(one.text for one in alerts if one.text))


def alerted(case: Case, rule: Rule) -> Hit | None:
    """An alert of the rule's kinds is open (and, by the agents' column, the agent is given)."""
    found = of_kinds(case, rule)
    return Hit(told(found)) if found else None


def whoever(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001 - every test has the same form
    """The agent alone is enough."""
    return Hit()


def laterality_missing(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """A side is not L, R or mid. What is typed cannot get here without one; a draft by other ways could."""
    found = [one for one in case.spots if one.where[1] not in {"L", "R", "mid"}]
    return Hit(names(found), numbers(found)) if found else None


def infection_systemic(case: Case, rule: Rule) -> Hit | None:
    """An infection that is not said to be at one site."""
    found = [one for one in of_kinds(case, rule) if one.where is None]
    return Hit(told(found)) if found else None


def alerted_at_site(case: Case, rule: Rule) -> Hit | None:
    """At the sites the alerts name; an alert that names none holds for every site."""
    found = [one for one in of_kinds(case, rule) if not _elsewhere(one)]
    named = {one.where for one in found}
    spots = [spot for spot in case.spots if spot.where in named or None in named]
    return Hit("; ".join(filter(None, [names(spots), told(found)])), numbers(spots)) if spots else None


def _elsewhere(alert: Alert) -> bool:
    """An infection said to be of the whole body: a fever is not at the site."""
    return alert.kind == "infection" and alert.where is None and bool(_OF_THE_BODY.search(alert.text or ""))


def consent_missing(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """Nobody said how consent was given."""
    return None if case.consent else Hit()


def anticoagulant(case: Case, rule: Rule) -> Hit | None:
    """Weighs more at a deep site that cannot be compressed, or with two such drugs."""
    found = of_kinds(case, rule)
    if not found:
        return None
    drugs = sum(one.drugs for one in found)
    deep = [one for one in case.spots if one.deep]
    several = drugs >= rule.numbers["drugs"]
    more = [f"cannot be compressed: {names(deep)}" if deep else "", "several drugs at once" if several else ""]
    return Hit("; ".join(filter(None, [told(found), *more])), numbers(deep), raised=bool(deep) or several)


def pneumothorax_site(case: Case, rule: Rule) -> Hit | None:
    """Weighs more with high-risk sites on both sides, in a thin patient, or with severe COPD."""
    near = [one for one in case.spots if one.pneumothorax in {"moderate", "high"}]
    if not near:
        return None
    sides = {one.where[1] for one in near if one.pneumothorax == "high"}
    bmi = case.person.bmi
    more = [
        "both sides in one session" if {"L", "R"} <= sides else "",
        "thin" if bmi is not None and bmi < rule.numbers["bmi"] else "",
        "severe COPD" if any(one.kind == "copd" for one in case.person.alerts) else "",
    ]
    graded = ", ".join(f"{one.name} ({one.pneumothorax})" for one in near)
    return Hit("; ".join(filter(None, [graded, *more])), numbers(near), raised=any(more))


def diabetes_steroid(case: Case, rule: Rule) -> Hit | None:
    """Weighs more where the alert's text tells a high HbA1c."""
    found = of_kinds(case, rule)
    told_of = [Decimal(match[1]) for one in found if one.text and (match := _HBA1C.search(one.text))]
    high = any(_is_high(value, rule) for value in told_of)
    return Hit(told(found), raised=high) if found else None


def _is_high(value: Decimal, rule: Rule) -> bool:
    """A number is percent up to the largest percentage there is, mmol/mol above it."""
    if value > rule.numbers["hba1c_most"]:
        return value > rule.numbers["hba1c_mmol"]
    return value > rule.numbers["hba1c"]


def minor(case: Case, rule: Rule) -> Hit | None:
    """Younger than the rule's age on the day."""
    return Hit(f"{case.person.age} years old") if case.person.age < rule.numbers["age"] else None


def no_diagnosis(case: Case, rule: Rule) -> Hit | None:
    """A first session at a site of whose examination too little is on file."""
    enough = rule.numbers["criteria"]
    found = [one for one in case.spots if one.before is None and one.criteria < enough]
    return Hit(names(found), numbers(found)) if found else None


def recorded_today(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """Another entry of the day has a site of this plan: two needles at one place, or one session written down twice."""
    treated = {one.where for one in case.beside}
    spots = [spot for spot in case.spots if spot.where in treated]
    again = {spot.where for spot in spots}
    sessions = sorted({one.session for one in case.beside if one.where in again})
    return Hit(f"{names(spots)} in {', '.join(map(identity.session, sessions))}", numbers(spots)) if spots else None


def allergy_unknown(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """No answer about allergies on file, not even none."""
    return None if any(one.kind.startswith("allergy-") for one in case.person.alerts) else Hit()


def bleeding_unknown(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """No answer about bleeding on file, not even none."""
    return None if any(one.kind in BLEEDING for one in case.person.alerts) else Hit()


def names(spots: list[Spot]) -> str:
    """The sites in words."""
    return ", ".join(one.name for one in spots)


def numbers(spots: list[Spot]) -> tuple[int, ...]:
    """The sites by their numbers on the patient."""
    return tuple(one.number for one in spots)
