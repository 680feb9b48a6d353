"""Rows of injections as records: a session that rows join, the patient's sites, what the rules find in the past.

Everything that a row has to be held against is read once a session, and not at all of a new one, so that a patient's
rows go to the store in one go. Findings are kept as notes: nobody can be asked about the past any more.
"""

from sqlmodel import select

from tpi_cli.acts import adverse, inject, screen
from tpi_cli.acts import site as sites
from tpi_cli.acts.adverse import Event, Happened
from tpi_cli.rules import identity
from tpi_cli.rules.case import Finding
from tpi_cli.rules.propose import UNSAID, Plan
from tpi_cli.rules.values import Pain, Place, Shot, volumes
from tpi_cli.store import tables
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.read import log, people
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.log import Injected
from tpi_cli.store.write import Writing


class Sites:
    """A patient's sites, those that rows bring along among them."""

    def __init__(self, writing: Writing, patient_id: str) -> None:
        self.writing = writing
        self._patient_id = patient_id
        query = select(tables.Site).where(tables.Site.patient_id == patient_id)
        self._known = {(row.muscle, row.side): row for row in writing.session.exec(query)}

    def at(self, row: Injected) -> str:
        """The site (UUID) of a row, added where it is new."""
        where = row.muscle, row.side
        if where not in self._known:
            number = max((one.number for one in self._known.values()), default=0) + 1
            self._known[where] = sites.numbered(self.writing, self._patient_id, where, number, since=row.date)
        return self._known[where].id


class Joined:
    """A session with what it holds, so that each row adds what is new: a plan, scores and events once a site."""

    def __init__(self, writing: Writing, session: tables.Session) -> None:
        self.session = session
        self._writing = writing
        self._mixtures = 0
        self._injections = 0
        self._plans: dict[str, tables.Plan] = {}
        self._scored: set[tuple[str | None, str]] = set()
        self._events: set[tuple[str | None, str, str | None]] = set()

    @classmethod
    def on_file(cls, writing: Writing, session: tables.Session) -> "Joined":
        """One that is on file."""
        one, db, of = cls(writing, session), writing.db, {"session": session.id}
        one._mixtures = db.value("SELECT COALESCE(MAX(ordinal), 0) FROM mixture WHERE session_id = :session", **of)
        one._injections = db.value("SELECT COALESCE(MAX(ordinal), 0) FROM injection WHERE session_id = :session", **of)
        query = select(tables.Plan).where(tables.Plan.session_id == session.id)
        one._plans = {row.site_id: row for row in writing.session.exec(query)}
        one._scored = set(db.rows("SELECT site_id, phase FROM outcome WHERE session_id = :session", **of))
        one._events = set(db.rows("SELECT site_id, type, text FROM adverse_event WHERE session_id = :session", **of))
        return one

    def take(self, known: Sites, row: Injected, row_key: str) -> None:
        """A row as records: what was in the syringe, where it went, and what is said of the site."""
        site_id = known.at(row)
        self._mixtures, self._injections = self._mixtures + 1, self._injections + 1
        found: list[inject.Lot | None] = [inject.Lot(lot.number or "", lot.expiry) for lot in row.lots]
        lots = found or [None] * len(row.doses)
        mix = inject.mixture(self._writing, self.session, self._mixtures, "each", row.doses, lots)
        place = Place(row.muscle, row.side, row.passes)
        more = {
            "ordinal": self._injections,
            "volume_ml": volumes(Shot((place,), row.doses))[0],
            **{name: getattr(row, name) for name in ("twitch", "note", "source_id")},
            "row_key": row_key,
        }
        inject.injection(self._writing, self.session, site_id, mix.id, place, more)
        self._plan(site_id, row)
        self._score(site_id, row)
        self._happened(site_id, row)

    def _plan(self, site_id: str, row: Injected) -> None:
        """The site's plan, said by whichever of its rows says one."""
        known = self._plans.get(site_id)
        if known is None:
            planned = Plan(row.follow_up, "stated") if row.follow_up else UNSAID
            self._plans[site_id] = inject.plan(self._writing, self.session, site_id, planned)
        elif row.follow_up and known.origin == "unsaid":
            known.follow_up, known.origin = row.follow_up, "stated"
            self._writing.add(known)

    def _score(self, site_id: str, row: Injected) -> None:
        """The site's scores that are not on file yet."""
        told = {"before": row.pain_before, "after": row.pain_after}
        for phase, value in told.items():
            if value is None or {(site_id, phase), (None, phase)} & self._scored:
                told[phase] = None
            else:
                self._scored.add((site_id, phase))
        inject.score(self._writing, self.session, site_id, Pain(told["before"], told["after"]))

    def _happened(self, site_id: str, row: Injected) -> None:
        """What went wrong, each event once."""
        for kind, text in row.adverse:
            if not {(site_id, kind, text), (None, kind, text)} & self._events:
                self._events.add((site_id, kind, text))
                of = Happened(self.session.patient_id, self.session.id, site_id, self.session.on_date)
                adverse.put(self._writing, of, Event(kind, text), None)  # history: it was looked at in its day


UNSAID_BY_FILES = frozenset({"consent_missing", "recorded_today", "no_diagnosis"})
"""Rules about what an entry holds beside the injection, of which a file says nothing."""


def look_back(writing: Writing, house: House, person: tables.Patient, sessions: list[tables.Session]) -> None:
    """What the rules find in sessions of the past, kept with each as notes."""
    db, who = writing.db, people.patient(writing.db, identity.patient(person.number))
    chart, office = Chart(db, house, person.id), clinic(db)
    numbers = {where: number for number, where in chart.sites.values()}
    for session in sessions:
        shots = log.shots(db, session.id)
        places = {(place.muscle, place.side) for shot in shots for place in shot.places}
        plan = screen.Plan(session.on_date, shots, consent=True, numbers={one: numbers[one] for one in sorted(places)})
        past = chart.beside(session.number, session.on_date)
        found = screen.screen(db, office, who, plan, past, recording=True).findings
        _note(writing, session, [one for one in found if one.level != "note" and one.rule not in UNSAID_BY_FILES])


def _note(writing: Writing, session: tables.Session, findings: list[Finding]) -> None:
    known = set(writing.db.rows("SELECT rule, sites FROM finding WHERE session_id = :session", session=session.id))
    fresh = [one for one in findings if (one.rule, inject.site_list(one)) not in known]
    for ordinal, one in enumerate(fresh, len(known) + 1):
        inject.keep_finding(writing, session, ordinal, one._replace(level="note"), None)
