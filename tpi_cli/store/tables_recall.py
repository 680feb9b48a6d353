"""The tables of the call list: recalls, attempts to reach a patient, appointments, and what became of each."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from tpi_cli.rules.contact import ACTS, APPOINTED, CHANNELS, LONGEST, RESULTS, SHORTEST
from tpi_cli.store.fields import ID, Sealed, identity, of, one_of

_AGAIN = text("snoozed_until IS NOT NULL")


class Contact(Sealed, table=True):
    """An attempt to reach a patient about the recall; `snoozed_until` is the day to try again, where one was set."""

    __table_args__ = (
        one_of("result", "result", *RESULTS),
        one_of("channel", "channel", *CHANNELS),
        CheckConstraint("result <> 'later' OR snoozed_until IS NOT NULL", name="later"),
        Index("ix_contact_again", "clinic_id", "snoozed_until", sqlite_where=_AGAIN, postgresql_where=_AGAIN),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id", index=True)
    result: str
    channel: str
    on_date: date
    snoozed_until: date | None = None
    note: str | None = None
    recorded_at: str
    recorded_by: str


class Appointment(Sealed, table=True):
    """A booked time. What was agreed is the day and the hour on the clinic's wall; the moments follow from its zone.

    `starts_at` and `ends_at` are UTC text like a stamp; `sequence` counts the changes a calendar must see.
    """

    __table_args__ = (
        UniqueConstraint("clinic_id", "number"),
        UniqueConstraint("clinic_id", "source_id"),
        Index("ix_appointment_starts", "clinic_id", "starts_at"),
        Index("ix_appointment_day", "clinic_id", "on_date"),
        Index("ix_appointment_number", "number"),
        one_of("status", "status", *APPOINTED),
        CheckConstraint(f"minutes BETWEEN {SHORTEST} AND {LONGEST}", name="minutes"),
        CheckConstraint("ends_at > starts_at", name="ends"),
        CheckConstraint("session_id IS NULL OR status = 'done'", name="session"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    number: int
    patient_id: str = of("patient.id", index=True)
    clinician_id: str | None = of("clinician.id", nullable=True)
    on_date: date
    wall: str
    starts_at: str
    ends_at: str
    minutes: int
    status: str = "booked"
    session_id: str | None = of("session.id", nullable=True)
    sequence: int = 0
    source_id: str | None = None
    note: str | None = None
    recorded_at: str
    recorded_by: str
    changed_at: str


class AppointmentAct(Sealed, table=True):
    """What was done to an appointment, and as it stood then; `reason` tells why it was cancelled or let overlap."""

    __tablename__ = "appointment_act"
    __table_args__ = (one_of("act", "act", *ACTS),)
    id: str = identity()
    clinic_id: str = of("clinic.id")
    appointment_id: str = of("appointment.id", index=True)
    act: str
    on_date: date
    was_on: date
    was_wall: str
    minutes: int
    clinician_id: str | None = of("clinician.id", nullable=True)
    reason: str | None = None
    recorded_at: str
    recorded_by: str


_OPEN = text("closed IS NULL")
_CALL_BACK = text("call_back_on IS NOT NULL")
_BOOKED = text("booked_until IS NOT NULL")
_SNOOZED = text("snoozed_until IS NOT NULL")
_CAPPED = text("capped_until IS NOT NULL")
# as in `read/due.py`, word for word: an engine takes such an index for a query that says the same
_UNSAID = "due_on IS NULL AND anchor_on IS NOT NULL AND follow_up IS NULL"
_UNPLANNED = text(f"closed IS NULL AND {_UNSAID}")
_CLOSED = text(f"closed IS NOT NULL AND (due_on IS NOT NULL OR ({_UNSAID}))")


class Recall(SQLModel, table=True):
    """The due date as worked out by `store/keep.py`, the only writer, beside the facts it comes from.

    `closed` is why the site is off the list for good (resolved, declined, unreachable, stopped, archived, deceased),
    `booked_until` the day of the last open appointment, `call_back_on` the day that a call named to call again.
    `anchor_on` is the session's day, or without a session that of a finding which nobody treated since.
    `eligible_from` is the first day every rule of the payer holds; `capped_until` the same day where the payer
    enforces them and it lies after the due date. `reassess`: the last session has no outcome, or too little
    relief. `reasons` is a JSON list, `agents` a line each; `revision` names the rules and tables used.
    """

    __table_args__ = (
        Index("ix_recall_open", "clinic_id", "due_on", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_recall_patient", "patient_id"),
        Index("ix_recall_call_back", "clinic_id", "call_back_on", sqlite_where=_CALL_BACK, postgresql_where=_CALL_BACK),
        Index("ix_recall_booked", "clinic_id", "booked_until", sqlite_where=_BOOKED, postgresql_where=_BOOKED),
        Index("ix_recall_snoozed", "clinic_id", "snoozed_until", sqlite_where=_SNOOZED, postgresql_where=_SNOOZED),
        Index("ix_recall_capped", "clinic_id", "capped_until", sqlite_where=_CAPPED, postgresql_where=_CAPPED),
        Index("ix_recall_unplanned", "clinic_id", "patient_id", sqlite_where=_UNPLANNED, postgresql_where=_UNPLANNED),
        Index("ix_recall_closed", "clinic_id", "closed", "patient_id", sqlite_where=_CLOSED, postgresql_where=_CLOSED),
        one_of("closed", "closed", "resolved", "declined", "unreachable", "stopped", "archived", "deceased"),
    )
    site_id: str = Field(foreign_key="site.id", primary_key=True, max_length=ID)
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id")
    session_id: str | None = of("session.id", nullable=True)
    anchor_on: date | None = None
    follow_up: str | None = None
    due_on: date | None = None
    eligible_from: date | None = None
    capped_until: date | None = None
    reassess: bool = False
    closed: str | None = None
    snoozed_until: date | None = None
    booked_until: date | None = None
    call_back_on: date | None = None
    reasons: str
    agents: str
    pain_before: int | None = None
    pain_after: int | None = None
    revision: str
