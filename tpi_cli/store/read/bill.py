"""What was done on which day, as billing looks at it: a patient's sessions of one day are one visit."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from tpi_cli.reference import muscles
from tpi_cli.rules import coding, identity
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read import log
from tpi_cli.store.read.stock import own_agents

BARE = "other"
"""The class of an agent that a clinic added without saying what it is."""


class Visit(NamedTuple):
    """A patient's day: its sessions by number, and the same as the coding rule wants them."""

    patient: int
    mrn: str | None
    name: str
    born: date
    date: date
    numbers: tuple[int, ...]
    sessions: tuple[coding.Session, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """`S-01RJ`, for every session."""
        return tuple(map(identity.session, self.numbers))


class _Listed(NamedTuple):
    """A session that counts, with its patient."""

    date: Any
    patient: int
    mrn: str | None
    name: str
    born: Any
    id: str
    number: int
    diagnosis: str | None


_WHERE = "clinic_id = :clinic AND voided_at IS NULL AND on_date BETWEEN :first AND :last"
_SESSIONS = (
    "SELECT session.on_date, patient.number, patient.mrn, patient.name, patient.born, session.id, session.number,"
    " session.diagnosis FROM session JOIN patient ON patient.id = session.patient_id"
    f" WHERE session.{_WHERE} ORDER BY session.on_date, patient.number, session.number"
)


def visits(db: Database, clinic: str, first: date, last: date) -> Iterator[Visit]:
    """Every patient's day from the first to the last, void sessions left out, by day and patient."""
    values = {"clinic": clinic, "first": first.isoformat(), "last": last.isoformat()}
    given: dict[str, list[log.Given]] = {}
    for row in log.given(db, f" WHERE {_WHERE}", **values):
        given.setdefault(row.session_id, []).append(row)
    odd = unclassed(db)
    listed = map(_Listed._make, db.rows(_SESSIONS, **values))
    for (on, patient), group in groupby(listed, key=lambda one: (one.date, one.patient)):
        found = list(group)
        facts = tuple(session(given.get(one.id, []), one.diagnosis, odd) for one in found)
        numbers = tuple(one.number for one in found)
        lead = found[0]
        yield Visit(patient, lead.mrn, lead.name, known_day(lead.born), known_day(on), numbers, facts)


def unclassed(db: Database) -> frozenset[str]:
    """The clinic's own agents that nobody said the kind of."""
    return frozenset(one.agent for one in own_agents(db) if one.agent_class == BARE)


def session(rows: list[log.Given], diagnosis: str | None, odd: frozenset[str]) -> coding.Session:
    """A session as the coding rule wants it; `odd` are the agents that nobody said the kind of."""
    places = [_place(list(one)) for _, one in groupby(rows, key=lambda row: row.injection_id)]
    syringes = (one for row in _syringes(rows) if (one := log.dose(row)))
    return coding.Session(tuple(places), tuple(syringes), diagnosis, odd)


def _place(rows: list[log.Given]) -> coding.Place:
    """One injection; a muscle that this release does not know counts as one of its own."""
    one = rows[0]
    known = muscles.all_muscles().get(one.muscle)
    agents = tuple(row.agent for row in rows if row.agent)
    return coding.Place(known.cpt_key if known else one.muscle, one.side, agents, known.icd10 if known else "")


def _syringes(rows: list[log.Given]) -> Iterator[log.Given]:
    """The rows whose dose was given by itself: of a mix shared out in total, those of its first place only."""
    first: dict[int, str] = {}
    for row in rows:
        lead = first.setdefault(row.mixture, row.injection_id)
        if row.sharing == "each" or row.injection_id == lead:
            yield row
