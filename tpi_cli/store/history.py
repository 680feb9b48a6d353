"""A patient's past as the rules take it: who was injected where with what, and how it answered.

Rows to values, as `facts` does for the recall. Voided sessions are not part of it.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from tpi_cli.reference.agents import Agent
from tpi_cli.reference.muscles import all_muscles
from tpi_cli.rules import dose, identity, relief
from tpi_cli.rules.eligibility import Visit, Where
from tpi_cli.rules.ledger import Steroid, Units
from tpi_cli.rules.values import Dose
from tpi_cli.store.columns import known_day
from tpi_cli.store.connect import Database
from tpi_cli.store.read import log


class Treated(NamedTuple):
    """A site treated at a session; `doses` are what this site got, none for a dry needle."""

    session_id: str
    session: int
    on: date
    where: Where
    doses: tuple[Dose, ...]


class Elsewhere(NamedTuple):
    """A dose that somebody else gave; `where` is a site of ours or None."""

    on: date
    where: Where | None
    agent: str
    mass: Decimal
    unit: str


class Past(NamedTuple):
    """Everything before: by site and session, in the order of the log; and doses given elsewhere."""

    treated: tuple[Treated, ...]
    elsewhere: tuple[Elsewhere, ...]
    scores: tuple["Told", ...]

    def until(self, on: date) -> "Past":
        """As it was at the end of that day."""
        return Past(
            tuple(one for one in self.treated if one.on <= on),
            tuple(one for one in self.elsewhere if one.on <= on),
            tuple(one for one in self.scores if one.score.on <= on),
        )

    @property
    def last(self) -> date | None:
        """The day of the last session."""
        return max((one.on for one in self.treated), default=None)


class Told(NamedTuple):
    """A dated score: the session it is measured against, and its site (None: the whole session)."""

    session_id: str | None
    where: Where | None
    score: relief.Score


_ELSEWHERE = """
SELECT elsewhere.on_date, site.muscle, site.side, elsewhere.agent, elsewhere.mass, elsewhere.mass_unit
FROM elsewhere LEFT JOIN site ON site.id = elsewhere.site_id
WHERE elsewhere.patient_id = :patient ORDER BY elsewhere.on_date
"""
_SCORES = """
SELECT outcome.session_id, site.muscle, site.side, outcome.on_date, outcome.pain, outcome.relief_pct
FROM outcome LEFT JOIN site ON site.id = outcome.site_id
WHERE outcome.patient_id = :patient AND outcome.phase = 'later' ORDER BY outcome.on_date, outcome.recorded_at
"""
_BASELINES = """
SELECT outcome.session_id, site.muscle, site.side, outcome.pain
FROM outcome LEFT JOIN site ON site.id = outcome.site_id
WHERE outcome.patient_id = :patient AND outcome.phase = 'before' AND outcome.pain IS NOT NULL
"""


def of_patient(db: Database, patient_id: str) -> Past:
    """A patient's past, whole."""
    return Past(tuple(_treated(db, patient_id)), tuple(_elsewhere(db, patient_id)), tuple(_scores(db, patient_id)))


def _treated(db: Database, patient_id: str) -> Iterable[Treated]:
    rows = log.given(db, " WHERE patient_id = :patient AND voided_at IS NULL", patient=patient_id)
    for found, doses in log.shared(rows):
        one = found[0]
        yield Treated(one.session_id, one.session, known_day(one.on_date), (one.muscle, one.side), doses)


def _elsewhere(db: Database, patient_id: str) -> Iterable[Elsewhere]:
    for on, muscle, side, agent, mass, unit in db.rows(_ELSEWHERE, patient=patient_id):
        yield Elsewhere(known_day(on), (muscle, side) if muscle else None, agent, Decimal(mass), unit)


def _scores(db: Database, patient_id: str) -> Iterable[Told]:
    for session, muscle, side, on, pain, said in db.rows(_SCORES, patient=patient_id):
        score = relief.Score(known_day(on), pain, None if said is None else Decimal(said))
        yield Told(session, (muscle, side) if muscle else None, score)


def visits(past: Past) -> tuple[Visit, ...]:
    """The sessions that a payer counts: those with an injection that is more than a dry needle."""
    out = []
    for (session, on), rows in groupby(past.treated, key=lambda one: (one.session, one.on)):
        wet = [one.where for one in rows if one.doses]
        if wet:
            regions = frozenset(region(where) for where in wet)
            out.append(Visit(identity.session(session), on, frozenset(wet), regions))
    return tuple(out)


def region(where: Where) -> str:
    """The region of the body that payers count a site in; a muscle this release does not know is one of its own."""
    known = all_muscles().get(where[0])
    return known.cms_region if known else where[0]


def steroids(past: Past, agents: Iterable[Agent]) -> tuple[Steroid, ...]:
    """Every steroid dose, here and elsewhere, by day."""
    factor = {one.agent: one.mpa_factor for one in agents if one.mpa_factor is not None}
    given = [*_masses(past), *((one.on, one.where, one.agent, one.mass) for one in past.elsewhere)]
    return tuple(
        Steroid(on, where, agent, mg, mg * factor[agent])
        for on, where, agent, mg in sorted(given, key=lambda one: one[0])
        if agent in factor
    )


def _masses(past: Past) -> Iterable[tuple[date, Where | None, str, Decimal]]:
    for one in past.treated:
        for each in one.doses:
            yield one.on, one.where, each.agent, each.amount


def units(past: Past) -> tuple[Units, ...]:
    """Every dose in units, here and elsewhere."""
    here = [
        Units(one.on, each.agent, each.amount)
        for one in past.treated
        for each in one.doses
        if each.mass_unit == "units"
    ]
    return (*here, *(Units(one.on, one.agent, one.mass) for one in past.elsewhere if one.unit == "units"))


def anaesthetics(past: Past, on: date, agents: Iterable[Agent]) -> list[dose.Given]:
    """What of local anaesthetics the patient had on one day, here and elsewhere (there taken as plain)."""
    summed = {one.agent for one in agents if one.in_la_sum}
    here = [
        dose.Given(each.agent, each.amount, each.epinephrine is not None)
        for one in past.treated
        for each in one.doses
        if one.on == on and each.agent in summed
    ]
    there = [dose.Given(one.agent, one.mass) for one in past.elsewhere if one.on == on and one.agent in summed]
    return here + there


Baselines = dict[tuple[str, Where | None], int]


def baselines(db: Database, patient_id: str) -> Baselines:
    """Pain before each session, by session and site; a site of None is the whole session."""
    rows = db.rows(_BASELINES, patient=patient_id)
    return {(session, (muscle, side) if muscle else None): pain for session, muscle, side, pain in rows}


def last_there(past: Past) -> dict[Where, Treated]:
    """The last session of each site; of what it got there, an injection goes before a dry needle."""
    return {one.where: one for one in sorted(past.treated, key=lambda one: (one.on, one.session, bool(one.doses)))}


def response(past: Past, before: Baselines, last: Treated, wanted: relief.Wanted) -> relief.Response:
    """How a site answered to its last session, measured against what is wanted before a repeat."""
    baseline = before.get((last.session_id, last.where), before.get((last.session_id, None)))
    scores = [
        told.score for told in past.scores if told.where in {None, last.where} and _of(past, told) == last.session_id
    ]
    return relief.response(last.on, baseline, scores, wanted)


def _of(past: Past, told: Told) -> str | None:
    """The session a score is measured against; if that was voided, the last one (there) before the score."""
    standing = [one for one in past.treated if one.on <= told.score.on and told.where in {None, one.where}]
    if any(one.session_id == told.session_id for one in past.treated):
        return told.session_id
    last = max(standing, key=lambda one: (one.on, one.session), default=None)
    return last.session_id if last else None
