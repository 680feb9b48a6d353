"""The clinic itself: its name, its zone, its settings."""

from datetime import date
from typing import NamedTuple

from tpi_cli import clock
from tpi_cli.reference.recall import thresholds
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.rules.standing import Thresholds
from tpi_cli.store.connect import Database


class Clinic(NamedTuple):
    """Whose store this is; `own` holds the settings the clinic changed, by key."""

    id: str
    name: str
    zone: str
    made_up: bool
    own: dict[str, str]
    knowledge: str | None = None

    @property
    def outdated(self) -> bool:
        """Whether its due dates were worked out with other rules or tables than this release's."""
        return self.knowledge != KNOWLEDGE

    @property
    def today(self) -> date:
        """The clinic's day."""
        return clock.today(self.zone)

    @property
    def thresholds(self) -> Thresholds:
        """When a recall counts as late: the clinic's days, or the shipped ones."""
        days = {name: int(self.own.get(f"recall.{name}", row.days)) for name, row in thresholds().items()}
        return Thresholds(**days)


def clinic(db: Database) -> Clinic:
    """The clinic of this store."""
    found = db.row("SELECT id, name, zone, made_up, knowledge FROM clinic")
    assert found is not None, "a store is made with its clinic"
    own = dict(db.rows("SELECT key, value FROM setting WHERE clinic_id = :clinic", clinic=found[0]))
    return Clinic(found[0], found[1], found[2], bool(found[3]), own, found[4])
