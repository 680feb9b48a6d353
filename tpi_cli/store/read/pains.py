"""Every pain score of a patient that counts, in the order in which it was told."""

from decimal import Decimal

from tpi_cli.rules.trend import Scored
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database

_SCORES = """
SELECT outcome.on_date, phase, pain, relief_pct, CASE WHEN session.voided_at IS NULL THEN session.on_date END,
       site.muscle, site.side, session.number
FROM outcome LEFT JOIN session ON session.id = outcome.session_id LEFT JOIN site ON site.id = outcome.site_id
WHERE outcome.patient_id = :patient AND (phase = 'later' OR session.voided_at IS NULL)
ORDER BY outcome.recorded_at, outcome.id
"""


def of_patient(db: Database, patient_id: str) -> list[Scored]:
    """The scores of a patient (UUID): those before and after of sessions that count, and all later ones."""
    return [
        Scored(known_day(on), phase, pain, None if said is None else Decimal(said), day(against),
               (muscle, side) if muscle else None, entry)
        for on, phase, pain, said, against, muscle, side, entry in db.rows(_SCORES, patient=patient_id)
    ]  # fmt: skip
