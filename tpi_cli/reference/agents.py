"""What is injected: `agents.csv`, with strengths, ceilings, allergy classes and billing codes."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from tpi_cli.reference.tables import key, rows, several
from tpi_cli.rules.values import Strength

SUGGESTIONS = 3
"""How many names a "did you mean" offers at most."""

STRENGTH_UNITS = {"%": "%", "mg/ml": "mg/mL", "units/ml": "units/mL"}
"""Units of a strength as typed in any case, and as they are kept."""


class Agent(NamedTuple):
    """A row of `agents.csv`, or a clinic's own; a limit of None is a limit nobody gave, not a high one.

    `agent_class` is the column `class`; `kind` is amide, ester or empty; `unit` is mg, units, or empty for
    dry needling. `aliases` are this agent's alone, `shared` are words that mean several. Maxima are in mg
    per kg, mg or units, plain and with epinephrine; `mpa_factor` turns mg into mg of methylprednisolone;
    `onset_min` and `duration` are words. `hcpcs_epi` is the code with epinephrine where it has its own.
    `source` is ids of `sources.csv` joined by `|`.
    """

    agent: str
    name: str
    agent_class: str = "other"
    kind: str = ""
    allergy_group: str = ""
    aliases: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    unit: str = "mg"
    strengths: tuple[Strength, ...] = ()
    rxnorm: str = ""
    max_mg_per_kg_plain: Decimal | None = None
    max_mg_plain: Decimal | None = None
    max_mg_per_kg_epi: Decimal | None = None
    max_mg_epi: Decimal | None = None
    max_mg_24h: Decimal | None = None
    max_units_per_interval: Decimal | None = None
    min_interval_days: int | None = None
    mg_per_site_advice: Decimal | None = None
    mg_per_session_advice: Decimal | None = None
    in_la_sum: bool = False
    mpa_factor: Decimal | None = None
    onset_min: str = ""
    duration: str = ""
    contraindications: str = ""
    hcpcs: str = ""
    hcpcs_epi: str = ""
    hcpcs_unit: str = ""
    note: str = ""
    source: str = "house-rule"
    sign_off: str = "not signed off"
    revision: str = "1"


_QUANTITIES = (
    "max_mg_per_kg_plain",
    "max_mg_plain",
    "max_mg_per_kg_epi",
    "max_mg_epi",
    "max_mg_24h",
    "max_units_per_interval",
    "mg_per_site_advice",
    "mg_per_session_advice",
    "mpa_factor",
)


def _read(row: dict[str, str]) -> Agent:
    cells: dict[str, object] = dict(row)
    cells["agent_class"] = cells.pop("class")
    cells.update(aliases=several(row["aliases"]), shared=several(row["shared"]))
    cells.update(strengths=strengths(row["strengths"]), in_la_sum=row["in_la_sum"] == "yes")
    cells.update({name: Decimal(row[name]) if row[name] else None for name in _QUANTITIES})
    cells["min_interval_days"] = int(row["min_interval_days"]) if row["min_interval_days"] else None
    return Agent._make(cells[name] for name in Agent._fields)


@cache
def all_agents() -> dict[str, Agent]:
    """Every shipped agent by id, in the order of the file (local anaesthetics first)."""
    return {row["agent"]: _read(row) for row in rows("agents")}


def of_clinic(agent: str, name: str, *, kind: str, unit: str, stocked: str, note: str = "") -> Agent:
    """A clinic's own agent; `stocked` is strengths joined by `|`, ValueError where one cannot be read.

    Over a shipped agent of the same id it keeps that one's kind, limits, words and codes. A new amide or
    ester counts in the sum of local anaesthetics, yet has no ceiling: None is not "no limit".
    """
    shipped = all_agents().get(agent)
    if shipped:
        return shipped._replace(name=name, unit=unit, strengths=strengths(stocked), note=note or shipped.note)
    numbing = kind in {"amide", "ester"}
    group = f"{kind}_la" if numbing else ""
    family = "local_anaesthetic" if numbing else "other"
    own = Agent(agent, name, family, kind if numbing else "", group, unit=unit, strengths=strengths(stocked))
    return own._replace(in_la_sum=numbing, note=note)


def _names(one: Agent) -> set[str]:
    """What the agent answers to, as compared."""
    return {key(word) for word in (one.agent, one.name, *one.aliases)}


def known(extra: Iterable[Agent]) -> list[Agent]:
    """The clinic's own agents, then the shipped ones they do not shadow."""
    own = {one.agent: one for one in extra}
    return [*own.values(), *(one for one in all_agents().values() if one.agent not in own)]


def by_name(text: str, extra: Iterable[Agent] = ()) -> tuple[Agent, ...]:
    """The agents a word means: one, several when they share it (`steroid`), none when it is unknown.

    `extra` are a clinic's own agents: they come first, and one with a shipped id stands in its place.
    Compares id, name and aliases whole; case, spacing, `_` and `-` do not count. A drug is never guessed:
    a clinic's alias that is also a shipped agent's gives both.
    """
    return _index(tuple(extra)).get(key(text), ())


@lru_cache(maxsize=4)
def _index(extra: tuple[Agent, ...]) -> dict[str, tuple[Agent, ...]]:
    """Agents by every name they answer to; an agent's own name goes before one that several share."""
    own: dict[str, tuple[Agent, ...]] = {}
    common: dict[str, tuple[Agent, ...]] = {}
    for one in known(extra):
        for word in _names(one):
            own[word] = (*own.get(word, ()), one)
        for word in {key(word) for word in one.shared}:
            common[word] = (*common.get(word, ()), one)
    return common | own


def similar(text: str, extra: Iterable[Agent] = ()) -> tuple[str, ...]:
    """Up to three names of agents that come near, nearest first."""
    from difflib import get_close_matches

    called = {word: one.name for one in known(extra) for word in _names(one)}
    near = get_close_matches(key(text), called, n=2 * SUGGESTIONS, cutoff=0.7)
    return tuple(dict.fromkeys(called[word] for word in near))[:SUGGESTIONS]


def strength(text: str) -> Strength | None:
    """`1%`, `10mg/mL` or `50units/mL` as a strength; None for anything else.

    Any case, and a blank before the unit, will do. A bare number, a comma, a missing leading zero, an
    exponent, a sign or zero is something else.
    """
    typed = text.strip().lower()
    unit = next((unit for unit in STRENGTH_UNITS if typed.endswith(unit)), "")
    number = typed.removesuffix(unit).rstrip()
    if not unit or not _is_plain(number) or not Decimal(number):
        return None
    return Strength(Decimal(number), STRENGTH_UNITS[unit])


def _is_plain(number: str) -> bool:
    """Digits, or digits, a point and digits: `10`, `0.25`."""
    whole, point, rest = number.partition(".")
    return number.isascii() and whole.isdigit() and (rest.isdigit() if point else True)


def strengths(cell: str) -> tuple[Strength, ...]:
    """The strengths of a cell that joins them by `|`; raises ValueError for one that cannot be read."""
    found = tuple(strength(one) for one in several(cell))
    if None in found:
        message = f"not a list of strengths: {cell}"
        raise ValueError(message)
    return tuple(one for one in found if one)
