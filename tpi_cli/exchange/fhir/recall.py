"""When to come back: a plan for every site that is due some day, and the slots that were really booked."""

from datetime import timedelta

from tpi_cli import clock
from tpi_cli.exchange.fhir import ids
from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import Part, body_site, concept, resource
from tpi_cli.store.read.appointments import Appointment
from tpi_cli.store.read.people import Site
from tpi_cli.store.read.person import Open

STATUSES = {
    "booked": "booked",
    "arrived": "arrived",
    "done": "fulfilled",
    "cancelled": "cancelled",
    "no-show": "noshow",
}


def service_request(at: House, who: Part, one: Open, site: Site, done: Part | None) -> Part:
    """The recall of a site; `done` is the procedure that it follows from.

    The window begins when the site is due, later where a payer or a snooze says so, and ends before it is overdue.
    It tells nothing of today, so that the same store is told in the same words tomorrow.
    """
    start = max(day for day in (one.due, one.capped_until, one.snoozed_until) if day)
    end = start + timedelta(days=max(at.clinic.thresholds.overdue - 1, 0))
    return resource(
        "ServiceRequest",
        at.made("ServiceRequest", one.site_id),
        "servicerequest",
        status="active",
        intent="plan",
        code=concept("Repeat of trigger point injection"),
        subject=ids.to(who),
        occurrencePeriod={"start": str(start), "end": str(end)},
        authoredOn=str(one.anchor) if one.anchor else None,
        requester=at.practitioner(one.clinician) if one.clinician else at.organization,
        supportingInfo=[*([ids.to(done)] if done else []), ids.reference("BodyStructure", one.site_id)],
        bodySite=[body_site(site.muscle, site.side)],
    )


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
        basedOn=[ids.to(plan) for plan in plans],
        participant=[{"actor": each, "status": "accepted"} for each in people],
    )


def _instant(stamp: str) -> str:
    """A moment to the second: `2026-11-24T10:00:00Z`."""
    return f"{stamp[:19]}Z"
