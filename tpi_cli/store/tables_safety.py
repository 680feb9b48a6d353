"""The tables of safety and eligibility: findings, doses given elsewhere, the clinic's own rules and payers."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint

from tpi_cli.store.fields import Sealed, between, identity, of, one_of, quantity


class Finding(Sealed, table=True):
    """What the screening found when a session was recorded, and the reason it was recorded all the same.

    `sites` are the numbers of the patient's sites it is about, joined by commas; none: the whole session.
    """

    __table_args__ = (
        UniqueConstraint("session_id", "ordinal"),
        one_of("level", "level", "block", "override", "warn", "note"),
        CheckConstraint("level NOT IN ('block', 'override') OR COALESCE(length(reason), 0) > 0", name="reason"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    session_id: str = of("session.id")
    sites: str | None = None
    ordinal: int
    rule: str
    level: str
    text: str
    source: str
    revision: str
    reason: str | None = None
    recorded_at: str
    recorded_by: str


class Elsewhere(Sealed, table=True):
    """A dose given by somebody else, which counts in the day's sum and in the steroid ledger."""

    __table_args__ = (
        one_of("mass_unit", "mass_unit", "mg", "units"),
        CheckConstraint("CAST(mass AS NUMERIC) > 0", name="mass"),
        CheckConstraint("(voided_at IS NULL) = (void_reason IS NULL)", name="void"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    patient_id: str = of("patient.id", index=True)
    site_id: str | None = of("site.id", nullable=True)
    on_date: date
    agent: str
    mass: Decimal = quantity(nullable=False)
    mass_unit: str
    note: str | None = None
    recorded_at: str
    recorded_by: str
    voided_at: str | None = None
    voided_by: str | None = None
    void_reason: str | None = None


class RuleSetting(Sealed, table=True):
    """A clinic's own level or number of a rule, over the shipped one; no `value`: the shipped one again."""

    __tablename__ = "rule_setting"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)
    id: str = identity()
    clinic_id: str = of("clinic.id")
    rule: str
    name: str
    value: str | None = None
    reason: str
    set_at: str
    set_by: str


class PayerRule(Sealed, table=True):
    """A clinic's own dated row of what a payer asks for; it goes before a shipped row in force the same day.

    Intervals as typed (42d, 2mo), relief in percent for so many weeks; `enforced` off only advises. Of two rows
    of one payer and day the one recorded later holds.
    """

    __tablename__ = "payer_rule"
    __table_args__ = (
        one_of("cap_scope", "cap_scope", "patient", "region"),
        one_of("interval_scope", "interval_scope", "site", "region"),
        CheckConstraint("max_sessions BETWEEN 1 AND 99", name="max_sessions"),
        CheckConstraint("max_regions BETWEEN 1 AND 99", name="max_regions"),
        between("min_relief_pct", "min_relief_pct", "1", "100"),
        CheckConstraint("min_relief_weeks BETWEEN 1 AND 104", name="min_relief_weeks"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="effective"),
        CheckConstraint("length(reason) > 0", name="reason"),
    )
    id: str = identity()
    clinic_id: str = of("clinic.id")
    payer: str
    effective_from: date
    effective_to: date | None = None
    max_sessions: int | None = None
    cap_scope: str = "patient"
    min_interval: str | None = None
    interval_scope: str = "site"
    min_relief_pct: Decimal | None = quantity()
    min_relief_weeks: int | None = None
    max_regions: int | None = None
    enforced: bool = True
    reason: str
    recorded_at: str
    recorded_by: str
