"""Where a patient was treated, and how each site stands today: what a body map shows."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.reference import payers
from tpi_cli.reference.responders import responders
from tpi_cli.rules import eligibility, trend
from tpi_cli.rules.past import Past
from tpi_cli.rules.stats import ENDED
from tpi_cli.rules.trend import Point, Scored
from tpi_cli.store import facts, history
from tpi_cli.store.database import Database
from tpi_cli.store.read import due, pains, people, rules
from tpi_cli.store.read.clinic import Clinic
from tpi_cli.store.read.people import Patient


class SiteNow(NamedTuple):
    """A site as it stands: its number on the patient, the last session, its scores in order, when it is due and how
    that stands (None: somebody said that nobody need come back), and until when something holds it back."""

    number: int
    muscle: str
    side: str
    last: date | None
    points: tuple[Point, ...]
    due: date | None
    status: str | None
    held_until: date | None

    @property
    def scores(self) -> list[int]:
        """The scores alone, the oldest first."""
        return trend.told(self.points)

    @property
    def pain(self) -> Point | None:
        """The last score that says how much it hurts."""
        return trend.last(self.points)


class Known(NamedTuple):
    """A patient's past and scores by the end of a day, and from how much relief (percent) a session counts as answered:
    what the payer asks for, else what counts as substantial; `source` says where that stands."""

    past: Past
    scores: list[Scored]
    percent: Decimal
    source: str


def known(db: Database, who: Patient, on: date) -> Known:
    """What is known of a patient by the end of a day."""
    policies = payers.policies(who.payer, rules.own(db), rules.own_policies(db))
    policy = eligibility.in_force(policies, on)
    asked = eligibility.wanted(policy).percent
    most = responders()[-1]
    percent, source = (asked, policy.source) if policy and asked is not None else (most.percent, most.source)
    return Known(history.of_patient(db, who.id).until(on), _scored(db, who, on), percent, source)


def _scored(db: Database, who: Patient, on: date) -> list[Scored]:
    return [one for one in pains.of_patient(db, who.id) if one.on <= on]


def sites(db: Database, office: Clinic, who: Patient, told: Known) -> Iterator[SiteNow]:
    """The patient's sites by number."""
    now = {row.sites[0].site: row for row in due.of_patient(db, office, who.number)}
    last = {one.where: one.on for one in sorted(told.past.treated, key=lambda one: one.on)}
    for site in people.sites(db, who.id):
        where = (site.muscle, site.side)
        row = now.get(site.number)
        yield SiteNow(
            number=site.number,
            muscle=site.muscle,
            side=site.side,
            last=last.get(where),
            points=tuple(trend.points(told.past, told.scores, where)),
            due=row.due if row and row.status not in ENDED else None,
            status=row.status if row else None,
            held_until=row.sites[0].held_until if row else None,
        )


def scores(db: Database, who: Patient, on: date) -> dict[int, list[int]]:
    """How each site hurt up to a day, the oldest score first, by the site's number."""
    past, scored = history.of_patient(db, who.id).until(on), _scored(db, who, on)
    places = facts.sites(db, who.id).values()
    return {number: trend.told(trend.points(past, scored, where)) for number, where in places}
