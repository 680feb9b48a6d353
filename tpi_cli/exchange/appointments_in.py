"""A row of appointments.csv read into a checked time."""

import re
from collections.abc import Mapping
from datetime import MINYEAR, date, datetime, timedelta

from tpi_cli.exchange.fields import Fault, Gathered, iso, needed, one_of, shown, sound, whole, whom
from tpi_cli.rules import checks
from tpi_cli.rules.contact import APPOINTED, LONGEST, SHORTEST
from tpi_cli.rules.interval import LAST_YEAR
from tpi_cli.store.read.slots import Appointed

APPOINTMENTS = ("mrn", "start", "minutes", "clinician", "status", "source_id")
_START = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
STATUSES = {"": "booked", **{status: status for status in APPOINTED}}
HAPPENED = ("arrived", "done", "no-show")
"""What cannot have become of a time that is still to come."""


def appointment(row: dict[str, str], today: date) -> Appointed:
    """A row of appointments.csv; an empty status is booked. Raises Fault with all that is wrong."""
    read = Gathered()
    on, wall, offset = read(_start, row) or (today, "", None)
    read(sound, "clinician", checks.text(row.get("clinician", ""), checks.LONGEST_NAME))
    status = read(one_of, row, "status", STATUSES)
    early = status in HAPPENED and on > today
    read(sound, "status", f"is {status}, and the time is still to come" if early else None)
    found = Appointed(
        mrn=read(whom, row),
        on=on,
        wall=wall,
        offset=offset,
        minutes=read(whole, row, "minutes", SHORTEST, LONGEST),
        clinician=row.get("clinician") or None,
        status=status,
        source_id=row.get("source_id") or None,
    )
    read.done()
    return found


def _start(row: Mapping[str, str]) -> tuple[date, str, timedelta | None]:
    """Day, hour and, where one stands there, how far the clock is ahead of UTC. Raises Fault."""
    text = needed(row, "start")
    match = _START.fullmatch(text)
    if match is None:
        raise Fault("start", f"{shown(text)} is no time: write 2026-11-24T10:00, the hour on the clinic's wall")
    on, wall = iso(match[1], "start"), match[2]
    sound("start", None if MINYEAR < on.year <= LAST_YEAR else "is beyond the calendar")
    try:
        return on, wall, datetime.fromisoformat(f"{on}T{wall}{match[3] or ''}").utcoffset()
    except ValueError:
        raise Fault("start", f"{shown(text)} is no time of the day") from None
