"""Who may do what: `roles.csv`, the acts with the roles that may do them."""

from functools import cache

from tpi_cli.reference.tables import column, several
from tpi_cli.rules.roles import CLINICIAN


@cache
def permitted(act: str) -> tuple[str, ...]:
    """The roles that may do an act. A verb without a row (`patient alert add`) is its command's; else a clinician's."""
    known = column("roles", "roles")
    if act not in known and " --" not in act:
        act = act.rpartition(" ")[0]
    return several(known.get(act, CLINICIAN))
