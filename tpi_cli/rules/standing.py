"""Where a site stands today: due, overdue, held back. The part of the recall that is never stored. Pure."""

from datetime import date
from typing import NamedTuple

LISTED = ("due", "overdue", "lapsed")
HELD = ("snoozed", "declined", "stopped", "resolved", "archived", "deceased", "unplanned")
LATER = ("reassess", "capped", "booked", "unreachable")
"""Statuses that scripts may ask for already, and that no site has before this program knows outcomes and calls."""
STATUSES = ("upcoming", *LISTED, *HELD)
"""Every status a treated site can have; `unplanned` is one whose last session said nothing about coming back."""


class Thresholds(NamedTuple):
    """Days from the due date at which each status begins; `upcoming` counts back from it."""

    upcoming: int
    due: int
    overdue: int
    lapsed: int


def status(due: date | None, closed: str | None, snoozed_until: date | None, today: date, at: Thresholds) -> str | None:
    """Where a site stands today: one of `STATUSES`, or None when nothing is planned."""
    if closed is not None or due is None:
        return closed
    if snoozed_until is not None and today < snoozed_until:
        return "snoozed"
    return _by_days((today - due).days, at)


def _by_days(late: int, at: Thresholds) -> str:
    if late >= at.lapsed:
        return "lapsed"
    if late >= at.overdue:
        return "overdue"
    return "due" if late >= at.due else "upcoming"
