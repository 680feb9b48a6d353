"""Clinicians, as the records name them."""

from sqlmodel import select

from tpi_cli.store import tables
from tpi_cli.store.read import clinicians
from tpi_cli.store.write import Writing


def named(writing: Writing, code: str) -> tables.Clinician:
    """The clinician of that code, in capitals or not; taken note of at first sight."""
    known = clinicians.code(writing.db, code)
    if known is None:
        return writing.add(tables.Clinician(**writing.record(), code=code, created_at=writing.stamp))
    return writing.session.exec(select(tables.Clinician).where(tables.Clinician.code == known)).one()
