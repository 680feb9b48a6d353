"""The due list a second time, told as a story: what happened, entry by entry, replayed for every question.

The standard library only. Where the rule in `tpi_cli` asks for the last treatment and for the decisions
after it, this walks through everything from the beginning, as a person reading the chart would; and where it
works out from when a payer allows a repeat, this turns the pages of a calendar day by day.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from tests.spec import oracle

OVERDUE, LAPSED = 14, 90
CLOSED_BY = {"resolved": "resolved", "declined": "declined", "moved": "stopped", "other": "stopped"}
NEVER = "never"
Where = tuple[str, str]
"""Muscle and side."""
REGIONS = {"trapezius_upper": "cervical", "levator_scapulae": "cervical"}
"""Of the body; a muscle that nobody put into one is a region of its own."""


class Payer(NamedTuple):
    """What a payer asks for before a repeat: so many sessions in twelve months, a wait, relief for some weeks."""

    sessions: int | None
    counted_by: str
    wait: str | None
    waits_by: str
    relief: int
    weeks: int
    binds: bool = True


SELF_PAY = Payer(3, "patient", "42d", "site", 30, 6, binds=False)
"""The house's own, for whoever has no payer or one without rules: it only advises."""
PAYERS = {
    "medicare_mac": Payer(3, "patient", "42d", "site", 50, 6),
    "evicore": Payer(4, "region", "2mo", "region", 50, 6),
}
YEAR = "12mo"
Paper = tuple[date, Payer]
"""What a payer asks for, and from which day."""


@dataclass
class House:
    """Where the clinic changed a rule's level: `warn` and `note` make nobody wait, `note` asks for no score."""

    levels: dict[str, str | None] = field(default_factory=dict)
    own: dict[str, list[Paper]] = field(default_factory=dict)

    def papers(self, payer: str | None) -> tuple[Paper, ...]:
        """The payer's papers by the day they begin, the shipped one first."""
        own = self.own.get(payer if payer in PAYERS else "self_pay", [])
        return ((date.min, PAYERS.get(payer or "", SELF_PAY)), *sorted(own, key=lambda paper: paper[0]))

    def binding(self, payer: str | None) -> tuple[Paper, ...]:
        """The same, as far as patients are held to it."""
        return tuple((day, self._binding(one)) for day, one in self.papers(payer))

    def _binding(self, payer: Payer) -> Payer:
        sessions = payer.sessions if self.binds(payer, "cap_reached") else None
        return payer._replace(sessions=sessions, wait=payer.wait if self.binds(payer, "interval_short") else None)

    def binds(self, payer: Payer, rule: str) -> bool:
        """Whether patients of the payer are held to the rule."""
        return payer.binds and self.levels.get(rule) is None


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
    dry: bool = False
    pain: int | None = None


@dataclass(frozen=True)
class Score:
    """How it hurt on a day, at a site (none: everywhere), measured against the session of that order."""

    on: date
    pain: int
    where: Where | None
    session: int


@dataclass
class Plan:
    """How a site stands: what was planned when, what holds it back, and from when a repeat is allowed."""

    anchor: date
    follow_up: str
    due: date | None
    closed: str | None = None
    snoozed: date | None = None
    own: str | None = None
    whole: bool = False
    eligible: date | None = None
    capped: date | None = None
    reassess: bool = False

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
        if today < self.due:
            return "upcoming"
        if self.capped and today < self.capped:
            return "capped"
        if self.reassess:
            return "reassess"
        for status, days in (("lapsed", LAPSED), ("overdue", OVERDUE), ("due", 0)):
            if today >= self.due + timedelta(days=days):
                return status
        raise AssertionError("due today at the least")


@dataclass
class Person:
    """A patient's chart."""

    number: int
    status: str = "active"
    house: House = field(default_factory=House)
    payer: str | None = None
    sites: list[Where] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    voided: set[int] = field(default_factory=set)
    scores: list[Score] = field(default_factory=list)
    doses_elsewhere: set[tuple[object, ...]] = field(default_factory=set)

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

    # --- who pays, and how it worked

    def sessions(self) -> list[Entry]:
        """The sessions that count, the earliest first."""
        counting = (one for one in self.entries if one.act == "treat" and one.order not in self.voided)
        return sorted(counting, key=lambda one: (one.on, one.order))

    def last(self, on: date, where: Where | None = None) -> Entry | None:
        """The last session on or before a day, of the patient or of one site."""
        before = [one for one in self.sessions() if one.on <= on and (where is None or where in one.plans)]
        return before[-1] if before else None

    def last_there(self, where: Where) -> Entry | None:
        """The last session of a site; what was entered twice for a day is one session, and the injection counts."""
        there = [one for one in self.sessions() if where in one.plans]
        return max(there, key=lambda one: (one.on, not one.dry, one.order), default=None)

    def pain_before(self, on: date) -> int | None:
        """How it hurt before that day's session: the first entry of the day that says it."""
        return next((one.pain for one in self.sessions() if one.on == on and one.pain is not None), None)

    def asked_plan(self, where: Where) -> Plan | None:
        """The plan with what the payer and the last outcome make of it."""
        plan, last = self.plan(where), self.last_there(where)
        if plan is None or last is None:
            return plan
        plan.reassess = self._to_be_looked_at(plan, where, last)
        self._wait(plan, where)
        plan.capped = None if last.dry else plan.capped
        return plan

    def _wait(self, plan: Plan, where: Where) -> None:
        """From when an injection is allowed, and whether that makes the plan wait."""
        visits = tuple((one.on, frozenset(one.plans)) for one in self.sessions() if not one.dry)
        tomorrow = self.sessions()[-1].on + ONE_DAY
        plan.eligible = first_day(visits, where, self.house.papers(self.payer), tomorrow)
        binding = self.house.binding(self.payer)
        if plan.due and any(paper.sessions or paper.wait for _, paper in binding):
            asked = max(tomorrow, plan.due)
            allowed = first_day(visits, where, binding, asked)
            plan.capped = allowed if allowed > asked else None

    def _to_be_looked_at(self, plan: Plan, where: Where, last: Entry) -> bool:
        """Whether a repeat is not just due: no score that says anything, or too little relief for too short."""
        payer = in_force(self.house.papers(self.payer), plan.due or self.sessions()[-1].on)
        if self.house.levels.get("no_response") == "note":
            return False
        told = [one for one in self.scores if one.where in {None, where} and self._measures(one) == last.on]
        before = self.pain_before(last.on)
        if not told or not before:
            return True
        good = [one.on for one in told if 100 * (before - one.pain) >= payer.relief * before]
        if any(on >= last.on + timedelta(weeks=payer.weeks) for on in good):
            return False
        so_far_so_good = good and max(good) == max(one.on for one in told)
        return not so_far_so_good or self.house.binds(payer, "no_response")

    def _measures(self, score: Score) -> date | None:
        """The day of the session it is measured against: as recorded or, that being void, as it would be now."""
        known = next((one.on for one in self.entries if one.order == score.session), None)
        if score.session not in self.voided:
            return known
        last = self.last(score.on, score.where)
        return last.on if last else None

    def has_score(self, on: date, where: Where | None) -> bool:
        """Whether there is a score of that day already: one a day, unless its session is void."""
        same = [one for one in self.scores if (one.on, one.where) == (on, where)]
        return any(one.session not in self.voided for one in same)

    def standing(self, today: date) -> dict[Where, str]:
        """Every site with a day to come back, and how it stands."""
        found = {where: self.asked_plan(where) for where in self.sites}
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


PAYER_RULES = ("cap_reached", "interval_short")
ONE_DAY = timedelta(days=1)
Visits = tuple[tuple[date, frozenset[Where]], ...]
"""Sessions with an injection that is more than a dry needle: day and sites."""


def in_force(papers: tuple[Paper, ...], day: date) -> Payer:
    """The paper that began last."""
    return [payer for starts, payer in papers if starts <= day][-1]


@cache
def first_day(visits: Visits, where: Where, papers: tuple[Paper, ...], day: date) -> date:
    """The earliest day from that one on that nothing in the paper of the day forbids."""
    while _too_many(visits, where, in_force(papers, day), day) or _too_soon(visits, where, in_force(papers, day), day):
        day += ONE_DAY
    return day


def _too_many(visits: Visits, where: Where, payer: Payer, day: date) -> bool:
    """All the procedures of one day are one session; each counts until the day a year later."""
    counted = {on for on, sites in visits if payer.counted_by == "patient" or _near(where, sites)}
    recent = [on for on in counted if day < oracle.free(on, YEAR)]
    return payer.sessions is not None and len(recent) >= payer.sessions


def _too_soon(visits: Visits, where: Where, payer: Payer, day: date) -> bool:
    by_site = payer.waits_by == "site"
    there = [on for on, sites in visits if (where in sites if by_site else _near(where, sites))]
    return payer.wait is not None and any(day < oracle.free(on, payer.wait) for on in there)


def _near(where: Where, sites: frozenset[Where]) -> bool:
    return _region(where) in set(map(_region, sites))


def _region(where: Where) -> str:
    return REGIONS.get(where[0], where[0])


Row = tuple[int, date | None, str, date | None, frozenset[Where]]
"""A line of the list: patient, the earliest due date, how that stands, from when it is allowed, and the sites."""


def listed(people: list[Person], today: date, statuses: set[str]) -> list[Row]:
    """Who is on a list of these statuses, the longest due first."""
    rows = []
    for person in people:
        chosen = [where for where, status in person.standing(today).items() if status in statuses]
        plans = sorted(
            (plan.due or date.max, person.sites.index(where), plan)
            for where in chosen
            if (plan := person.asked_plan(where))
        )
        if plans:
            first = plans[0][2]
            rows.append((person.number, first.due, first.status(today), first.eligible, frozenset(chosen)))
    return sorted(rows, key=lambda row: (row[1] or date.max, row[0]))


def held_back(people: list[Person], today: date) -> dict[str, int]:
    """How many patients have a site that is held back, by reason."""
    counts = Counter(
        status for person in people for status in set(person.standing(today).values()) if status not in OPEN
    )
    return dict(counts)


LISTED = {"due", "overdue", "lapsed", "reassess"}
OPEN = {"upcoming", *LISTED}
