"""Safety and eligibility: findings, doses given elsewhere, the clinic's own rules, payer rules; recall anew."""

import sqlalchemy as sa
from alembic import op

from tpi_cli.store.fields import Quantity

revision = "0002"
down_revision = "0001"

ID = sa.String(36)


def upgrade() -> None:
    """Add the tables, and make `recall` anew with its new columns."""
    for view in ("recall_list", "injection_list"):
        op.execute(f"DROP VIEW IF EXISTS {view}")
    op.add_column("clinic", sa.Column("knowledge", sa.String(), nullable=True))
    op.add_column("alert", sa.Column("ended_at", sa.String(), nullable=True))
    op.add_column("alert", sa.Column("ended_by", sa.String(), nullable=True))
    op.add_column("session", sa.Column("dose_profile", sa.String(), nullable=True))
    op.add_column("session", sa.Column("dose_fraction", Quantity(), nullable=True))
    _findings()
    _elsewhere()
    _own_rules()
    _payers()
    op.drop_table("recall")  # every row of it is worked out anew from the facts
    _recall()


def _findings() -> None:
    op.create_table(
        "finding",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("sites", sa.String(), nullable=True),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("level IN ('block', 'override', 'warn', 'note')", name=op.f("ck_finding_level")),
        sa.CheckConstraint(
            "level NOT IN ('block', 'override') OR COALESCE(length(reason), 0) > 0", name=op.f("ck_finding_reason")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_finding_clinic_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_finding_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("session_id", "ordinal", name=op.f("uq_finding_session_id_ordinal")),
    )


def _elsewhere() -> None:
    op.create_table(
        "elsewhere",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("mass", Quantity(), nullable=False),
        sa.Column("mass_unit", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("voided_at", sa.String(), nullable=True),
        sa.Column("voided_by", sa.String(), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_elsewhere_void")),
        sa.CheckConstraint("mass_unit IN ('mg', 'units')", name=op.f("ck_elsewhere_mass_unit")),
        sa.CheckConstraint("CAST(mass AS NUMERIC) > 0", name=op.f("ck_elsewhere_mass")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_elsewhere_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_elsewhere_patient_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_elsewhere_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_elsewhere")),
    )
    op.create_index(op.f("ix_elsewhere_patient_id"), "elsewhere", ["patient_id"], unique=False)


def _own_rules() -> None:
    op.create_table(
        "rule_setting",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("set_at", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_rule_setting_reason")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_rule_setting_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_setting")),
    )


def _payers() -> None:
    op.create_table(
        "payer_rule",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("payer", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("max_sessions", sa.Integer(), nullable=True),
        sa.Column("cap_scope", sa.String(), nullable=False),
        sa.Column("min_interval", sa.String(), nullable=True),
        sa.Column("interval_scope", sa.String(), nullable=False),
        sa.Column("min_relief_pct", Quantity(), nullable=True),
        sa.Column("min_relief_weeks", sa.Integer(), nullable=True),
        sa.Column("max_regions", sa.Integer(), nullable=True),
        sa.Column("enforced", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("cap_scope IN ('patient', 'region')", name=op.f("ck_payer_rule_cap_scope")),
        sa.CheckConstraint("interval_scope IN ('site', 'region')", name=op.f("ck_payer_rule_interval_scope")),
        sa.CheckConstraint("max_sessions BETWEEN 1 AND 99", name=op.f("ck_payer_rule_max_sessions")),
        sa.CheckConstraint("max_regions BETWEEN 1 AND 99", name=op.f("ck_payer_rule_max_regions")),
        sa.CheckConstraint(
            "CAST(min_relief_pct AS NUMERIC) BETWEEN 1 AND 100", name=op.f("ck_payer_rule_min_relief_pct")
        ),
        sa.CheckConstraint("min_relief_weeks BETWEEN 1 AND 104", name=op.f("ck_payer_rule_min_relief_weeks")),
        sa.CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name=op.f("ck_payer_rule_effective")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_payer_rule_reason")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_payer_rule_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_rule")),
    )


def _recall() -> None:
    op.create_table(
        "recall",
        sa.Column("site_id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("anchor_on", sa.Date(), nullable=True),
        sa.Column("follow_up", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("eligible_from", sa.Date(), nullable=True),
        sa.Column("capped_until", sa.Date(), nullable=True),
        sa.Column("reassess", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.String(), nullable=True),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("agents", sa.String(), nullable=False),
        sa.Column("pain_before", sa.Integer(), nullable=True),
        sa.Column("pain_after", sa.Integer(), nullable=True),
        sa.Column("revision", sa.String(), nullable=False),
        sa.CheckConstraint(
            "closed IN ('resolved', 'declined', 'stopped', 'archived', 'deceased')",
            name=op.f("ck_recall_closed"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_recall_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_recall_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_recall_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_recall_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_recall")),
    )
    op.create_index("ix_recall_closed", "recall", ["clinic_id", "closed"], unique=False)
    op.create_index(
        "ix_recall_open",
        "recall",
        ["clinic_id", "due_on"],
        unique=False,
        sqlite_where=sa.text("closed IS NULL"),
        postgresql_where=sa.text("closed IS NULL"),
    )
    op.create_index("ix_recall_patient", "recall", ["patient_id"], unique=False)
