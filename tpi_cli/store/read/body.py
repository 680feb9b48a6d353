"""Where a patient was treated, and how each site stands today: what a body map shows."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.reference.responders import responders
from tpi_cli.rules import eligibility, standing, trend
from tpi_cli.rules.past import Past
from tpi_cli.rules.stats import ENDED
from tpi_cli.rules.trend import Point, Scored
from tpi_cli.store import facts
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.database import Database
from tpi_cli.store.read import due, pains, people
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
    chart = Chart(db, House(db), who.id)
    policy = eligibility.in_force(chart.policies, on)
    asked = eligibility.wanted(policy).percent
    most = responders()[-1]
    percent, source = (asked, policy.source) if policy and asked is not None else (most.percent, most.source)
    scores = [one for one in pains.of_patient(db, who.id) if one.on <= on]
    return Known(chart.past.until(on), scores, percent, source)


def sites(db: Database, office: Clinic, who: Patient, told: Known) -> Iterator[SiteNow]:
    """The patient's sites by number."""
    now = {row.sites[0].site: row for row in due.of_site(db, _everything(office, who))}
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
    told = known(db, who, on)
    places = facts.sites(db, who.id).values()
    return {number: trend.told(trend.points(told.past, told.scores, where)) for number, where in places}


def _everything(office: Clinic, who: Patient) -> due.Query:
    return due.Query(
        today=office.today,
        at=office.thresholds,
        statuses=frozenset(standing.STATUSES),
        until=None,
        patients=(who.number,),
        clinic=office.id,
    )
