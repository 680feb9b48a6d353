"""Filters of a list: a name on file, where one that is nobody's is refused, for a slip is no empty list; a day."""

from datetime import date

from tpi_cli.commands.options import storable
from tpi_cli.errors import NotFound
from tpi_cli.store.database import Database
from tpi_cli.store.read import clinicians, people

NAMED = 12
"""Clinicians that a hint names at the most."""


def clinician(db: Database, text: str) -> str:
    """The code of the clinician named. Raises NotFound."""
    storable("the clinician's code", text)
    found = clinicians.code(db, text)
    if found is None:
        known = ", ".join(clinicians.codes(db)[:NAMED])
        raise NotFound(f"no clinician {text!r}", hint=f"on file: {known}" if known else "nobody is on file yet")
    return found


def since(text: str | None, today: date) -> tuple[date | None, str]:
    """The first day that is wanted, None for all, and how it is echoed; bare words look back. Raises Grammar."""
    if text is None:
        return None, ""
    from tpi_cli.commands.parse.dates import day, words

    first = day(text, today, forward=False)
    return first, f" since {words(first, today)}"


def payer(db: Database, text: str) -> str:
    """The payer as patients have it, or one with rules. Raises NotFound."""
    from tpi_cli.reference import payers
    from tpi_cli.store.read import rules

    storable("the payer", text)
    wanted = text.strip().casefold()
    found = next((name for name in people.payers(db) if name.casefold() == wanted), None)
    found = found or payers.named(text, rules.own_policies(db))
    if found is None:
        raise NotFound(f"no payer {text!r}", hint="tpi payer list names those with rules")
    return found
