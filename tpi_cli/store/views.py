"""The views the reports read: compiled from the tables, so that schema and query live once."""

from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.engine import Dialect
from sqlmodel import col

from tpi_cli.store.tables import (
    Alert,
    Clinician,
    Component,
    Injection,
    Mixture,
    Patient,
    Plan,
    Recall,
    Session,
    Site,
)


def recall_list() -> Select[Any]:
    """One row per site with a plan or a hold: who, where, when, and what holds it back."""
    alerts = (
        select(func.aggregate_strings(col(Alert.kind), ","))
        .where(col(Alert.patient_id) == Patient.id, col(Alert.ended_on).is_(None))
        .scalar_subquery()
    )
    keys: list[Any] = [Recall.clinic_id, Recall.patient_id, Recall.site_id, Recall.session_id]
    person: list[Any] = [
        col(Patient.number).label("patient"),
        Patient.mrn,
        Patient.name,
        Patient.name_key,
        Patient.born,
        Patient.phone,
        Patient.payer,
    ]
    place: list[Any] = [col(Site.number).label("site"), Site.muscle, Site.side]
    plan: list[Any] = [
        col(Session.number).label("session"),
        Recall.anchor_on,
        Recall.follow_up,
        Recall.due_on,
        Recall.eligible_from,
        Recall.capped_until,
        Recall.reassess,
        Recall.closed,
        Recall.snoozed_until,
        Recall.reasons,
        Recall.agents,
        Recall.pain_before,
        Recall.pain_after,
    ]
    return (
        select(*keys, *person, *place, *plan, col(Clinician.code).label("clinician"), alerts.label("alerts"))
        .select_from(Recall)
        .join(Site, col(Site.id) == Recall.site_id)
        .join(Patient, col(Patient.id) == Recall.patient_id)
        .outerjoin(Session, col(Session.id) == Recall.session_id)
        .outerjoin(Clinician, col(Clinician.id) == Session.clinician_id)
    )


def injection_list() -> Select[Any]:
    """One row per agent of each injection (dry needling: one row without), voided sessions marked."""
    same_plan = and_(col(Plan.session_id) == Injection.session_id, col(Plan.site_id) == Injection.site_id)
    columns: list[Any] = [
        Session.clinic_id,
        col(Session.id).label("session_id"),
        col(Session.number).label("session"),
        Session.patient_id,
        col(Patient.number).label("patient"),
        Patient.mrn,
        Session.on_date,
        Session.voided_at,
        col(Clinician.code).label("clinician"),
        col(Injection.ordinal).label("injection"),
        col(Injection.id).label("injection_id"),
        Injection.site_id,
        col(Site.number).label("site"),
        Site.muscle,
        Site.side,
        Injection.passes,
        col(Injection.volume_ml).label("site_volume_ml"),
        Injection.twitch,
        Injection.needle,
        Injection.guidance,
        Injection.note,
        Injection.source_id,
        col(Mixture.ordinal).label("mixture"),
        Mixture.sharing,
        col(Component.ordinal).label("component"),
        Component.agent,
        Component.strength,
        Component.strength_unit,
        Component.volume_ml,
        Component.mass,
        Component.mass_unit,
        Component.epinephrine,
        Component.lot,
        Component.expiry,
        Plan.follow_up,
        Plan.origin,
    ]
    return (
        select(*columns)
        .select_from(Injection)
        .join(Session, col(Session.id) == Injection.session_id)
        .join(Patient, col(Patient.id) == Session.patient_id)
        .join(Clinician, col(Clinician.id) == Session.clinician_id)
        .join(Site, col(Site.id) == Injection.site_id)
        .join(Mixture, col(Mixture.id) == Injection.mixture_id)
        .join(Plan, same_plan)
        .outerjoin(Component, col(Component.mixture_id) == Mixture.id)
    )


VIEWS = {"recall_list": recall_list, "injection_list": injection_list}


def statements(dialect: Dialect) -> list[str]:
    """The statements that drop and make every view anew."""
    out = []
    for name, query in VIEWS.items():
        text = str(query().compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        out += [f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {text}"]
    return out
