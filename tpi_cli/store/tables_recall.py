"""The tables of the call list: attempts to reach a patient, appointments, and what became of each."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text

from tpi_cli.rules.contact import ACTS, APPOINTED, CHANNELS, LONGEST, RESULTS, SHORTEST
from tpi_cli.store.fields import Sealed, identity, of, one_of

_AGAIN = text("snoozed_until IS NOT NULL")


class Contact(Sealed, table=True):
    """An attempt to reach a patient about the recall; `snoozed_until` is the day to try again, where one was set."""

    __table_args__ = (
        one_of("result", "result", *RESULTS),
        one_of("channel", "channel", *CHANNELS),
        CheckConstraint("result <> 'later' OR snoozed_until IS NOT NULL", name="later"),
        Index("ix_contact_again", "clinic_id", "snoozed_until", sqlite_where=_AGAIN),
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
