"""Keeps the stored due dates equal to what the rules make of the facts: the only writer of `recall`.

Called in the transaction of whatever moved a fact, so that a date and its reasons are never out of step.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.rules import recall
from tpi_cli.rules.recall import Reason
from tpi_cli.rules.repeat import Repeat
from tpi_cli.store import facts
from tpi_cli.store.chart import Chart, House, standing
from tpi_cli.store.database import Database

_COLUMNS = ("site_id", "clinic_id", "patient_id", "session_id", "anchor_on", "follow_up", "due_on", "eligible_from",
            "capped_until", "reassess", "closed", "snoozed_until", "booked_until", "call_back_on", "reasons", "agents",
            "pain_before", "pain_after", "revision")  # fmt: skip
_PUT = f"""
INSERT INTO recall ({", ".join(_COLUMNS)}) VALUES ({", ".join(f":{name}" for name in _COLUMNS)})
ON CONFLICT (site_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[3:])}
"""


def refresh(db: Database, clinic: str, patients: Iterable[str], house: House | None = None) -> None:
    """Work the recall of every site of these patients (UUIDs) out anew and store it, by the clinic's own rules."""
    house = house or House(db)
    for patient in patients:
        by_chart(db, clinic, Chart(db, house, patient))


def by_chart(db: Database, clinic: str, chart: Chart) -> None:
    """The same for one patient, whose chart was read after everything that is on it was written."""
    db.run_many(_PUT, list(recalls(db, clinic, chart)))


def refresh_known(db: Database, clinic: str, patients: Iterable[str]) -> None:
    """The same for those of these patients who are on file: one who was taken back has no recall."""
    known = "SELECT 1 FROM patient WHERE id = :patient"
    refresh(db, clinic, [patient for patient in patients if db.value(known, patient=patient)])


def drop(db: Database, patient: str) -> None:
    """Take a patient's recalls away, before what they come from goes; whoever calls works anew what is left."""
    db.run("DELETE FROM recall WHERE patient_id = :patient", patient=patient)


def recalls(db: Database, clinic: str, chart: Chart) -> Iterator[dict[str, object]]:
    """The recalls of a patient's sites as the facts make them now, in the form in which they are stored."""
    for site, known in facts.of_patient(db, chart.patient).items():
        row = worked_out(chart, site, recall.decide(known))
        yield {"clinic_id": clinic, "patient_id": chart.patient, **row}


def wrong(db: Database, clinic: str, watch: Callable[[int], None] = lambda _: None) -> Iterator[int]:
    """The numbers of the patients of whom a stored recall is not what the facts make of it.

    `watch` is told how many patients were looked at.
    """
    house = House(db)
    stored = f"SELECT {', '.join(_COLUMNS)} FROM recall WHERE patient_id = :patient"
    people = "SELECT id, number FROM patient WHERE clinic_id = :clinic ORDER BY number"
    for count, (patient, number) in enumerate(db.stream(people, clinic=clinic), 1):
        kept = {row[0]: row for row in db.rows(stored, patient=patient)}
        found = recalls(db, clinic, Chart(db, house, patient))
        meant = {row["site_id"]: tuple(row[name] for name in _COLUMNS) for row in found}
        if kept != meant:
            yield number
        watch(count)


def refresh_all(db: Database, clinic: str) -> None:
    """Work every recall of the clinic out anew, as after a change of rules or tables."""
    refresh(db, clinic, [patient for (patient,) in list(db.rows("SELECT id FROM patient ORDER BY number"))])


class Last(NamedTuple):
    """What the list shows of the session a recall counts from: its UUID, a line an agent, pain before and after."""

    session: str | None = None
    agents: str = ""
    pain_before: int | None = None
    pain_after: int | None = None


def worked_out(chart: Chart, site: str, verdict: recall.Verdict) -> dict[str, object]:
    """The stored form of a verdict, with what the list shows of its anchor session."""
    return stored(site, verdict, standing(chart, site, verdict), _last(chart, site, verdict))


def _last(chart: Chart, site: str, verdict: recall.Verdict) -> Last:
    session = chart.sessions[verdict.session] if verdict.session else None
    if session is None:
        return Last()
    pain = (chart.pain(session, site, phase) for phase in ("before", "after"))
    return Last(session, "\n".join(chart.agents(session, site)), *pain)


def stored(site: str, verdict: recall.Verdict, stands: Repeat, last: Last) -> dict[str, object]:
    """The columns of a recall but those that tell whose it is."""
    return {
        "site_id": site,
        "session_id": last.session,
        "anchor_on": _iso(verdict.anchor),
        "follow_up": verdict.follow_up,
        "due_on": _iso(verdict.due),
        "eligible_from": _iso(stands.eligible_from),
        "capped_until": _iso(stands.capped_until),
        "reassess": stands.reassess,
        "closed": verdict.closed,
        "snoozed_until": _iso(verdict.snoozed_until),
        "booked_until": _iso(verdict.booked_until),
        "call_back_on": _iso(verdict.call_back_on),
        "reasons": reasons_text((*verdict.reasons, *stands.reasons)),
        "agents": last.agents,
        "pain_before": last.pain_before,
        "pain_after": last.pain_after,
        "revision": KNOWLEDGE,
    }


def _iso(day: object) -> str | None:
    return None if day is None else str(day)


def reasons_text(reasons: Iterable[Reason]) -> str:
    """Reasons as the JSON the recall row keeps."""
    return json.dumps(
        [{"rule": one.rule, "text": one.text, "source": one.source, "until": _iso(one.until)} for one in reasons],
        ensure_ascii=False,
    )
