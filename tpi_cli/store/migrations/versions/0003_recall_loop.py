"""The recall loop: calls, appointments, proposed plans, adverse events that want a look, new episodes."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.String(36)


def upgrade() -> None:
    """Add the tables, give four older ones their new columns, and make `recall` anew."""
    for view in ("recall_list", "injection_list"):
        op.execute(f"DROP VIEW IF EXISTS {view}")
    op.execute("ALTER TABLE clinic DROP COLUMN hours")  # never written; opening hours are settings
    op.create_index("ix_session_day", "session", ["clinic_id", "on_date"], unique=False)
    op.add_column("site", sa.Column("found_on", sa.Date(), nullable=True))
    of_session = (
        "SELECT 1 FROM injection JOIN session ON session.id = injection.session_id"
        " WHERE injection.site_id = site.id AND session.recorded_at = site.created_at"
    )
    op.execute(f"UPDATE site SET found_on = since WHERE NOT EXISTS ({of_session})")
    _contact()
    _appointment()
    _appointment_act()
    decided = "patient_id, site_id, act, reason, until, on_date, note, recorded_at, recorded_by"
    _made_anew("hold", _hold, decided)
    _made_anew("plan", _plan, "session_id, site_id, follow_up, origin")
    told = "patient_id, session_id, site_id, type, text, on_date, recorded_at, recorded_by"
    counted = "ROW_NUMBER() OVER (PARTITION BY patient_id ORDER BY recorded_at, id)"
    _made_anew("adverse_event", _adverse_event, told, number=counted)  # of before: history, and asks for no look
    op.drop_table("recall")  # every row of it is worked out anew from the facts
    _recall()


def _made_anew(table: str, made: Callable[[], None], columns: str, **more: str) -> None:
    """SQLite cannot change a CHECK: the rows are laid aside, the table is made a second time and takes them back."""
    op.execute(f"CREATE TABLE aside AS SELECT * FROM {table}")
    op.drop_table(table)
    made()
    into, out_of = (
        f"id, clinic_id, {columns}{''.join(f', {one}' for one in names)}" for names in (more, more.values())
    )
    op.execute(f"INSERT INTO {table} ({into}) SELECT {out_of} FROM aside")
    op.drop_table("aside")


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("snoozed_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("channel IN ('phone', 'sms', 'mail', 'email')", name=op.f("ck_contact_channel")),
        sa.CheckConstraint("result <> 'later' OR snoozed_until IS NOT NULL", name=op.f("ck_contact_later")),
        sa.CheckConstraint(
            "result IN ('booked', 'reached', 'message', 'no-answer', 'wrong-number', 'declined', 'later')",
            name=op.f("ck_contact_result"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_contact_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_contact_patient_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(
        "ix_contact_again",
        "contact",
        ["clinic_id", "snoozed_until"],
        unique=False,
        sqlite_where=sa.text("snoozed_until IS NOT NULL"),
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
    )
    op.create_index(op.f("ix_contact_patient_id"), "contact", ["patient_id"], unique=False)


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("clinician_id", ID, nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("wall", sa.String(), nullable=False),
        sa.Column("starts_at", sa.String(), nullable=False),
        sa.Column("ends_at", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.String(), nullable=False),
        sa.CheckConstraint("session_id IS NULL OR status = 'done'", name=op.f("ck_appointment_session")),
        sa.CheckConstraint(
            "status IN ('booked', 'arrived', 'done', 'cancelled', 'no-show')", name=op.f("ck_appointment_status")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_appointment_ends")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_appointment_minutes")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_appointment_clinic_id")),
        sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_appointment_clinician_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_appointment_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_appointment_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("clinic_id", "number", name=op.f("uq_appointment_clinic_id_number")),
        sa.UniqueConstraint("clinic_id", "source_id", name=op.f("uq_appointment_clinic_id_source_id")),
    )
    op.create_index("ix_appointment_day", "appointment", ["clinic_id", "on_date"], unique=False)
    op.create_index(op.f("ix_appointment_patient_id"), "appointment", ["patient_id"], unique=False)
    op.create_index("ix_appointment_starts", "appointment", ["clinic_id", "starts_at"], unique=False)


def _appointment_act() -> None:
    op.create_table(
        "appointment_act",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("appointment_id", ID, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("was_on", sa.Date(), nullable=False),
        sa.Column("was_wall", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("clinician_id", ID, nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "act IN ('book', 'move', 'arrive', 'done', 'cancel', 'no-show', 'reopen')",
            name=op.f("ck_appointment_act_act"),
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_appointment_act_appointment_id")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_appointment_act_clinic_id")),
        sa.ForeignKeyConstraint(["clinician_id"], ["clinician.id"], name=op.f("fk_appointment_act_clinician_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment_act")),
    )
    op.create_index(op.f("ix_appointment_act_appointment_id"), "appointment_act", ["appointment_id"], unique=False)


def _hold() -> None:
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
        sa.CheckConstraint("act IN ('stop', 'snooze', 'resolve', 'resume', 'find')", name=op.f("ck_hold_act")),
        sa.CheckConstraint("reason IN ('resolved', 'declined', 'moved', 'died', 'other')", name=op.f("ck_hold_reason")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_hold_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_hold_patient_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_hold_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(op.f("ix_hold_patient_id"), "hold", ["patient_id"], unique=False)


def _plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("site_id", ID, nullable=False),
        sa.Column("follow_up", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint("(origin = 'proposed') = (reason IS NOT NULL)", name=op.f("ck_plan_reason")),
        sa.CheckConstraint("origin IN ('stated', 'carried', 'proposed', 'unsaid')", name=op.f("ck_plan_origin")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_plan_clinic_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_plan_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_plan_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("session_id", "site_id", name=op.f("uq_plan_session_id_site_id")),
    )
    op.create_index(op.f("ix_plan_site_id"), "plan", ["site_id"], unique=False)


def _adverse_event() -> None:
    op.create_table(
        "adverse_event",
        sa.Column("id", ID, nullable=False),
        sa.Column("clinic_id", ID, nullable=False),
        sa.Column("patient_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("site_id", ID, nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("follow_up_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.String(), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_at IS NULL)", name=op.f("ck_adverse_event_closed")),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_adverse_event_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_adverse_event_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_adverse_event_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_adverse_event_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adverse_event")),
        sa.UniqueConstraint("patient_id", "number", name=op.f("uq_adverse_event_patient_id_number")),
    )
    op.create_index(
        "ix_adverse_event_look",
        "adverse_event",
        ["clinic_id", "follow_up_on"],
        unique=False,
        sqlite_where=sa.text("follow_up_on IS NOT NULL AND closed_on IS NULL"),
        postgresql_where=sa.text("follow_up_on IS NOT NULL AND closed_on IS NULL"),
    )
    op.create_index(op.f("ix_adverse_event_patient_id"), "adverse_event", ["patient_id"], unique=False)


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
        sa.Column("booked_until", sa.Date(), nullable=True),
        sa.Column("call_back_on", sa.Date(), nullable=True),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("agents", sa.String(), nullable=False),
        sa.Column("pain_before", sa.Integer(), nullable=True),
        sa.Column("pain_after", sa.Integer(), nullable=True),
        sa.Column("revision", sa.String(), nullable=False),
        sa.CheckConstraint(
            "closed IN ('resolved', 'declined', 'unreachable', 'stopped', 'archived', 'deceased')",
            name=op.f("ck_recall_closed"),
        ),
        sa.ForeignKeyConstraint(["clinic_id"], ["clinic.id"], name=op.f("fk_recall_clinic_id")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_recall_patient_id")),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_recall_session_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_recall_site_id")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_recall")),
    )
    op.create_index(
        "ix_recall_call_back",
        "recall",
        ["clinic_id", "call_back_on"],
        unique=False,
        sqlite_where=sa.text("call_back_on IS NOT NULL"),
        postgresql_where=sa.text("call_back_on IS NOT NULL"),
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
