"""How much of the day's limit for local anaesthetics is used. Pure.

Toxic effects of local anaesthetics add up (Carbocaine label), so each agent's mg is divided by its own limit and
the fractions are summed: a limit is the lower of weight times mg/kg and the cap in mg, plain or with epinephrine.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

EXACT = Decimal("1e-12")
SHOWN = Decimal("0.001")


class Limit(NamedTuple):
    """The most of one agent in a day: mg per kg of body weight, and mg whatever the weight; None where not known."""

    mg_per_kg: Decimal | None
    mg: Decimal | None


class Limits(NamedTuple):
    """An agent's limits, plain and with epinephrine in the solution."""

    plain: Limit
    epinephrine: Limit


class Given(NamedTuple):
    """mg of a local anaesthetic, with or without epinephrine."""

    agent: str
    mg: Decimal
    epinephrine: bool = False


class Part(NamedTuple):
    """One agent's share: mg of the day, its limit in mg, and the one over the other."""

    agent: str
    mg: Decimal
    epinephrine: bool
    limit_mg: Decimal

    @property
    def fraction(self) -> Decimal:
        """Of this agent's own limit."""
        return self.mg / self.limit_mg


class Load(NamedTuple):
    """The day's sum; `unknown` are agents nobody gave a limit for, which the sum leaves out."""

    profile: str
    parts: tuple[Part, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def fraction(self) -> Decimal:
        """The sum over all agents, 1 is the limit; without the rest that dividing thirds and sixths leaves over."""
        return sum((part.fraction for part in self.parts), Decimal(0)).quantize(EXACT)


def limit_mg(limit: Limit, weight_kg: Decimal | None) -> Decimal | None:
    """The limit in mg for a body weight in kg; without a weight the cap alone. None where neither is known."""
    by_weight = weight_kg * limit.mg_per_kg if weight_kg is not None and limit.mg_per_kg is not None else None
    known = [one for one in (by_weight, limit.mg) if one is not None]
    return min(known, default=None)


def load(given: Iterable[Given], limits: Mapping[str, Limits], weight_kg: Decimal | None, profile: str) -> Load:
    """The day's sum for what was given, by the limits of a profile."""
    sums: dict[tuple[str, bool], Decimal] = {}
    for one in given:
        sums[one.agent, one.epinephrine] = sums.get((one.agent, one.epinephrine), Decimal(0)) + one.mg
    parts: list[Part] = []
    unknown: list[str] = []
    for (agent, epinephrine), mg in sums.items():
        own = limits.get(agent)
        most = limit_mg(own.epinephrine if epinephrine else own.plain, weight_kg) if own else None
        if most is None:
            unknown.append(agent)
        else:
            parts.append(Part(agent, mg, epinephrine, most))
    return Load(profile, tuple(parts), tuple(dict.fromkeys(unknown)))


def shown(fraction: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """A fraction as it is printed and kept: three decimal places."""
    return fraction.quantize(SHOWN, rounding)
