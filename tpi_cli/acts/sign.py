"""A clinician's signature under a session: from then on it is amended or voided with a reason, and never undone."""

from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store.write import Writing

_SESSION = "SELECT number, voided_at, signed_at, signed_by FROM session WHERE id = :session"


def sign(writing: Writing, session_id: str) -> None:
    """Sign a session. Raises Conflict for one that is signed, or void."""
    ((number, voided_at, signed_at, signed_by),) = writing.db.rows(_SESSION, session=session_id)
    code = identity.session(number)
    if voided_at is not None:
        raise Conflict(f"{code} is void: there is nothing to sign", hint=f"tpi session show {code} tells why")
    if signed_at is not None:
        raise Conflict(f"{code} is signed already, by {signed_by}", hint=f"tpi session show {code} tells when")
    writing.change("session", session_id, {"signed_at": writing.stamp, "signed_by": writing.by})
