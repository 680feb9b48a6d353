"""Who works here: clinicians by the code they are named with, whatever its capitals, and by their account."""

from datetime import date
from typing import NamedTuple

from tpi_cli.rules.roles import Actor, Person
from tpi_cli.store.database import Database


class Clinician(NamedTuple):
    """Somebody on file; `account` is the login they work under, None where they only stand in sessions."""

    code: str
    name: str | None
    role: str
    account: str | None
    retired_on: date | None
    sessions: int


_ALL = """
SELECT code, name, role, account, retired_on,
       (SELECT COUNT(*) FROM session WHERE clinician_id = clinician.id AND voided_at IS NULL)
  FROM clinician ORDER BY retired_on IS NOT NULL, code
"""


def everyone(db: Database) -> list[Clinician]:
    """Everybody on file, who is still there first."""
    return [Clinician._make((*rest, _day(gone), count)) for *rest, gone, count in db.rows(_ALL)]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def codes(db: Database) -> list[str]:
    """The codes on file."""
    return [code for (code,) in db.rows("SELECT code FROM clinician ORDER BY code")]


def code(db: Database, text: str) -> str | None:
    """The code on file that is meant: `am` is AM; None where there is none."""
    wanted = text.strip().casefold()
    return next((one for one in codes(db) if one.casefold() == wanted), None)


def id_of(db: Database, text: str) -> str | None:
    """The UUID of the clinician that is meant; None where there is none."""
    known = code(db, text)
    return known and str(db.value("SELECT id FROM clinician WHERE code = :code", code=known))


def as_on_file(db: Database, text: str | None) -> str | None:
    """What was named with --as in the clinician's own spelling; as it was typed where nobody has that code yet."""
    return (code(db, text) or text) if text else None


def of(db: Database, clinician_id: str) -> str:
    """The code of a clinician (UUID) who is on file."""
    return str(db.value("SELECT code FROM clinician WHERE id = :clinician", clinician=clinician_id))


def of_account(db: Database, account: str) -> Person | None:
    """The person who works under an account of the operating system."""
    return _person(db, "account = :wanted", account)


def actor(db: Database, account: str, acting: str | None) -> Actor:
    """Who is at the keyboard, with the clinician they name."""
    known = code(db, acting) if acting else None
    named = _person(db, "code = :wanted", known) if known else None
    return Actor(account, of_account(db, account), named, None if named else acting)


def _person(db: Database, where: str, wanted: str) -> Person | None:
    found = db.row(f"SELECT code, role, retired_on FROM clinician WHERE {where}", wanted=wanted)
    return Person(found[0], found[1], _day(found[2])) if found else None
