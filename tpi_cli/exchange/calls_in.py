"""A row of calls.csv read into a checked attempt to reach a patient."""

from datetime import date

from tpi_cli.exchange.fields import iso, one_of, past, sound, whom
from tpi_cli.rules.contact import CHANNELS, RESULTS
from tpi_cli.store.read.contacts import Called

CALLS = ("mrn", "date", "result", "channel", "until", "note")


def call(row: dict[str, str], today: date) -> Called:
    """A row of calls.csv; `until` as it was set in its day, for no wait of today's is added. Raises Fault."""
    on = past(row, "date", today)
    result = one_of(row, "result", {name: name for name in RESULTS})
    until = iso(row["until"], "until") if row.get("until") else None
    sound("until", "is empty: later needs the day to call again" if result == "later" and until is None else None)
    sound("until", "is not after the day of the call" if until and until <= on else None)
    channel = one_of(row, "channel", {name: name for name in CHANNELS})
    return Called(whom(row), on, result, channel, until, row.get("note") or None)
