"""What TAB may offer from the store: short columns, nothing else loaded."""

from tpi_cli.store.database import Database


def patient_numbers(db: Database) -> list[int]:
    """The short ids' numbers of active patients."""
    return [number for (number,) in db.rows("SELECT number FROM patient WHERE status = 'active' ORDER BY number")]


def own_agents(db: Database) -> list[str]:
    """Ids of the clinic's own agents."""
    return [agent for (agent,) in db.rows("SELECT agent FROM agent ORDER BY agent")]
