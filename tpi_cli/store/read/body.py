"""Where a patient was treated, and how each site stands today: what a body map shows."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli.rules import standing, trend
from tpi_cli.rules.past import Past
from tpi_cli.rules.trend import Point, Scored
from tpi_cli.store import history
from tpi_cli.store.database import Database
from tpi_cli.store.read import due, pains, people
from tpi_cli.store.read.clinic import Clinic
from tpi_cli.store.read.people import Patient


class SiteNow(NamedTuple):
    """A site as it stands: its number on the patient, the last session, its scores in order, when it is due and how
    that stands (None: somebody said that nobody need come back)."""

    number: int
    muscle: str
    side: str
    last: date | None
    points: tuple[Point, ...]
    due: date | None
    status: str | None

    @property
    def pain(self) -> Point | None:
        """The last score that says how much it hurts."""
        return trend.last(self.points)


class Known(NamedTuple):
    """A patient's past and scores, read once."""

    past: Past
    scores: list[Scored]


def known(db: Database, who: Patient, on: date) -> Known:
    """What is known of a patient by the end of a day."""
    found = history.of_patient(db, who.id).until(on)
    return Known(found, [one for one in pains.of_patient(db, who.id) if one.on <= on])


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
            due=row.due if row else None,
            status=row.status if row else None,
        )


def _everything(office: Clinic, who: Patient) -> due.Query:
    return due.Query(
        today=office.today,
        at=office.thresholds,
        statuses=frozenset(standing.STATUSES),
        until=None,
        patients=(who.number,),
        clinic=office.id,
    )
