"""Recalls held, ended and reopened: each a dated entry, none ever taken away."""

from datetime import date
from typing import Any, NamedTuple

from tpi_cli.acts import patient
from tpi_cli.errors import Conflict
from tpi_cli.rules import recall
from tpi_cli.store import facts, keep
from tpi_cli.store.columns import day
from tpi_cli.store.read import people, plans
from tpi_cli.store.write import Writing


class Decision(NamedTuple):
    """What was decided: `act` is stop, snooze, resolve or resume; no site means the whole patient."""

    act: str
    patient_id: str
    on: date
    site_id: str | None = None
    reason: str | None = None
    until: date | None = None
    note: str | None = None


def decide(writing: Writing, decision: Decision) -> None:
    """Keep the decision and let the due dates follow. Raises Conflict where it would change nothing."""
    person = people.of_uuid(writing.db, decision.patient_id)
    if decision.act == "resume" and person.status != "active":
        raise Conflict(f"the patient is {person.status}", hint="tpi patient edit PATIENT --status active")
    if decision.on < person.born:
        raise Conflict(f"{decision.on} is before the birth date", hint="check --on")
    if decision.reason != "died":
        _changes_something(_recalls(writing, decision), decision)
    before = _standing(writing, decision)
    for one in _by_site(writing, decision):
        put(writing, one)
    if decision.reason == "died":
        patient.change(writing, decision.patient_id, {"status": "deceased"}, decision.on)
    keep.refresh(writing.db, writing.clinic.id, [decision.patient_id])
    if decision.reason != "died" and _standing(writing, decision) == before:
        raise _nothing(writing, decision)


def _by_site(writing: Writing, decision: Decision) -> list[Decision]:
    """What a patient's resume is meant for, where nothing that was said of the patient stands: the sites stopped by
    themselves; the resolved ones only where there are no others, for those were examined."""
    if decision.act != "resume" or decision.site_id is not None:
        return [decision]
    verdicts = {site: recall.decide(known) for site, known in facts.of_patient(writing.db, decision.patient_id).items()}
    if any(_of_patient(one, decision.on) for one in verdicts.values()):
        return [decision]
    closed = [site for site, one in verdicts.items() if one.closed]
    stopped = [site for site in closed if verdicts[site].closed != "resolved"]
    meant = stopped or (closed if len(closed) == len(verdicts) else [])
    return [decision._replace(site_id=site) for site in meant] or [decision]


def _of_patient(verdict: recall.Verdict, on: date) -> bool:
    """Whether something that was said of the whole patient holds the site back on that day."""
    return verdict.whole or (verdict.snoozed_until is not None and verdict.snoozed_until > on)


def _nothing(writing: Writing, decision: Decision) -> Conflict:
    """Why the decision changes nothing, and what to do."""
    if decision.on < writing.today:
        return Conflict(
            "a later decision stands: this one would change nothing", hint="tpi why shows it; leave --on out"
        )
    closed = [one.number for one in plans.standing(writing.db, decision.patient_id) if one.closed]
    if decision.act == "resume" and decision.site_id is None and closed:
        return Conflict(
            f"nothing is held for the patient; closed by itself: site {', '.join(map(str, closed))}",
            hint=f"name one: tpi resume PATIENT {closed[0]}",
        )
    return Conflict("it stands so already: this would change nothing", hint="tpi why PATIENT shows how it stands")


def put(writing: Writing, decision: Decision) -> None:
    """The decision's row. The caller keeps the due dates."""
    columns = decision._asdict()
    told = {"on_date": columns.pop("on"), "recorded_at": writing.stamp, "recorded_by": writing.by}
    writing.put("hold", {**writing.record(), **columns, **told})


def _standing(writing: Writing, decision: Decision) -> list[tuple[Any, ...]]:
    """What holds each site of the patient back after the decision's day, as stored."""
    sql = """
        SELECT site_id, closed, CASE WHEN snoozed_until > :on THEN snoozed_until END,
               CASE WHEN snoozed_until > :on THEN call_back_on END
        FROM recall WHERE patient_id = :patient ORDER BY site_id
    """
    return list(writing.db.rows(sql, patient=decision.patient_id, on=decision.on.isoformat()))


class Recall(NamedTuple):
    """How a site's recall stands: the session it counts from (UUID) and its day, what ended it, until when it waits."""

    session_id: str | None
    anchor_on: date | None
    closed: str | None
    snoozed_until: date | None


def _recalls(writing: Writing, decision: Decision) -> list[Recall]:
    sql = "SELECT session_id, anchor_on, closed, snoozed_until FROM recall WHERE patient_id = :patient"
    site = " AND site_id = :site" if decision.site_id is not None else ""
    rows = writing.db.rows(sql + site, patient=decision.patient_id, site=decision.site_id)
    return [Recall(session, day(anchor), closed, day(snoozed)) for session, anchor, closed, snoozed in rows]


def _changes_something(recalls: list[Recall], decision: Decision) -> None:
    """Raises Conflict for a decision that the rules would pass over: nobody is to think it holds."""
    if not recalls:
        raise Conflict("no site on file, so there is no recall", hint="tpi site add or tpi inject adds one")
    newer = max((one.anchor_on for one in recalls if one.anchor_on and one.session_id), default=date.min)
    if newer > decision.on:
        raise Conflict(f"treated again on {newer}: a decision of {decision.on} would not hold", hint="leave --on out")
    told = _nothing_held(recalls, decision) if decision.act == "resume" else _nothing_open(recalls)
    if told:
        raise Conflict(told, hint="tpi why PATIENT shows how the recall stands")


def _nothing_held(recalls: list[Recall], decision: Decision) -> str | None:
    held = any(one.closed or (one.snoozed_until and one.snoozed_until > decision.on) for one in recalls)
    return None if held else "nothing is held here"


def _nothing_open(recalls: list[Recall]) -> str | None:
    closed = {one.closed for one in recalls if one.closed not in {None, recall.UNREACHABLE}}
    still = any(one.closed in {None, recall.UNREACHABLE} for one in recalls)
    return None if still else f"the recall is {' and '.join(sorted(filter(None, closed)))} already"
