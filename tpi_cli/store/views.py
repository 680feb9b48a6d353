"""The views the reports read: compiled from the tables, so that schema and query live once."""

from typing import Any

from sqlalchemy import Date, Integer, Select, String, and_, case, cast, false, func, null, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlmodel import col

from tpi_cli.store.tables import (
    AdverseEvent,
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


def _alerts() -> Any:
    """The kinds of a patient's open alerts, joined by commas."""
    open_ones = (col(Alert.patient_id) == Patient.id, col(Alert.ended_on).is_(None))
    return select(func.aggregate_strings(col(Alert.kind), ",")).where(*open_ones).scalar_subquery().label("alerts")


_PERSON: list[Any] = [
    col(Patient.number).label("patient"),
    Patient.mrn,
    Patient.name,
    Patient.name_key,
    Patient.born,
    Patient.phone,
    Patient.payer,
]


def recall_list() -> Select[Any]:
    """One row per site with a plan or a hold: who, where, when, and what holds it back."""
    keys: list[Any] = [Recall.clinic_id, Recall.patient_id, Recall.site_id, Recall.session_id]
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
        Recall.booked_until,
        Recall.reasons,
        Recall.agents,
        Recall.pain_before,
        Recall.pain_after,
    ]
    return (
        select(*keys, *_PERSON, *place, *plan, col(Clinician.code).label("clinician"), _alerts())
        .select_from(Recall)
        .join(Site, col(Site.id) == Recall.site_id)
        .join(Patient, col(Patient.id) == Recall.patient_id)
        .outerjoin(Session, col(Session.id) == Recall.session_id)
        .outerjoin(Clinician, col(Clinician.id) == Session.clinician_id)
    )


def event_list() -> Select[Any]:
    """One row per adverse event that wants a look, in the columns of `recall_list`: a recall of its own kind.

    `agents` is its type and `reasons` what was told of it. Only the patient's death closes it; one of a session that
    was void is another patient's, or nobody's.
    """
    event = AdverseEvent
    nothing, no_day, no_score = cast(null(), String), cast(null(), Date), cast(null(), Integer)
    keys: list[Any] = [event.clinic_id, event.patient_id, event.site_id, event.session_id]
    place: list[Any] = [
        col(event.number).label("site"),
        nothing.label("muscle"),
        nothing.label("side"),
    ]
    plan: list[Any] = [
        col(Session.number).label("session"),
        col(event.on_date).label("anchor_on"),
        nothing.label("follow_up"),
        col(event.follow_up_on).label("due_on"),
        no_day.label("eligible_from"),
        no_day.label("capped_until"),
        false().label("reassess"),
        case((col(Patient.status) == "deceased", "deceased")).label("closed"),
        no_day.label("snoozed_until"),
        no_day.label("booked_until"),
        func.coalesce(event.text, "").label("reasons"),
        col(event.type).label("agents"),
        no_score.label("pain_before"),
        no_score.label("pain_after"),
    ]
    return (
        select(*keys, *_PERSON, *place, *plan, col(Clinician.code).label("clinician"), _alerts())
        .select_from(event)
        .join(Patient, col(Patient.id) == event.patient_id)
        .outerjoin(Session, col(Session.id) == event.session_id)
        .outerjoin(Clinician, col(Clinician.id) == Session.clinician_id)
        .where(
            col(event.follow_up_on).is_not(None),
            col(event.closed_on).is_(None),
            col(Session.voided_at).is_(None),
        )
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


VIEWS = {"recall_list": recall_list, "event_list": event_list, "injection_list": injection_list}


def texts() -> dict[str, str]:
    """The views of an SQLite store by name, as they are stored."""
    made = (text for text in statements(sqlite.dialect()) if text.startswith("CREATE"))
    return {text.split()[2]: text for text in made}


def statements(dialect: Dialect) -> list[str]:
    """The statements that drop and make every view anew."""
    out = []
    for name, query in VIEWS.items():
        text = str(query().compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        out += [f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {text}"]
    return out
