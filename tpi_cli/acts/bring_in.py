"""Files brought in: patients and injections that are new are added, the same ones left, doubtful ones refused.

A row is the same when its `source_id` is on file, or, without one, when an equal injection is. Sessions are
the rows of one patient and day. Everything lands in the caller's transaction or not at all.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlmodel import select

from tpi_cli.acts import adverse, appointment, inject, patient
from tpi_cli.acts import site as sites
from tpi_cli.acts.adverse import Event, Happened
from tpi_cli.errors import Conflict
from tpi_cli.rules import checks, identity
from tpi_cli.rules.propose import UNSAID, Plan
from tpi_cli.rules.values import Pain, Place, Shot, volumes
from tpi_cli.store import keep, tables
from tpi_cli.store.columns import known_day
from tpi_cli.store.read import log
from tpi_cli.store.read.log import Injected
from tpi_cli.store.write import Writing

LAST_NUMBER = 1_000_000
"""A short id beyond this is taken for another system's number."""


class Line(NamedTuple):
    """A row to bring in and where it stood: (file, line)."""

    at: tuple[str, int]
    row: Any


class Refusal(NamedTuple):
    """A row that cannot be taken, which column, and why."""

    at: tuple[str, int]
    column: str
    what: str


class Result(NamedTuple):
    """Lines by what became of them."""

    new: list[Line]
    changed: list[Line]
    same: list[Line]
    refused: list[Refusal]


def patients(writing: Writing, lines: Iterable[Line], on: date) -> Result:
    """Add the patients that are new, change what differs on file, by mrn. A name or birth date is not changed."""
    out = Result([], [], [], [])
    seen: dict[str, patient.New] = {}
    for line in lines:
        new: patient.New = line.row
        if new.mrn in seen:
            _again(out, line, seen[new.mrn])
        else:
            _one_patient(writing, out, line, on)
        seen[new.mrn or ""] = new
    return out


def _again(out: Result, line: Line, first: patient.New) -> None:
    if line.row == first:
        out.same.append(line)
    else:
        out.refused.append(Refusal(line.at, "mrn", f"{line.row.mrn} stands there twice with different values"))


def _one_patient(writing: Writing, out: Result, line: Line, on: date) -> None:
    new: patient.New = line.row
    known = _by_mrn(writing, new.mrn or "")
    if known is None:
        _add(writing, out, line, on)
    elif (known.name, known.born) != (new.name, new.born):
        column = "name" if known.name != new.name else "born"
        what = f"differs from {identity.patient(known.number)}, who has this mrn: mend one of them"
        out.refused.append(Refusal(line.at, column, what))
    elif known.row_key == digest(new):
        out.same.append(line)
    elif _update(writing, known, new, on):
        known.row_key = digest(new)
        writing.add(known)
        out.changed.append(line)
    else:
        out.same.append(line)


def _add(writing: Writing, out: Result, line: Line, on: date) -> None:
    """A patient exported without an mrn comes back under the same short id, or not at all."""
    new: patient.New = line.row
    number = _short_id(new.mrn or "")
    try:
        row = patient.add(writing, new._replace(mrn=None) if number else new, on, number)
    except Conflict as fault:
        out.refused.append(Refusal(line.at, "mrn", f"{fault}: {fault.hint}"))
    else:
        row.row_key = digest(new)
        out.new.append(line)


def _short_id(mrn: str) -> int | None:
    """The number of a short id standing where an mrn does."""
    found = identity.read_patient(mrn)
    return found if isinstance(found, int) and identity.patient(found) == mrn and found < LAST_NUMBER else None


def _by_mrn(writing: Writing, mrn: str) -> tables.Patient | None:
    """By mrn, or by the short id under which a patient without one is exported; of one merged away the survivor."""
    number = _short_id(mrn)
    where = tables.Patient.number == number if number else tables.Patient.mrn == mrn
    found = writing.session.exec(select(tables.Patient).where(where)).first()
    return found and _survivor(writing, found)


def _survivor(writing: Writing, row: tables.Patient) -> tables.Patient:
    """The record itself, or the one that took it over."""
    while row.merged_into is not None:
        row = writing.session.get_one(tables.Patient, row.merged_into)
    return row


def _update(writing: Writing, known: tables.Patient, new: patient.New, on: date) -> bool:
    """Take over what the file states and differs. No file makes an archived or dead patient active again."""
    columns = ("sex", "weight_kg", "height_cm", "phone", "email", "payer", "status")
    unstated = {None, "unknown", "active"}
    stated = {name: getattr(new, name) for name in columns if getattr(new, name) not in unstated}
    changes = {name: value for name, value in stated.items() if getattr(known, name) != value}
    if changes:
        patient.change(writing, known.id, changes, on)
    added = patient.add_alerts(writing, known.id, new.alerts, on)
    return bool(changes or added)


class Company(NamedTuple):
    """The patients brought in by the same files: by mrn, those taken and those refused."""

    taken: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


ALONE = Company()


def by_mrn(writing: Writing) -> dict[str, tables.Patient]:
    """Every patient by the mrn, or by the short id under which one without it is exported; tombstones lead on."""
    rows = list(writing.session.exec(select(tables.Patient)))
    return {row.mrn or identity.patient(row.number): _survivor(writing, row) for row in rows}


def absent(patients: dict[str, tables.Patient], company: Company, mrn: str) -> str | None:
    """Why a row's mrn names nobody, or None where it does."""
    if mrn in company.refused:
        return "the patient's own row is refused"
    if mrn not in patients:
        return "no patient has this mrn: import the patients too"
    if _short_id(mrn) and mrn not in company.taken:
        return "a PT- id holds only beside its patients file: import both together"
    return None


def not_then(person: tables.Patient, on: date) -> str | None:
    """Why nothing can have happened to a patient that day, or None."""
    if person.status == "deceased" and person.status_on and on > person.status_on:
        return f"is after the patient's death ({person.status_on})"
    return checks.happened(on, on, person.born)


def injections(writing: Writing, lines: list[Line], company: Company = ALONE) -> Result:
    """Add the injections that are new, session by session; the due dates follow."""
    out = Result([], [], [], [])
    known = Known(writing, company)
    fresh = [line for line in lines if _is_new(known, out, line)]
    touched = set()
    key = _session_key
    for _, group in groupby(sorted(fresh, key=key), key=key):
        session_lines = list(group)
        person = known.patients[session_lines[0].row.mrn]
        if _session(writing, known, out, person, session_lines):
            touched.add(person.id)
    keep.refresh(writing.db, writing.clinic.id, sorted(touched))
    return out


def _session_key(line: Line) -> tuple[str, date]:
    return line.row.mrn, line.row.date


class Known:
    """What the store holds already, to tell new rows from old. A voided row is known too: it stays void."""

    def __init__(self, writing: Writing, company: Company) -> None:
        self.company = company
        self.patients = by_mrn(writing)
        on_file = list(log.injected(writing.db))
        every = [*on_file, *log.injected(writing.db, voided=True)]
        self.by_source = {row.source_id: row for row in every if row.source_id}
        self.content = Counter(variant for row in every for variant in set(_by_content(row)))
        keys = list(writing.db.rows("SELECT source_id, row_key FROM injection WHERE row_key IS NOT NULL"))
        self.keys = {key for _, key in keys}
        self.key_of = {source: key for source, key in keys if source}
        self.seen: Counter[Injected] = Counter()
        self.places = _places(on_file)
        self.sessions = {
            (row.patient_id, row.on_date): row
            for row in writing.session.exec(select(tables.Session))
            if row.voided_at is None
        }
        booked = writing.db.rows(f"SELECT patient_id, on_date FROM appointment WHERE status IN {appointment.UNTREATED}")
        self.booked = {(who, known_day(on)) for who, on in booked}
        self.clinicians = {row.id: row.code for row in writing.session.exec(select(tables.Clinician))}


Where = tuple[str, date, str, str]


def _where(row: Injected) -> Where:
    return row.mrn, row.date, row.muscle, row.side


def _places(rows: Iterable[Injected]) -> dict[Where, Injected]:
    """What is said of each site at each session, by the first row that says it."""
    out: dict[Where, Injected] = {}
    for row in rows:
        out.setdefault(_where(row), row)
    return out


def digest(row: Any, copy: int = 0) -> str:
    """What a row of a file is known by again; `copy` counts equal rows of one file from 0."""
    return hashlib.sha256(repr((tuple(row), copy)).encode("utf-8", "surrogatepass")).hexdigest()


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
    nobody = absent(known.patients, known.company, row.mrn)
    if nobody:
        return "mrn", nobody
    wrong = not_then(known.patients[row.mrn], row.date)
    if wrong:
        return "date", wrong
    earlier = known.by_source.get(row.source_id or "")
    if earlier is not None and not _same(known, earlier, row):
        return "source_id", f"{row.source_id} is on file with other values: amend the record instead"
    return None


def _same(known: Known, earlier: Injected, row: Injected) -> bool:
    """The row brought in before, or an equal one where a clinician left out takes whoever is on file."""
    bare = row._replace(source_id=None)
    if known.key_of.get(row.source_id or "") == digest(bare):
        return True
    clinician = row.clinician or earlier.clinician
    return earlier._replace(source_id=None, clinician=clinician) == bare._replace(clinician=clinician)


def _session(writing: Writing, known: Known, out: Result, person: tables.Patient, lines: list[Line]) -> bool:
    wrong = _at_odds(known, person, lines)
    if wrong:
        out.refused.extend(wrong)
        return False
    row: Injected = lines[0].row
    session = known.sessions.get((person.id, row.date)) or inject.new_session(
        writing, person.id, row.date, _clinician(lines) or writing.acting, {}
    )
    known.sessions[person.id, row.date] = session
    copies: Counter[Injected] = Counter()
    for line in lines:
        bare = line.row._replace(source_id=None)
        _injection(writing, session, line.row, digest(bare, 0 if line.row.source_id else copies[bare]))
        copies[bare] += 1
    if (person.id, row.date) in known.booked:
        appointment.close(writing, person.id, row.date, session.id)
    out.new.extend(lines)
    return True


def _at_odds(known: Known, person: tables.Patient, lines: list[Line]) -> list[Refusal]:
    """Rows of one session that contradict each other or what is on file: its clinician, a site's plan or pain."""
    row: Injected = lines[0].row
    session = known.sessions.get((person.id, row.date))
    clinician = known.clinicians.get(session.clinician_id, "") if session else _clinician(lines)
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
