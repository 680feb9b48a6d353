"""The clinic's own agents and the strengths it stocks."""

from tpi_cli.reference import agents
from tpi_cli.rules.values import Strength
from tpi_cli.store.database import Database

_SQL = "SELECT agent, name, kind, unit, strengths, note FROM agent ORDER BY agent"


def own_agents(db: Database) -> tuple[agents.Agent, ...]:
    """The clinic's rows as agents: a shipped one with the clinic's strengths, or one of the clinic's own."""
    return tuple(_own(*row) for row in db.rows(_SQL))


def stocked(db: Database) -> dict[str, tuple[Strength, ...]]:
    """The strengths the clinic stocks, by agent id; an agent it says nothing about is not in here."""
    return {one.agent: one.strengths for one in own_agents(db) if one.strengths}


def shipped_and_own(db: Database) -> tuple[agents.Agent, ...]:
    """Every agent that may be given here: the clinic's rows, then the shipped ones they do not shadow."""
    return tuple(agents.known(own_agents(db)))


def _own(agent: str, name: str, kind: str, unit: str, strengths: str, note: str | None) -> agents.Agent:
    return agents.of_clinic(agent, name, kind=kind, unit=unit, stocked=strengths, note=note or "")
