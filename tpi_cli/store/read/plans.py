"""How each site of a patient stands: what a new session would carry on."""

from datetime import date
from typing import NamedTuple

from tpi_cli.store.columns import day
from tpi_cli.store.database import Database


class Standing(NamedTuple):
    """A site (UUID) with the plan that counts now; `closed` says why there is none any more.

    No session of before the `anchor` moves the plan: the day of the last session, or of a finding after one.
    """

    id: str
    number: int
    muscle: str
    side: str
    follow_up: str | None
    closed: str | None
    anchor: date | None
    due: date | None
    snoozed_until: date | None
    call_back_on: date | None


_SQL = """
SELECT site.id, site.number, site.muscle, site.side, recall.follow_up, recall.closed,
       CASE WHEN EXISTS (SELECT 1 FROM plan JOIN session ON session.id = plan.session_id
                         WHERE plan.site_id = site.id AND session.voided_at IS NULL) THEN recall.anchor_on END,
       recall.due_on, recall.snoozed_until, recall.call_back_on
FROM site LEFT JOIN recall ON recall.site_id = site.id
WHERE site.patient_id = :patient ORDER BY site.number
"""


_DAYS = Standing._fields.index("anchor")
"""From here on the columns are days."""


def standing(db: Database, patient_id: str) -> list[Standing]:
    """The sites of a patient by number."""
    rows = db.rows(_SQL, patient=patient_id)
    return [Standing(*row[:_DAYS], *map(day, row[_DAYS:])) for row in rows]


def held(sites: list[Standing], today: date) -> date | None:
    """Until when the open ones of these sites are off the list; None where they are not."""
    days = [one.snoozed_until for one in sites if one.closed is None and one.snoozed_until]
    until = max(days, default=today)
    return until if until > today else None


def capped_until(db: Database, session_id: str) -> date | None:
    """The last day on which a payer's rule still holds back a site treated at a session; None where none does."""
    sql = (  # by the patient, whose recalls have an index
        "SELECT MAX(capped_until) FROM recall"
        " WHERE patient_id = (SELECT patient_id FROM session WHERE id = :session) AND session_id = :session"
    )
    return day(db.value(sql, session=session_id))


def allowed_from(db: Database, patient_id: str) -> date | None:
    """The day from which the payer allows every open site of the patient that it holds back; None where it does not."""
    sql = "SELECT MAX(capped_until) FROM recall WHERE patient_id = :patient AND closed IS NULL"
    return day(db.value(sql, patient=patient_id))


def limits(db: Database) -> dict[str, tuple[object, ...]]:
    """What payers and outcomes make of every plan, by site (UUID), to tell afterwards which ones moved."""
    sql = "SELECT site_id, eligible_from, capped_until, reassess FROM recall"
    return {site: tuple(rest) for site, *rest in db.rows(sql)}
