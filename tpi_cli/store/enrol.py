"""Whoever brings a store to another computer or server must be able to work in it: other places have other accounts."""

from tpi_cli import clock
from tpi_cli.rules.roles import CLINICIAN
from tpi_cli.store import audit, versions
from tpi_cli.store.database import Database
from tpi_cli.store.read import clinicians
from tpi_cli.store.write import new_id

_PUT = """
INSERT INTO clinician (id, clinic_id, code, role, account, created_at, entry, salt)
VALUES (:id, :clinic, :account, :role, :account, :at, :entry, :salt)
"""
_CHANGE = """
UPDATE clinician SET account = :account, role = :role, retired_on = NULL, entry = :entry, salt = :salt WHERE id = :id
"""
_KNOWN = "SELECT id FROM clinician WHERE account = :account OR code = :account ORDER BY account IS NULL LIMIT 1"


def enrolled(db: Database, clinic: str) -> str | None:
    """The account's person is a clinician from here on; returns the account where that is new. The caller enters it
    in the log."""
    login = db.account
    person = clinicians.of_account(db, login)
    if person and person.retired_on is None:
        return None
    known = db.value(_KNOWN, account=login)
    entry = audit.next_entry(db)
    more = {"account": login, "role": CLINICIAN, "entry": entry, "salt": versions.new_salt()}
    if known is None:
        db.run(_PUT, id=new_id(), clinic=clinic, at=clock.stamp(), **more)
        return login
    before = versions.by_key(db, "clinician", ("id",), (known,))
    assert before is not None, "it was found in this transaction"
    versions.lay_aside(db, clinic, before, entry)
    db.run(_CHANGE, id=known, **more)
    return login
