"""Who had a lot: every session in which something of it was given, void ones too, for a vial that is called back."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import NamedTuple

from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database


class Where(NamedTuple):
    """A site: its muscle and side."""

    muscle: str
    side: str


class Given(NamedTuple):
    """Something of a lot, given in a session: to whom, what, where, and whether the session is void."""

    on: date
    session: int
    void: bool
    patient: int
    mrn: str | None
    name: str
    born: date
    phone: str | None
    agent: str
    lot: str
    expiry: date | None
    sites: tuple[Where, ...]
    clinic: str = ""
    """The clinic's name, where several are listed."""


_LOTS = "SELECT DISTINCT lot FROM component WHERE lot IS NOT NULL AND clinic_id = :clinic"
_SQL = """
SELECT session.on_date, session.number, session.voided_at IS NOT NULL, patient.number, patient.mrn, patient.name,
       patient.born, patient.phone, component.agent, component.lot, component.expiry, site.muscle, site.side
  FROM component JOIN mixture ON mixture.id = component.mixture_id JOIN session ON session.id = mixture.session_id
  JOIN patient ON patient.id = session.patient_id
  JOIN injection ON injection.mixture_id = mixture.id JOIN site ON site.id = injection.site_id
 WHERE component.clinic_id = :clinic AND component.lot IN ({among})
 ORDER BY session.on_date DESC, session.number, component.agent, component.lot, site.number
"""


def known(db: Database, clinic: str) -> list[str]:
    """Every lot on file, as it was typed."""
    return [lot for (lot,) in db.rows(_LOTS, clinic=clinic)]


def given(db: Database, clinic: str, lots: list[str]) -> Iterator[Given]:
    """What was given of these lots (as they were typed), newest first."""
    names = {f"lot{at}": lot for at, lot in enumerate(lots)}
    sql = _SQL.format(among=", ".join(f":{name}" for name in names))
    for head, rows in groupby(db.rows(sql, clinic=clinic, **names), key=lambda row: row[:-2]):
        on, session, void, patient, mrn, name, born, phone, agent, lot, expiry = head
        places = tuple(dict.fromkeys(Where(muscle, side) for *_, muscle, side in rows))
        yield Given(known_day(on), session, bool(void), patient, mrn, name, known_day(born), phone, agent, lot,
                    day(expiry), places)  # fmt: skip
