"""Where a site stands today: due, overdue, held back. The part of the recall that is never stored. Pure."""

from datetime import date
from typing import NamedTuple

LATE = ("due", "overdue", "lapsed")
"""By days from the due date, where the last session has an outcome that speaks for a repeat."""
ADVERSE = "adverse"
"""An adverse event that nobody has looked at again: a recall of its own, which nothing holds back."""
LISTED = (*LATE, "reassess", ADVERSE)
HELD = (
    "capped",
    "booked",
    "snoozed",
    "declined",
    "unreachable",
    "stopped",
    "resolved",
    "archived",
    "deceased",
    "unplanned",
)
STATUSES = ("upcoming", *LISTED, *HELD)
"""Every status a site (or an event) can have; `unplanned` is a site for which nobody said when to come back."""


class Thresholds(NamedTuple):
    """Days from the due date at which each status begins; `upcoming` counts back from it."""

    upcoming: int
    due: int
    overdue: int
    lapsed: int


class Plan:
    """What is stored of a site: when it is due and what holds it back, or asks for a look before a repeat.

    `unplanned`: nobody said when to come back. Without that, and without a day, somebody said that it need not be.

    Plain, since every list makes the class at its start and a named tuple would cost it 0.4 %.
    """

    __slots__ = ("booked_until", "capped_until", "closed", "due", "reassess", "snoozed_until", "unplanned")

    def __init__(
        self,
        due: date | None,
        closed: str | None = None,
        snoozed_until: date | None = None,
        capped_until: date | None = None,
        reassess: bool = False,
        booked_until: date | None = None,
        unplanned: bool = False,
    ) -> None:
        self.due = due
        self.closed = closed
        self.snoozed_until = snoozed_until
        self.capped_until = capped_until
        self.reassess = reassess
        self.booked_until = booked_until
        self.unplanned = unplanned


def status(plan: Plan, today: date, at: Thresholds) -> str | None:
    """Where a site stands today: one of `STATUSES`, or None when nothing is planned.

    An appointment goes before a hold, and both before the due date; before that day a plan is upcoming, whatever
    waits for it then. A hold goes before the payer's cap.
    """
    if plan.closed is not None or (plan.due is None and not plan.unplanned):
        return plan.closed
    if plan.booked_until is not None and today <= plan.booked_until:
        return "booked"
    if plan.snoozed_until is not None and today < plan.snoozed_until:
        return "snoozed"
    if plan.due is None:
        return "unplanned"
    late = by_days((today - plan.due).days, at)
    if late == "upcoming":
        return late
    if plan.capped_until is not None and today < plan.capped_until:
        return "capped"
    return "reassess" if plan.reassess else late


def by_days(late: int, at: Thresholds) -> str:
    """The status that the days since the due date alone would give."""
    if late >= at.lapsed:
        return "lapsed"
    if late >= at.overdue:
        return "overdue"
    return "due" if late >= at.due else "upcoming"
