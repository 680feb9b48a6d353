"""What was found and decided about recalls, as `holds.csv` has it."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tpi_cli.rules import identity
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database

ACTS = ("stop", "snooze", "resolve", "resume", "find")
REASONS = ("resolved", "declined", "moved", "died", "other")
"""Why a recall was stopped."""


class Held(NamedTuple):
    """A decision about a recall, or a finding (`find`); no muscle and side: of the whole patient.

    `reason` is one of `REASONS` and goes with a stop, `until` with a snooze; `note` is in words.
    """

    mrn: str
    act: str
    muscle: str | None
    side: str | None
    on: date
    until: date | None = None
    reason: str | None = None
    note: str | None = None


# a death that was a mistake decides nothing any more, and would be one again where it is brought in
_DECIDED = """
SELECT patient.mrn, patient.number, act, muscle, side, hold.on_date, until, reason, hold.note, recorded_at
FROM hold JOIN patient ON patient.id = hold.patient_id LEFT JOIN site ON site.id = hold.site_id
WHERE reason IS NULL OR reason <> 'died' OR patient.status = 'deceased'
ORDER BY recorded_at, hold.id
"""
_FOUND = """
SELECT patient.mrn, patient.number, 'find', muscle, side, found_on, NULL, NULL, site.note, site.created_at
FROM site JOIN patient ON patient.id = site.patient_id
WHERE found_on IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM injection JOIN session ON session.id = injection.session_id
    WHERE injection.site_id = site.id AND session.voided_at IS NULL)
ORDER BY patient.number, site.number
"""


def held(db: Database) -> Iterator[Held]:
    """Every decision, and the finding of every site that was never treated; of a day in the order of recording."""
    rows = [*db.rows(_FOUND), *db.rows(_DECIDED)]
    for mrn, number, act, muscle, side, on, until, reason, note, _ in sorted(rows, key=lambda row: (row[5], row[9])):
        yield Held(mrn or identity.patient(number), act, muscle, side, known_day(on), day(until), reason, note)
