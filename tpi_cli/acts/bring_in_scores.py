"""Scores brought in: each measured against the last session before it, a resolved site closed as of that day.

A row is the same when its `source_id` is on file, or when an equal score of that site and day is: there is one a
day. Everything lands in the caller's transaction or not at all.
"""

from datetime import date

from tpi_cli.acts import hold, outcome
from tpi_cli.acts import site as sites
from tpi_cli.acts.bring_in import Line, Person, Refusal, Result, not_then, nothing
from tpi_cli.acts.site import Site
from tpi_cli.store.read import scores, sources
from tpi_cli.store.read.scores import Against, Scored
from tpi_cli.store.write import Writing

NO_SESSION = "no session on or before it"
"""Why a score of the whole patient has nothing to be measured against."""


def outcomes(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Add the scores of a patient that are new. The sessions they belong to are on file by now, and the caller keeps
    the due dates."""
    out = nothing()
    known = Known(writing, person, [line.row for line in lines])
    for line in lines:
        wrong = _fault(known, line.row) or _new(writing, known, out, line)
        if wrong:
            out.refused.append(Refusal(line.at, *wrong))
    return out


Where = tuple[date, str | None, str | None]


def _where(row: Scored) -> Where:
    return row.date, row.muscle, row.side


class Known:
    """What the store holds already of a patient, to tell new rows from old. A score whose session was voided is known
    too; of others only the ids that the rows at hand come with."""

    def __init__(self, writing: Writing, person: Person, rows: list[Scored]) -> None:
        db = writing.db
        on_file = list(scores.scored(db, patient=person.id))
        every = [*on_file, *scores.scored(db, patient=person.id, voided=True)]
        self.person = person
        self.by_source = {row.source_id: row for row in every if row.source_id}
        asked = [row.source_id for row in rows if row.source_id]
        self.others = set(sources.on_file(db, "outcome", writing.clinic.id, asked)) - self.by_source.keys()
        self.by_day = {_where(row): row for row in on_file}
        self.void = {_bare(row) for row in every} - {_bare(row) for row in on_file}

    def earlier(self, row: Scored) -> Scored | None:
        """The score of that id, else of that site and day."""
        return self.by_source.get(row.source_id or "") or self.by_day.get(_where(row))

    def keep(self, row: Scored) -> None:
        """Take note of a row brought in, so that the next ones are compared with it."""
        self.by_day[_where(row)] = row
        if row.source_id:
            self.by_source[row.source_id] = row


def _fault(known: Known, row: Scored) -> tuple[str, str] | None:
    """What is wrong with a row for itself or beside what is known: column and words."""
    earlier = known.earlier(row)
    if _is_same(known, row, earlier):
        return None
    wrong = not_then(known.person, row.date)
    if wrong:
        return "date", wrong
    if row.source_id in known.others or row.source_id in known.by_source:
        return "source_id", f"{row.source_id} is on file with other values"
    return ("date", "another score of that site and day says otherwise") if earlier else None


def _is_same(known: Known, row: Scored, earlier: Scored | None) -> bool:
    """Whether a row is on file, or was of a session that is void by now: a voided one stays void."""
    if earlier is not None:
        return _same(earlier, row)
    return row.source_id is None and _bare(row) in known.void


def _bare(row: Scored) -> Scored:
    """A score but for its id; whose it is goes without saying, and a number may be given later."""
    return row._replace(source_id=None, mrn="", reopened=False)


def _same(earlier: Scored, row: Scored) -> bool:
    """Equal but for the id. What was reopened since may come as resolved, as it was, or not, as it is."""
    bare, other = _bare(earlier), _bare(row)
    return bare == other or (earlier.reopened and bare._replace(resolved=False) == other)


def _new(writing: Writing, known: Known, out: Result, line: Line) -> tuple[str, str] | None:
    """Add the row unless it is there already; returns the column and words where it has nowhere to go."""
    row: Scored = line.row
    if _is_same(known, row, known.earlier(row)):
        out.same.append(line)
        return None
    person = known.person.id
    site = sites.at(writing, person, row.muscle, row.side) if row.muscle and row.side else None
    if row.muscle and site is None:
        return "muscle", "the patient has no such site"
    against = scores.against(writing.db, person, row.date, site.id if site else None)
    if against is None:
        return ("muscle", "was not treated on or before that day") if site else ("date", NO_SESSION)
    _add(writing, row, person, site, against)
    known.keep(row)
    out.new.append(line)
    return None


def _add(writing: Writing, row: Scored, patient_id: str, site: Site | None, against: Against) -> None:
    score = outcome.Score(patient_id, row.date, row.pain, row.relief_pct, site.id if site else None, row.resolved,
                          source_id=row.source_id)  # fmt: skip
    outcome.put(writing, score, against.id)
    if site is not None and row.resolved:
        _resolve(writing, site, row.date)


def _resolve(writing: Writing, site: Site, on: date) -> None:
    """Close the site as of that day. It is history: it stands beside whatever was decided or treated later."""
    same = "SELECT 1 FROM hold WHERE site_id = :site AND act = 'resolve' AND on_date = :on"
    if writing.db.value(same, site=site.id, on=on.isoformat()):
        return
    hold.put(writing, hold.Decision("resolve", site.patient_id, on, site.id))
