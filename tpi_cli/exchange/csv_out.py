"""The log as CSV, in the form it is read in: a second import of it changes nothing."""

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import TextIO

from tpi_cli.exchange.fields import escaped
from tpi_cli.exchange.injections_in import EPI
from tpi_cli.exchange.kinds import COLUMNS
from tpi_cli.rules.values import Dose, plain
from tpi_cli.show.clean import clean
from tpi_cli.show.delimited import guarded
from tpi_cli.store.database import Database
from tpi_cli.store.facts import DRY
from tpi_cli.store.read import people
from tpi_cli.store.read.contacts import Called, called
from tpi_cli.store.read.holds import Held, held
from tpi_cli.store.read.log import Injected, injected
from tpi_cli.store.read.scores import Scored, scored
from tpi_cli.store.read.slots import Appointed, appointed

WRITTEN = tuple(COLUMNS)
"""The kinds of file, in the order in which they have to come in again."""


def write(rows: Iterable[dict[str, str]], columns: tuple[str, ...], into: TextIO) -> int:
    """Write rows under a header, no cell as a formula; returns how many."""
    out = csv.DictWriter(into, columns, lineterminator="\n")
    out.writeheader()
    count = 0
    for row in rows:
        out.writerow({name: guarded(_visible(value)) for name, value in row.items()})
        count += 1
    return count


def _visible(value: str) -> str:
    """The cell with everything hidden made visible; lines and tabs stay what they are, as CSV allows."""
    return "".join(part if part in {"\n", "\t"} else clean(part) for part in re.split("([\n\t])", value))


def patients(db: Database) -> Iterator[dict[str, str]]:
    """Every patient, as patients.csv has them; one without an mrn goes by the short id."""
    for one in people.patients(db):
        alerts = [_told(alert.kind, alert.text) for alert in people.alerts(db, one.id)]
        yield {
            "mrn": one.mrn or one.code,
            "name": one.name,
            "born": one.born.isoformat(),
            "sex": one.sex,
            "weight_kg": plain(one.weight_kg) if one.weight_kg is not None else "",
            "height_cm": plain(one.height_cm) if one.height_cm is not None else "",
            "phone": one.phone or "",
            "email": one.email or "",
            "payer": one.payer or "",
            "alerts": ";".join(alerts),
            "status": one.status,
        }


def injections(db: Database) -> Iterator[dict[str, str]]:
    """Every injection that counts, as injections.csv has them, in the order of what stands in the first columns."""
    return map(written, sorted(injected(db), key=lambda row: (row.mrn, row.date)))


def written(row: Injected) -> dict[str, str]:
    """An injection as a row of text."""
    return {
        "mrn": row.mrn,
        "date": row.date.isoformat(),
        "clinician": row.clinician,
        "muscle": row.muscle,
        "side": row.side,
        "agent": "+".join(dose.agent for dose in row.doses) or DRY,
        "strength": "+".join(map(_strength, row.doses)),
        "volume_ml": "+".join(plain(dose.volume) if dose.volume is not None else "" for dose in row.doses),
        "passes": _number(row.passes),
        "pain_before": _number(row.pain_before),
        "pain_after": _number(row.pain_after),
        "follow_up": row.follow_up or "",
        "lot": _joined(escaped(lot.number or "", "+") for lot in row.lots),
        "expiry": _joined(str(lot.expiry or "") for lot in row.lots),
        "twitch": {None: "", True: "yes", False: "no"}[row.twitch],
        "adverse": ";".join(_told(kind, text) for kind, text in row.adverse),
        "note": row.note or "",
        "source_id": row.source_id or "",
    }


def outcomes(db: Database) -> Iterator[dict[str, str]]:
    """Every score given after a session that counts, as outcomes.csv has them, in the order of the first columns."""
    return map(_outcome, sorted(scored(db), key=lambda row: (row.mrn, row.date, row.muscle or "", row.side or "")))


def _outcome(row: Scored) -> dict[str, str]:
    """A score as a row of text. A recall reopened later goes out as not resolved: no import is to close it again."""
    return {
        "mrn": row.mrn,
        "date": row.date.isoformat(),
        "muscle": row.muscle or "",
        "side": row.side or "",
        "pain": _number(row.pain),
        "relief_pct": plain(row.relief_pct) if row.relief_pct is not None else "",
        "resolved": "yes" if row.resolved and not row.reopened else "",
        "source_id": row.source_id or "",
    }


def appointments(db: Database) -> Iterator[dict[str, str]]:
    """Every appointment, past and to come, as appointments.csv has them, by patient and in order of time."""
    return map(_appointment, sorted(appointed(db), key=lambda row: row.mrn))


def _appointment(row: Appointed) -> dict[str, str]:
    """A time as a row of text. The offset stands only where the hour on the wall comes twice."""
    return {
        "mrn": row.mrn,
        "start": f"{row.on}T{row.wall}{'' if row.offset is None else _offset(row.offset)}",
        "minutes": _number(row.minutes),
        "clinician": row.clinician or "",
        "status": row.status,
        "source_id": row.source_id or "",
    }


def _offset(ahead: timedelta) -> str:
    """`+01:00`."""
    return datetime(2000, 1, 1, tzinfo=timezone(ahead)).isoformat()[-len("+00:00") :]


def holds(db: Database) -> Iterator[dict[str, str]]:
    """What was found and decided about recalls, as holds.csv has it, by patient and day."""
    return map(_held, sorted(held(db), key=lambda row: row.mrn))


def _held(row: Held) -> dict[str, str]:
    """A decision as a row of text: the reason of a stop is a word of its own, any other is what was noted."""
    words = (row.reason or "", row.note or "") if row.act == "stop" else (row.note or "", "")
    return {
        "mrn": row.mrn,
        "act": row.act,
        "muscle": row.muscle or "",
        "side": row.side or "",
        "date": row.on.isoformat(),
        "until": str(row.until or ""),
        "reason": words[0],
        "note": words[1],
    }


def calls(db: Database) -> Iterator[dict[str, str]]:
    """Every attempt to reach a patient, as calls.csv has them, by patient and day."""
    return map(_called, sorted(called(db), key=lambda row: row.mrn))


def _called(row: Called) -> dict[str, str]:
    """A call as a row of text."""
    return {
        "mrn": row.mrn,
        "date": row.on.isoformat(),
        "result": row.result,
        "channel": row.channel,
        "until": str(row.until or ""),
        "note": row.note or "",
    }


def _told(kind: str, text: str | None) -> str:
    return f"{kind}:{escaped(text, ';')}" if text else kind


def _strength(dose: Dose) -> str:
    if dose.strength is None:
        return f"{plain(dose.amount)}{dose.mass_unit}"
    epi = f"{EPI}{dose.epinephrine}" if dose.epinephrine else ""
    return f"{plain(dose.strength.amount)}{dose.strength.unit}{epi}"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _joined(parts: Iterable[str]) -> str:
    text = "+".join(parts)
    return text if text.strip("+") else ""


def columns(kind: str) -> tuple[str, ...]:
    """The columns of a kind of file."""
    return COLUMNS[kind]


_ROWS = {
    "patients": patients,
    "injections": injections,
    "outcomes": outcomes,
    "appointments": appointments,
    "holds": holds,
    "calls": calls,
}


def rows(db: Database, kind: str) -> Iterator[dict[str, str]]:
    """The rows of a kind of file."""
    return _ROWS[kind](db)
