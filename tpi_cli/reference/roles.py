"""Who may do what: `roles.csv`, the acts with the roles that may do them."""

from functools import cache

from tpi_cli.reference.tables import column, several
from tpi_cli.rules.roles import CLINICIAN


@cache
def permitted(act: str) -> tuple[str, ...]:
    """The roles that may do an act; one that the table does not know is a clinician's."""
    return several(column("roles", "roles").get(act, CLINICIAN))
