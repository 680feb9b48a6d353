"""Rows of injections as records: a session that rows join, the patient's sites, what the rules find in the past.

Everything that a row has to be held against is read once a session, and not at all of a new one, so that a patient's
rows go to the store in one go. Findings are kept as notes: nobody can be asked about the past any more.
"""

from tpi_cli.acts import adverse, inject, screen
from tpi_cli.acts import site as sites
from tpi_cli.acts.adverse import Event, Happened
from tpi_cli.acts.bring_in import Person
from tpi_cli.acts.inject import Opened
from tpi_cli.rules.case import Finding
from tpi_cli.rules.propose import UNSAID, Plan
from tpi_cli.rules.values import Pain, Place, Shot, volumes
from tpi_cli.store import facts
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.read import overrides, people
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.log import Injected
from tpi_cli.store.write import Writing


class Sites:
    """A patient's sites, those that rows bring along among them."""

    def __init__(self, writing: Writing, patient_id: str) -> None:
        self.writing = writing
        self._patient_id = patient_id
        self._known = {where: (site, number) for site, (number, where) in facts.sites(writing.db, patient_id).items()}

    def at(self, row: Injected) -> str:
        """The site (UUID) of a row, added where it is new."""
        where = row.muscle, row.side
        if where not in self._known:
            number = max((number for _, number in self._known.values()), default=0) + 1
            columns = sites.columns(self.writing, self._patient_id, where, {"number": number, "since": row.date})
            self.writing.put("site", columns)
            self._known[where] = columns["id"], number
        return self._known[where][0]


class Joined:
    """A session with what it holds, so that each row adds what is new: a plan, scores and events once a site."""

    def __init__(self, writing: Writing, session: Opened) -> None:
        self.session = session
        self._writing = writing
        self._mixtures = 0
        self._injections = 0
        self._plans: dict[str, str | None] = {}
        self._said: dict[str, str | None] = {}
        self._scored: set[tuple[str | None, str]] = set()
        self._events: set[tuple[str | None, str, str | None]] = set()

    @classmethod
    def on_file(cls, writing: Writing, session: Opened) -> "Joined":
        """One that is on file."""
        one, db, of = cls(writing, session), writing.db, {"session": session.id}
        one._mixtures = db.value("SELECT COALESCE(MAX(ordinal), 0) FROM mixture WHERE session_id = :session", **of)
        one._injections = db.value("SELECT COALESCE(MAX(ordinal), 0) FROM injection WHERE session_id = :session", **of)
        one._plans = dict(db.rows(_PLANS, **of))
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
            "twitch": row.twitch,
            "note": row.note,
            "source_id": row.source_id,
            "row_key": row_key,
        }
        inject.injection(self._writing, self.session, site_id, mix, place, more)
        self._said[site_id] = self._said.get(site_id) or row.follow_up
        self._score(site_id, row)
        self._happened(site_id, row)

    def end(self) -> None:
        """No more rows: each site gets its plan, said by whichever of its rows says one."""
        for site_id, follow_up in self._said.items():
            planned = Plan(follow_up, "stated") if follow_up else UNSAID
            if site_id not in self._plans:
                inject.plan(self._writing, self.session, site_id, planned)
            elif follow_up and (unsaid := self._plans[site_id]):
                self._writing.change("plan", unsaid, {"follow_up": planned.follow_up, "origin": planned.origin})

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


_PLANS = "SELECT site_id, CASE WHEN origin = 'unsaid' THEN id END FROM plan WHERE session_id = :session"
"""The sites of a session that have a plan, with the plan's UUID where nobody said it."""
UNSAID_BY_FILES = frozenset({"consent_missing", "recorded_today", "no_diagnosis"})
"""Rules about what an entry holds beside the injection, of which a file says nothing."""


class Hindsight:
    """What sessions of the past are held against: the house and its clinic, read once for all patients."""

    chart: Chart
    """The chart of the patient looked back at last, as it was then."""

    def __init__(self, writing: Writing, house: House) -> None:
        self.house = house
        self._writing = writing
        self._office = clinic(writing.db)

    def look_back(self, person: Person, sessions: list[Opened]) -> None:
        """What the rules find in sessions of the past, kept with each as notes."""
        db = self._writing.db
        self.chart = chart = Chart(db, self.house, person.id)
        who = screen.whom(db, people.of_uuid(db, person.id))
        numbers = {where: number for number, where in chart.sites.values()}
        known = overrides.known(db, person.id)
        for session in sessions:
            shots = chart.shots(session.id)
            places = sorted({(place.muscle, place.side) for shot in shots for place in shot.places})
            plan = screen.Plan(session.on_date, shots, consent=True, numbers={one: numbers[one] for one in places})
            past = chart.beside(session.number, session.on_date)
            found = screen.screen(self._office, who, plan, past, recording=True, but=UNSAID_BY_FILES).findings
            self._note(session, [one for one in found if one.level != "note"], known.get(session.id, frozenset()))

    def _note(self, session: Opened, findings: list[Finding], known: frozenset[tuple[str, str | None]]) -> None:
        fresh = [one for one in findings if (one.rule, inject.site_list(one)) not in known]
        for ordinal, one in enumerate(fresh, len(known) + 1):
            inject.keep_finding(self._writing, session, ordinal, one._replace(level="note"), None)
