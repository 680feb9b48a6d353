"""Appointments as a calendar file (RFC 5545), for the extra `ics`. Only the command that writes one loads this.

Nothing clinical goes out. The same store gives the same bytes: every stamp in the file is one that the store keeps.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from icalendar import Calendar, Event

from tpi_cli import clock
from tpi_cli.exchange.ics_zone import timezone
from tpi_cli.rules import identity
from tpi_cli.show.clean import clean
from tpi_cli.show.person import spelled, surname_first
from tpi_cli.store.read.appointments import Appointment
from tpi_cli.store.read.clinic import Clinic

Told = Literal["names", "ids", "nothing"]
"""How an event calls its patient: id, name and birth date; the id; not at all."""
GONE = ("cancelled", "no-show")
"""What takes nobody's time up any more: for a calendar both are cancelled, and the title says which."""


def written(office: Clinic, found: Sequence[Appointment], told: Told) -> str:
    """The calendar of these appointments, in the order given, with CR LF at the ends of its lines."""
    whole = Calendar()
    whole.add("prodid", "-//tpi//tpi export ics//EN")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", _line(office.name))
    zone = clock.zone(office.zone)
    events = [_event(one, office, told) for one in found]
    if any("TZID" in event["dtstart"].params for event in events):
        days = [clock.unstamped(one.starts_at).astimezone(zone).date() for one in found]
        whole.add_component(timezone(office.zone, zone, min(days), max(days)))
    for event in events:
        whole.add_component(event)
    lines: bytes = whole.to_ical()
    return lines.decode()


def _event(one: Appointment, office: Clinic, told: Told) -> Event:
    event = Event()
    event.add("uid", f"{one.id}@tpi.{office.id}")
    event.add("sequence", one.sequence)
    event.add("dtstamp", clock.unstamped(one.changed_at))
    event.add("created", clock.unstamped(one.recorded_at))
    event.add("last-modified", clock.unstamped(one.changed_at))
    start, end = _times(one, clock.zone(office.zone))
    event.add("dtstart", start)
    event.add("dtend", end)
    event.add("status", "CANCELLED" if one.status in GONE else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if one.status in GONE else "OPAQUE")
    event.add("class", "CONFIDENTIAL")
    event.add("summary", _summary(one, told))
    if one.clinician and told != "nothing":
        event.add("categories", [_line(one.clinician)])
    if one.note and told == "names":
        event.add("description", _line(one.note))
    return event


def _times(one: Appointment, zone: tzinfo) -> tuple[datetime, datetime]:
    """Start and end on the clinic's wall; in UTC where a clock shows one of them for the second time that night.

    With a zone, RFC 5545 reads such an hour as the first of the two (3.3.5).
    """
    start = clock.unstamped(one.starts_at)
    times = start, start + timedelta(minutes=one.minutes)
    shown = times[0].astimezone(zone), times[1].astimezone(zone)
    return times if any(time.fold for time in shown) else shown


def _summary(one: Appointment, told: Told) -> str:
    """`PT-0007`; `cancelled: PT-0007`, as there are calendars that show a cancelled event like any other."""
    who = {
        "names": f"{identity.patient(one.patient)} {surname_first(one.name)}, born {spelled(one.born)}",
        "ids": identity.patient(one.patient),
        "nothing": "appointment",
    }[told]
    return _line(f"{one.status}: {who}" if one.status in GONE else who)


def _line(text: str) -> str:
    """The text in one line, without control characters, and with everything else that hides made visible."""
    return clean(re.sub(r"[\x00-\x1f\x7f-\x9f\s]+", " ", text).strip())
