"""What was done, a line an act."""

from typing import Any

from tpi_cli.reference.names import title
from tpi_cli.rules import identity
from tpi_cli.show.report import Column
from tpi_cli.store.read.journal import Act

_TOLD = {
    "alert opened": "{what} since {more}",
    "alert ended": "{what} on {more}",
    "session recorded": "of {more}",
    "session voided": "of {more}",
    "recall snoozed": "until {more}",
    "outcome recorded": "{what} on {more}",
    "adverse event": "{what} on {more}",
    "adverse event closed": "{what} on {more}",
    "call logged": "{what} on {more}",
    "dose elsewhere": "{what} on {more}",
    "dose elsewhere taken back": "{what} on {more}",
    "rule set": "{what} = {more}",
    "payer rule added": "{what} from {more}",
    "agent stocked": "{what} {more}",
    "setting set": "{what} = {more}",
}
"""How the facts of an act are told; those of any other act are what it names."""
_OF_AGENTS = frozenset(["dose elsewhere", "dose elsewhere taken back", "agent stocked"])
AS_SHIPPED = "as shipped"
"""A rule's value that the clinic took back."""


def moment(one: Act) -> str:
    """`2026-11-23 10:15`, in UTC."""
    return one.at[:16].replace("T", " ")


def what(one: Act) -> str:
    """What it was done to or with: `S-0018 of 2026-11-23: wrong patient`."""
    site = f"{title(one.muscle)} {one.side}" if one.muscle else ""
    facts = " ".join(filter(None, [_session(one) or "", site, _facts(one)]))
    return ": ".join(filter(None, [facts, one.words or ""]))


def _facts(one: Act) -> str:
    told = _TOLD.get(one.act, "{what}" if one.what else "")
    named = (one.what or "").strip()
    listed = (one.more or AS_SHIPPED).replace("|", ", ")
    return told.format(what=named.replace("_", " ") if one.act in _OF_AGENTS else named, more=listed)


def _session(one: Act) -> str | None:
    return None if one.session is None else identity.session(one.session)


def _patient(one: Act) -> str | None:
    return None if one.patient is None else identity.patient(one.patient)


COLUMNS: tuple[Column, ...] = (
    Column("when", moment),
    Column("by", lambda one: one.by or ""),
    Column("act", lambda one: one.act),
    Column("patient", lambda one: _patient(one) or ""),
    Column("what", what),
)


def record(one: Act) -> dict[str, Any]:
    """An act, for programs."""
    return {
        "when": one.at,
        "by": one.by,
        "act": one.act,
        "patient": _patient(one),
        "session": _session(one),
        "what": what(one) or None,
    }
