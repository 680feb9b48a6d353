"""Versions of records: who made each when, by which act, and what it says."""

from typing import Any

from tpi_cli.rules import identity
from tpi_cli.show import session as show_session
from tpi_cli.show.finding import discreet
from tpi_cli.show.report import NOTHING
from tpi_cli.show.session import moment
from tpi_cli.store.read.versions_of import Made, OfSession


def head(number: int, made: Made) -> str:
    """`version 2, 2026-11-23 10:15 UTC by reception: session amend (entry 57)`."""
    return f"version {number}, {moment(made.at)} by {made.by}: {made.act} (entry {made.entry})"


def lines(number: int, one: OfSession, redact: str) -> list[str]:
    """A version of a session: its head, and the session as it stood."""
    bare, session = identity.patient(one.session.patient), one.session
    if redact == "all":
        return [head(number, one.made)]
    rows, found = one.rows, one.found
    if redact == "names":
        session = session._replace(note=None, void_reason=None, amend_reason=None)
        rows = [row._replace(note=None) for row in rows]
        found = [each._replace(reason=each.reason and NOTHING, text=discreet(each.rule, each.text)) for each in found]
    return [head(number, one.made), *(f"  {line}" for line in show_session.whole(session, rows, bare, (), found))]


def record(number: int, one: OfSession) -> dict[str, Any]:
    """The same, for programs."""
    made = {"version": number, "entry": one.made.entry, "at": one.made.at, "by": one.made.by, "act": one.made.act}
    return {**made, **show_session.whole_record(one.session, one.rows, (), one.found)}


_OURS = frozenset(
    ("id", "clinic_id", "number", "name_key", "created_at", "created_by", "changed_at", "changed_by", "row_key")
)
"""Columns of a patient that are no field of the person."""


def of_fields(found: list[Made]) -> list[dict[str, Any]]:
    """The versions of a patient's own fields, for programs."""
    return [
        {"version": number, "entry": made.entry, "at": made.at, "by": made.by, "act": made.act, **_fields(made)}
        for number, made in enumerate(found, 1)
    ]


def changes(found: list[Made], redact: str) -> list[str]:
    """Each version with what is other than in the one before."""
    lines: list[str] = []
    before: dict[str, Any] = {}
    for number, made in enumerate(found, 1):
        now = _fields(made)
        why = now.pop("change_reason", None)
        lines.append(head(number, made) + (f": {why}" if why and redact == "none" else ""))
        names = [name for name in dict.fromkeys([*before, *now]) if before.get(name) != now.get(name)]
        lines += [f"  {_line(name, before, now, redact)}" for name in names]
        before = now
    return lines


def _line(name: str, before: dict[str, Any], now: dict[str, Any], redact: str) -> str:
    words = name.replace("_", " ")
    if redact != "none":
        return words
    return f"{words:<12} {now.get(name, '-')}" + (f"   (was {before[name]})" if name in before else "")


def _fields(made: Made) -> dict[str, Any]:
    return {name: value for name, value in made.columns.items() if name not in _OURS}
