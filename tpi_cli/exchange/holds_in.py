"""A row of holds.csv read into a checked decision."""

from datetime import date

from tpi_cli.exchange.fields import Fault, iso, needed, one_of, past, sound, whom
from tpi_cli.exchange.outcomes_in import place
from tpi_cli.store.read.holds import ACTS, REASONS, Held

HOLDS = ("mrn", "act", "muscle", "side", "date", "until", "reason", "note")


def hold(row: dict[str, str], today: date) -> Held:
    """A row of holds.csv; muscle and side both empty mean the whole patient. Raises Fault.

    The reason of a stop is a word of a list, any other act's is in words and a note.
    """
    act = one_of(row, "act", {name: name for name in ACTS})
    on = past(row, "date", today)
    muscle, side = place(row)
    stop = act == "stop"
    reason = one_of(row, "reason", {name: name for name in REASONS}) if stop else None
    sound("muscle", "is empty: a finding needs a site" if act == "find" and muscle is None else None)
    sound("muscle", "a patient dies, not a site: leave it out" if reason == "died" and muscle else None)
    words = (row.get("note"),) if stop else (row.get("reason"), row.get("note"))
    note = "; ".join(filter(None, words)) or None
    return Held(whom(row), act, muscle, side, on, _until(row, act, on), reason, note)


def _until(row: dict[str, str], act: str, on: date) -> date | None:
    """The day until which a recall was held. Raises Fault."""
    if act != "snooze":
        sound("until", f"goes with snooze, not with {act}" if row.get("until") else None)
        return None
    found = iso(needed(row, "until"), "until")
    if found <= on:
        raise Fault("until", "is not after the day of the snooze")
    return found
