"""Adverse events, a line each."""

from typing import Any

from tpi_cli.rules import identity
from tpi_cli.show.report import Column
from tpi_cli.store.read.adverse import Event


def words(kind: str, text: str | None) -> str:
    """`haematoma (a hand wide)`."""
    return f"{kind} ({text})" if text else kind


def state(one: Event) -> str:
    """`open since 2026-11-23`, `closed 2026-11-30`, or nothing where it wants no look."""
    if one.closed_on:
        return f"closed {one.closed_on}"
    return f"open since {one.look_on}" if one.look_on else ""


def discreet(one: Event) -> Event:
    """The event with no free text, for `--redact`."""
    return one._replace(text=None, action=None, outcome=None)


COLUMNS: tuple[Column, ...] = (
    Column("event", lambda one: str(one.number)),
    Column("date", lambda one: str(one.on)),
    Column("patient", lambda one: identity.patient(one.patient)),
    Column("name", lambda one: one.name, 2),
    Column("adverse", lambda one: words(one.type, one.text)),
    Column("session", lambda one: identity.session(one.session) if one.session else "", 3),
    Column("state", state),
    Column("action", lambda one: one.action or "", 4),
    Column("outcome", lambda one: one.outcome or "", 1),
)


def record(one: Event) -> dict[str, Any]:
    """An event, for programs."""
    return {
        "event": one.number,
        "date": one.on,
        "patient": identity.patient(one.patient),
        "name": one.name,
        "adverse": one.type,
        "text": one.text,
        "session": identity.session(one.session) if one.session else None,
        "look_on": one.look_on,
        "closed_on": one.closed_on,
        "action": one.action,
        "outcome": one.outcome,
    }
