"""The log: patients, sites, sessions, what was injected, plans, holds and the recall."""

import sqlalchemy as sa
from alembic import op

from tpi_cli.store.tables import Quantity

revision = "0001"
down_revision = None

ID = sa.String(36)


def upgrade() -> None:
    op.create_table(
        "clinic",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("hours", sa.String(), nullable=True),
        sa.Column("made_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "agent",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("strengths", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.CheckConstraint("unit IN ('mg', 'units')", name=op.f("ck_agent_unit")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_agent_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("clinic_id", "agent", name=op.f("uq_agent_clinic_id_agent")),
    )
    op.create_table(
        "clinician",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_clinician_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinician")),
        sa.UniqueConstraint("clinic_id", "code", name=op.f("uq_clinician_clinic_id_code")),
    )
    op.create_table(
        "patient",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mrn", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("weight_kg", Quantity(), nullable=True),
        sa.Column("weight_on", sa.Date(), nullable=True),
        sa.Column("height_cm", Quantity(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("payer", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("row_key", sa.String(), nullable=True),
        sa.CheckConstraint("sex IN ('female', 'male', 'other', 'unknown')", name=op.f("ck_patient_sex")),
        sa.CheckConstraint("status IN ('active', 'archived', 'deceased')", name=op.f("ck_patient_status")),
        sa.CheckConstraint("CAST(height_cm AS NUMERIC) BETWEEN 20 AND 300", name=op.f("ck_patient_height")),
        sa.CheckConstraint("CAST(weight_kg AS NUMERIC) BETWEEN 0.2 AND 700", name=op.f("ck_patient_weight")),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_patient_name")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_patient_clinic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("clinic_id", "mrn", name=op.f("uq_patient_clinic_id_mrn")),
        sa.UniqueConstraint("clinic_id", "number", name=op.f("uq_patient_clinic_id_number")),
    )
    op.create_index(op.f("ix_patient_name_key"), "patient", ["name_key"], unique=False)
    op.create_table(
        "setting",
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_setting_clinic_id")),
        sa.PrimaryKeyConstraint("clinic_id", "key", name=op.f("pk_setting")),
    )
    op.create_table(
        "alert",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_alert_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_alert_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_patient_id"), "alert", ["patient_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("clinician_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("position", sa.String(), nullable=True),
        sa.Column("alongside", sa.String(), nullable=True),
        sa.Column("diagnosis", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("voided_at", sa.String(), nullable=True),
        sa.Column("voided_by", sa.String(), nullable=True),
        sa.Column("void_reason", sa.String(), nullable=True),
        sa.CheckConstraint("consent IN ('written', 'verbal')", name=op.f("ck_session_consent")),
        sa.CheckConstraint(
            "position IN ('sitting', 'prone', 'supine', 'side')", name=op.f("ck_session_position")
        ),
        sa.CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_session_void")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_session_clinic_id")),
        sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_session_clinician_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_session_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("clinic_id", "number", name=op.f("uq_session_clinic_id_number")),
    )
    op.create_index("ix_session_patient", "session", ["patient_id", "on_date"], unique=False)
    op.create_table(
        "site",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("muscle", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("point", sa.String(), nullable=True),
        sa.Column("taut_band", sa.Boolean(), nullable=True),
        sa.Column("tender_spot", sa.Boolean(), nullable=True),
        sa.Column("referred", sa.Boolean(), nullable=True),
        sa.Column("referred_to", sa.String(), nullable=True),
        sa.Column("recognised", sa.Boolean(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.CheckConstraint("side IN ('L', 'R', 'mid')", name=op.f("ck_site_side")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_site_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_site_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("patient_id", "muscle", "side", name=op.f("uq_site_patient_id_muscle_side")),
        sa.UniqueConstraint("patient_id", "number", name=op.f("uq_site_patient_id_number")),
    )
    op.create_table(
        "adverse_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_adverse_event_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_adverse_event_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_adverse_event_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_adverse_event_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
    )
    op.create_index(op.f("ix_adverse_event_patient_id"), "adverse_event", ["patient_id"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("(act = 'snooze') = (until IS NOT NULL)", name=op.f("ck_hold_until")),
        sa.CheckConstraint("act IN ('stop', 'snooze', 'resolve', 'resume')", name=op.f("ck_hold_act")),
        sa.CheckConstraint(
            "reason IN ('resolved', 'declined', 'moved', 'died', 'other')", name=op.f("ck_hold_reason")
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_hold_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_hold_patient_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_hold_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_patient_id"), "hold", ["patient_id"], unique=False)
    op.create_table(
        "mixture",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sharing", sa.String(), nullable=False),
        sa.CheckConstraint("sharing IN ('each', 'total')", name=op.f("ck_mixture_sharing")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_mixture_clinic_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_mixture_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mixture")),
        sa.UniqueConstraint("session_id", "ordinal", name=op.f("uq_mixture_session_id_ordinal")),
    )
    op.create_table(
        "outcome",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("pain", sa.Integer(), nullable=True),
        sa.Column("relief_pct", Quantity(), nullable=True),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("phase IN ('before', 'after', 'later')", name=op.f("ck_outcome_phase")),
        sa.CheckConstraint("pain BETWEEN 0 AND 10", name=op.f("ck_outcome_pain")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_outcome_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_outcome_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_outcome_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_outcome_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("clinic_id", "source_id", name=op.f("uq_outcome_clinic_id_source_id")),
    )
    op.create_index(op.f("ix_outcome_patient_id"), "outcome", ["patient_id"], unique=False)
    op.create_index(op.f("ix_outcome_session_id"), "outcome", ["session_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("follow_up", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.CheckConstraint("origin IN ('stated', 'carried', 'unsaid')", name=op.f("ck_plan_origin")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_plan_clinic_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_plan_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_plan_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("session_id", "site_id", name=op.f("uq_plan_session_id_site_id")),
    )
    op.create_index(op.f("ix_plan_site_id"), "plan", ["site_id"], unique=False)
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
    op.create_table(
        "component",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("mixture_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("strength", Quantity(), nullable=True),
        sa.Column("strength_unit", sa.String(), nullable=True),
        sa.Column("volume_ml", Quantity(), nullable=True),
        sa.Column("mass", Quantity(), nullable=False),
        sa.Column("mass_unit", sa.String(), nullable=False),
        sa.Column("epinephrine", sa.Integer(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("expiry", sa.Date(), nullable=True),
        sa.CheckConstraint("mass_unit IN ('mg', 'units')", name=op.f("ck_component_mass_unit")),
        sa.CheckConstraint(
            "strength_unit IN ('%', 'mg/mL', 'units/mL')", name=op.f("ck_component_strength_unit")
        ),
        sa.CheckConstraint(
            "(strength IS NULL) = (strength_unit IS NULL)", name=op.f("ck_component_strength_has_unit")
        ),
        sa.CheckConstraint("CAST(mass AS NUMERIC) > 0", name=op.f("ck_component_mass")),
        sa.CheckConstraint(
            "CAST(strength AS NUMERIC) BETWEEN 0.0001 AND 10000", name=op.f("ck_component_strength")
        ),
        sa.CheckConstraint(
            "CAST(volume_ml AS NUMERIC) BETWEEN 0.0001 AND 1000", name=op.f("ck_component_volume")
        ),
        sa.CheckConstraint("epinephrine > 0", name=op.f("ck_component_epinephrine")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_component_clinic_id")),
        sa.ForeignKeyConstraint(["mixture_id"], ["mixture.id"], name=op.f("fk_component_mixture_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_component")),
        sa.UniqueConstraint("mixture_id", "ordinal", name=op.f("uq_component_mixture_id_ordinal")),
    )
    op.create_table(
        "injection",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("mixture_id", ID, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=True),
        sa.Column("volume_ml", Quantity(), nullable=True),
        sa.Column("twitch", sa.Boolean(), nullable=True),
        sa.Column("needle", sa.String(), nullable=True),
        sa.Column("guidance", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("row_key", sa.String(), nullable=True),
        sa.CheckConstraint(
            "guidance IN ('palpation', 'ultrasound', 'emg')", name=op.f("ck_injection_guidance")
        ),
        sa.CheckConstraint(
            "CAST(volume_ml AS NUMERIC) BETWEEN 0.0001 AND 1000", name=op.f("ck_injection_volume")
        ),
        sa.CheckConstraint("passes BETWEEN 1 AND 99", name=op.f("ck_injection_passes")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_injection_clinic_id")),
        sa.ForeignKeyConstraint(["mixture_id"], ["mixture.id"], name=op.f("fk_injection_mixture_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_injection_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_injection_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_injection")),
        sa.UniqueConstraint("clinic_id", "source_id", name=op.f("uq_injection_clinic_id_source_id")),
        sa.UniqueConstraint("session_id", "ordinal", name=op.f("uq_injection_session_id_ordinal")),
    )
    op.create_index(op.f("ix_injection_row_key"), "injection", ["row_key"], unique=False)
    op.create_index(op.f("ix_injection_site_id"), "injection", ["site_id"], unique=False)
