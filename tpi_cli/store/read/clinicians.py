"""Clinicians by the code they are named with, whatever its capitals."""

from tpi_cli.store.connect import Database


def codes(db: Database) -> list[str]:
    """The codes on file."""
    return [code for (code,) in db.rows("SELECT code FROM clinician ORDER BY code")]


def code(db: Database, text: str) -> str | None:
    """The code on file that is meant: `am` is AM; None where there is none."""
    wanted = text.strip().casefold()
    return next((one for one in codes(db) if one.casefold() == wanted), None)


def of(db: Database, clinician_id: str) -> str:
    """The code of a clinician (UUID) who is on file."""
    return str(db.value("SELECT code FROM clinician WHERE id = :clinician", clinician=clinician_id))
