"""What would be taken back: the act, and of each record what stands now and what will."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tpi_cli.reference.names import title
from tpi_cli.show.report import many
from tpi_cli.store.revert import Change

_WORDS = {"contact": "call", "hold": "decision about the recall", "elsewhere": "dose elsewhere",
          "appointment_act": "appointment's history", "adverse_event": "adverse event"}  # fmt: skip
_HIDDEN = frozenset(
    ("id", "clinic_id", "number", "name_key", "row_key", "source_id", "ordinal", "sequence", "starts_at", "ends_at")
)
MOST = 12
"""Records that are told one by one; more are counted."""


def lines(found: Iterable[Change], redact: str) -> list[str]:
    """A line a record, with what stands now and what will; of many records how many there are of each kind."""
    listed = [one for one in found if one.table != "appointment_act"]
    if len(listed) > MOST:
        counts = Counter((_name(one), _becomes(one)) for one in listed)
        return [f"  {many(count, name)}   -> {becomes}" for (name, becomes), count in counts.items()]
    return [f"  {line}" for one in listed for line in _lines(one, redact)]


def _name(one: Change) -> str:
    return _WORDS.get(one.table, one.table.replace("_", " "))


def _becomes(one: Change) -> str:
    if one.back is None:
        return "taken back"
    return "put back" if one.now is None else "as before"


def _lines(one: Change, redact: str) -> list[str]:
    name = _name(one)
    if one.back is None:
        return [f"{name}: {_told(one.now or {}, redact)}   -> taken back"]
    if one.now is None:
        return [f"{name}: {_told(one.back, redact)}   -> put back"]
    now, back = _shown(one.now), _shown(one.back)
    changed = [key for key in dict.fromkeys([*now, *back]) if now.get(key) != back.get(key)]
    if redact != "none":
        return [f"{name}: {', '.join(changed)}"]
    return [f"{name}: {key.replace('_', ' ')} {now.get(key, '-')} -> {back.get(key, '-')}" for key in changed]


def _told(columns: dict[str, Any], redact: str) -> str:
    """`result no-answer, channel phone`; without any value where something is kept back."""
    shown = _shown(columns)
    return "" if redact != "none" else ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in shown.items())


def _shown(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns that mean something to a person."""
    kept = {name: value for name, value in columns.items() if name not in _HIDDEN and not name.endswith(_ABOUT)}
    return {name: title(value) if name == "muscle" else value for name, value in kept.items()}


_ABOUT = ("_id", "_at", "_by")
