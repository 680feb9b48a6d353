"""Injections brought in, a patient's at a time: the new ones added session by session, the others left or refused.

A row is the same when its `source_id` is on file, or, without one, when an equal injection is. Sessions are
the rows of one patient and day. What the rules find in the past is kept with its session as a note: nobody can be
asked about it any more.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby

from sqlmodel import select

from tpi_cli.acts import adverse, appointment, inject, screen
from tpi_cli.acts import site as sites
from tpi_cli.acts.adverse import Event, Happened
from tpi_cli.acts.bring_in import Line, Refusal, Result, digest, not_then, nothing
from tpi_cli.rules import identity
from tpi_cli.rules.case import Finding
from tpi_cli.rules.propose import UNSAID, Plan
from tpi_cli.rules.values import Pain, Place, Shot, volumes
from tpi_cli.store import tables
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.columns import known_day
from tpi_cli.store.read import clinicians, log, people
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.log import Injected
from tpi_cli.store.write import Writing


def injections(writing: Writing, house: House, person: tables.Patient, lines: list[Line]) -> Result:
    """Add the injections of a patient that are new; the caller keeps the due dates."""
    out = nothing()
    known = Known(writing, person, [line.row for line in lines])
    fresh = [line for line in lines if _is_new(known, out, line)]
    touched = []
    for _, group in groupby(sorted(fresh, key=_day), key=_day):
        session = _session(writing, known, out, list(group))
        touched += [session] if session else []
    _look_back(writing, house, person, touched)
    return out


def _day(line: Line) -> date:
    on: date = line.row.date
    return on


class Known:
    """What the store holds already of a patient, to tell new rows from old. A voided row is known too: it stays void.

    Of others it knows only the ids that the rows at hand come with.
    """

    def __init__(self, writing: Writing, person: tables.Patient, rows: list[Injected]) -> None:
        db = writing.db
        self.person = person
        on_file = list(log.injected(db, patient=person.id))
        every = [*on_file, *log.injected(db, patient=person.id, voided=True)]
        self.by_source = {row.source_id: row for row in every if row.source_id}
        self.others = set(log.sources(db, [row.source_id for row in rows if row.source_id])) - self.by_source.keys()
        self.content = Counter(variant for row in every for variant in set(_by_content(row)))
        keys = list(log.row_keys(db, person.id))
        self.keys = {key for _, key in keys}
        self.key_of = {source: key for source, key in keys if source}
        self.seen: Counter[Injected] = Counter()
        self.places = _places(on_file)
        query = select(tables.Session).where(tables.Session.patient_id == person.id)
        self.sessions = {row.on_date: row for row in writing.session.exec(query) if row.voided_at is None}
        booked = f"SELECT on_date FROM appointment WHERE patient_id = :who AND status IN {appointment.UNTREATED}"
        self.booked = {known_day(on) for (on,) in db.rows(booked, who=person.id)}


Where = tuple[date, str, str]


def _where(row: Injected) -> Where:
    return row.date, row.muscle, row.side


def _places(rows: Iterable[Injected]) -> dict[Where, Injected]:
    """What is said of each site at each session, by the first row that says it."""
    out: dict[Where, Injected] = {}
    for row in rows:
        out.setdefault(_where(row), row)
    return out


def _is_new(known: Known, out: Result, line: Line) -> bool:
    row: Injected = line.row
    wrong = _fault(known, row)
    if wrong:
        out.refused.append(Refusal(line.at, *wrong))
        return False
    if row.source_id in known.by_source or (row.source_id is None and _is_on_file(known, row)):
        out.same.append(line)
        return False
    if row.source_id:
        known.by_source[row.source_id] = row
    return True


def _is_on_file(known: Known, row: Injected) -> bool:
    """Whether a row without an id is there already: the same row brought in before, or an equal injection.

    Two equal rows of one file are two injections, so each needs one of its own on file.
    """
    copy = known.seen[row]
    known.seen[row] += 1
    return digest(row, copy) in known.keys or known.content[_by_content(row)[0]] > copy


def _by_content(row: Injected) -> tuple[Injected, Injected]:
    """What a row without an id is told by: as it stands, and as a file that leaves the clinician out has it."""
    bare = row._replace(source_id=None)
    return bare, bare._replace(clinician="")


def _fault(known: Known, row: Injected) -> tuple[str, str] | None:
    wrong = not_then(known.person, row.date)
    if wrong:
        return "date", wrong
    earlier = known.by_source.get(row.source_id or "")
    if row.source_id in known.others or (earlier is not None and not _same(known, earlier, row)):
        return "source_id", f"{row.source_id} is on file with other values: amend the record instead"
    return None


def _same(known: Known, earlier: Injected, row: Injected) -> bool:
    """The row brought in before, or an equal one where a clinician left out takes whoever is on file."""
    bare = row._replace(source_id=None)
    if known.key_of.get(row.source_id or "") == digest(bare):
        return True
    clinician = row.clinician or earlier.clinician
    return earlier._replace(source_id=None, clinician=clinician) == bare._replace(clinician=clinician)


def _session(writing: Writing, known: Known, out: Result, lines: list[Line]) -> tables.Session | None:
    """The session of a day with its new injections; None where its rows are at odds."""
    wrong = _at_odds(writing, known, lines)
    if wrong:
        out.refused.extend(wrong)
        return None
    on = _day(lines[0])
    session = known.sessions.get(on) or inject.new_session(
        writing, known.person.id, on, _clinician(lines) or writing.acting, {}
    )
    known.sessions[on] = session
    copies: Counter[Injected] = Counter()
    for line in lines:
        bare = line.row._replace(source_id=None)
        _injection(writing, session, line.row, digest(bare, 0 if line.row.source_id else copies[bare]))
        copies[bare] += 1
    if on in known.booked:
        appointment.close(writing, known.person.id, on, session.id)
    out.new.extend(lines)
    return session


def _at_odds(writing: Writing, known: Known, lines: list[Line]) -> list[Refusal]:
    """Rows of one session that contradict each other or what is on file: its clinician, a site's plan or pain."""
    session = known.sessions.get(_day(lines[0]))
    clinician = clinicians.of(writing.db, session.clinician_id) if session else _clinician(lines)
    out = []
    for line in lines:
        if line.row.clinician not in {"", clinician}:
            out.append(Refusal(line.at, "clinician", f"the session's other rows say {clinician}"))
        first = known.places.setdefault(_where(line.row), line.row)
        out += [Refusal(line.at, column, "the site's other row of this session says otherwise")
                for column in _contradicted(first, line.row)]  # fmt: skip
    return out


def _contradicted(first: Injected, row: Injected) -> list[str]:
    """The columns in which two rows of one site and session say different things."""
    columns = ("follow_up", "pain_before", "pain_after")
    return [
        name for name in columns if None not in (pair := {getattr(first, name), getattr(row, name)}) and len(pair) > 1
    ]


def _clinician(lines: list[Line]) -> str:
    """Who the rows of a session name; nothing where none of them does."""
    return next((line.row.clinician for line in lines if line.row.clinician), "")


def _injection(writing: Writing, session: tables.Session, row: Injected, row_key: str) -> None:
    site = sites.at(writing, session.patient_id, row.muscle, row.side) or sites.place(
        writing, session.patient_id, row.muscle, row.side, since=row.date
    )
    mixtures = "SELECT COUNT(*) + 1 FROM mixture WHERE session_id = :session"
    number = writing.db.value(mixtures, session=session.id)
    found: list[inject.Lot | None] = [inject.Lot(lot.number or "", lot.expiry) for lot in row.lots]
    found = found or [None] * len(row.doses)
    mix = inject.mixture(writing, session, number, "each", row.doses, found)
    place = Place(row.muscle, row.side, row.passes)
    volume = volumes(Shot((place,), row.doses))[0]
    more = {"twitch": row.twitch, "note": row.note, "source_id": row.source_id, "row_key": row_key}
    inject.injection(writing, session, site.id, mix.id, place, volume, more)
    _plan(writing, session, site.id, row)
    _scores(writing, session, site.id, row)
    _events(writing, session, site.id, row)


def _plan(writing: Writing, session: tables.Session, site_id: str, row: Injected) -> None:
    """The site's plan, said by whichever of its rows says one."""
    query = select(tables.Plan).where(tables.Plan.session_id == session.id, tables.Plan.site_id == site_id)
    known = writing.session.exec(query).first()
    if known is None:
        inject.plan(writing, session, site_id, Plan(row.follow_up, "stated") if row.follow_up else UNSAID)
    elif row.follow_up and known.origin == "unsaid":
        known.follow_up, known.origin = row.follow_up, "stated"
        writing.add(known)


def _scores(writing: Writing, session: tables.Session, site_id: str, row: Injected) -> None:
    """The site's scores that are not on file yet."""
    sql = "SELECT phase FROM outcome WHERE session_id = :session AND (site_id = :site OR site_id IS NULL)"
    known = {phase for (phase,) in writing.db.rows(sql, session=session.id, site=site_id)}
    before = None if "before" in known else row.pain_before
    inject.score(writing, session, site_id, Pain(before, None if "after" in known else row.pain_after))


def _events(writing: Writing, session: tables.Session, site_id: str, row: Injected) -> None:
    """What went wrong, each event once."""
    sql = "SELECT type, text FROM adverse_event WHERE session_id = :session AND (site_id = :site OR site_id IS NULL)"
    known = set(writing.db.rows(sql, session=session.id, site=site_id))
    for kind, text in row.adverse:
        if (kind, text) not in known:
            of = Happened(session.patient_id, session.id, site_id, session.on_date)
            adverse.put(writing, of, Event(kind, text), None)  # history: it was looked at in its day


BESIDE_THE_POINT = frozenset({"consent_missing", "recorded_today"})
"""Rules about how an entry is made, which a file says nothing of."""


def _look_back(writing: Writing, house: House, person: tables.Patient, sessions: list[tables.Session]) -> None:
    """What the rules find in sessions of the past, kept with each as notes."""
    if not sessions:
        return
    db, who = writing.db, people.patient(writing.db, identity.patient(person.number))
    chart, office = Chart(db, house, person.id), clinic(db)
    numbers = {where: number for number, where in chart.sites.values()}
    for session in sessions:
        shots = log.shots(db, session.id)
        places = {(place.muscle, place.side) for shot in shots for place in shot.places}
        plan = screen.Plan(session.on_date, shots, consent=True, numbers={one: numbers[one] for one in sorted(places)})
        past = chart.beside(session.number, session.on_date)
        found = screen.screen(db, office, who, plan, past, recording=True).findings
        _note(writing, session, [one for one in found if one.level != "note" and one.rule not in BESIDE_THE_POINT])


def _note(writing: Writing, session: tables.Session, findings: list[Finding]) -> None:
    known = set(writing.db.rows("SELECT rule, sites FROM finding WHERE session_id = :session", session=session.id))
    fresh = [one for one in findings if (one.rule, inject.site_list(one)) not in known]
    for ordinal, one in enumerate(fresh, len(known) + 1):
        inject.keep_finding(writing, session, ordinal, one._replace(level="note"), None)
