"""What another system's chart adds to a patient on file: alerts, the latest weight and height, pain scores.

What is there already is left, an alert that was ended here stays ended, and nothing goes back to an older value.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tpi_cli.acts import outcome, patient
from tpi_cli.acts.bring_in import Line, Person, Refusal, Result, not_then, nothing
from tpi_cli.store import keep
from tpi_cli.store.read import people, scores
from tpi_cli.store.write import Writing

POINTS = range(11)
"""A pain score: 0 to 10."""


def alerts(writing: Writing, patient_id: str, found: tuple[tuple[str, str | None], ...], on: date) -> bool:
    """Open the alerts (kind, text) that never were on file; whether there was one."""
    fresh = patient.never_there(writing, patient_id, found)
    return bool(patient.add_alerts(writing, patient_id, fresh, on))


def alert_rows(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Open what the rows of a table tell and was never on file."""
    out = nothing()
    for line in lines:
        row = line.row
        wrong = not_then(person, row.on)
        if wrong:
            out.refused.append(Refusal(line.at, "since", wrong))
        elif alerts(writing, person.id, ((row.kind, row.text),), row.on):
            out.new.append(line)
        else:
            out.same.append(line)
    return out


def weight_rows(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Take over the newest weight of a table that can be; the rows come by their day."""
    out = nothing()
    wrong = {line.at: not_then(person, line.row.on) for line in lines}
    out.refused.extend(Refusal(line.at, "date", why) for line in lines if (why := wrong[line.at]))
    sound = [line for line in lines if not wrong[line.at]]
    out.left.extend(line._replace(what="an older weight") for line in sound[:-1])
    for newest in sound[-1:]:
        if weight(writing, person.id, newest.row.weight_kg, newest.row.on):
            out.changed.append(newest._replace(what="weight_kg"))
        else:
            out.same.append(newest)
    return out


def weight(writing: Writing, patient_id: str, kilograms: Decimal, on: date) -> bool:
    """Take over a weight that is newer than the one on file; whether it was."""
    row = people.of_uuid(writing.db, patient_id)
    if row.weight_on is not None and on <= row.weight_on:
        return False
    patient.change(writing, patient_id, {"weight_kg": kilograms}, on)
    return True


def height(writing: Writing, patient_id: str, centimetres: Decimal, on: date) -> bool:
    """Take over a height where none is on file; whether there was none."""
    if people.of_uuid(writing.db, patient_id).height_cm is not None:
        return False
    patient.change(writing, patient_id, {"height_cm": centimetres}, on)
    return True


_BROUGHT = "SELECT 1 FROM outcome WHERE clinic_id = :clinic AND source_id = :source"


def score(writing: Writing, patient_id: str, points: Decimal, on: date, source_id: str) -> str | None:
    """Keep a pain score of the whole patient against the session before it; returns why not, empty if it is there.

    A score between two points is rounded half up, and its note says what it was.
    """
    if writing.db.value(_BROUGHT, clinic=writing.clinic.id, source=source_id):
        return ""
    rounded = int(points.to_integral_value(ROUND_HALF_UP))
    if rounded not in POINTS or points < 0:
        return "no score of 0 to 10"
    session = scores.against(writing.db, patient_id, on)
    if session is None:
        return "before any session"
    if scores.on_day(writing.db, patient_id, on):
        return "another score of that day is on file"
    note = None if points == rounded else f"{points:f} of 10 as imported"
    outcome.put(writing, outcome.Score(patient_id, on, rounded, note=note, source_id=source_id), session.id)
    return None


def refresh(writing: Writing, patients: set[str]) -> None:
    """Work the due dates of these patients out anew: a score may be what they wait for."""
    keep.refresh(writing.db, writing.clinic.id, sorted(patients))
