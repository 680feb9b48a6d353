"""The day, a line each: what, when, who, and the alerts in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Any

from tpi_cli.rules import identity
from tpi_cli.show.due import site_code
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Column
from tpi_cli.store.read.appointments import Person
from tpi_cli.store.read.day import ADVERSE, BOOKED, CALL_BACK, DUE, LEFT_OPEN, MISSED, UNSIGNED, Row


def alerts(row: Row) -> str:
    """`anticoagulant apixaban; diabetes`; what was answered with none is left out."""
    told = [" ".join(filter(None, [one.kind, one.text])) for one in row.alerts if not one.kind.endswith("-none")]
    return "; ".join(told)


def discreet(row: Row) -> Row:
    """The row with no free text, for `--redact`."""
    return row._replace(alerts=tuple(one._replace(text=None) for one in row.alerts), note=None)


COLUMNS: tuple[Column, ...] = (
    Column("what", lambda row: row.what),
    Column("when", lambda row: row.when),
    Column("patient", lambda row: identity.patient(row.who.patient)),
    Column("name", lambda row: row.who.name),
    Column("born", lambda row: str(row.who.born), 3),
    Column("phone", lambda row: row.who.phone or "", 2),
    Column("sites", lambda row: " ".join(map(site_code, row.sites)), 4),
    Column("clinician", lambda row: row.clinician or "", 5),
    Column("status", lambda row: row.status or "", 1),
    Column("alerts", alerts),
    Column("record", lambda row: row.record or "", 6),
    Column("note", lambda row: row.note or "", 7),
)

WORDS = {
    BOOKED: "booked",
    ADVERSE: "with an adverse event to look at",
    DUE: "due and not booked",
    CALL_BACK: "to call back",
    MISSED: "missed and without a due date",
    LEFT_OPEN: "appointment{} left open",
    UNSIGNED: "session{} not signed",
}


def lines(found: Iterable[Row], today: date, redact: str) -> list[str]:
    """The day as a person at a terminal reads it: by section, two lines a patient, the alerts in words."""
    out: list[str] = []
    for what, rows in groupby(found, key=lambda row: row.what):
        out.append(WORDS[what].format("s"))
        for row in rows:
            who = redacted_head(Person(row.who.patient, row.who.name, row.who.born), today, (), redact)
            told = _told(row, redact)
            out += [f"  {row.when}  {who}", *([f"      {told}"] if told else [])]
    return out


def _told(row: Row, redact: str) -> str:
    """`0161 496 0112   GM-R   overdue   anticoagulant apixaban`, without what --redact keeps back."""
    words = alerts(row) if redact != "all" else None
    phone = row.who.phone if redact == "none" else None
    sites = " ".join(map(site_code, row.sites)) if redact != "all" else None
    whom = f"with {row.clinician}" if row.clinician else None
    return "   ".join(filter(None, [row.record, phone, sites, whom, row.status, words, row.note]))


def footer(on: date, count: Mapping[str, int]) -> str:
    """`2026-11-23: 3 booked, 5 due and not booked, 1 to call back`."""
    shown = [what for what in WORDS if what in {BOOKED, DUE} or count.get(what)]
    told = [f"{count.get(what, 0)} {WORDS[what].format('' if count.get(what) == 1 else 's')}" for what in shown]
    return f"{on}: {', '.join(told)}"


def record(row: Row) -> dict[str, Any]:
    """A line of the day, for programs."""
    return {
        "section": row.what,
        "when": row.when,
        "patient": identity.patient(row.who.patient),
        "mrn": row.who.mrn,
        "name": row.who.name,
        "born": row.who.born,
        "phone": row.who.phone,
        "clinician": row.clinician,
        "status": row.status,
        "sites": [{"site": one.site, "muscle": one.muscle, "side": one.side, "due": one.due} for one in row.sites],
        "alerts": [{"kind": one.kind, "text": one.text} for one in row.alerts],
        "record": row.record,
        "note": row.note,
    }
