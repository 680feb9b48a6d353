"""A patient's chart as the rules need it: facts read once for each patient, the clinic's own rules once for all."""

from copy import copy
from datetime import date
from functools import cached_property

from tpi_cli.reference import payers, screening
from tpi_cli.rules import eligibility, past, recall, repeat
from tpi_cli.rules.eligibility import Policy, Where
from tpi_cli.rules.recall import Reason
from tpi_cli.rules.repeat import Repeat
from tpi_cli.store import facts, history
from tpi_cli.store.database import Database
from tpi_cli.store.read import overrides, rules, stock


class House:
    """The clinic's own rules, read once for all the patients of a refresh."""

    def __init__(self, db: Database) -> None:
        self.own = rules.own(db)
        self.policies = rules.own_policies(db)
        self.agents = stock.shipped_and_own(db)
        self.rules = {one.rule: one for one in screening.rules(self.own)}
        self.equivalents = {one.agent: one.mpa_factor for one in self.agents if one.mpa_factor is not None}
        self.summed = frozenset(one.agent for one in self.agents if one.in_la_sum)

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
        self.last = past.last_there(self.past)
        self.steroids = past.steroids(self.past, house.equivalents)
        self.reasoned = overrides.of_patient(db, patient)
        self.sites = facts.sites(db, patient)

    def beside(self, session: int, on: date) -> "Chart":
        """The chart as it was on a day, but for one session (its number) of that day."""
        one = copy(self)
        one.past = self.past.beside(session, on)
        one.last = past.last_there(one.past)
        one.steroids = past.steroids(one.past, self.house.equivalents)
        return one

    @cached_property
    def steroid_wait(self) -> int:
        """Days between two steroids at a site."""
        return int(self.house.rules["steroid_interval"].numbers["days"])


def standing(chart: Chart, site: str, verdict: recall.Verdict) -> Repeat:
    """What payer and outcome add to the plan of a site (UUID), with everything else `why` tells of it."""
    number, where = chart.sites[site]
    last = chart.last.get(where)
    if last is None:
        return Repeat()
    house = chart.house
    source = house.rules[eligibility.RESPONSE].source
    asks = house.asks_for_outcomes
    found = repeat.judged(chart.past, last, chart.policies, verdict.due, asks=asks, source=source)
    return found._replace(reasons=(*found.reasons, *_steroid(chart, where), *_reasoned(chart, number, verdict)))


def _steroid(chart: Chart, where: Where) -> list[Reason]:
    again = repeat.steroid_again(chart.steroids, where, chart.steroid_wait)
    rule = chart.house.rules["steroid_interval"]
    return (
        [Reason(rule.rule, f"steroid here {again[0]}: again from {again[1]}", rule.source, again[1])] if again else []
    )


def _reasoned(chart: Chart, number: int, verdict: recall.Verdict) -> list[Reason]:
    """What the anchor session was recorded past at this site, or as a whole, and why."""
    return [
        Reason(one.rule, f"recorded all the same: {one.reason}", f"session {one.session}, {one.by}")
        for one in chart.reasoned
        if one.session == verdict.session and (number in one.sites or not one.sites)
    ]
