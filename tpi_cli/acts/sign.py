"""A clinician's signature under a session: from then on it is amended or voided with a reason, and never undone."""

from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store import tables
from tpi_cli.store.write import Writing


def sign(writing: Writing, session_id: str) -> tables.Session:
    """Sign a session. Raises Conflict for one that is signed, or void."""
    row = writing.session.get_one(tables.Session, session_id)
    code = identity.session(row.number)
    if row.voided_at is not None:
        raise Conflict(f"{code} is void: there is nothing to sign", hint=f"tpi session show {code} tells why")
    if row.signed_at is not None:
        raise Conflict(f"{code} is signed already, by {row.signed_by}", hint=f"tpi session show {code} tells when")
    row.signed_at, row.signed_by = writing.stamp, writing.by
    return writing.add(row)
