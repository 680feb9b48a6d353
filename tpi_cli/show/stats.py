"""Responders, relief and recall kept, group by group."""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tpi_cli.reference import names
from tpi_cli.reference.responders import Responder
from tpi_cli.rules.relief import HUNDRED, whole
from tpi_cli.rules.stats import Lasted, Row
from tpi_cli.rules.values import plain
from tpi_cli.show.report import Column


class Line(NamedTuple):
    """A group's numbers under its name, as a person says it."""

    name: str
    row: Row
    clinic: str


CLINIC = Column("clinic", lambda line: line.clinic)
"""The column before the others where several clinics are counted."""


def lines(rows: list[Row], by: str | None, clinic: str) -> list[Line]:
    """A clinic's groups, the one with most sites treated first, then by name."""
    found = [Line(_name(row.group, by), row, clinic) for row in rows]
    return sorted(found, key=lambda line: (-line.row.treated, line.name))


def _name(group: str, by: str | None) -> str:
    """`upper trapezius`, `upper trapezius L`, `dry needling`; a clinician is a code."""
    if by == "agent":
        return group.replace("_", " ")
    if by in {"muscle", "site"}:
        muscle, _, side = group.partition(" ")
        return f"{names.title(muscle)} {side}".rstrip()
    return group


def columns(asked: tuple[Responder, ...]) -> tuple[Column, ...]:
    """The columns, with one for each percentage of relief asked for."""
    return (
        Column("group", lambda line: line.name),
        Column("sessions", lambda line: str(line.row.sessions), 4, right=True),
        Column("patients", lambda line: str(line.row.patients), 6, right=True),
        Column("treated", lambda line: str(line.row.treated), right=True),
        Column("scored", lambda line: str(line.row.scored), 3, right=True),
        *(_responders(at, one.percent) for at, one in enumerate(asked)),
        Column("relief_weeks", lambda line: _weeks(line.row.lasted), 2, right=True),
        Column("kept", lambda line: _kept(line.row), 1, right=True),
        Column("events", lambda line: str(line.row.events), 5, right=True),
    )


def _responders(at: int, percent: Decimal) -> Column:
    def text(line: Line) -> str:
        found, of = line.row.responders[at], line.row.scored
        return f"{found} ({_percent(found, of)}%)" if of else ""

    return Column(f"r{plain(percent)}", text, right=True)


def _percent(part: int, of: int) -> str | None:
    """A part in whole percent, None of nothing."""
    return plain(whole(part * HUNDRED / of)) if of else None


def _weeks(found: Lasted) -> str:
    """`6 (1 of 5 at least)`, or `>=6 (3 of 5 at least)` where the median may be longer."""
    if found.median is None:
        return ""
    return f"{'>=' if found.at_least else ''}{found.median} ({found.censored} of {found.known} at least)"


def _kept(row: Row) -> str:
    """`12 of 20 (60%)`."""
    return f"{row.kept} of {row.judged} ({_percent(row.kept, row.judged)}%)" if row.judged else ""


def record(line: Line, asked: tuple[Responder, ...]) -> dict[str, Any]:
    """A group for programs: counts as numbers, percentages as text; `id` is the muscle's, agent's or clinician's."""
    row = line.row
    found = zip((plain(one.percent) for one in asked), row.responders, strict=True)
    return {
        "group": line.name,
        "id": row.group,
        "sessions": row.sessions,
        "patients": row.patients,
        "treated": row.treated,
        "scored": row.scored,
        **{key: value for percent, count in found for key, value in _share(f"responders_{percent}", count, row.scored)},
        "relief_weeks": row.lasted._asdict(),
        "kept": row.kept,
        "judged": row.judged,
        "kept_pct": _percent(row.kept, row.judged),
        "events": row.events,
    }


def _share(key: str, count: int, of: int) -> list[tuple[str, Any]]:
    return [(key, count), (f"{key}_pct", _percent(count, of))]


def around(days: tuple[date, date], by: str | None, asked: tuple[Responder, ...], grace: int | None) -> dict[str, Any]:
    """What stands beside the rows: the range, the percentages with their source, the days of grace."""
    first, last = days
    responders = [
        {"percent": plain(one.percent), "words": one.words, "source": one.source, "sign_off": one.sign_off}
        for one in asked
    ]
    return {"from": first, "to": last, "by": by, "responders": responders, "grace_days": grace}


def footer(rows: list[Line], when: str, asked: tuple[Responder, ...], grace: int | None) -> str:
    """The range, what a percentage is of, and what the numbers are worth."""
    if not rows:
        return f"nobody was treated, {when}"
    reached = ", ".join(f"R{plain(one.percent)}" for one in asked)
    sign_off = " and ".join(sorted({one.sign_off for one in asked}))
    days = "each clinic's own" if grace is None else grace
    return (
        f"{when}; {reached} in % of SCORED; thresholds {sign_off}\n"
        f"KEPT: back by {days} days after the due date, of the plans whose time is up"
    )
