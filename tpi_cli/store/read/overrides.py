"""What the screening found when sessions were recorded, and the reasons given to go past it."""

from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.connect import Database


class Found(NamedTuple):
    """A finding kept with its session; `site` is its number on the patient, `reason` why it was recorded anyway."""

    rule: str
    level: str
    text: str
    source: str
    revision: str
    reason: str | None
    recorded_by: str
    site: int | None
    muscle: str | None
    side: str | None


_FOUND = """
SELECT finding.rule, finding.level, finding.text, finding.source, finding.revision, finding.reason,
       finding.recorded_by, site.number, site.muscle, site.side
FROM finding LEFT JOIN site ON site.id = finding.site_id
WHERE finding.session_id = :session ORDER BY finding.ordinal
"""


def of_session(db: Database, session_id: str) -> list[Found]:
    """Everything the screening found at a session, worst first."""
    return list(map(Found._make, db.rows(_FOUND, session=session_id)))


_REASONED = """
SELECT session.number, finding.rule, finding.reason, finding.recorded_by, finding.site_id
FROM finding JOIN session ON session.id = finding.session_id
WHERE session.patient_id = :patient AND session.voided_at IS NULL AND finding.reason IS NOT NULL
ORDER BY session.number, finding.ordinal
"""


class Reasoned(NamedTuple):
    """A finding that was recorded with a reason: at which session, which rule, why, who, at which site (UUID)."""

    session: str
    rule: str
    reason: str
    by: str
    site_id: str | None


def of_patient(db: Database, patient_id: str) -> list[Reasoned]:
    """Every override of a patient's sessions that count, by session."""
    return [Reasoned(identity.session(number), *rest) for number, *rest in db.rows(_REASONED, patient=patient_id)]
