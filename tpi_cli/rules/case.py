"""What the screening looks at: a rule's row, the person, the plan and its history. Values only."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.rules.dose import Load
from tpi_cli.rules.eligibility import Policy, Visit, Where
from tpi_cli.rules.ledger import Steroid, Units
from tpi_cli.rules.past import Treated
from tpi_cli.rules.relief import Response
from tpi_cli.rules.values import Shot

LEVELS = ("block", "override", "warn", "note")
"""Worst first. `block` and `override` both stop a record that gives no reason."""
STOPS = ("block", "override")


class Rule(NamedTuple):
    """A row of the screening table with the clinic's own values laid over it.

    `alerts` are kinds of which the patient must have one (none: whoever it is), `agents` what the mix must hold:
    `class:`, `group:` or `agent:` before a name, or `epinephrine`. `planning` is the level of a plan, `recording`
    that of what was done, `raised` the level where it weighs more. `numbers` are its thresholds by name.
    """

    rule: str
    alerts: tuple[str, ...]
    agents: tuple[str, ...]
    planning: str
    recording: str
    raised: str
    words: str
    source: str
    starts: date | None
    ends: date | None
    sign_off: str
    revision: str
    numbers: Mapping[str, Decimal] = {}
    own: bool = False


class Alert(NamedTuple):
    """An alert of the day; `where` is the site its text names, if it does, `drugs` how many drugs it names."""

    kind: str
    text: str | None = None
    where: Where | None = None
    drugs: int = 1


class Person(NamedTuple):
    """Whom it is about: age in years on the day, weight in kg with its day, height in cm."""

    alerts: tuple[Alert, ...]
    age: int
    weight_kg: Decimal | None = None
    weight_on: date | None = None
    height_cm: Decimal | None = None

    @property
    def bmi(self) -> Decimal | None:
        """Body mass index in kg/m2; None where weight or height is not on file."""
        if self.weight_kg is None or self.height_cm is None:
            return None
        return self.weight_kg / (self.height_cm / 100) ** 2


class Spot(NamedTuple):
    """A site of the plan: its number on the patient, what it is, and how near the lung lies.

    `criteria` is how many of taut band, tender spot and referred or recognised pain were examined; `before` is
    how it answered to the last session there, None where there was none.
    """

    number: int
    where: Where
    title: str
    region: str
    pneumothorax: str
    deep: bool
    criteria: int = 0
    before: Response | None = None

    @property
    def name(self) -> str:
        """`upper trapezius L`."""
        return f"{self.title} {self.where[1]}"


class Drug(NamedTuple):
    """An agent as the rules know it; limits in mg or units, None where nobody gave one."""

    agent: str
    name: str
    family: str
    groups: frozenset[str] = frozenset()
    equivalent: Decimal | None = None
    per_site_mg: Decimal | None = None
    per_session_mg: Decimal | None = None
    most_mg: Decimal | None = None
    most_units: Decimal | None = None
    every_days: int | None = None


class Case(NamedTuple):
    """Everything the rules may look at. `load` is the whole day's, this plan included.

    `visits`, `steroids` and `units` are all there are, before and after the day; `beside` is what other entries of
    the same day did: with this plan they are one session.
    """

    on: date
    person: Person
    spots: tuple[Spot, ...]
    shots: tuple[Shot, ...]
    drugs: Mapping[str, Drug]
    load: Load
    consent: bool = False
    steroids: tuple[Steroid, ...] = ()
    units: tuple[Units, ...] = ()
    visits: tuple[Visit, ...] = ()
    beside: tuple[Treated, ...] = ()
    policy: Policy | None = None
    payer_known: bool = True

    def spot(self, where: Where) -> Spot:
        """The site of the plan at that muscle and side."""
        return next(one for one in self.spots if one.where == where)

    @property
    def injected(self) -> tuple[Spot, ...]:
        """The sites that get more than a dry needle."""
        wet = {place[:2] for shot in self.shots if shot.doses for place in shot.places}
        return tuple(one for one in self.spots if one.where in wet)


class Hit(NamedTuple):
    """A rule that holds: what to add to its words, which sites, whether it weighs more or only advises."""

    text: str = ""
    sites: tuple[int, ...] = ()
    raised: bool = False
    advice: bool = False
    source: str = ""
    revision: str = ""
    """Those of the row that spoke, where it is not the rule's own: a payer's."""


class Finding(NamedTuple):
    """A rule that holds, as it is told and kept. `sites` are numbers on the patient; none: the whole session.

    `recording` is the level it has once the thing is done, whatever it is now.
    """

    rule: str
    level: str
    text: str
    source: str
    revision: str
    sites: tuple[int, ...] = ()
    recording: str = ""

    @property
    def stops(self) -> bool:
        """Whether a record needs a reason to go past it."""
        return self.level in STOPS
