"""Injections brought in, a patient's at a time: the new ones added session by session, the others left or refused.

A row is the same when its `source_id` is on file, or, without one, when an equal injection is. Sessions are
the rows of one patient and day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from tpi_cli.acts import inject, visits
from tpi_cli.acts.bring_in import Line, Person, Refusal, Result, digest, not_then, nothing
from tpi_cli.acts.bring_in_sessions import Hindsight, Joined, Sites
from tpi_cli.acts.inject import Opened
from tpi_cli.acts.staff import Staff
from tpi_cli.rules.identity import PART_OF
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read import clinicians, log, sources
from tpi_cli.store.read.log import Injected
from tpi_cli.store.write import Writing

NOT_ALONE = "another row of this session is refused: mend that one"
"""A session whose rows are at odds is refused whole: nobody knows which of them is right."""


def injections(writing: Writing, past: Hindsight, staff: Staff, person: Person, lines: list[Line]) -> Result:
    """Add the injections of a patient that are new; the caller keeps the due dates."""
    out = nothing()
    known = Known(writing, person, [line.row for line in lines])
    fresh = [line for line in lines if _is_new(known, out, line)]
    days = {on: list(group) for on, group in groupby(sorted(fresh, key=_day), key=_day)}
    sound = {on: rows for on, rows in days.items() if _agree(known, on, out, rows)}
    numbers = writing.numbers("session", len(sound.keys() - known.sessions.keys()))
    touched = [_session(known, staff, numbers, on, rows) for on, rows in sound.items()]
    out.new.extend(line for rows in sound.values() for line in rows)
    if touched:
        past.look_back(person, touched)
    return out


def _day(line: Line) -> date:
    on: date = line.row.date
    return on


class Known:
    """What the store holds already of a patient, to tell new rows from old. A voided row is known too: it stays void.

    Of others it knows only the ids that the rows at hand come with.
    """

    def __init__(self, writing: Writing, person: Person, rows: list[Injected]) -> None:
        db = writing.db
        self.person = person
        self.sites = Sites(writing, person.id)
        self.sessions = {one.on_date: one for one in _on_file(db, person.id)}
        on_file, void = _logged(db, person.id)
        every = [*on_file, *void]
        self.by_source = {row.source_id: row for row in every if row.source_id}
        self.families = {_family(source) for source in self.by_source}
        asked = [row.source_id for row in rows if row.source_id]
        self.others = set(sources.on_file(db, "injection", writing.clinic.id, asked)) - self.by_source.keys()
        self.content = Counter(variant for row in every for variant in set(_by_content(row)))
        keys = list(log.row_keys(db, person.id)) if every else []
        self.keys = {key for _, key in keys}
        self.key_of = {source: key for source, key in keys if source}
        self.seen: Counter[Injected] = Counter()
        self.places = _places(on_file)
        booked = f"SELECT on_date FROM appointment WHERE patient_id = :who AND status IN {visits.UNTREATED}"
        self.booked = {known_day(on) for (on,) in db.rows(booked, who=person.id)}


def _logged(db: Database, patient_id: str) -> tuple[list[Injected], list[Injected]]:
    """A patient's injections on file that count, and the void ones; of somebody new nothing is looked for."""
    if db.value("SELECT 1 FROM session WHERE patient_id = :who", who=patient_id) is None:
        return [], []
    return list(log.injected(db, patient=patient_id)), list(log.injected(db, patient=patient_id, voided=True))


_SESSIONS = "SELECT id, number, patient_id, clinician_id, on_date FROM session WHERE patient_id = :who"


def _on_file(db: Database, patient_id: str) -> Iterator[Opened]:
    found = map(Opened._make, db.rows(f"{_SESSIONS} AND voided_at IS NULL", who=patient_id))
    return (one._replace(on_date=known_day(one.on_date)) for one in found)


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
    earlier = known.by_source.get(row.source_id or "")
    if _is_same(known, row, earlier):
        out.same.append(line)
        return False
    wrong = _fault(known, row, earlier)
    if wrong:
        out.refused.append(Refusal(line.at, *wrong))
        return False
    if row.source_id:
        known.by_source[row.source_id] = row
    return True


def _is_same(known: Known, row: Injected, earlier: Injected | None) -> bool:
    """Whether a row is on file: the one of its id, or, without an id, one brought in before or an equal injection.

    Two equal rows of one file are two injections, so each needs one of its own on file.
    """
    if row.source_id:
        return earlier is not None and _equal(known, earlier, row)
    bare = _bare(row)
    copy = known.seen[bare]
    known.seen[bare] += 1
    return bool(known.keys and _digests(row, copy) & known.keys) or known.content[bare] > copy


def _bare(row: Injected) -> Injected:
    """What a row without an id is told by; whose it is goes without saying, and a number may be given later."""
    return row._replace(source_id=None, mrn="")


def _digests(row: Injected, copy: int = 0) -> set[str]:
    """How a row is known that was brought in before; an earlier tpi kept the mrn in it."""
    return {digest(_bare(row), copy), digest(row._replace(source_id=None), copy)}


def _by_content(row: Injected) -> tuple[Injected, Injected]:
    """What a row without an id is told by: as it stands, and as a file that leaves the clinician out has it."""
    bare = _bare(row)
    return bare, bare._replace(clinician="")


def _fault(known: Known, row: Injected, earlier: Injected | None) -> tuple[str, str] | None:
    wrong = not_then(known.person, row.date)
    if wrong:
        return "date", wrong
    if row.source_id and (earlier or row.source_id in known.others or _family(row.source_id) in known.families):
        return "source_id", f"{row.source_id} is on file with other values: amend the record instead"
    return None


def _family(source_id: str) -> str:
    """The id of the row in its own file: of one that treated two sites two were made."""
    return source_id.partition(PART_OF)[0]


def _equal(known: Known, earlier: Injected, row: Injected) -> bool:
    """The row brought in before, or an equal one where a clinician left out takes whoever is on file."""
    if known.key_of.get(row.source_id or "") in _digests(row):
        return True
    clinician = row.clinician or earlier.clinician
    return _bare(earlier)._replace(clinician=clinician) == _bare(row)._replace(clinician=clinician)


def _agree(known: Known, on: date, out: Result, lines: list[Line]) -> bool:
    """Whether the rows of a day can be one session; where they are at odds they are refused."""
    wrong = _at_odds(known, known.sessions.get(on), lines)
    told = {one.at for one in wrong}
    out.refused.extend(wrong)
    if wrong:
        out.refused.extend(Refusal(line.at, "date", NOT_ALONE) for line in lines if line.at not in told)
    return not wrong


def _session(known: Known, staff: Staff, numbers: Iterator[int], on: date, lines: list[Line]) -> Opened:
    """The session of a day with its new injections; a new one takes the next of the numbers."""
    writing, then = known.sites.writing, known.sessions.get(on)
    joined = Joined.on_file(writing, then) if then else Joined(writing, _new(known, staff, next(numbers), lines))
    copies: Counter[Injected] = Counter()
    for line in lines:
        bare = _bare(line.row)
        joined.take(known.sites, line.row, digest(bare, 0 if line.row.source_id else copies[bare]))
        copies[bare] += 1
    joined.end()
    if on in known.booked:
        visits.close(writing, known.person.id, on, joined.session.id)
    return joined.session


def _new(known: Known, staff: Staff, number: int, lines: list[Line]) -> Opened:
    writing = known.sites.writing
    clinician = staff.id(_clinician(lines) or writing.acting)
    return inject.new_session(writing, known.person.id, _day(lines[0]), clinician, {}, number)


def _at_odds(known: Known, session: Opened | None, lines: list[Line]) -> list[Refusal]:
    """Rows of one session that contradict each other or what is on file: its clinician, a site's plan or pain."""
    db = known.sites.writing.db if session else None
    clinician = clinicians.of(db, session.clinician_id) if session and db else _clinician(lines)
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
