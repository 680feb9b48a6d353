"""A session that should not count: marked, kept whole, its plans gone and the earlier ones back."""

from tpi_cli.acts import appointment
from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store import keep, tables
from tpi_cli.store.write import Writing


def void(writing: Writing, session_id: str, reason: str) -> tables.Session:
    """Void a session. Raises Conflict if it is void already."""
    row = writing.session.get_one(tables.Session, session_id)
    if row.voided_at is not None:
        raise Conflict(f"{identity.session(row.number)} is void already", hint="tpi session show tells when and why")
    row.voided_at, row.voided_by, row.void_reason = writing.stamp, writing.by, reason
    writing.add(row)
    appointment.reopen(writing, row.id)
    keep.refresh(writing.db, writing.clinic.id, [row.patient_id])
    return row
