"""What was treated in a range of days, how it answered, who came back, and what went wrong: the facts to count."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from tpi_cli.rules import stats
from tpi_cli.rules.stats import Asked, Treatment, Visit
from tpi_cli.store import facts, history
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database

_RANGE = "session.clinic_id = :clinic AND session.voided_at IS NULL AND session.on_date BETWEEN :first AND :last"
_PATIENTS = (
    "SELECT DISTINCT patient.id, patient.number FROM session JOIN patient ON patient.id = session.patient_id"
    f" WHERE {_RANGE} ORDER BY patient.number"
)
_CLINICIANS = (
    "SELECT session.number, clinician.code FROM session JOIN clinician ON clinician.id = session.clinician_id"
    f" WHERE {_RANGE}"
)
_EVENTS = """
SELECT patient.number, COALESCE(session.on_date, event.on_date) AS visit
FROM adverse_event AS event JOIN patient ON patient.id = event.patient_id
LEFT JOIN session ON session.id = event.session_id
WHERE event.clinic_id = :clinic AND session.voided_at IS NULL
  AND COALESCE(session.on_date, event.on_date) BETWEEN :first AND :last
"""


def treatments(db: Database, clinic: str, asked: Asked) -> Iterator[Treatment]:
    """Every site treated on a day from the first to the last, by patient; of a patient, the whole past is looked at."""
    by = dict(db.rows(_CLINICIANS, **_values(clinic, asked)))
    for patient, number in list(db.rows(_PATIENTS, **_values(clinic, asked))):
        plans = facts.of_patient(db, patient)
        places = facts.sites(db, patient)
        where = {places[site][1]: found for site, found in plans.items()}
        yield from stats.of_patient(number, history.of_patient(db, patient), where, by, asked)


def events(db: Database, clinic: str, asked: Asked) -> dict[Visit, int]:
    """Adverse events by patient and day: of the session they belong to or, without one, their own."""
    return Counter((number, known_day(on)) for number, on in db.rows(_EVENTS, **_values(clinic, asked)))


def _values(clinic: str, asked: Asked) -> dict[str, str]:
    return {"clinic": clinic, "first": _iso(asked.first), "last": _iso(min(asked.last, asked.today))}


def _iso(day: date) -> str:
    return day.isoformat()
