"""Trust: the log, earlier versions, roles, signing, merging; every record carries the entry that wrote it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.String(36)
RECORDS = (
    *("adverse_event", "agent", "alert", "appointment", "appointment_act", "clinic", "clinician", "component"),
    *("contact", "elsewhere", "finding", "hold", "injection", "mixture", "outcome", "patient", "payer_rule", "plan"),
    *("rule_setting", "session", "setting", "site"),
)


def upgrade() -> None:
    """Add the tables, and to the older ones their new columns."""
    for view in ("recall_list", "injection_list", "event_list"):
        op.execute(f"DROP VIEW IF EXISTS {view}")
    for table in RECORDS:
        op.add_column(table, sa.Column("entry", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("salt", sa.String(), nullable=True))
        op.create_index(op.f(f"ix_{table}_entry"), table, ["entry"], unique=False)
    _clinician()
    _patient()
    _session()
    _audit()
    _history()
    _beside()


def _clinician() -> None:
    op.execute(
        "ALTER TABLE clinician ADD COLUMN role VARCHAR DEFAULT 'clinician' NOT NULL"
        " CONSTRAINT ck_clinician_role CHECK (role IN ('clinician', 'assistant', 'auditor'))"
    )
    op.add_column("clinician", sa.Column("account", sa.String(), nullable=True))
    op.add_column("clinician", sa.Column("created_by", sa.String(), nullable=True))
    op.create_index("ix_clinician_account", "clinician", ["clinic_id", "account"], unique=True)


def _patient() -> None:
    op.add_column("patient", sa.Column("change_reason", sa.String(), nullable=True))
    op.execute(
        "ALTER TABLE patient ADD COLUMN merged_into VARCHAR(36)"
        " CONSTRAINT fk_patient_merged_into REFERENCES patient (id)"
    )
    op.add_column("patient", sa.Column("erased_on", sa.Date(), nullable=True))


def _session() -> None:
    for name in ("amended_at", "amended_by", "amend_reason", "signed_at"):
        op.add_column("session", sa.Column(name, sa.String(), nullable=True))
    op.execute(
        "ALTER TABLE session ADD COLUMN signed_by VARCHAR"
        " CONSTRAINT ck_session_signed CHECK ((signed_at IS NULL) = (signed_by IS NULL))"
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("acting", sa.String(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("patient", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("structure", sa.String(), nullable=True),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_audit_clinic_id")),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_patient"), "audit", ["patient"], unique=False)
    op.create_index(
        "ix_audit_undone",
        "audit",
        ["subject"],
        unique=False,
        sqlite_where=sa.text("act = 'undo'"),
        postgresql_where=sa.text("act = 'undo'"),
    )


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("leaf", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_history_clinic_id")),
        sa.PrimaryKeyConstraint("record", "key", "entry", name=op.f("pk_history")),
    )
    op.create_index("ix_history_ended_by", "history", ["ended_by"], unique=False)
    op.create_index("ix_history_entry", "history", ["entry"], unique=False)


def _beside() -> None:
    op.create_table(
        "ratchet",
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_ratchet_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", name=op.f("pk_ratchet")),
    )
    op.create_table(
        "numbering",
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_numbering_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "kind", name=op.f("pk_numbering")),
    )
    for kind in ("patient", "session", "appointment"):
        op.execute(
            "INSERT INTO numbering (clinic_id, kind, last)"
            f" SELECT clinic_id, '{kind}', MAX(number) FROM {kind} GROUP BY clinic_id"
        )
    op.create_table(
        "request",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("asked", sa.String(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_request_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_index("ix_request_key", "request", ["clinic_id", "key"], unique=True)
