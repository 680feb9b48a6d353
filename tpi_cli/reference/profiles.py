"""Named sets of dose limits: `profiles.csv` over the limits of `agents.csv`."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from tpi_cli.reference.agents import Agent
from tpi_cli.reference.tables import rows
from tpi_cli.rules.dose import Limit, Limits

DEFAULT = "us-label"


class Row(NamedTuple):
    """A row of `profiles.csv`: an agent's limits in one profile; no agent: what the profile is."""

    profile: str
    agent: str
    limits: Limits
    note: str
    source: str
    sign_off: str
    revision: str


def _read(row: dict[str, str]) -> Row:
    most = {name: Decimal(cell) if cell else None for name, cell in row.items() if name.startswith("max_")}
    plain = Limit(most["max_mg_per_kg_plain"], most["max_mg_plain"])
    epinephrine = Limit(most["max_mg_per_kg_epi"], most["max_mg_epi"])
    told = (row["note"], row["source"], row["sign_off"], row["revision"])
    return Row(row["profile"], row["agent"], Limits(plain, epinephrine), *told)


@cache
def shipped() -> tuple[Row, ...]:
    """Every row, in the order of the file."""
    return tuple(map(_read, rows("profiles")))


def names() -> tuple[str, ...]:
    """The profiles there are."""
    return tuple(dict.fromkeys(row.profile for row in shipped()))


def limits(profile: str, agents: Iterable[Agent]) -> dict[str, Limits]:
    """The limits of the local anaesthetics among the agents, by agent id.

    An agent for which nobody gave a limit with epinephrine keeps its plain one.
    """
    over = {row.agent: row.limits for row in shipped() if row.profile == profile}
    return {one.agent: over.get(one.agent) or _own(one) for one in agents if one.in_la_sum}


def _own(one: Agent) -> Limits:
    plain = Limit(one.max_mg_per_kg_plain, one.max_mg_plain)
    given = one.max_mg_per_kg_epi is not None or one.max_mg_epi is not None
    return Limits(plain, Limit(one.max_mg_per_kg_epi, one.max_mg_epi) if given else plain)
