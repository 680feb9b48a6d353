"""The tables: columns, constraints and indexes, and nothing else.

SQLModel does not validate a table's row, so values are checked before they get here and the CHECK
constraints stand behind. Quantities are decimal text on SQLite (which has no decimal) and NUMERIC elsewhere;
days are DATE; moments are fixed-width UTC text (`clock.stamp`). Every row carries its clinic, and every record
the entry of the log that wrote it. A column added later is empty where nobody filled it: the hashes of older
records leave out what is empty, and so stay as they were.
"""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from tpi_cli.store.fields import ID, Quantity, Sealed, between, by_entry, identity, of, one_of, quantity
from tpi_cli.store.tables_clinic import Agent, Clinic, Clinician, Setting
from tpi_cli.store.tables_recall import Appointment, AppointmentAct, Contact
from tpi_cli.store.tables_safety import Elsewhere, Finding, PayerRule, RuleSetting
from tpi_cli.store.tables_trust import Audit, History, Numbering, Ratchet, Request

__all__ = [
    "Agent",
    "Appointment",
    "AppointmentAct",
    "Audit",
    "Clinic",
    "Clinician",
    "Contact",
    "Elsewhere",
    "Finding",
    "History",
    "Numbering",
    "PayerRule",
    "Quantity",
    "Ratchet",
    "Request",
    "RuleSetting",
    "Setting",
]
"""What the tables here are used with, under one name."""


class Patient(Sealed, table=True):
    """A person; `number` is the short id (PT-0007), `name_key` what a search compares.

    `merged_into` points to the record that took this one's over; of an erased one nothing but the number is left.
    """

    __table_args__ = (
        UniqueConstraint("clinic_id", "number"),
        UniqueConstraint("clinic_id", "mrn"),
        one_of("status", "status", "active", "archived", "deceased"),
        one_of("sex", "sex", "female", "male", "other", "unknown"),
        between("weight", "weight_kg", "0.2", "700"),
        between("height", "height_cm", "20", "300"),
        CheckConstraint("length(name) > 0", name="name"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    number: int
    mrn: str | None = None
    name: str
    name_key: str = Field(index=True)
    born: date = Field(index=True)
    sex: str = "unknown"
    weight_kg: Decimal | None = quantity()
    weight_on: date | None = None
    height_cm: Decimal | None = quantity()
    phone: str | None = None
    email: str | None = None
    payer: str | None = None
    status: str = "active"
    status_on: date | None = None
    note: str | None = None
    created_at: str
    created_by: str
    changed_at: str | None = None
    changed_by: str | None = None
    change_reason: str | None = None
    merged_into: str | None = of("patient.id", nullable=True)
    erased_on: date | None = None
    row_key: str | None = None


class Alert(Sealed, table=True):
    """What to look out for in a patient: a kind of `reference/alerts.csv`, in the clinic's words."""

    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id", index=True)
    kind: str
    text: str | None = None
    since: date
    ended_on: date | None = None
    created_at: str
    created_by: str
    ended_at: str | None = None
    ended_by: str | None = None


class Site(Sealed, table=True):
    """A trigger point of a patient: muscle and side, and what the examination found (yes, no or not asked).

    `found_on` is the day of the examination; none where the site came with the session that treated it.
    """

    __table_args__ = (
        UniqueConstraint("patient_id", "number"),
        UniqueConstraint("patient_id", "muscle", "side"),
        one_of("side", "side", "L", "R", "mid"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id")
    number: int
    muscle: str
    side: str
    point: str | None = None
    taut_band: bool | None = None
    tender_spot: bool | None = None
    referred: bool | None = None
    referred_to: str | None = None
    recognised: bool | None = None
    since: date | None = None
    found_on: date | None = None
    note: str | None = None
    created_at: str
    created_by: str


_UNSIGNED = text("signed_at IS NULL AND voided_at IS NULL")


class Session(Sealed, table=True):
    """One visit's injections. Nothing is deleted: a voided session keeps everything and counts for nothing.

    `dose_fraction` is the day's sum of local anaesthetics as it was screened, by the limits of `dose_profile`.
    """

    __table_args__ = (
        UniqueConstraint("clinic_id", "number"),
        Index("ix_session_patient", "patient_id", "on_date"),
        Index("ix_session_day", "clinic_id", "on_date"),
        Index("ix_session_unsigned", "on_date", "number", sqlite_where=_UNSIGNED),
        one_of("consent", "consent", "written", "verbal"),
        one_of("position", "position", "sitting", "prone", "supine", "side"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id")
    clinician_id: str = of("clinician.id")
    number: int
    on_date: date
    consent: str | None = None
    position: str | None = None
    alongside: str | None = None
    diagnosis: str | None = None
    note: str | None = None
    dose_profile: str | None = None
    dose_fraction: Decimal | None = quantity()
    recorded_at: str
    recorded_by: str
    voided_at: str | None = None
    voided_by: str | None = None
    void_reason: str | None = None
    amended_at: str | None = None
    amended_by: str | None = None
    amend_reason: str | None = None
    signed_at: str | None = None
    signed_by: str | None = None


class Mixture(Sealed, table=True):
    """What one syringe held; `sharing` tells if the places got it each or in total. No component: dry needle."""

    __table_args__ = (
        UniqueConstraint("session_id", "ordinal"),
        one_of("sharing", "sharing", "each", "total"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    session_id: str = of("session.id")
    ordinal: int
    sharing: str


class Component(Sealed, table=True):
    """One agent of a mixture: strength as typed, volume in mL, mass in mg or units, as given per syringe."""

    __table_args__ = (
        UniqueConstraint("mixture_id", "ordinal"),
        one_of("strength_unit", "strength_unit", "%", "mg/mL", "units/mL"),
        one_of("mass_unit", "mass_unit", "mg", "units"),
        between("strength", "strength", "0.0001", "10000"),
        between("volume", "volume_ml", "0.0001", "1000"),
        CheckConstraint("CAST(mass AS NUMERIC) > 0", name="mass"),
        CheckConstraint("(strength IS NULL) = (strength_unit IS NULL)", name="strength_has_unit"),
        CheckConstraint("epinephrine > 0", name="epinephrine"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    mixture_id: str = of("mixture.id")
    ordinal: int
    agent: str
    strength: Decimal | None = quantity()
    strength_unit: str | None = None
    volume_ml: Decimal | None = quantity()
    mass: Decimal = quantity(nullable=False)
    mass_unit: str
    epinephrine: int | None = None
    lot: str | None = None
    expiry: date | None = None


class Injection(Sealed, table=True):
    """A mixture put into a site: passes, this site's volume in mL, twitch, needle and guidance.

    `row_key` is the digest of the file's row it came from, so that the same row is known again.
    """

    __table_args__ = (
        UniqueConstraint("session_id", "ordinal"),
        UniqueConstraint("clinic_id", "source_id"),
        CheckConstraint("passes BETWEEN 1 AND 99", name="passes"),
        between("volume", "volume_ml", "0.0001", "1000"),
        one_of("guidance", "guidance", "palpation", "ultrasound", "emg"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    session_id: str = of("session.id")
    site_id: str = of("site.id", index=True)
    mixture_id: str = of("mixture.id")
    ordinal: int
    passes: int | None = None
    volume_ml: Decimal | None = quantity()
    twitch: bool | None = None
    needle: str | None = None
    guidance: str | None = None
    note: str | None = None
    source_id: str | None = None
    row_key: str | None = Field(default=None, index=True)


class Plan(Sealed, table=True):
    """When to come back for a site, decided at a session: an interval as typed, a day, or `none`.

    A proposed one came out of the site's own history by the dated row `rule`, for the `reason` told then.
    """

    __table_args__ = (
        UniqueConstraint("session_id", "site_id"),
        one_of("origin", "origin", "stated", "carried", "proposed", "unsaid"),
        CheckConstraint("(origin = 'proposed') = (reason IS NOT NULL)", name="reason"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    session_id: str = of("session.id")
    site_id: str = of("site.id", index=True)
    follow_up: str
    origin: str
    rule: str | None = None
    reason: str | None = None


class Outcome(Sealed, table=True):
    """A dated pain score (0 to 10), of a site or of the whole patient, against the session's baseline."""

    __table_args__ = (
        one_of("phase", "phase", "before", "after", "later"),
        CheckConstraint("pain BETWEEN 0 AND 10", name="pain"),
        UniqueConstraint("clinic_id", "source_id"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id", index=True)
    session_id: str | None = of("session.id", nullable=True, index=True)
    site_id: str | None = of("site.id", nullable=True)
    phase: str
    on_date: date
    pain: int | None = None
    relief_pct: Decimal | None = quantity()
    resolved: bool = False
    note: str | None = None
    source_id: str | None = None
    recorded_at: str
    recorded_by: str


_LOOK = text("follow_up_on IS NOT NULL AND closed_on IS NULL")


class AdverseEvent(Sealed, table=True):
    """Something that went wrong, of a type of `reference/adverse.csv`; `number` counts up on the patient.

    With a `follow_up_on` it is a recall of its own from that day until a look at it is recorded (`closed_on`).
    """

    __tablename__ = "adverse_event"
    __table_args__ = (
        UniqueConstraint("patient_id", "number"),
        Index("ix_adverse_event_look", "clinic_id", "follow_up_on", sqlite_where=_LOOK),
        CheckConstraint("(closed_on IS NULL) = (closed_at IS NULL)", name="closed"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id", index=True)
    session_id: str | None = of("session.id", nullable=True, index=True)
    site_id: str | None = of("site.id", nullable=True)
    number: int
    type: str
    text: str | None = None
    action: str | None = None
    outcome: str | None = None
    on_date: date
    follow_up_on: date | None = None
    closed_on: date | None = None
    closed_at: str | None = None
    closed_by: str | None = None
    recorded_at: str
    recorded_by: str


class Hold(Sealed, table=True):
    """What was decided about a recall: held, ended, closed or reopened, for a site or (no site) the patient.

    `find` is a new finding at a closed site: a new episode, which no plan from before is part of.
    """

    __table_args__ = (
        one_of("act", "act", "stop", "snooze", "resolve", "resume", "find"),
        one_of("reason", "reason", "resolved", "declined", "moved", "died", "other"),
        CheckConstraint("(act = 'snooze') = (until IS NOT NULL)", name="until"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id", index=True)
    site_id: str | None = of("site.id", nullable=True)
    act: str
    reason: str | None = None
    until: date | None = None
    on_date: date
    note: str | None = None
    recorded_at: str
    recorded_by: str


_OPEN = text("closed IS NULL")
_CALL_BACK = text("call_back_on IS NOT NULL")
_PLAN = "(due_on IS NOT NULL OR (due_on IS NULL AND anchor_on IS NOT NULL AND follow_up IS NULL))"
"""As the list asks for it (`read/due.py`): an index is taken only where the words are the same."""
_ENDED = text(f"closed IS NOT NULL AND {_PLAN}")
_BOOKED = text(f"closed IS NULL AND booked_until IS NOT NULL AND {_PLAN}")
_SNOOZED = text(f"closed IS NULL AND snoozed_until IS NOT NULL AND {_PLAN}")
"""What is held back, so that the footer of a list can count it without reading anybody's plan."""
_CAPPED = text("capped_until IS NOT NULL")
_UNPLANNED = text("closed IS NULL AND due_on IS NULL AND anchor_on IS NOT NULL AND follow_up IS NULL")


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
        Index("ix_recall_open", "clinic_id", "due_on", sqlite_where=_OPEN),
        Index("ix_recall_patient", "patient_id"),
        Index("ix_recall_ended", "clinic_id", "closed", "patient_id", sqlite_where=_ENDED),
        Index("ix_recall_booked", "clinic_id", "booked_until", "patient_id", sqlite_where=_BOOKED),
        Index("ix_recall_snoozed", "clinic_id", "snoozed_until", "patient_id", sqlite_where=_SNOOZED),
        Index("ix_recall_call_back", "clinic_id", "call_back_on", sqlite_where=_CALL_BACK),
        Index("ix_recall_capped", "clinic_id", "capped_until", sqlite_where=_CAPPED),
        Index("ix_recall_unplanned", "clinic_id", "patient_id", sqlite_where=_UNPLANNED),
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


by_entry(SQLModel.metadata)
