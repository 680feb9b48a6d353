"""Scores given after a session: what there is to measure them against, and all of them as a file has them."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database


class Scored(NamedTuple):
    """A score after a session, as a row of `outcomes.csv` has it; no muscle and side: of the whole patient.

    `reopened`: the site's recall is open again, although it was not treated on a later day.
    """

    mrn: str
    date: date
    muscle: str | None = None
    side: str | None = None
    pain: int | None = None
    relief_pct: Decimal | None = None
    resolved: bool = False
    source_id: str | None = None
    reopened: bool = False


class Against(NamedTuple):
    """The session a score is measured against, by UUID, and the sites (UUIDs) it treated, by their number."""

    id: str
    number: int
    on: date
    sites: tuple[str, ...]

    @property
    def code(self) -> str:
        """`S-01RJ`."""
        return identity.session(self.number)


_SESSION = """
SELECT id, number, on_date FROM session
WHERE patient_id = :patient AND on_date <= :on AND voided_at IS NULL
    {there}
ORDER BY on_date DESC, number DESC LIMIT 1
"""
_SITES = """
SELECT DISTINCT site.id, site.number FROM injection JOIN site ON site.id = injection.site_id
WHERE injection.session_id = :session ORDER BY site.number
"""
_LATER = """
FROM outcome JOIN patient ON patient.id = outcome.patient_id
LEFT JOIN site ON site.id = outcome.site_id LEFT JOIN session ON session.id = outcome.session_id
WHERE outcome.phase = 'later' AND session.voided_at IS {voided}NULL
"""
_REOPENED = """
EXISTS (SELECT 1 FROM recall WHERE recall.site_id = outcome.site_id AND recall.closed IS NULL
    AND (recall.session_id IS NULL OR recall.anchor_on <= outcome.on_date))
"""


def against(db: Database, patient_id: str, on: date, site_id: str | None = None) -> Against | None:
    """The last session that counts on or before a day: of the patient, or one that treated the site."""
    there = "AND EXISTS (SELECT 1 FROM injection WHERE session_id = session.id AND site_id = :site)"
    row = db.row(_SESSION.format(there=there if site_id else ""), patient=patient_id, on=on.isoformat(), site=site_id)
    if row is None:
        return None
    sites = tuple(site for site, _ in db.rows(_SITES, session=row[0]))
    return Against(row[0], row[1], known_day(row[2]), sites)


def on_day(db: Database, patient_id: str, on: date, site_id: str | None = None) -> int:
    """How many scores of that day there are, of the site or (None) of the patient, whose session counts."""
    same = "outcome.site_id IS NULL" if site_id is None else "outcome.site_id = :site"
    where = f"{_LATER.format(voided='')} AND outcome.patient_id = :patient AND outcome.on_date = :on AND {same}"
    return int(db.value(f"SELECT COUNT(*) {where}", patient=patient_id, on=on.isoformat(), site=site_id))


def scored(db: Database, *, voided: bool = False, patient: str | None = None) -> Iterator[Scored]:
    """Every score after a session that counts (or, `voided`, that does not any more), by patient, day and site; of
    all, or of one patient (UUID)."""
    whose = "AND outcome.patient_id = :patient" if patient else ""
    sql = (
        "SELECT patient.mrn, patient.number, outcome.on_date, muscle, side, pain, relief_pct, resolved,"
        f" outcome.source_id, outcome.id, {_REOPENED} {_LATER.format(voided='NOT ' if voided else '')} {whose}"
        " ORDER BY patient.number, outcome.on_date, site.number"
    )
    return map(_scored, db.rows(sql, patient=patient))


def _scored(row: tuple[Any, ...]) -> Scored:
    mrn, number, on, muscle, side, pain, relief, resolved, source, own, reopened = row
    return Scored(
        mrn=mrn or identity.patient(number),
        date=known_day(on),
        muscle=muscle,
        side=side,
        pain=pain,
        relief_pct=None if relief is None else Decimal(relief),
        resolved=bool(resolved),
        source_id=source or own,
        reopened=bool(reopened),
    )
