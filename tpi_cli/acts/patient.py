"""Patients: added, changed, taken off the lists."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tpi_cli.acts import appointment
from tpi_cli.errors import Conflict, DuplicateMrn
from tpi_cli.rules import identity
from tpi_cli.store import keep
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.read import people
from tpi_cli.store.write import Writing


class New(NamedTuple):
    """A patient to add, every value checked before. `alerts` are (kind, text) pairs.

    `status_on` is the day since when the status holds, where it is not the day of the entry.
    """

    name: str
    born: date
    mrn: str | None = None
    sex: str = "unknown"
    weight_kg: Decimal | None = None
    height_cm: Decimal | None = None
    phone: str | None = None
    email: str | None = None
    payer: str | None = None
    alerts: tuple[tuple[str, str | None], ...] = ()
    status: str = "active"
    note: str | None = None
    status_on: date | None = None


def add(writing: Writing, new: New, on: date, number: int | None = None) -> people.Patient:
    """Add a patient, under the next short id or a free one brought along from an export.

    Raises DuplicateMrn; Conflict for the same name and birth date without an mrn apart.
    """
    unique(writing, new)
    row = columns(writing, new, on, number)
    writing.put("patient", row)
    first_alerts(writing, row["id"], new.alerts, on)
    return people.of_uuid(writing.db, row["id"])


def columns(writing: Writing, new: New, on: date, number: int | None = None) -> dict[str, Any]:
    """The columns of somebody new."""
    return {
        **writing.record(),
        **{name: value for name, value in new._asdict().items() if name not in {"alerts", "status_on"}},
        "number": writing.numbered("patient", number) if number else writing.number("patient"),
        "name_key": identity.name_key(new.name),
        "weight_on": on if new.weight_kg is not None else None,
        "status_on": (new.status_on or on) if new.status != "active" else None,
        "created_at": writing.stamp,
        "created_by": writing.by,
    }


def first_alerts(writing: Writing, patient_id: str, alerts: Iterable[tuple[str, str | None]], on: date) -> None:
    """The alerts of somebody new; an answer of none beside what makes it untrue has ended."""
    told = list(dict.fromkeys(alerts))
    for kind, text in told:
        opened = {"patient_id": patient_id, "kind": kind, "text": text, "since": on,
                  "created_at": writing.stamp, "created_by": writing.by}  # fmt: skip
        untrue = any(answers(other, kind) for other, _ in told)
        ended = {"ended_on": on, "ended_at": writing.stamp, "ended_by": writing.by} if untrue else {}
        writing.put("alert", {**writing.record(), **opened, **ended})


def unique(writing: Writing, new: New) -> None:
    """Raises DuplicateMrn; Conflict for the same name and birth date without an mrn apart."""
    if new.mrn is None:
        _not_twice(writing, new)
    else:
        _free(writing, new.mrn)
        _no_twin(writing, new)


def _free(writing: Writing, mrn: str) -> None:
    sql = "SELECT number FROM patient WHERE clinic_id = :clinic AND mrn = :mrn"
    number = writing.db.value(sql, clinic=writing.clinic.id, mrn=mrn)
    if number:
        raise DuplicateMrn(mrn=mrn, patient=identity.patient(number))


def _no_twin(writing: Writing, new: New) -> None:
    """Somebody of this name and birth date without an mrn is most likely the same person."""
    numbers = [number for number, mrn in _alike(writing, new) if mrn is None]
    if numbers:
        code = identity.patient(numbers[0])
        raise Conflict(
            f"{code} has this name and birth date, and no mrn",
            hint=f"tpi patient edit {code} --mrn {new.mrn} if it is the same person",
        )


def _not_twice(writing: Writing, new: New) -> None:
    numbers = [number for number, _ in _alike(writing, new)]
    if numbers:
        raise Conflict(
            f"{identity.patient(numbers[0])} has this name and birth date already",
            hint="if these are two people, tell them apart with --mrn",
        )


def _alike(writing: Writing, new: New) -> list[tuple[int, str | None]]:
    """Number and mrn of those born the same day whose name has the same words, in whatever order.

    For a record that was merged away its survivor stands.
    """
    words = sorted(identity.name_key(new.name).split())
    sql = (
        "SELECT COALESCE(other.number, patient.number), COALESCE(other.mrn, patient.mrn), patient.name_key FROM patient"
        " LEFT JOIN patient AS other ON other.id = patient.merged_into WHERE patient.born = :born ORDER BY 1"
    )
    rows = writing.db.rows(sql, born=new.born.isoformat())
    return [(number, mrn) for number, mrn, key in rows if sorted(key.split()) == words]


class Alert(NamedTuple):
    """An alert on file: its UUID, what it warns of, since when, and the day it ended."""

    id: str
    kind: str
    text: str | None
    since: date
    ended_on: date | None = None


_ALERTS = "SELECT id, kind, text, since, ended_on FROM alert WHERE patient_id = :patient"


def _alerts(writing: Writing, patient_id: str, *, ended: bool) -> list[Alert]:
    """A patient's alerts in the order in which they were put on file; open ones alone, or those that ended too."""
    where = "" if ended else " AND ended_on IS NULL"
    rows = writing.db.rows(f"{_ALERTS}{where} ORDER BY created_at, id", patient=patient_id)
    return [Alert(id_, kind, text, known_day(since), day(gone)) for id_, kind, text, since, gone in rows]


def add_alerts(writing: Writing, patient_id: str, alerts: Iterable[tuple[str, str | None]], on: date) -> list[Alert]:
    """Open alerts that are not open yet; an answer of none gives way to what is on file or found later."""
    open_now = {(one.kind, one.text) for one in _alerts(writing, patient_id, ended=False)}
    added = []
    for kind, text in dict.fromkeys(alerts):
        answered = any(answers(other, kind) for other, _ in open_now)
        if (kind, text) not in open_now and not answered:
            record = writing.record()
            opened = {"patient_id": patient_id, "kind": kind, "text": text, "since": on}
            told = {"created_at": writing.stamp, "created_by": writing.by}
            writing.put("alert", {**record, **opened, **told})
            added.append(Alert(record["id"], kind, text, on))
    end_none(writing, patient_id, on)
    return added


def never_there(
    writing: Writing, patient_id: str, alerts: Iterable[tuple[str, str | None]]
) -> list[tuple[str, str | None]]:
    """Those of the alerts (kind, text) that never were on file: one that was ended stays ended."""
    known = _alerts(writing, patient_id, ended=True)
    return [
        (kind, text)
        for kind, text in alerts
        if not any(one.kind == kind and same_text(one.text, text) for one in known)
    ]


def end_none(writing: Writing, patient_id: str, on: date) -> None:
    """An answer of none ends: `allergy-none` once an allergy is on file, `bleeding-none` once a bleeding risk is."""
    rows = _alerts(writing, patient_id, ended=False)
    kinds = {one.kind for one in rows}
    for one in rows:
        if any(answers(kind, one.kind) for kind in kinds):
            _end(writing, one, max(on, one.since))


def _end(writing: Writing, one: Alert, on: date) -> Alert:
    ended = {"ended_on": on, "ended_at": writing.stamp, "ended_by": writing.by}
    writing.change("alert", one.id, ended)
    return one._replace(ended_on=on)


def open_alert(writing: Writing, patient_id: str, kind: str, text: str | None, on: date) -> tuple[Alert, list[Alert]]:
    """Open one alert; returns it and the answers of none that it ended.

    Raises Conflict where the same is open, and for an answer of none where something is on file.
    """
    on_file = _alerts(writing, patient_id, ended=False)
    known = [one.kind for one in on_file if answers(one.kind, kind)]
    if known:
        raise Conflict(f"on file: {known[0]}", hint="an alert on file is not ended by an answer of none")
    if any(one.kind == kind and same_text(one.text, text) for one in on_file):
        raise Conflict(f"{kind} is open already", hint="tpi patient alert PATIENT list shows what is open")
    if on < people.of_uuid(writing.db, patient_id).born:
        raise Conflict(f"{on} is before the birth date", hint="check --on")
    (added,) = add_alerts(writing, patient_id, [(kind, text)], on)
    still = {one.id for one in _alerts(writing, patient_id, ended=False)}
    return added, [one for one in on_file if one.id not in still]


def same_text(one: str | None, other: str | None) -> bool:
    """Whether two texts of alerts say the same: case and spacing do not count."""
    return (one or "").casefold().split() == (other or "").casefold().split()


def end_alert(writing: Writing, patient_id: str, kind: str, text: str | None, on: date) -> Alert:
    """End the open alert of this kind and text; it is kept. Raises Conflict for a day before it was opened."""
    on_file = _alerts(writing, patient_id, ended=False)
    rows = [one for one in on_file if one.kind == kind and same_text(one.text, text)]
    since = max(one.since for one in rows)
    if on < since:
        raise Conflict(f"{kind} is on file since {since}", hint="--on names the day it ended")
    ended = [_end(writing, one, on) for one in rows]
    return ended[0]


def answers(kind: str, none: str) -> bool:
    """Whether a kind of alert makes an answer of none untrue."""
    if none == "allergy-none":
        return kind.startswith("allergy-") and kind != none
    return none == "bleeding-none" and kind in {"bleeding-disorder", "anticoagulant"}


def change(
    writing: Writing, patient_id: str, changes: dict[str, Any], on: date, reason: str | None = None
) -> people.Patient:
    """Change what is on file; what follows from it (name search, weight's day, recalls) moves along."""
    row = people.of_uuid(writing.db, patient_id)
    if changes.get("mrn") not in {None, row.mrn}:
        _free(writing, changes["mrn"])
    if "weight_kg" in changes and row.weight_on and on < row.weight_on:
        raise Conflict(f"a newer weight is on file, of {row.weight_on}", hint="leave --on out to record today's")
    told = {"changed_at": writing.stamp, "changed_by": writing.by, "change_reason": reason}
    writing.change("patient", row.id, {**changes, **_along(row, changes, on), **told})
    status = changes.get("status", row.status)
    if status != "active":
        appointment.call_off(writing, row.id, f"the patient is {status}")
    keep.refresh(writing.db, writing.clinic.id, [row.id])
    return people.of_uuid(writing.db, row.id)


def _along(row: people.Patient, changes: Mapping[str, Any], on: date) -> dict[str, Any]:
    """The columns that change with others."""
    moved: dict[str, Any] = {}
    if row.note and changes.get("note"):
        moved["note"] = f"{row.note}; {changes['note']}"
    if "name" in changes:
        moved["name_key"] = identity.name_key(changes["name"])
    if "weight_kg" in changes:
        moved["weight_on"] = on
    if "status" in changes and "status_on" not in changes:
        moved["status_on"] = on
    return moved
