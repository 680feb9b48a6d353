"""Appointments as a calendar file (RFC 5545), for the extra `ics`. Only the command that writes one loads this.

Nothing clinical goes out. The same store gives the same bytes: every stamp in the file is one that the store keeps.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

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


class Entry(NamedTuple):
    """An event, and its day in the clinic's zone."""

    on: date
    event: Event

    @property
    def uid(self) -> str:
        """What it is known by, whatever becomes of it."""
        return str(self.event["uid"])


def appointments(office: Clinic, found: Iterable[Appointment], told: Told) -> list[Entry]:
    """An event for each, in the order given."""
    zone = clock.zone(office.zone)
    days = ((clock.unstamped(one.starts_at).astimezone(zone).date(), one) for one in found)
    return [Entry(on, _event(one, office, told)) for on, one in days]


def whole(office: Clinic, entries: Sequence[Entry], name: str) -> str:
    """One file with all of them, to be published under a name."""
    return _calendar(office, entries, {"method": "PUBLISH", "x-wr-calname": _line(name)})


def alone(office: Clinic, entry: Entry) -> str:
    """One as an object of a CalDAV server, which has no METHOD (RFC 4791, 4.1): by itself, with no other's zone."""
    return _calendar(office, [entry], {})


def _calendar(office: Clinic, entries: Sequence[Entry], more: Mapping[str, str]) -> str:
    """The calendar of these, with CR LF at the ends of its lines."""
    calendar = Calendar()
    about = {"prodid": "-//tpi//tpi export ics//EN", "version": "2.0", "calscale": "GREGORIAN", **more}
    for name, value in about.items():
        calendar.add(name, value)
    days = [entry.on for entry in entries if "TZID" in entry.event["dtstart"].params]
    if days:
        calendar.add_component(timezone(office.zone, clock.zone(office.zone), min(days), max(days)))
    for entry in entries:
        calendar.add_component(entry.event)
    lines: bytes = calendar.to_ical()
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
    who = "appointment" if told == "nothing" else titled(one.patient, one.name, one.born, told)
    # there are calendars that show a cancelled event like any other
    event.add("summary", f"{one.status}: {who}" if one.status in GONE else who)
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


def titled(number: int, name: str | None, born: date | None, told: Told) -> str:
    """`PT-0007`, with name and birth date where they are to be told and there are any."""
    if told != "names" or name is None or born is None:
        return identity.patient(number)
    return _line(f"{identity.patient(number)} {surname_first(name)}, born {spelled(born)}")


def _line(text: str) -> str:
    """The text in one line, without control characters, and with everything else that hides made visible."""
    return clean(re.sub(r"[\x00-\x1f\x7f-\x9f\s]+", " ", text).strip())
