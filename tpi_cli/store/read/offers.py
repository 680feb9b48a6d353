"""What TAB may offer from the store: short columns, nothing else loaded."""

from collections.abc import Iterable, Iterator

from tpi_cli.store.columns import OURS
from tpi_cli.store.database import Database


def patient_numbers(db: Database, spans: Iterable[tuple[int, int]], most: int) -> Iterator[int]:
    """The short ids' numbers of active patients within these spans, at most so many of each."""
    for first, last in spans:
        for (number,) in db.rows(_NUMBERS, first=first, last=last, most=most):
            yield int(number)


_NUMBERS = f"""
SELECT number FROM patient WHERE clinic_id {OURS} AND number BETWEEN :first AND :last AND status = 'active'
ORDER BY number LIMIT :most
"""


def own_agents(db: Database) -> list[str]:
    """Ids of the clinic's own agents."""
    return [agent for (agent,) in db.rows("SELECT agent FROM agent ORDER BY agent")]
