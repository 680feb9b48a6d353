"""A session that should not count: marked, kept whole, its plans gone and the earlier ones back."""

from tpi_cli.acts import appointment
from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store import keep
from tpi_cli.store.write import Writing


def void(writing: Writing, session_id: str, reason: str) -> None:
    """Void a session. Raises Conflict if it is void already."""
    sql = "SELECT number, patient_id, voided_at FROM session WHERE id = :session"
    ((number, patient_id, voided_at),) = writing.db.rows(sql, session=session_id)
    if voided_at is not None:
        raise Conflict(f"{identity.session(number)} is void already", hint="tpi session show tells when and why")
    told = {"voided_at": writing.stamp, "voided_by": writing.by, "void_reason": reason}
    writing.change("session", session_id, told)
    appointment.reopen(writing, session_id)
    keep.refresh(writing.db, writing.clinic.id, [patient_id])
