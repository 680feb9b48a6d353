"""A patient's chart as the rules need it: facts read once for each patient, the clinic's own rules once for all."""

from copy import copy
from datetime import date
from functools import cached_property
from typing import Any

from tpi_cli.reference import payers, profiles, screening
from tpi_cli.reference.agents import Agent
from tpi_cli.reference.tables import several
from tpi_cli.rules import eligibility, past, recall, repeat
from tpi_cli.rules.case import Drug
from tpi_cli.rules.dose import Limits
from tpi_cli.rules.eligibility import Policy, Where
from tpi_cli.rules.recall import Reason
from tpi_cli.rules.repeat import Repeat
from tpi_cli.rules.values import Shot, label
from tpi_cli.store import facts, history
from tpi_cli.store.database import Database
from tpi_cli.store.read import log, overrides, rules, stock
from tpi_cli.store.read.log import Given


class House:
    """The clinic's own rules, read once for all the patients of a refresh."""

    def __init__(self, db: Database) -> None:
        self.own = rules.own(db)
        self.policies = rules.own_policies(db)
        self.agents = stock.shipped_and_own(db)
        self.rules = {one.rule: one for one in screening.rules(self.own)}
        self.equivalents = {one.agent: one.mpa_factor for one in self.agents if one.mpa_factor is not None}
        self.summed = frozenset(one.agent for one in self.agents if one.in_la_sum)
        self._limits: dict[str, dict[str, Limits]] = {}

    @cached_property
    def drugs(self) -> dict[str, Drug]:
        """The agents as the rules know them."""
        return {one.agent: drug(one) for one in self.agents}

    def limits(self, profile: str) -> dict[str, Limits]:
        """The limits of local anaesthetics in a profile, by agent."""
        if profile not in self._limits:
            self._limits[profile] = profiles.limits(profile, self.agents)
        return self._limits[profile]

    @property
    def asks_for_outcomes(self) -> bool:
        """Whether a repeat without a good outcome is told apart; a clinic turns that off with a mere note."""
        return self.rules[eligibility.RESPONSE].planning != "note"


def drug(one: Agent) -> Drug:
    """An agent as the rules know it."""
    return Drug(
        agent=one.agent,
        name=one.name,
        family=one.agent_class,
        groups=frozenset(several(one.allergy_group)),
        equivalent=one.mpa_factor,
        per_site_mg=one.mg_per_site_advice,
        per_session_mg=one.mg_per_session_advice,
        most_mg=one.max_mg_plain,
        most_units=one.max_units_per_interval,
        every_days=one.min_interval_days,
    )


class Chart:
    """A patient's past, and the policies of the payer."""

    def __init__(self, db: Database, house: House, patient: str) -> None:
        self.house = house
        self._db = db
        self.patient = patient
        payer = db.value("SELECT payer FROM patient WHERE id = :patient", patient=patient)
        self.policies: tuple[Policy, ...] = payers.policies(payer, house.own, house.policies)
        self.given = history.given(db, patient)
        self.past = history.with_given(db, patient, self.given)
        self.last = past.last_there(self.past)
        self.steroids = past.steroids(self.past, house.equivalents)
        self.visits = past.visits(self.past)
        self.reasoned = overrides.of_patient(db, patient)
        self.sites = facts.sites(db, patient)

    def beside(self, session: int, on: date) -> "Chart":
        """The chart as it was on a day, but for one session (its number) of that day."""
        one = copy(self)
        one.past = self.past.beside(session, on)
        one.last = past.last_there(one.past)
        one.steroids = past.steroids(one.past, self.house.equivalents)
        one.visits = past.visits(one.past)
        return one

    def shots(self, session: str) -> tuple[Shot, ...]:
        """A session's shots as they were typed."""
        return log.typed(row for row in self.given if row.session_id == session)

    def pain(self, session: str, site: str, phase: str) -> int | None:
        """A session's pain score, the site's own before the whole patient's; `phase` is before or after."""
        own = session, site, phase
        return self._pains[own] if own in self._pains else self._pains.get((session, None, phase))

    def agents(self, session: str, site: str) -> list[str]:
        """What a session put into a site, as lists show it: `["lidocaine 1%"]`."""
        first: dict[tuple[Any, ...], tuple[int, int]] = {}
        for row in self._at.get((session, site), ()):
            what = (row.agent, row.strength, row.strength_unit, row.epinephrine)
            injection, component = first.get(what, (row.injection, row.component or 0))
            first[what] = injection, min(component, row.component or 0)
        return [_label(*what) for what in sorted(first, key=lambda what: (first[what], *map(str, what)))]

    @cached_property
    def _at(self) -> dict[tuple[str, str], list[Given]]:
        out: dict[tuple[str, str], list[Given]] = {}
        for row in self.given:
            out.setdefault((row.session_id, row.site_id), []).append(row)
        return out

    @cached_property
    def sessions(self) -> dict[str, str]:
        """The UUIDs of the sessions, by short id."""
        return facts.session_ids(self._db, self.patient)

    @cached_property
    def _pains(self) -> dict[tuple[str, str | None, str], int | None]:
        return facts.pains(self._db, self.patient)

    @cached_property
    def steroid_wait(self) -> int:
        """Days between two steroids at a site."""
        return int(self.house.rules["steroid_interval"].numbers["days"])


def _label(agent: str | None, amount: Any, unit: str | None, epinephrine: int | None) -> str:
    return label(agent or facts.DRY, facts.strength(amount, unit), epinephrine)


def standing(chart: Chart, site: str, verdict: recall.Verdict) -> Repeat:
    """What payer and outcome add to the plan of a site (UUID), with everything else `why` tells of it."""
    number, where = chart.sites[site]
    last = chart.last.get(where)
    if last is None:
        return Repeat()
    house = chart.house
    source = house.rules[eligibility.RESPONSE].source
    asks = house.asks_for_outcomes
    found = repeat.judged(chart.past, chart.visits, last, chart.policies, verdict.due, asks=asks, source=source)
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
