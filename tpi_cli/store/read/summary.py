"""Everything that a paper about a patient tells: read once, whoever it is for."""

from datetime import date
from typing import NamedTuple

from tpi_cli.reference.agents import Agent
from tpi_cli.rules.values import Shot
from tpi_cli.store.database import Database
from tpi_cli.store.read import adverse, appointments, body, clinicians, log, people, stock
from tpi_cli.store.read.adverse import Event
from tpi_cli.store.read.appointments import Appointment
from tpi_cli.store.read.body import Known, SiteNow
from tpi_cli.store.read.clinic import Clinic
from tpi_cli.store.read.log import Session
from tpi_cli.store.read.people import Alert, Patient


class Treatment(NamedTuple):
    """A session with what was injected where."""

    session: Session
    shots: tuple[Shot, ...]


class Summary(NamedTuple):
    """A patient, the alerts, the sites by number, the sessions that count (newest first), events, what is booked."""

    clinic: Clinic
    today: date
    who: Patient
    alerts: list[Alert]
    sites: list[SiteNow]
    treatments: list[Treatment]
    events: list[Event]
    booked: list[Appointment]
    known: Known
    agents: dict[str, Agent]
    clinicians: dict[str, str]
    """Names by code, of those who have one on file."""

    @property
    def last(self) -> tuple[Treatment, ...]:
        """Everything that was done on the newest day: a day is one session, however many entries it has."""
        return tuple(one for one in self.treatments if one.session.date == self.treatments[0].session.date)

    @property
    def last_day(self) -> date | None:
        """That day."""
        return self.treatments[0].session.date if self.treatments else None

    @property
    def open_events(self) -> list[Event]:
        """The adverse events that somebody has to look at again."""
        return [one for one in self.events if one.look_on is not None and one.closed_on is None]


def of_patient(db: Database, office: Clinic, who: Patient) -> Summary:
    """What is on file about a patient by the end of today."""
    known = body.known(db, who, office.today)
    sessions = [one for one in log.sessions(db, who.number) if one.date <= office.today]
    void = {one.number for one in sessions if one.voided_at is not None}
    return Summary(
        clinic=office,
        today=office.today,
        who=who,
        alerts=people.alerts(db, who.id),
        sites=list(body.sites(db, office, who, known)),
        treatments=[Treatment(one, log.shots(db, one.id)) for one in sessions if one.number not in void],
        events=[one for one in adverse.events(db, who.id) if one.on <= office.today and one.session not in void],
        booked=appointments.still_open(db, who.id, office.today),
        known=known,
        clinicians={one.code: one.name for one in clinicians.everyone(db) if one.name},
        agents={one.agent: one for one in stock.shipped_and_own(db)},
    )
