"""What TAB offers: patient ids, muscles and agents, from the store. Silent where there is none."""

from collections.abc import Callable, Iterable
from typing import Any

MOST = 200


def patients(incomplete: str) -> list[str]:
    """Ids of active patients; names are left out of the shell's screen and history."""
    from tpi_cli.rules.identity import beginning, patient
    from tpi_cli.store.read.offers import patient_numbers

    return _of_store(lambda db: map(patient, patient_numbers(db, beginning(incomplete), MOST)), incomplete)


def muscles(incomplete: str) -> list[str]:
    """Short names of the muscles."""
    from tpi_cli.reference.muscles import all_muscles

    return _starting((one.short.lower() for one in all_muscles().values()), incomplete)


def agents(incomplete: str) -> list[str]:
    """Ids of the agents, the clinic's own among them."""
    from tpi_cli.reference.agents import all_agents
    from tpi_cli.store.read.offers import own_agents

    own = _of_store(own_agents, incomplete)
    return own + [agent for agent in _starting(all_agents(), incomplete) if agent not in own]


def readers(incomplete: str) -> list[str]:
    """Whom a summary can be for."""
    from tpi_cli.show.paper.summary import READERS

    return _starting(READERS, incomplete)


def letters(incomplete: str) -> list[str]:
    """The kinds of letter."""
    from tpi_cli.show.paper.letter import KINDS

    return _starting(KINDS, incomplete)


def _of_store(read: Callable[[Any], Iterable[str]], incomplete: str) -> list[str]:
    from tpi_cli.errors import TpiError
    from tpi_cli.store.connect import reading
    from tpi_cli.store.place import find

    try:
        with reading(find()) as db:
            return _starting(read(db), incomplete)
    except TpiError:
        return []


def _starting(names: Iterable[str], incomplete: str) -> list[str]:
    low = incomplete.lower()
    return [name for name in names if name.lower().startswith(low)][:MOST]
