"""The clinic itself: its name, its zone, its settings."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tpi_cli import clock
from tpi_cli.config import KEYS
from tpi_cli.errors import NotFound, SeveralClinics, Usage
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


_ALL = "all"
"""Instead of a clinic's name: every one that the store holds, and that the login sees."""


def all_of(name: str | None) -> bool:
    """Whether `--clinic` asks for every clinic."""
    return name is not None and name.strip().casefold() == _ALL


def clinic(db: Database) -> Clinic:
    """The clinic of this store. Raises SeveralClinics where a group's reporting server holds more than one."""
    found = clinics(db)
    if len(found) > 1:
        raise SeveralClinics(names=", ".join(one.name for one in found))
    assert found, "a store is made with its clinic"
    return found[0]


def clinics(db: Database) -> list[Clinic]:
    """Every clinic of this store, by name."""
    rows = db.rows("SELECT id, name, zone, made_up, knowledge, namespace FROM clinic ORDER BY name, id")
    return [Clinic(one[0], one[1], one[2], bool(one[3]), _own(db, one[0]), *one[4:]) for one in list(rows)]


def _own(db: Database, clinic_id: str) -> dict[str, str]:
    return dict(db.rows("SELECT key, value FROM setting WHERE clinic_id = :clinic", clinic=clinic_id))


def chosen(db: Database, name: str | None) -> list[Clinic]:
    """The clinics that `--clinic` names: by name or UUID one, all of them, or without it the store's only one.

    Raises NotFound; Usage where two have one name, SeveralClinics.
    """
    if name is None:
        return [clinic(db)]
    every = clinics(db)
    if all_of(name):
        return every
    wanted = name.strip().casefold()
    found = [one for one in every if wanted in (one.name.casefold(), one.id)]
    if not found:
        raise NotFound(f"no clinic {name!r}", hint=f"here: {', '.join(one.name for one in every)}, or all")
    if len(found) > 1:
        raise Usage("two clinics are called so", hint=f"name one by its id: {', '.join(one.id for one in found)}")
    return found


def only_one(db: Database) -> None:
    """For what reads or writes one clinic's records. Raises SeveralClinics."""
    if db.on_server and db.value("SELECT COUNT(*) FROM clinic") > 1:
        clinic(db)
