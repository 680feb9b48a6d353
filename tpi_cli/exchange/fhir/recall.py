"""When to come back: a plan for every site that was ever to come back, and the slots that were really booked."""

from datetime import timedelta

from tpi_cli import clock
from tpi_cli.exchange.fhir import ids
from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import WRONG, Part, body_site, concept, notes, resource
from tpi_cli.store.read.appointments import Appointment
from tpi_cli.store.read.people import Site
from tpi_cli.store.read.person import Recall

STATUSES = {
    "booked": "booked",
    "arrived": "arrived",
    "done": "fulfilled",
    "cancelled": "cancelled",
    "no-show": "noshow",
}


ACTIVE = "active"


def service_request(at: House, who: Part, one: Recall, site: Site, done: Part | None) -> Part:
    """The recall of a site; `done` is the procedure that it follows from.

    One that is over goes out too, under the id it had: left out it would stay active wherever it was sent before.
    """
    return resource(
        "ServiceRequest",
        at.made("ServiceRequest", one.site_id),
        "servicerequest",
        status=_status(one),
        intent="plan",
        code=concept("Repeat of trigger point injection"),
        subject=ids.to(who),
        occurrencePeriod=_window(at, one),
        authoredOn=str(one.anchor) if one.anchor else None,
        requester=at.practitioner(one.clinician) if one.clinician else at.organization,
        supportingInfo=[*([ids.to(done)] if done else []), ids.reference("BodyStructure", one.site_id)],
        bodySite=[body_site(site.muscle, site.side)],
        note=notes(one.closed and f"closed: {one.closed}"),
    )


def _status(one: Recall) -> str:
    """Active while it stands; completed where it was resolved, or the site treated since with no plan for another time;
    revoked where it was closed for any other reason; in error where every session that planned it is void.
    """
    if one.closed:
        return "completed" if one.closed == "resolved" else "revoked"
    if one.due:
        return ACTIVE
    return "completed" if one.session_id else WRONG


def _window(at: House, one: Recall) -> Part | None:
    """From when the site is due, or later where a payer or a snooze says so, to the day before it is overdue.

    It tells nothing of today, so that the same store is told in the same words tomorrow.
    """
    if not one.due:
        return None
    start = max(day for day in (one.due, one.capped_until, one.snoozed_until) if day)
    return {"start": str(start), "end": str(start + timedelta(days=max(at.clinic.thresholds.overdue - 1, 0)))}


def appointment(at: House, who: Part, one: Appointment, plans: list[Part]) -> Part:
    """A booked time, what became of it, and the plans it was booked for while it is still to come."""
    people = [ids.to(who), *([at.practitioner(one.clinician)] if one.clinician else []), at.location]
    return resource(
        "Appointment",
        one.id,
        identifier=[at.identifier("appointment", one.code)],
        status=STATUSES[one.status],
        description="Trigger point treatment",
        start=_instant(one.starts_at),
        end=_instant(clock.stamped(clock.unstamped(one.starts_at) + timedelta(minutes=one.minutes))),
        minutesDuration=one.minutes,
        created=_instant(one.recorded_at),
        comment=at.free(one.note),
        basedOn=[ids.to(plan) for plan in plans if plan["status"] == ACTIVE],
        participant=[{"actor": each, "status": "accepted"} for each in people],
    )


def _instant(stamp: str) -> str:
    """A moment to the second: `2026-11-24T10:00:00Z`."""
    return f"{stamp[:19]}Z"
