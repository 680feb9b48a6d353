"""What the screening found when sessions were recorded, and the reasons given to go past it."""

from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.database import Database


class Found(NamedTuple):
    """A finding kept with its session; `sites` are numbers on the patient, `reason` why it was recorded anyway."""

    rule: str
    level: str
    text: str
    source: str
    revision: str
    reason: str | None
    recorded_by: str
    sites: tuple[int, ...]


_FOUND = """
SELECT rule, level, text, source, revision, reason, recorded_by, sites
FROM finding WHERE session_id = :session ORDER BY ordinal
"""


def of_session(db: Database, session_id: str) -> list[Found]:
    """Everything the screening found at a session, worst first."""
    return [Found._make((*rest, numbers(sites))) for *rest, sites in db.rows(_FOUND, session=session_id)]


def numbers(sites: str | None) -> tuple[int, ...]:
    """The numbers of sites as a finding keeps them; none for the whole session."""
    return tuple(map(int, sites.split(","))) if sites else ()


_REASONED = """
SELECT session.number, finding.rule, finding.reason, finding.recorded_by, finding.sites
FROM finding JOIN session ON session.id = finding.session_id
WHERE session.patient_id = :patient AND session.voided_at IS NULL AND finding.reason IS NOT NULL
ORDER BY session.number, finding.ordinal
"""


class Reasoned(NamedTuple):
    """A finding that was recorded with a reason: at which session, which rule, why, who, at which sites."""

    session: str
    rule: str
    reason: str
    by: str
    sites: tuple[int, ...]


def of_patient(db: Database, patient_id: str) -> list[Reasoned]:
    """Every override of a patient's sessions that count, by session."""
    rows = db.rows(_REASONED, patient=patient_id)
    return [Reasoned._make((identity.session(number), *rest, numbers(sites))) for number, *rest, sites in rows]


_KNOWN = """
SELECT session_id, rule, sites FROM finding JOIN session ON session.id = finding.session_id
WHERE session.patient_id = :patient
"""


def known(db: Database, patient_id: str) -> dict[str, frozenset[tuple[str, str | None]]]:
    """The rules and sites of the findings of a patient's sessions, by session (UUID)."""
    out: dict[str, frozenset[tuple[str, str | None]]] = {}
    for session, rule, sites in db.rows(_KNOWN, patient=patient_id):
        out[session] = out.get(session, frozenset()) | {(rule, sites)}
    return out


def noted(db: Database, entry: int) -> tuple[int, int]:
    """How many findings an entry of the log wrote, and of how many sessions."""
    sql = "SELECT COUNT(*), COUNT(DISTINCT session_id) FROM finding WHERE entry = :entry"
    findings, sessions = db.row(sql, entry=entry) or (0, 0)
    return findings, sessions
