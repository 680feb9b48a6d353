"""Clinicians: on file by the code the records name them with, with a role, and an account to work under."""

from datetime import date
from typing import NamedTuple

from sqlmodel import col, select

from tpi_cli.acts.staff import named
from tpi_cli.errors import Conflict, NotFound
from tpi_cli.rules.roles import CLINICIAN
from tpi_cli.store import tables
from tpi_cli.store.read import clinicians
from tpi_cli.store.write import Writing


class Told(NamedTuple):
    """What is said of somebody; None: as it is on file."""

    code: str
    name: str | None = None
    role: str | None = None
    account: str | None = None


class Standing(NamedTuple):
    """What is on file of somebody."""

    name: str | None
    role: str
    account: str | None
    retired_on: date | None


def _on_file(writing: Writing, code: str) -> tables.Clinician | None:
    known = clinicians.code(writing.db, code)
    table = tables.Clinician
    return writing.session.exec(select(table).where(table.code == known)).one() if known else None


def add(writing: Writing, told: Told) -> tables.Clinician:
    """Put somebody on file, or change what is said of them; who had left is back.

    Raises Conflict where that is on file already, the account is another's, or nobody could add others any more.
    """
    row = _on_file(writing, told.code)
    before = None if row is None else _facts(row)
    _free(writing, told)
    if row is None:
        new = named(writing, told.code)
        row = writing.session.get_one(tables.Clinician, new)
    for name in ("name", "role", "account"):
        setattr(row, name, getattr(told, name) or getattr(row, name))
    row.retired_on = None
    if _facts(row) == before:
        raise Conflict(f"{row.code} is on file so already", hint="tpi clinician list")
    writing.add(row)
    _somebody_left(writing)
    writing.about = (None, f"{row.code} {row.role}")
    return row


def standing(writing: Writing, code: str) -> Standing | None:
    """What is on file of somebody."""
    row = _on_file(writing, code)
    return None if row is None else _facts(row)


def _facts(row: tables.Clinician) -> Standing:
    return Standing(row.name, row.role, row.account, row.retired_on)


def _free(writing: Writing, told: Told) -> None:
    """An account is one person's."""
    sql = "SELECT code FROM clinician WHERE account = :account"
    holder = writing.db.value(sql, account=told.account) if told.account else None
    if holder and holder.casefold() != told.code.casefold():
        raise Conflict(f"the account {told.account} is {holder}'s", hint="an account is one person's")


def retire(writing: Writing, code: str, on: date) -> tables.Clinician:
    """Take somebody's rights from a day on; what they recorded stays theirs. Raises NotFound, Conflict."""
    row = _on_file(writing, code)
    if row is None:
        raise NotFound(f"no clinician {code!r}", hint="tpi clinician list shows who works here")
    if row.retired_on is not None:
        raise Conflict(f"{row.code} left on {row.retired_on} already", hint="tpi clinician list")
    row.retired_on = on
    writing.add(row)
    _somebody_left(writing)
    writing.about = (None, row.code)
    return row


def _somebody_left(writing: Writing) -> None:
    """Somebody with an account must remain who can add others."""
    table = tables.Clinician
    able = (col(table.account).is_not(None), table.role == CLINICIAN, col(table.retired_on).is_(None))
    if not writing.session.exec(select(table).where(*able)).first():
        raise Conflict("nobody would be left who may add others", hint="add another clinician with --account first")
