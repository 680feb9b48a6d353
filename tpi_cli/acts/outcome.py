"""A dated score after a session: measured against it, with what went wrong and whether the site is resolved."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.acts import adverse, hold
from tpi_cli.acts.adverse import Event, Happened
from tpi_cli.errors import Conflict
from tpi_cli.reference import intervals
from tpi_cli.rules import eligibility, identity, past
from tpi_cli.rules.relief import Response, Wanted
from tpi_cli.store import keep
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.read import people, scores
from tpi_cli.store.read.scores import Against
from tpi_cli.store.write import Writing


class Score(NamedTuple):
    """A score to record, every value checked before; no site means the whole patient. `relief_pct` as it was said."""

    patient_id: str
    on: date
    pain: int | None
    relief_pct: Decimal | None = None
    site_id: str | None = None
    resolved: bool = False
    adverse: tuple[tuple[str, str | None], ...] = ()
    note: str | None = None
    source_id: str | None = None


class Recorded(NamedTuple):
    """What was kept, the session it is measured against, and the pain before that (None: not on file).

    `response` is what all the scores since that session say, against the relief `wanted` on that day.
    """

    score: Score
    against: Against
    baseline: int | None
    response: Response
    wanted: Wanted


def record(writing: Writing, score: Score) -> Recorded:
    """Record a score and what follows from it: a resolved site is closed, the due dates are worked out anew.

    Raises Conflict where there is no session to measure against, a score of that day, or nothing to resolve.
    """
    against = last_session(writing, score.patient_id, score.on, score.site_id)
    if scores.on_day(writing.db, score.patient_id, score.on, score.site_id):
        raise Conflict(
            f"there is a score of {score.on} already", hint="one a day is kept; tpi patient show PATIENT shows it"
        )
    put(writing, score, against.id)
    for kind, text in score.adverse:
        adverse.add(writing, Happened(score.patient_id, against.id, score.site_id, score.on), Event(kind, text))
    if score.resolved:
        decision = hold.Decision("resolve", score.patient_id, score.on, score.site_id, note=score.note)
        hold.decide(writing, decision)
    keep.refresh(writing.db, writing.clinic.id, [score.patient_id])
    chart = Chart(writing.db, House(writing.db), score.patient_id)
    where = chart.sites[score.site_id][1] if score.site_id else None
    wanted = _wanted(chart, score.on)
    answer = past.answered(chart.past, against.on, where, wanted)
    return Recorded(score, against, past.baseline(chart.past, against.on, where), answer, wanted)


def _wanted(chart: Chart, on: date) -> Wanted:
    """The relief that counts on a day: the payer's, or that of the row which intervals are proposed by."""
    asked = eligibility.wanted(eligibility.in_force(chart.policies, on))
    steps = intervals.in_force(on)
    return steps.wanted(asked) if steps else asked


def last_session(writing: Writing, patient_id: str, on: date, site_id: str | None = None) -> Against:
    """The session that a score of that day is measured against. Raises Conflict where there is none."""
    found = scores.against(writing.db, patient_id, on, site_id)
    if found is None:
        where = " of this site" if site_id else ""
        code = identity.patient(people.of_uuid(writing.db, patient_id).number)
        hint = f"tpi session list {code} shows the sessions; --on names the day of the score"
        raise Conflict(f"no session{where} on or before {on} to measure a score against", hint=hint)
    return found


def put(writing: Writing, score: Score, session_id: str) -> None:
    """The score's row. The caller keeps the due dates."""
    where = {"patient_id": score.patient_id, "session_id": session_id, "site_id": score.site_id}
    said = {"pain": score.pain, "relief_pct": score.relief_pct, "resolved": score.resolved, "note": score.note}
    told = {"source_id": score.source_id, "recorded_at": writing.stamp, "recorded_by": writing.by}
    writing.put("outcome", {**writing.record(), **where, "phase": "later", "on_date": score.on, **said, **told})
