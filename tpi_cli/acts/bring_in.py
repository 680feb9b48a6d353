"""Patients brought in from files: who is new is added, the same are left, doubtful ones refused.

What stands here is also what the rows about patients share: injections, scores and the rest come in patient by
patient, each kind by an act of its own. Everything lands in the caller's transaction or not at all.
"""

import hashlib
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.acts import patient
from tpi_cli.errors import Conflict
from tpi_cli.rules import checks, identity
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.read import people
from tpi_cli.store.write import Writing


class Line(NamedTuple):
    """A row to bring in and where it stood, such as (file, line); `what` tells what it changed."""

    at: tuple[Any, ...]
    row: Any
    what: str = ""


class Refusal(NamedTuple):
    """A row that cannot be taken, which column, and why."""

    at: tuple[Any, ...]
    column: str
    what: str


class Person(NamedTuple):
    """Whom rows are about, as they stand on file: UUID, number, and what rows are held against."""

    id: str
    number: int
    mrn: str | None
    name: str
    born: date
    status: str
    status_on: date | None
    merged_into: str | None
    row_key: str | None


class Result(NamedTuple):
    """Lines by what became of them; `left` are not for this log, and say why."""

    new: list[Line]
    changed: list[Line]
    same: list[Line]
    refused: list[Refusal]
    left: list[Line]


def nothing() -> Result:
    """A result to be filled."""
    return Result([], [], [], [], [])


def one_patient(writing: Writing, line: Line, on: date, *, visit: bool = False) -> Result:
    """Add a patient who is new, or change what differs on file, by mrn; a name or birth date is not changed.

    A `visit` tells of a patient by the way: what is on file stays.
    """
    out, new = nothing(), line.row
    known = _one_of(writing, new.mrn or identity.by_name(new.name, new.born))
    if isinstance(known, str):
        out.refused.append(Refusal(line.at, "name", known))
        return out
    if known is not None and known.merged_into is not None:
        _sorted(out, line, _fill_in(writing, _survivor(writing, known), new, on))
        return out
    if known is None:
        _add(writing, out, line, on)
    elif new.mrn and (known.name, known.born) != (new.name, new.born):
        column = "name" if known.name != new.name else "born"
        what = f"differs from {identity.patient(known.number)}, who has this mrn: mend one of them"
        out.refused.append(Refusal(line.at, column, what))
    else:
        _sorted(out, line, (_fill_in if visit else _bring_up_to_date)(writing, known, new, on))
    return out


def _sorted(out: Result, line: Line, changed: list[str]) -> None:
    (out.changed if changed else out.same).append(line._replace(what=", ".join(changed)))


def _bring_up_to_date(writing: Writing, known: Person, new: patient.New, on: date) -> list[str]:
    mark = digest(new)
    changed = [] if known.row_key == mark else _update(writing, known, new, on)
    if changed:
        writing.change("patient", known.id, {"row_key": mark})
    return changed


def _add(writing: Writing, out: Result, line: Line, on: date) -> None:
    """A patient exported without an mrn comes back under the same short id, or not at all."""
    new: patient.New = line.row
    number = _short_id(new.mrn or "")
    bare = new._replace(mrn=None) if number else new
    try:
        patient.unique(writing, bare)
    except Conflict as fault:
        out.refused.append(Refusal(line.at, "mrn", f"{fault}: {fault.hint}"))
        return
    columns = patient.columns(writing, bare, on, number)
    writing.put("patient", {**columns, "row_key": digest(new)})
    patient.first_alerts(writing, columns["id"], bare.alerts, on)
    out.new.append(line)


def _short_id(mrn: str) -> int | None:
    """The number of a short id standing where an mrn does."""
    found = identity.read_patient(mrn)
    return found if isinstance(found, int) and identity.patient(found) == mrn and found < identity.LAST_NUMBER else None


_PERSON = "SELECT id, number, mrn, name, born, status, status_on, merged_into, row_key FROM patient WHERE "


def _people(writing: Writing, where: str, **values: Any) -> list[Person]:
    found = map(Person._make, writing.db.rows(f"{_PERSON}{where}", **values))
    return [one._replace(born=known_day(one.born), status_on=day(one.status_on)) for one in found]


def as_on_file(writing: Writing, person: Person) -> Person:
    """The same as they stand by now."""
    (found,) = _people(writing, "id = :id", id=person.id)
    return found


def _one_of(writing: Writing, whom: str, *, bare: bool = False) -> Person | str | None:
    """The patient of an mrn, a short id, or (`identity.by_name`) a name; why there are two; None for nobody.

    With `bare` a short id finds only who has no mrn: under it a patient without one is exported.
    """
    named = identity.read_name(whom)
    if named:
        return _of_name(writing, *named)
    number = _short_id(whom)
    clinic = writing.clinic.id
    if number:
        found = _people(writing, "clinic_id = :clinic AND number = :number", clinic=clinic, number=number)
    else:
        found = _people(writing, "clinic_id = :clinic AND mrn = :mrn", clinic=clinic, mrn=whom)
    if not found or (number and bare and found[0].mrn):
        return None
    return found[0]


def _of_name(writing: Writing, name: str, born: date | None) -> Person | str | None:
    """The one patient whose name is that, but for capitals and blanks. An earlier name is a name too."""
    if born:
        rows = _people(writing, "erased_on IS NULL AND born = :born", born=born.isoformat())
    else:
        rows = _people(writing, "erased_on IS NULL AND name_key = :key", key=identity.name_key(name))
    found = {one.id: one for one in (_survivor(writing, row) for row in rows if _folded(row.name) == name)}
    if len(found) > 1:
        return "more than one patient has this name: give the rows an mrn"
    return next(iter(found.values()), None)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _survivor(writing: Writing, row: Person) -> Person:
    """The record itself, or the one that took it over."""
    while row.merged_into is not None:
        (row,) = _people(writing, "id = :id", id=row.merged_into)
    return row


STATED = ("sex", "weight_kg", "height_cm", "phone", "email", "payer", "status")
UNSTATED = frozenset([None, "unknown", "active"])
"""What says nothing of a patient: no file makes an archived or dead one active again."""


def _update(writing: Writing, known: Person, new: patient.New, on: date) -> list[str]:
    """Take over what the file states and differs, and tell the columns."""
    stated = {name: getattr(new, name) for name in STATED if getattr(new, name) not in UNSTATED}
    row = people.of_uuid(writing.db, known.id)
    changes = {name: value for name, value in stated.items() if getattr(row, name) != value}
    if "status" in changes and new.status_on:
        changes["status_on"] = new.status_on
    if changes:
        patient.change(writing, known.id, changes, on)
    added = patient.add_alerts(writing, known.id, new.alerts, on)
    return [*changes, *(["alerts"] if added else [])]


def _fill_in(writing: Writing, known: Person, new: patient.New, on: date) -> list[str]:
    """Take over what was never on file, and tell the columns. Where a row tells of a patient by the way, or of a record
    that was merged away, the record's own row may say otherwise."""
    row = people.of_uuid(writing.db, known.id)
    empty = [name for name in STATED if name != "status" and getattr(row, name) in UNSTATED]
    changes = {name: getattr(new, name) for name in empty if getattr(new, name) not in UNSTATED}
    if changes:
        patient.change(writing, known.id, changes, on)
    added = patient.add_alerts(writing, known.id, patient.never_there(writing, known.id, new.alerts), on)
    return [*changes, *(["alerts"] if added else [])]


class Beside(NamedTuple):
    """What became of a patient's own row in the same files: taken, refused, or (neither) not there."""

    taken: bool = False
    refused: bool = False


def whose(writing: Writing, mrn: str, beside: Beside) -> Person | str:
    """The patient that the rows of an mrn are about, of one merged away the survivor; or why they name nobody."""
    if beside.refused:
        return "the patient's own row is refused"
    found = _one_of(writing, mrn, bare=not beside.taken)
    if found is None:
        known = "name and birth date" if identity.read_name(mrn) else "mrn"
        return f"no patient has this {known}: import the patients too"
    if isinstance(found, str):
        return found
    if _short_id(mrn) and not beside.taken:
        return "a PT- id holds only beside its patients file: import both together"
    return _survivor(writing, found)


def not_then(person: Person, on: date) -> str | None:
    """Why nothing can have happened to a patient that day, or None."""
    if person.status == "deceased" and person.status_on and on > person.status_on:
        return f"is after the patient's death ({person.status_on})"
    return checks.happened(on, on, person.born)


def digest(row: Any, copy: int = 0) -> str:
    """What a row of a file is known by again; `copy` counts equal rows of one file from 0.

    Rows about a patient come without their mrn: it may be given or changed later.
    """
    return hashlib.sha256(repr((tuple(row), copy)).encode("utf-8", "surrogatepass")).hexdigest()
