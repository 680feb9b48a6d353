"""A plan held against the rules: the patient's chart and the clinic's own values in, findings and dose out.

Reads only: `check` shows what comes of it, `inject` shows it and keeps it with the session.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from tpi_cli.reference import alerts as kinds
from tpi_cli.reference import payers, profiles
from tpi_cli.reference.muscles import all_muscles, by_name
from tpi_cli.reference.names import title
from tpi_cli.rules import dose, eligibility, past
from tpi_cli.rules.age import age
from tpi_cli.rules.case import Alert, Case, Finding, Person, Spot
from tpi_cli.rules.eligibility import Policy, Where
from tpi_cli.rules.screening import screened
from tpi_cli.rules.values import Shot
from tpi_cli.store import history
from tpi_cli.store.chart import Chart
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import Clinic

PROFILE = "dose.profile"
"""The clinic setting that names the limits in use."""


class Plan(NamedTuple):
    """What is to be screened: the day, the shots, whether consent was said, and each site's number."""

    on: date
    shots: tuple[Shot, ...]
    consent: bool
    numbers: Mapping[Where, int]


class Screened(NamedTuple):
    """Every finding, worst first, and the day's sum of local anaesthetics with this plan."""

    findings: tuple[Finding, ...]
    load: dose.Load

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The findings that need a reason."""
        return tuple(one for one in self.findings if one.stops)


class Whom(NamedTuple):
    """Somebody as all their plans are screened: the patient, every alert with what its text says, and by site how many
    of the criteria were examined."""

    patient: people.Patient
    alerts: tuple[tuple[people.EverAlert, Alert], ...]
    criteria: Mapping[Where, int]


def whom(db: Database, who: people.Patient) -> Whom:
    """What the screening of a patient's plans needs beside the chart."""
    alerts = tuple((one, _alert(one)) for one in people.alerts_ever(db, who.id))
    return Whom(who, alerts, {(one.muscle, one.side): _criteria(one) for one in people.sites(db, who.id)})


def _alert(one: people.EverAlert) -> Alert:
    return Alert(one.kind, one.text, named_site(one.text), kinds.drugs(one.text))


def screen(
    office: Clinic, who: Whom, plan: Plan, chart: Chart, *, recording: bool, but: frozenset[str] = frozenset()
) -> Screened:
    """Screen a plan, or, `recording`, what was done, by every rule but those."""
    case = _case(office, who, plan, chart)
    rules = [one for name, one in chart.house.rules.items() if name not in but]
    return Screened(screened(case, rules, recording=recording), case.load)


def _case(office: Clinic, whom: Whom, plan: Plan, chart: Chart) -> Case:
    known, house, who = chart.past, chart.house, whom.patient
    policy = eligibility.in_force(chart.policies, plan.on)
    given = [*past.anaesthetics(known, plan.on, house.summed), *_anaesthetics(plan, house.summed)]
    profile = office.own.get(PROFILE, profiles.DEFAULT)
    named = not who.payer or payers.named(who.payer, house.policies) is not None
    return Case(
        on=plan.on,
        person=_person(whom, plan.on),
        spots=_spots(whom, plan, chart, policy),
        shots=plan.shots,
        drugs=house.drugs,
        load=dose.load(given, house.limits(profile), who.weight_kg, profile),
        consent=plan.consent,
        steroids=chart.steroids,
        units=past.units(known),
        visits=chart.visits,
        beside=tuple(one for one in known.treated if one.on == plan.on),
        policy=policy,
        payer_known=named and not (policy is not None and policy.fallback),
    )


def _anaesthetics(plan: Plan, summed: frozenset[str]) -> list[dose.Given]:
    return [
        dose.Given(each.agent, each.amount * shot.syringes, each.epinephrine is not None)
        for shot in plan.shots
        for each in shot.doses
        if each.agent in summed
    ]


def _person(whom: Whom, on: date) -> Person:
    who = whom.patient
    return Person(_alerts(whom, on), age(who.born, on), who.weight_kg, who.weight_on, who.height_cm)


def _alerts(whom: Whom, on: date) -> tuple[Alert, ...]:
    """The alerts open now, and for a late entry those open on its day."""
    return tuple(told for one, told in whom.alerts if one.ended is None or one.since <= on < one.ended)


SIDES = {"l": "L", "left": "L", "r": "R", "right": "R", "mid": "mid"}


def named_site(text: str | None) -> Where | None:
    """The site that an alert's text is, such as `ut l`; None for any other text."""
    name, _, side = (text or "").strip().rpartition(" ")
    found = by_name(name) if side.lower() in SIDES else ()
    return (found[0].muscle, SIDES[side.lower()]) if len(found) == 1 else None


def _spots(whom: Whom, plan: Plan, chart: Chart, policy: Policy | None) -> tuple[Spot, ...]:
    earlier = chart.past.before(plan.on)
    wanted = eligibility.wanted(policy)
    last_there = past.last_there(earlier)
    answers = {where: past.response(earlier, last_there[where], wanted) for where in plan.numbers.keys() & last_there}
    return tuple(
        _spot(where, number, whom.criteria.get(where, 0))._replace(before=answers.get(where))
        for where, number in plan.numbers.items()
    )


def _criteria(site: people.Site) -> int:
    """How many of the three criteria were examined: taut band, tender spot, referred or recognised pain."""
    third = site.referred if site.referred is not None else site.recognised
    return sum(one is not None for one in (site.taut_band, site.tender_spot, third))


def _spot(where: Where, number: int, criteria: int) -> Spot:
    known = all_muscles().get(where[0])
    lung, deep = (known.pneumothorax, known.deep) if known else ("none", False)
    return Spot(number, where, title(where[0]), history.region(where), lung, deep, criteria)
