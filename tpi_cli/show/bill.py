"""Code suggestions, as a coder and a billing program read them."""

from typing import Any, NamedTuple

from tpi_cli.rules import identity
from tpi_cli.rules.coding import Suggestion
from tpi_cli.show.report import Column, many
from tpi_cli.store.read.bill import Visit


class Line(NamedTuple):
    """A suggestion and the visit it is for."""

    visit: Visit
    found: Suggestion


def why(found: Suggestion) -> str:
    """The reason, and what else to know about it."""
    return "; ".join(filter(None, [found.why, found.note]))


COLUMNS: tuple[Column, ...] = (
    Column("date", lambda line: str(line.visit.date)),
    Column("session", lambda line: " ".join(line.visit.codes)),
    Column("patient", lambda line: identity.patient(line.visit.patient)),
    Column("mrn", lambda line: line.visit.mrn or "", 3),
    Column("name", lambda line: line.visit.name, 4),
    Column("born", lambda line: str(line.visit.born), 5),
    Column("code", lambda line: line.found.code or ""),
    Column("units", lambda line: "" if line.found.units is None else str(line.found.units), right=True),
    Column("modifier", lambda line: line.found.modifier or "", 2),
    Column("sure", lambda line: "yes" if line.found.sure else "check"),
    Column("why", lambda line: why(line.found), 1),
)


def record(line: Line) -> dict[str, Any]:
    """A suggestion, for programs."""
    return {
        "date": line.visit.date,
        "sessions": line.visit.codes,
        "patient": identity.patient(line.visit.patient),
        "mrn": line.visit.mrn,
        "name": line.visit.name,
        "born": line.visit.born,
        "kind": line.found.kind,
        "code": line.found.code,
        "units": line.found.units,
        "modifier": line.found.modifier,
        "sure": line.found.sure,
        "why": why(line.found),
        "note": line.found.note,
        "source": line.found.source,
    }


def footer(lines: list[Line], when: str) -> str:
    """`3 suggestions for 1 patient, Mon 23 Nov 2026 (today)`, and what they are worth."""
    if not lines:
        return f"nothing to bill, {when}"
    patients = len({line.visit.patient for line in lines})
    count = f"{many(len(lines), 'suggestion')} for {many(patients, 'patient')}"
    return f"{count}, {when}\nsuggestions for a coder, who decides; the code tables are not signed off"
