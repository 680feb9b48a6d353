"""Indexes for stores of a million: what is held back, not planned, not signed or went wrong is found, not searched for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

PLAN = "(due_on IS NOT NULL OR (due_on IS NULL AND anchor_on IS NOT NULL AND follow_up IS NULL))"
OF_RECALL = {
    "ended": (["clinic_id", "closed", "patient_id"], f"closed IS NOT NULL AND {PLAN}"),
    "booked": (["clinic_id", "booked_until", "patient_id"], f"closed IS NULL AND booked_until IS NOT NULL AND {PLAN}"),
    "snoozed": (
        ["clinic_id", "snoozed_until", "patient_id"],
        f"closed IS NULL AND snoozed_until IS NOT NULL AND {PLAN}",
    ),
    "capped": (["clinic_id", "capped_until"], "capped_until IS NOT NULL"),
    "unplanned": (
        ["clinic_id", "patient_id"],
        "closed IS NULL AND due_on IS NULL AND anchor_on IS NOT NULL AND follow_up IS NULL",
    ),
}


def upgrade() -> None:
    """Make the indexes; the first does what the one on `closed` did."""
    for name, (columns, condition) in OF_RECALL.items():
        _partial(f"ix_recall_{name}", "recall", columns, condition)
    op.drop_index("ix_recall_closed", "recall")
    _partial("ix_session_unsigned", "session", ["on_date", "number"], "signed_at IS NULL AND voided_at IS NULL")
    op.create_index("ix_adverse_event_session_id", "adverse_event", ["session_id"])


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
