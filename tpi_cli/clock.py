"""What day it is: a calendar date in the clinic's zone, or the day TPI_TODAY names."""

import os
import time
from datetime import UTC, date, datetime, tzinfo

from tpi_cli.errors import Usage

PINNED = "TPI_TODAY"
ZONES = "/usr/share/zoneinfo"
"""Where Linux and macOS keep the time zones; elsewhere Python looks for itself."""


def pinned() -> date | None:
    """The day TPI_TODAY sets for reports, tests and demos; None where it is not set. Raises Usage."""
    text = os.environ.get(PINNED, "")
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
        if found.isoformat() != text:  # 20261123 and 2026-W48-1 are ISO too
            raise ValueError
        return found
    except ValueError:
        raise Usage(f"{PINNED} is not a day", hint=f"write {PINNED}=2026-11-23") from None


def zone(name: str) -> tzinfo:
    """The named time zone. Raises Usage when there is no such zone."""
    if name in {"UTC", ""}:
        return UTC
    if os.path.isdir(ZONES):
        # Python would read its whole build configuration to find this out: 2 % of a `tpi due`
        os.environ.setdefault("PYTHONTZPATH", ZONES)
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Usage(f"unknown time zone {name!r}", hint="write one like Europe/London") from None


def on_wall(day: date, wall: str, zone_name: str) -> tuple[datetime, ...]:
    """The moments at which a clock of the zone shows `10:00` on a day."""
    return shown_at(datetime.fromisoformat(f"{day}T{wall}"), zone(zone_name))


def shown_at(wall: datetime, where: tzinfo) -> tuple[datetime, ...]:
    """The moments, in UTC and in order, at which the zone's clocks show that time: none, one or two."""
    meant = sorted({wall.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1)})
    return tuple(at for at in meant if at.astimezone(where).replace(tzinfo=None, fold=0) == wall)


def today(zone_name: str) -> date:
    """The clinic's day: TPI_TODAY, or what the wall calendar shows in the clinic's zone."""
    return pinned() or datetime.now(zone(zone_name)).date()


def stamp() -> str:
    """This moment as fixed-width UTC text, so that it sorts and stays the same on every engine."""
    return stamped(datetime.now(UTC))


def stamped(moment: datetime) -> str:
    """A moment with its zone in the same form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def for_name() -> str:
    """This moment as a file's name can have it: `20261126T070000Z`."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def unstamped(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def running() -> float:
    """Seconds on a clock that nobody sets: to tell how long something takes."""
    import time

    return time.monotonic()


def pause(seconds: float) -> None:
    """Wait so long."""
    import time

    time.sleep(seconds)


def stamp_ms() -> int:
    """This moment in milliseconds since 1970, for ids that sort by time."""
    return time.time_ns() // 1_000_000


def system_zone() -> str:
    """The name of this machine's zone, UTC where it has none to tell."""
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        path = os.path.realpath("/etc/localtime")
        name = path.partition("/zoneinfo/")[2]
    try:
        zone(name)
    except Usage:
        return "UTC"
    return name or "UTC"
