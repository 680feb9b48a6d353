"""Patients brought in from files: who is new is added, the same are left, doubtful ones refused.

What stands here is also what the rows about patients share: injections, scores and the rest come in patient by
patient, each kind by an act of its own. Everything lands in the caller's transaction or not at all.
"""

import hashlib
from datetime import date
from typing import Any, NamedTuple

from sqlmodel import select

from tpi_cli.acts import patient
from tpi_cli.errors import Conflict
from tpi_cli.rules import checks, identity
from tpi_cli.store import tables
from tpi_cli.store.write import Writing

LAST_NUMBER = 1_000_000
"""A short id beyond this is taken for another system's number."""


class Line(NamedTuple):
    """A row to bring in and where it stood, (file, line); `what` tells what it changed."""

    at: tuple[Any, int]
    row: Any
    what: str = ""


class Refusal(NamedTuple):
    """A row that cannot be taken, which column, and why."""

    at: tuple[Any, int]
    column: str
    what: str


class Result(NamedTuple):
    """Lines by what became of them."""

    new: list[Line]
    changed: list[Line]
    same: list[Line]
    refused: list[Refusal]


def nothing() -> Result:
    """A result to be filled."""
    return Result([], [], [], [])


def one_patient(writing: Writing, line: Line, on: date, earlier: str | None = None) -> Result:
    """Add a patient who is new, or change what differs on file, by mrn; a name or birth date is not changed.

    `earlier` is the digest of the first row of this mrn in the same files, where there was one.
    """
    out, new = nothing(), line.row
    known = _by_mrn(writing, new.mrn or "")
    if earlier == digest(new):
        out.same.append(line)
    elif earlier is not None:
        out.refused.append(Refusal(line.at, "mrn", f"{new.mrn} stands there twice with different values"))
    elif known is None:
        _add(writing, out, line, on)
    elif (known.name, known.born) != (new.name, new.born):
        column = "name" if known.name != new.name else "born"
        what = f"differs from {identity.patient(known.number)}, who has this mrn: mend one of them"
        out.refused.append(Refusal(line.at, column, what))
    else:
        _bring_up_to_date(writing, out, known, line, on)
    return out


def _bring_up_to_date(writing: Writing, out: Result, known: tables.Patient, line: Line, on: date) -> None:
    mark = digest(line.row)
    changed = [] if known.row_key == mark else _update(writing, known, line.row, on)
    if changed:
        known.row_key = mark
        writing.add(known)
        out.changed.append(line._replace(what=", ".join(changed)))
    else:
        out.same.append(line)


def _add(writing: Writing, out: Result, line: Line, on: date) -> None:
    """A patient exported without an mrn comes back under the same short id, or not at all."""
    new: patient.New = line.row
    number = _short_id(new.mrn or "")
    try:
        row = patient.add(writing, new._replace(mrn=None) if number else new, on, number)
    except Conflict as fault:
        out.refused.append(Refusal(line.at, "mrn", f"{fault}: {fault.hint}"))
    else:
        row.row_key = digest(new)
        out.new.append(line)


def _short_id(mrn: str) -> int | None:
    """The number of a short id standing where an mrn does."""
    found = identity.read_patient(mrn)
    return found if isinstance(found, int) and identity.patient(found) == mrn and found < LAST_NUMBER else None


def _by_mrn(writing: Writing, mrn: str, *, bare: bool = False) -> tables.Patient | None:
    """By mrn, or by the short id under which a patient without one is exported; of one merged away the survivor.

    With `bare` a short id finds only who has no mrn.
    """
    number = _short_id(mrn)
    where = tables.Patient.number == number if number else tables.Patient.mrn == mrn
    found = writing.session.exec(select(tables.Patient).where(where)).first()
    if found and number and bare and found.mrn:
        return None
    return found and _survivor(writing, found)


def _survivor(writing: Writing, row: tables.Patient) -> tables.Patient:
    """The record itself, or the one that took it over."""
    while row.merged_into is not None:
        row = writing.session.get_one(tables.Patient, row.merged_into)
    return row


def _update(writing: Writing, known: tables.Patient, new: patient.New, on: date) -> list[str]:
    """Take over what the file states and differs, and tell the columns. No file makes an archived or dead patient
    active again."""
    columns = ("sex", "weight_kg", "height_cm", "phone", "email", "payer", "status")
    unstated = {None, "unknown", "active"}
    stated = {name: getattr(new, name) for name in columns if getattr(new, name) not in unstated}
    changes = {name: value for name, value in stated.items() if getattr(known, name) != value}
    if changes:
        patient.change(writing, known.id, changes, on)
    added = patient.add_alerts(writing, known.id, new.alerts, on)
    return [*changes, *(["alerts"] if added else [])]


class Beside(NamedTuple):
    """What became of a patient's own row in the same files: taken, refused, or (neither) not there."""

    taken: bool = False
    refused: bool = False


def whose(writing: Writing, mrn: str, beside: Beside) -> tables.Patient | str:
    """The patient that the rows of an mrn are about, of one merged away the survivor; or why they name nobody."""
    if beside.refused:
        return "the patient's own row is refused"
    found = _by_mrn(writing, mrn, bare=True)
    if found is None:
        return "no patient has this mrn: import the patients too"
    if _short_id(mrn) and not beside.taken:
        return "a PT- id holds only beside its patients file: import both together"
    return found


def not_then(person: tables.Patient, on: date) -> str | None:
    """Why nothing can have happened to a patient that day, or None."""
    if person.status == "deceased" and person.status_on and on > person.status_on:
        return f"is after the patient's death ({person.status_on})"
    return checks.happened(on, on, person.born)


def digest(row: Any, copy: int = 0) -> str:
    """What a row of a file is known by again; `copy` counts equal rows of one file from 0."""
    return hashlib.sha256(repr((tuple(row), copy)).encode("utf-8", "surrogatepass")).hexdigest()
