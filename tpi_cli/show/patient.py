"""Patients in lists, and one patient whole."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.reference import alerts as kinds
from tpi_cli.reference.names import title
from tpi_cli.rules.values import plain
from tpi_cli.show.adverse import record as event_record
from tpi_cli.show.adverse import words
from tpi_cli.show.appointment import record as appointment_record
from tpi_cli.show.person import redacted_head, spelled
from tpi_cli.show.picture import spark
from tpi_cli.show.report import Column
from tpi_cli.show.session import tri
from tpi_cli.store.read.adverse import Event
from tpi_cli.store.read.appointments import Appointment
from tpi_cli.store.read.contacts import Call
from tpi_cli.store.read.people import Alert, Patient, Site


class SiteRow(NamedTuple):
    """A site in a list, with the scores told of it, the oldest first."""

    site: Site
    scores: list[int]


def site_columns(*, glyphs: bool) -> tuple[Column, ...]:
    """The columns of a patient's sites; where glyphs can be shown the scores have bars beside them."""
    drawn = spark.drawn if glyphs else spark.words
    return (
        Column("site", lambda row: str(row.site.number), right=True),
        Column("muscle", lambda row: title(row.site.muscle)),
        Column("side", lambda row: row.site.side),
        Column("point", lambda row: row.site.point or "", 6),
        Column("findings", lambda row: findings(row.site), 5),
        Column("last", lambda row: str(row.site.last or ""), 3),
        Column("trend", lambda row: drawn(row.scores), 4),
        Column("due", lambda row: str(row.site.due or "")),
        Column("closed", lambda row: row.site.closed or "", 1),
    )


def site_record(one: Site) -> dict[str, Any]:
    """A site, for programs."""
    return {
        "site": one.number,
        "muscle": one.muscle,
        "side": one.side,
        "point": one.point,
        "taut_band": one.taut_band,
        "tender_spot": one.tender_spot,
        "referred": one.referred,
        "referred_to": one.referred_to,
        "recognised": one.recognised,
        "since": one.since,
        "last_session": one.last,
        "due": one.due,
        "closed": one.closed,
    }


def findings(one: Site) -> str:
    """What the examination found, in words; what was not asked is left out."""
    told = [
        tri("taut band", one.taut_band),
        tri("tender spot", one.tender_spot),
        tri("referred pain", one.referred) + (f" ({one.referred_to})" if one.referred_to else ""),
        tri("recognised pain", one.recognised),
    ]
    return ", ".join(filter(None, told))


class Loop(NamedTuple):
    """Where the recall stands beside the sites: appointments open, the last call, events that want a look."""

    booked: list[Appointment]
    call: Call | None
    events: list[Event]


def whole(one: Patient, alerts: list[Alert], sites: list[Site], loop: Loop, today: date, redact: str) -> list[str]:
    """Everything on file about a patient, in lines."""
    lines = [redacted_head(one, today, alerts, redact)]
    if redact == "none":
        lines += _person(one)
    if redact != "all":
        lines += [f"  alert     {_alert(alert)}" for alert in alerts]
        lines += [f"  alert     {question}: not asked" for question in unasked(alerts)]
        lines += [f"  site {site.number:<4} {_site(site)}" for site in sites]
        lines += [f"  adverse   {event.number} {words(event.type, event.text)} of {event.on}, wants a look from "
                  f"{event.look_on}" for event in loop.events]  # fmt: skip
        lines += [f"  booked    {_booked(appointment)}" for appointment in loop.booked]
        lines += [f"  called    {_called(loop.call)}"] if loop.call else []
    return lines


def _booked(one: Appointment) -> str:
    whom = f" with {one.clinician}" if one.clinician else ""
    return (
        f"{one.on} {one.wall} for {one.minutes} min{whom} ({one.code}{', arrived' if one.status == 'arrived' else ''})"
    )


def _called(one: Call) -> str:
    again = f", again {one.until}" if one.until else ""
    told = f": {one.note}" if one.note else ""
    return f"{one.on} by {one.channel}, {one.result.replace('-', ' ')}{again}{told}"


def _person(one: Patient) -> Iterable[str]:
    weight = f"{plain(one.weight_kg)} kg ({one.weight_on})" if one.weight_kg is not None else None
    height = f"{plain(one.height_cm)} cm" if one.height_cm is not None else None
    status = one.status + (f" since {one.status_on}" if one.status_on else "")
    rows = {"mrn": one.mrn, "sex": one.sex, "weight": weight, "height": height, "phone": one.phone,
            "email": one.email, "payer": one.payer, "status": status, "note": one.note}  # fmt: skip
    return [f"  {name:<9} {value}" for name, value in rows.items() if value]


def unasked(alerts: list[Alert]) -> list[str]:
    """The screening questions nobody has answered for this patient: unknown is not none."""
    found = {alert.kind for alert in alerts}
    asked_allergy = any(kind.startswith(kinds.ALLERGY) for kind in found)
    asked_bleeding = bool(found & {*kinds.BLEEDING, "bleeding-none"})
    return [*([] if asked_allergy else ["allergies"]), *([] if asked_bleeding else ["bleeding and anticoagulants"])]


def _alert(alert: Alert) -> str:
    known = kinds.all_alerts().get(alert.kind)
    words = known.words if known else alert.kind
    told = f": {alert.text}" if alert.text else ""
    return f"{words}{told} (since {spelled(alert.since)})"


def _site(site: Site) -> str:
    standing = site.closed or (f"due {site.due}" if site.due else "no follow-up planned")
    last = f", last treated {site.last}" if site.last else ""
    found = findings(site)
    return f"{title(site.muscle)} {site.side}   {standing}{last}" + (f"   {found}" if found else "")


def whole_record(one: Patient, alerts: list[Alert], sites: list[Site], loop: Loop) -> dict[str, Any]:
    """Everything on file about a patient, for programs."""
    fields = one._asdict()
    fields.pop("id"), fields.pop("number")
    told = [{"kind": alert.kind, "text": alert.text, "since": alert.since} for alert in alerts]
    return {
        "patient": one.code,
        **fields,
        "alerts": told,
        "sites": [site_record(site) for site in sites],
        "booked": [appointment_record(appointment) for appointment in loop.booked],
        "last_call": loop.call and loop.call._asdict(),
        "adverse": [event_record(event) for event in loop.events],
    }
