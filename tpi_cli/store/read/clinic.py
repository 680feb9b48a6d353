"""The clinic itself: its name, its zone, its settings."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tpi_cli import clock
from tpi_cli.config import KEYS
from tpi_cli.reference.recall import thresholds
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.rules.standing import Thresholds
from tpi_cli.store.database import Database

if TYPE_CHECKING:
    from tpi_cli.rules.opening import Closed, Hours


class Clinic(NamedTuple):
    """Whose store this is; `own` holds the settings the clinic changed, by key.

    Ids of exports are made in `namespace`, where it took over the records of another store; else in its own UUID.
    """

    id: str
    name: str
    zone: str
    made_up: bool
    own: dict[str, str]
    knowledge: str | None = None
    namespace: str | None = None

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

    @property
    def waits(self) -> dict[str, int]:
        """Days off the list after a call, by its result: the clinic's, or the shipped ones."""
        from tpi_cli.reference import contact

        return {name: int(self.own.get(f"call.{name}", row.number)) for name, row in contact.waits().items()}

    @property
    def hours(self) -> "Hours":
        """When the clinic is open; nothing set: always."""
        from tpi_cli.rules import opening

        return opening.read(self.own.get("clinic.hours", ""))

    @property
    def closed(self) -> "tuple[Closed, ...]":
        """The days it is closed."""
        from tpi_cli.rules import opening

        return opening.closed(self.own.get("clinic.closed", ""))

    @property
    def slot(self) -> int:
        """Minutes of an appointment for which nobody said how long."""
        return int(self.own.get("appointment.minutes", KEYS["appointment.minutes"].default))


def clinic(db: Database) -> Clinic:
    """The clinic of this store."""
    found = db.row("SELECT id, name, zone, made_up, knowledge, namespace FROM clinic")
    assert found is not None, "a store is made with its clinic"
    own = dict(db.rows("SELECT key, value FROM setting WHERE clinic_id = :clinic", clinic=found[0]))
    return Clinic(found[0], found[1], found[2], bool(found[3]), own, *found[4:])
