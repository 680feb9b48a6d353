"""Whose due date a calendar may have got, and what last moved it: by hand, as the log tells, or by the days passing."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli.store.columns import day
from tpi_cli.store.database import Database


class Followed(NamedTuple):
    """A patient who was due once, or is: who (no name once erased), and the last change that may have moved that.

    `entry` is the log's number of that change and `at` its stamp in UTC; `turns` are the days, in order, on which what
    holds the recall back begins or ends by itself.
    """

    id: str
    number: int
    name: str | None
    born: date | None
    entry: int
    at: str
    turns: tuple[date, ...] = ()


_FOLLOWED = """
SELECT patient.id, patient.number, CASE WHEN patient.erased_on IS NULL THEN patient.name END, patient.born,
       patient.entry, audit.at
FROM patient JOIN audit ON audit.entry = patient.entry
WHERE (patient.merged_into IS NOT NULL OR patient.erased_on IS NOT NULL
       OR EXISTS (SELECT 1 FROM session JOIN plan ON plan.session_id = session.id
                  WHERE session.patient_id = patient.id AND plan.follow_up <> 'none')
       OR EXISTS (SELECT 1 FROM session WHERE session.patient_id = patient.id AND amended_at IS NOT NULL)
       OR EXISTS (SELECT 1 FROM adverse_event AS event
                  WHERE event.patient_id = patient.id AND event.follow_up_on IS NOT NULL)){only} ORDER BY patient.number
"""
_CHANGES = """
SELECT audit.patient, audit.entry, audit.at FROM audit JOIN (
    SELECT patient, MAX(entry) AS entry FROM audit WHERE records > 0 GROUP BY patient
) AS latest ON latest.entry = audit.entry
"""
_TURNS = """
SELECT patient_id, due_on, snoozed_until, capped_until, booked_until FROM recall
WHERE closed IS NULL AND due_on IS NOT NULL AND COALESCE(snoozed_until, capped_until, booked_until) IS NOT NULL
"""


def followed(db: Database, patient: int | None = None) -> Iterator[Followed]:
    """Everybody whose due date may have been told, by number; or the one patient of that number.

    An entry about nobody in particular (an import, a setting, new rules) may have moved anybody's.
    """
    changes = {number: (entry, at) for number, entry, at in db.rows(_CHANGES)}
    turns = _turns(db)
    of_all = changes.get(None, (0, ""))
    only = "" if patient is None else " AND patient.number = :patient"
    for key, number, name, born, entry, at in db.rows(_FOLLOWED.format(only=only), patient=patient):
        latest = max((entry, at), of_all, changes.get(number, of_all))
        yield Followed(key, number, name, day(born), *latest, tuple(sorted(turns[key])))


def _turns(db: Database) -> defaultdict[str, set[date]]:
    """By patient (UUID): the days on which a snooze or a cap ends, a cap bites, or a booked day is over."""
    found: defaultdict[str, set[date]] = defaultdict(set)
    for key, *days in db.rows(_TURNS):
        due, snoozed, capped, booked = map(day, days)
        over = booked + timedelta(days=1) if booked else None
        found[key].update(one for one in (snoozed, capped, due if capped else None, over) if one)
    return found
