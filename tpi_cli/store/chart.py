"""A patient's chart as the rules need it, and what payer and outcome make of a plan.

Facts are read once for each patient, the clinic's own rules once for all the patients of a refresh.
"""

from datetime import date
from typing import NamedTuple

from tpi_cli.reference import payers, screening
from tpi_cli.rules import eligibility, ledger, recall, relief
from tpi_cli.rules.eligibility import Policy, Where
from tpi_cli.rules.recall import Reason
from tpi_cli.store import facts, history
from tpi_cli.store.connect import Database
from tpi_cli.store.read import overrides, rules, stock


class House:
    """The clinic's own rules, read once for all the patients of a refresh."""

    def __init__(self, db: Database) -> None:
        self.own = rules.own(db)
        self.policies = rules.own_policies(db)
        self.agents = [*stock.shipped_and_own(db)]
        self.rules = {one.rule: one for one in screening.rules(self.own)}

    @property
    def asks_for_outcomes(self) -> bool:
        """Whether a repeat without a good outcome is told apart; a clinic turns that off with a mere note."""
        return self.rules[eligibility.RESPONSE].planning != "note"


class Chart:
    """A patient's past, and the policies of the payer."""

    def __init__(self, db: Database, house: House, patient: str) -> None:
        self.house = house
        payer = db.value("SELECT payer FROM patient WHERE id = :patient", patient=patient)
        self.policies: tuple[Policy, ...] = payers.policies(payer, house.own, house.policies)
        self.past = history.of_patient(db, patient)
        self.before = history.baselines(db, patient)
        self.visits = history.visits(self.past)
        self.last = history.last_there(self.past)
        self.steroids = history.steroids(self.past, house.agents)
        self.reasoned = overrides.of_patient(db, patient)
        self.places = facts.places(db, patient)


class Standing(NamedTuple):
    """What the payer and the last outcome add to a plan."""

    eligible_from: date | None = None
    capped_until: date | None = None
    reassess: bool = False
    reasons: tuple[Reason, ...] = ()


def standing(chart: Chart, site: str, verdict: recall.Verdict) -> Standing:
    """From when the payer allows a repeat of the plan, and whether it wants a look first."""
    where = chart.places[site]
    last, latest = chart.last.get(where), chart.past.last
    if last is None or latest is None:
        return Standing()
    place = eligibility.Place(where, history.region(where))
    wait = eligibility.eligible(chart.visits, place, chart.policies, latest, verdict.due)
    found = wait if last.doses else eligibility.Eligible()
    response, reassess = _response(chart, last, verdict.due or latest)
    reasons = (*found.reasons, response, *_steroid(chart, where), *_reasoned(chart, site, verdict))
    return Standing(found.since, _capped_until(found, verdict.due), reassess, reasons)


def _capped_until(found: eligibility.Eligible, due: date | None) -> date | None:
    """The day an enforced rule ends, where that is after the due date; nobody is held back without a reason."""
    free = found.enforced_since
    if due is None or free is None or free <= due:
        return None
    return free if any(one.until and one.until >= free for one in found.reasons) else None


def _response(chart: Chart, last: history.Treated, on: date) -> tuple[Reason, bool]:
    """How the last session worked by the policy of the day a repeat is due, and whether that wants a look first."""
    policy = eligibility.in_force(chart.policies, on)
    wanted = eligibility.wanted(policy)
    answer = history.response(chart.past, chart.before, last, wanted)
    enforced = policy is not None and policy.enforces(eligibility.RESPONSE)
    asked = chart.house.asks_for_outcomes and relief.calls_for_reassessment(answer, enforced=enforced)
    source = policy.source if policy else "house rule"
    return Reason(eligibility.RESPONSE, relief.words(answer, wanted), source), asked


def _steroid(chart: Chart, where: Where) -> list[Reason]:
    """From when the site may have a steroid again; it moves no date, for the next mix may do without."""
    rule = chart.house.rules["steroid_interval"]
    given = ledger.days_at(chart.steroids, where)
    free = ledger.steroid_free(chart.steroids, where, given[0], int(rule.numbers["days"])) if given else None
    return [Reason(rule.rule, f"steroid here {given[0]}: again from {free}", rule.source, free)] if free else []


def _reasoned(chart: Chart, site: str, verdict: recall.Verdict) -> list[Reason]:
    """What the anchor session was recorded past, and why."""
    return [
        Reason(one.rule, f"recorded all the same: {one.reason}", f"session {one.session}, {one.by}")
        for one in chart.reasoned
        if one.session == verdict.session and one.site_id in {None, site}
    ]
