"""The clinic's own values: what was put where, in which strength. Pure, immutable, decimal."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

SIDES = ("L", "R", "mid")
"""Sides a site can have; `both` is typed, and means two sites."""

MG_PER_ML_PER_PERCENT = Decimal(10)
"""1 % is 1 g in 100 mL, which is 10 mg/mL."""


class Strength(NamedTuple):
    """How strong a solution is; `unit` is `%`, `mg/mL` or `units/mL`, as typed."""

    amount: Decimal
    unit: str

    @property
    def per_ml(self) -> Decimal:
        """mg (or units) in one mL."""
        return self.amount * MG_PER_ML_PER_PERCENT if self.unit == "%" else self.amount

    @property
    def mass_unit(self) -> str:
        """`mg` or `units`: what a volume of this strength is a mass of."""
        return "units" if self.unit == "units/mL" else "mg"


class Dose(NamedTuple):
    """One agent in a syringe: strength and volume in mL, or a mass alone in mg or units."""

    agent: str
    strength: Strength | None = None
    volume: Decimal | None = None
    mass: Decimal | None = None
    mass_unit: str = "mg"
    epinephrine: int | None = None
    """200000 for 1:200000 epinephrine in the solution; None where there is none."""

    @property
    def amount(self) -> Decimal:
        """The mass given, in `mass_unit`: as typed, or strength times volume."""
        if self.mass is not None:
            return self.mass
        assert self.strength is not None, "a dose has a mass, or strength and volume"
        assert self.volume is not None, "a dose has a mass, or strength and volume"
        return self.strength.per_ml * self.volume


class Place(NamedTuple):
    """Where a needle went: a muscle's id, a side of `SIDES`, and the number of passes if counted."""

    muscle: str
    side: str
    passes: int | None = None


class Shot(NamedTuple):
    """Places that got one mix. No doses is a dry needle; `sharing` is `each`, `total` or None for one place."""

    places: tuple[Place, ...]
    doses: tuple[Dose, ...] = ()
    sharing: str | None = None

    @property
    def syringes(self) -> int:
        """How many times the doses as typed were given."""
        return len(self.places) if self.sharing == "each" else 1


class Pain(NamedTuple):
    """Numeric rating scale, 0 to 10, before and after; None where it was not asked."""

    before: int | None
    after: int | None = None


def plain(number: Decimal) -> str:
    """A quantity as it is written: leading zero, no trailing zero, no exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def totals(shots: Iterable[Shot]) -> dict[tuple[str, str], Decimal]:
    """Mass of each agent over all shots, by (agent id, `mg` or `units`)."""
    sums: dict[tuple[str, str], Decimal] = {}
    for shot in shots:
        for dose in shot.doses:
            key = (dose.agent, dose.mass_unit)
            sums[key] = sums.get(key, Decimal(0)) + dose.amount * shot.syringes
    return sums


SHARE_STEP = Decimal("0.001")
"""The finest part of a mL (or mg) a shared amount is split into."""


def split(total: Decimal, parts: int) -> tuple[Decimal, ...]:
    """An even split that adds up to the total exactly; what cannot be split goes to the first places."""
    share = (total / parts).quantize(SHARE_STEP, rounding="ROUND_DOWN")
    rest = total - share * parts
    shares = [share] * parts
    place = 0
    while rest > 0:
        step = min(SHARE_STEP, rest)
        shares[place % parts] += step
        rest -= step
        place += 1
    return tuple(shares)


def volumes(shot: Shot) -> tuple[Decimal | None, ...]:
    """What each place got, in mL: the whole mix each, or an even part of it; None where no volume is known."""
    if not shot.doses or any(dose.volume is None for dose in shot.doses):
        return (None,) * len(shot.places)
    whole = sum((dose.volume for dose in shot.doses if dose.volume is not None), Decimal(0))
    return split(whole, len(shot.places)) if shot.sharing == "total" else (whole,) * len(shot.places)


def masses(shot: Shot, dose: Dose) -> tuple[Decimal, ...]:
    """What each place got of one of the shot's doses, in the dose's unit."""
    shared = shot.sharing == "total"
    return split(dose.amount, len(shot.places)) if shared else (dose.amount,) * len(shot.places)


def label(agent: str, strength: Strength | None = None, epinephrine: int | None = None) -> str:
    """An agent as lists show it: `lidocaine 1%`, `dry needling`."""
    words = agent.replace("_", " ")
    if strength is not None:
        gap = "" if strength.unit == "%" else " "
        words += f" {plain(strength.amount)}{gap}{strength.unit}"
    return f"{words} epi 1:{epinephrine}" if epinephrine else words
