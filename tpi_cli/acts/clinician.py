"""Clinicians, as the records name them."""

from sqlmodel import select

from tpi_cli.store import tables
from tpi_cli.store.write import Writing


def named(writing: Writing, code: str) -> tables.Clinician:
    """The clinician of that code, taken note of at first sight."""
    query = select(tables.Clinician).where(tables.Clinician.code == code)
    known = writing.session.exec(query).first()
    return known or writing.add(tables.Clinician(**writing.record(), code=code, created_at=writing.stamp))
