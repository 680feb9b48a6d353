"""Rows to a patient's past: the only place that knows how it is stored."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tpi_cli.reference.muscles import all_muscles
from tpi_cli.rules import relief
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.past import Elsewhere, Past, Told, Treated
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read import log
from tpi_cli.store.read.log import Given

_ELSEWHERE = """
SELECT elsewhere.on_date, site.muscle, site.side, elsewhere.agent, elsewhere.mass, elsewhere.mass_unit
FROM elsewhere LEFT JOIN site ON site.id = elsewhere.site_id
WHERE elsewhere.patient_id = :patient AND elsewhere.voided_at IS NULL ORDER BY elsewhere.on_date
"""
_SCORES = """
SELECT CASE WHEN session.voided_at IS NULL THEN session.on_date END, site.muscle, site.side, outcome.on_date,
       outcome.pain, outcome.relief_pct
FROM outcome LEFT JOIN session ON session.id = outcome.session_id LEFT JOIN site ON site.id = outcome.site_id
WHERE outcome.patient_id = :patient AND outcome.phase = 'later' ORDER BY outcome.on_date, outcome.recorded_at
"""
_BASELINES = """
SELECT session.on_date, site.muscle, site.side, outcome.pain
FROM outcome JOIN session ON session.id = outcome.session_id LEFT JOIN site ON site.id = outcome.site_id
WHERE outcome.patient_id = :patient AND outcome.phase = 'before' AND outcome.pain IS NOT NULL
  AND session.voided_at IS NULL
ORDER BY outcome.recorded_at
"""


def of_patient(db: Database, patient_id: str) -> Past:
    """A patient's past, whole."""
    return with_given(db, patient_id, given(db, patient_id))


def given(db: Database, patient_id: str) -> list[Given]:
    """What a patient was given in sessions that count, in the order of the log."""
    return list(log.given(db, " WHERE patient_id = :patient AND voided_at IS NULL", patient=patient_id))


def with_given(db: Database, patient_id: str, rows: list[Given]) -> Past:
    """A patient's past, of whom `given` was read."""
    return Past(
        tuple(_treated(rows)),
        tuple(_elsewhere(db, patient_id)),
        tuple(_scores(db, patient_id)),
        _baselines(db, patient_id),
    )


def _treated(rows: list[Given]) -> Iterable[Treated]:
    for found, doses in log.shared(iter(rows)):
        one = found[0]
        where = (one.muscle, one.side)
        yield Treated(one.session, known_day(one.on_date), where, region(where), doses)


def region(where: Where) -> str:
    """The region of the body that payers count a site in; a muscle this release does not know is one of its own."""
    known = all_muscles().get(where[0])
    return known.cms_region if known else where[0]


def _elsewhere(db: Database, patient_id: str) -> Iterable[Elsewhere]:
    for on, muscle, side, agent, mass, unit in db.rows(_ELSEWHERE, patient=patient_id):
        yield Elsewhere(known_day(on), (muscle, side) if muscle else None, agent, Decimal(mass), unit)


def _scores(db: Database, patient_id: str) -> Iterable[Told]:
    for against, muscle, side, on, pain, said in db.rows(_SCORES, patient=patient_id):
        score = relief.Score(known_day(on), pain, None if said is None else Decimal(said))
        yield Told(day(against), (muscle, side) if muscle else None, score)


def _baselines(db: Database, patient_id: str) -> dict[tuple[date, Where | None], int]:
    """Pain before, by day and site; of two entries of one day the first to say it."""
    out: dict[tuple[date, Where | None], int] = {}
    for on, muscle, side, pain in db.rows(_BASELINES, patient=patient_id):
        out.setdefault((known_day(on), (muscle, side) if muscle else None), pain)
    return out
