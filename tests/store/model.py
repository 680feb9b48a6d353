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
NEVER = "never"
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
    own: str | None = None
    whole: bool = False

    @property
    def unplanned(self) -> bool:
        """Nobody said when to come back, and nothing closed it."""
        return self.follow_up == "unsaid" and not self.closed

    def status(self, today: date) -> str:
        if self.closed:
            return self.closed
        if self.unplanned:
            return "unplanned"
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
        """The plan that counts for a site; of one never treated (or only by voided sessions) what was decided."""
        plan = Plan(date.min, NEVER, None) if where in self.sites else None
        for entry in sorted(self.entries, key=lambda one: (one.on, one.order)):
            if entry.order in self.voided:
                continue
            if where in entry.plans:
                said = entry.plans[where]
                plan = Plan(entry.on, said, None if said == "unsaid" else oracle.due(entry.on, said))
            elif plan is not None and entry.act != "treat" and (not entry.sites or where in entry.sites):
                _decided(plan, entry)
        if plan is not None and self.status != "active":
            plan.closed = self.status
        return plan

    def goes_on_with(self, where: Where, on: date) -> str:
        """The plan of a session of that day that names none."""
        plan = self.plan(where)
        no_interval = plan is None or plan.follow_up in {"none", "unsaid", NEVER} or "-" in plan.follow_up
        if plan is None or no_interval or plan.anchor > on or plan.closed:
            return "unsaid"
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

    def changes_nothing(self, entry: Entry) -> bool:
        """Whether the chart would hold the same sites back with the entry as without."""
        before = self._held()
        self.entries.append(entry)
        after = self._held()
        self.entries.pop()
        return before == after

    def _held(self) -> list[tuple[str | None, date | None]]:
        return [(plan.closed, plan.snoozed) for where in self.sites if (plan := self.plan(where))]

    def standing(self, today: date) -> dict[Where, str]:
        """Every site with a day to come back, and how it stands."""
        found = {where: self.plan(where) for where in self.sites}
        return {where: plan.status(today) for where, plan in found.items() if plan and (plan.due or plan.unplanned)}


def _decided(plan: Plan, entry: Entry) -> None:
    for_all = not entry.sites
    if entry.act == "resume":  # the patient's takes back the patient's; a site's own closing stays under it
        plan.own = plan.own if for_all and plan.whole else None
        plan.closed, plan.snoozed, plan.whole = plan.own, None, False
    elif entry.act == "snooze":
        plan.snoozed, plan.whole = entry.until, plan.whole or for_all
    elif entry.reason != "died":  # whoever died is off the list by the patient's status
        plan.closed = "resolved" if entry.act == "resolve" else CLOSED_BY[entry.reason]
        plan.own = plan.own if for_all else plan.closed
        plan.whole = plan.whole or for_all


Row = tuple[int, date | None, str, frozenset[Where]]
"""A line of the list: patient, the earliest due date, how that stands, and the sites."""


def listed(people: list[Person], today: date, statuses: set[str]) -> list[Row]:
    """Who is on a list of these statuses, the longest due first."""
    rows = []
    for person in people:
        chosen = [where for where, status in person.standing(today).items() if status in statuses]
        plans = sorted(
            (plan.due or date.max, person.sites.index(where), plan) for where in chosen if (plan := person.plan(where))
        )
        if plans:
            first = plans[0][2]
            rows.append((person.number, first.due, first.status(today), frozenset(chosen)))
    return sorted(rows, key=lambda row: (row[1] or date.max, row[0]))


def held_back(people: list[Person], today: date) -> dict[str, int]:
    """How many patients have a site that is held back, by reason."""
    counts = Counter(
        status for person in people for status in set(person.standing(today).values()) if status not in OPEN
    )
    return dict(counts)


LISTED = {"due", "overdue", "lapsed"}
OPEN = {"upcoming", *LISTED}
