"""A patient's past as the rules take it: who was injected where with what, and how it answered. Pure.

A day is one session, however many entries it was written down in. Voided sessions are not part of it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from tpi_cli.rules import identity, relief
from tpi_cli.rules.dose import Given
from tpi_cli.rules.eligibility import Visit, Where
from tpi_cli.rules.ledger import Steroid, Units
from tpi_cli.rules.values import Dose


class Treated(NamedTuple):
    """A site treated at a session (its number): where, in which region; `doses` are what this site got, none dry."""

    session: int
    on: date
    where: Where
    region: str
    doses: tuple[Dose, ...]


class Elsewhere(NamedTuple):
    """A dose that somebody else gave; `where` is a site of ours or None."""

    on: date
    where: Where | None
    agent: str
    mass: Decimal
    unit: str


class Told(NamedTuple):
    """A dated score: the day of the session it is measured against (None: that was voided), and its site."""

    against: date | None
    where: Where | None
    score: relief.Score


class Past(NamedTuple):
    """Everything so far. `baselines` is pain before, by day and site (None: the whole session)."""

    treated: tuple[Treated, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    scores: tuple[Told, ...] = ()
    baselines: Mapping[tuple[date, Where | None], int] = {}

    def before(self, on: date) -> "Past":
        """As it was when that day's session began: earlier sessions, with the scores up to the day itself."""
        return self._replace(
            treated=tuple(one for one in self.treated if one.on < on),
            elsewhere=tuple(one for one in self.elsewhere if one.on < on),
            scores=tuple(one for one in self.scores if one.score.on <= on),
        )

    def until(self, on: date) -> "Past":
        """As it was at the end of that day."""
        return self._replace(
            treated=tuple(one for one in self.treated if one.on <= on),
            elsewhere=tuple(one for one in self.elsewhere if one.on <= on),
            scores=tuple(one for one in self.scores if one.score.on <= on),
        )

    def beside(self, session: int, on: date) -> "Past":
        """As it was at the end of that day, but for one session (its number)."""
        then = self.until(on)
        return then._replace(treated=tuple(one for one in then.treated if one.session != session))

    @property
    def last(self) -> date | None:
        """The day of the last session."""
        return max((one.on for one in self.treated), default=None)


def visits(past: Past) -> tuple[Visit, ...]:
    """The days that a payer counts: those with an injection that is more than a dry needle, in order."""
    out = []
    in_order = sorted(past.treated, key=lambda one: (one.on, one.session))
    for on, rows in groupby(in_order, key=lambda one: one.on):
        wet = [one for one in rows if one.doses]
        if wet:
            sites, regions = frozenset(one.where for one in wet), frozenset(one.region for one in wet)
            out.append(Visit(identity.session(wet[0].session), on, sites, regions))
    return tuple(out)


def last_there(past: Past) -> dict[Where, Treated]:
    """The last session of each site; of what it got there that day, an injection goes before a dry needle."""
    return {one.where: one for one in sorted(past.treated, key=lambda one: (one.on, bool(one.doses), one.session))}


def baseline(past: Past, on: date, where: Where | None) -> int | None:
    """The pain before a day's session: a site's own before the patient's; of the patient, else the worst of a site."""
    whole = past.baselines.get((on, None))
    if where is not None:
        return past.baselines.get((on, where), whole)
    return (
        whole
        if whole is not None
        else max((pain for (day, _), pain in past.baselines.items() if day == on), default=None)
    )


def response(past: Past, last: Treated, wanted: relief.Wanted) -> relief.Response:
    """How a site answered to its last session, measured against what is wanted before a repeat."""
    return answered(past, last.on, last.where, wanted)


def answered(past: Past, on: date, where: Where | None, wanted: relief.Wanted) -> relief.Response:
    """How a site, or (None) the patient as a whole, answered to a day's session."""
    scores = [told.score for told in past.scores if told.where in {None, where} and measured_from(past, told) == on]
    return relief.response(on, baseline(past, on, where), scores, wanted)


def measured_from(past: Past, told: Told) -> date | None:
    """The day of the session a score is measured against; if that was voided, the last one (there) before it."""
    if told.against is not None:
        return told.against
    there = [one.on for one in past.treated if one.on <= told.score.on and told.where in {None, one.where}]
    return max(there, default=None)


def steroids(past: Past, equivalents: Mapping[str, Decimal]) -> tuple[Steroid, ...]:
    """Every steroid dose, here and elsewhere, by day; `equivalents` turn mg into mg of methylprednisolone."""
    given = [*_masses(past), *((one.on, one.where, one.agent, one.mass) for one in past.elsewhere)]
    return tuple(
        Steroid(on, where, agent, mg, mg * equivalents[agent])
        for on, where, agent, mg in sorted(given, key=lambda one: one[0])
        if agent in equivalents
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


def anaesthetics(past: Past, on: date, summed: frozenset[str]) -> list[Given]:
    """What of the summed agents the patient had on one day, here and elsewhere (there taken as plain)."""
    here = [
        Given(each.agent, each.amount, each.epinephrine is not None)
        for one in past.treated
        for each in one.doses
        if one.on == on and each.agent in summed
    ]
    return here + [Given(one.agent, one.mass) for one in past.elsewhere if one.on == on and one.agent in summed]
