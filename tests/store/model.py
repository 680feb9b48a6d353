"""The due list a second time, told as a story: what happened, entry by entry, replayed for every question.

The standard library only. Where the rule in `tpi_cli` asks for the last treatment and for the decisions
after it, this walks through everything from the beginning, as a person reading the chart would.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.spec import oracle

OVERDUE, LAPSED = 14, 90
CLOSED_BY = {"resolved": "resolved", "declined": "declined", "moved": "stopped", "other": "stopped"}
Where = tuple[str, str]
"""Muscle and side."""


@dataclass(frozen=True)
class Entry:
    """Something that happened: on which day, recorded as the how-manieth, and to which sites (none: all)."""

    on: date
    order: int
    act: str
    sites: frozenset[Where] = frozenset()
    plans: dict[Where, str] = field(default_factory=dict, hash=False)
    reason: str = ""
    until: date | None = None


@dataclass
class Plan:
    """How a site stands: what was planned when, and what holds it back."""

    anchor: date
    follow_up: str
    due: date | None
    closed: str | None = None
    snoozed: date | None = None

    def status(self, today: date) -> str:
        if self.closed:
            return self.closed
        if self.snoozed and self.snoozed > today:
            return "snoozed"
        assert self.due is not None
        for status, days in (("lapsed", LAPSED), ("overdue", OVERDUE), ("due", 0)):
            if today >= self.due + timedelta(days=days):
                return status
        return "upcoming"


@dataclass
class Person:
    """A patient's chart."""

    number: int
    status: str = "active"
    sites: list[Where] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    voided: set[int] = field(default_factory=set)

    def plan(self, where: Where) -> Plan | None:
        """The plan that counts for a site, if it was ever treated."""
        plan: Plan | None = None
        for entry in sorted(self.entries, key=lambda one: (one.on, one.order)):
            if entry.order in self.voided:
                continue
            if where in entry.plans:
                plan = Plan(entry.on, entry.plans[where], oracle.due(entry.on, entry.plans[where]))
            elif plan is not None and entry.act != "treat" and (not entry.sites or where in entry.sites):
                _decided(plan, entry)
        if plan is not None and self.status != "active":
            plan.closed = self.status
        return plan

    def goes_on_with(self, where: Where, on: date) -> str:
        """The plan of a session of that day that names none."""
        plan = self.plan(where)
        if plan is None or plan.anchor > on or plan.closed or plan.follow_up == "none" or "-" in plan.follow_up:
            return "none"
        return plan.follow_up

    def would_pass_over(self, act: str, sites: list[Where], on: date) -> bool:
        """Whether a decision about these sites on that day would change nothing, and is refused."""
        plans = [plan for where in sites if (plan := self.plan(where))]
        if not sites or any(plan.anchor > on for plan in plans):
            return True
        away = self.status != "active"
        if act == "resume":
            return away or not any(plan.closed or plan.snoozed for plan in plans)
        return away or (all(plan.closed for plan in plans) and len(plans) == len(sites))

    def standing(self, today: date) -> dict[Where, str]:
        """Every site with a day to come back, and how it stands."""
        found = {where: self.plan(where) for where in self.sites}
        return {where: plan.status(today) for where, plan in found.items() if plan and plan.due}


def _decided(plan: Plan, entry: Entry) -> None:
    if entry.act == "resume":
        plan.closed = plan.snoozed = None
    elif entry.act == "snooze":
        plan.snoozed = entry.until
    elif entry.reason != "died":  # whoever died is off the list by the patient's status
        plan.closed = "resolved" if entry.act == "resolve" else CLOSED_BY[entry.reason]


Row = tuple[int, date, str, frozenset[Where]]
"""A line of the list: patient, the earliest due date, how that stands, and the sites."""


def listed(people: list[Person], today: date, statuses: set[str]) -> list[Row]:
    """Who is on a list of these statuses, the longest due first."""
    rows = []
    for person in people:
        chosen = [where for where, status in person.standing(today).items() if status in statuses]
        plans = sorted(
            (plan.due, person.sites.index(where), plan) for where in chosen if (plan := person.plan(where)) and plan.due
        )
        if plans:
            rows.append((person.number, plans[0][0], plans[0][2].status(today), frozenset(chosen)))
    return sorted(rows, key=lambda row: (row[1], row[0]))


def held_back(people: list[Person], today: date) -> dict[str, int]:
    """How many patients have a site that is held back, by reason."""
    counts = Counter(
        status for person in people for status in set(person.standing(today).values()) if status not in OPEN
    )
    return dict(counts)


LISTED = {"due", "overdue", "lapsed"}
OPEN = {"upcoming", *LISTED}
