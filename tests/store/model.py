"""The due list a second time, told as a story: what happened, entry by entry, replayed for every question.

The standard library only. Where the rule in `tpi_cli` asks for the last treatment and for the decisions
after it, this walks through everything from the beginning, as a person reading the chart would; and where it
works out from when a payer allows a repeat, this turns the pages of a calendar day by day. What holds a site
back lies in two layers here, the patient's over the site's own, and an appointment is a line in a diary.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from tests.spec import oracle

OVERDUE, LAPSED = 14, 90
CLOSED_BY = {"resolved": "resolved", "declined": "declined", "moved": "stopped", "other": "stopped"}
NEVER, UNSAID = "never", "unsaid"
"""Nobody put a needle in it, but by mistake; nobody said when to come back."""
MISSED = {"message", "no-answer", "wrong-number"}
WAITS = {"reached": 7, "message": 7, "no-answer": 1}
"""Days off the list after a call, where nobody named a day."""
ATTEMPTS, WAYS = 3, 2
OPEN_APPOINTMENT = {"booked", "arrived"}
STANDS = {"book": "booked", "move": "booked", "reopen": "booked", "arrive": "arrived",
          "done": "done", "cancel": "cancelled", "no-show": "no-show"}  # fmt: skip
"""What an appointment is after what was done to it."""
LEAST, MOST, NEAR, LONGER = "6w", "6mo", 14, {"d": "14d", "w": "2w", "mo": "1mo"}
"""A proposed interval: its bounds, how many days before the follow-up a score speaks for it, a step."""
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
    channel: str = ""
    appointment: int = 0
    stands: date | None = None
    """An appointment (its number), and the day it stands on then."""


@dataclass(frozen=True)
class Score:
    """How it hurt on a day, at a site (none: everywhere), measured against the session of that order."""

    on: date
    pain: int
    where: Where | None
    session: int


@dataclass
class Appointment:
    """A line in the diary: whose, when (minutes after midnight), how long, with whom; the session that closed it."""

    number: int
    patient: int
    on: date
    minute: int
    minutes: int
    clinician: str | None
    status: str = "booked"
    session: int | None = None

    @property
    def open(self) -> bool:
        """It takes its time up."""
        return self.status in OPEN_APPOINTMENT

    def in_the_way_of(self, other: "Appointment") -> bool:
        """Both at one time, of one patient, or of one clinician: where none is named it may be anybody."""
        apart = (self.on != other.on or self.minute >= other.minute + other.minutes
                 or other.minute >= self.minute + self.minutes)  # fmt: skip
        shared = self.clinician is None or other.clinician is None or self.clinician == other.clinician
        return self.open and self.number != other.number and not apart and (self.patient == other.patient or shared)


@dataclass
class Event:
    """Something that went wrong, at or after which session (0: none), and whether somebody still has to look."""

    on: date
    wants_a_look: bool
    session: int = 0
    looked: bool = False


@dataclass
class Plan:
    """How a site stands: what was planned when, what holds it back, and from when a repeat is allowed.

    `own` closed the site itself, `theirs` lies over it and was said of the whole patient, `away` is the patient's.
    """

    anchor: date | None
    follow_up: str
    due: date | None = None
    own: str | None = None
    theirs: str | None = None
    away: str | None = None
    whole: bool = False
    """Something said of the whole patient is there to be taken back."""
    held: date | None = None
    again: date | None = None
    asked: bool = False
    """Until when the clinic holds it; when to call again, and whether the patient asked for that day."""
    tries: list[str] = field(default_factory=list)
    """The ways in which nobody was reached since somebody last was."""
    booked: date | None = None
    eligible: date | None = None
    capped: date | None = None
    reassess: bool = False

    @property
    def closed(self) -> str | None:
        """The word that counts."""
        return self.away or self.theirs or self.own

    @property
    def snoozed(self) -> date | None:
        """Until both are over."""
        return max([day for day in (self.held, self.again) if day], default=None)

    @property
    def ended(self) -> bool:
        """Somebody ended it; that nobody could be reached is no end."""
        return self.closed not in {None, "unreachable"}

    @property
    def counts(self) -> bool:
        """There is a day to come back, or nobody said that there need be none."""
        return self.due is not None or self.follow_up == UNSAID

    def status(self, today: date) -> str | None:
        if self.closed or not self.counts:
            return self.closed
        if self.booked and self.booked >= today:
            return "booked"
        if self.snoozed and self.snoozed > today:
            return "snoozed"
        return self._by_days(today, self.due) if self.due else "unplanned"

    def _by_days(self, today: date, due: date) -> str:
        if today < due:
            return "upcoming"
        if self.capped and today < self.capped:
            return "capped"
        if self.reassess:
            return "reassess"
        for status, days in (("lapsed", LAPSED), ("overdue", OVERDUE), ("due", 0)):
            if today >= due + timedelta(days=days):
                return status
        raise AssertionError("due today at the least")

    # --- what happens to it

    def answered(self, *lifted: str) -> None:
        """Somebody spoke to the patient: the count starts anew."""
        self.tries = []
        if self.theirs in lifted:
            self.theirs, self.whole = None, False

    def need_not_be_called(self) -> None:
        """The day to try again has no more meaning; one that the clinic named has."""
        self.again, self.asked = None, False

    def called(self, entry: Entry, *, reminder: bool) -> None:
        if entry.reason == "declined":  # a no ends what is open, and nothing that the clinic ended
            self.answered("unreachable")
            self.need_not_be_called()
            if not self.closed:
                self.theirs, self.whole = "declined", True
        elif entry.reason not in MISSED:
            self.answered("unreachable", *(["declined"] if entry.reason in {"booked", "later"} else []))
            self._again(entry)
        else:
            self.tries += [] if reminder else [entry.channel]
            self._again(entry)
            if self.theirs == "unreachable":
                self.need_not_be_called()
            if not self.closed and len(self.tries) >= ATTEMPTS and len(set(self.tries)) >= WAYS:
                self.theirs, self.whole = "unreachable", True
                self.need_not_be_called()

    def _again(self, entry: Entry) -> None:
        """The newest call says when, but one in vain makes it no sooner; a day asked for ends the clinic's hold."""
        if entry.until and not (entry.reason in MISSED and self.again and self.again >= entry.until):
            self.again, self.asked = entry.until, entry.reason == "later"
            self.held = None if self.asked else self.held

    def appointed(self, act: str) -> None:
        if act in {"book", "move"}:  # who books comes after all, and whatever was to be waited for is over
            self.answered("unreachable", "declined")
            self.need_not_be_called()
            self.held = None
        elif act in {"cancel", "no-show"}:  # a day that was asked for since it was booked holds
            self.answered()
            if not self.asked:
                self.need_not_be_called()

    def treated_elsewhere(self) -> None:
        self.answered("unreachable")
        self.need_not_be_called()

    def decided(self, entry: Entry) -> None:
        for_all = not entry.sites
        if entry.reason != "died":  # whoever died is off the list by the patient's status
            self.need_not_be_called()
        if entry.act == "resume":  # the patient's takes back the patient's; a site's own closing stays under it
            self.own = self.own if for_all else None
            self.theirs, self.held, self.whole = None, None, False
            self.answered()
        elif entry.act == "snooze":
            self.answered("unreachable")
            self.held = entry.until
        elif entry.reason != "died":
            closed = "resolved" if entry.act == "resolve" else CLOSED_BY[entry.reason]
            self.own, self.theirs = (self.own, closed) if for_all else (closed, None)
            self.whole = self.whole or for_all


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
    found: dict[Where, tuple[date, int]] = field(default_factory=dict)
    """Sites that were there before anybody put a needle in: found on which day, as the how-manieth entry."""
    examined: set[Where] = field(default_factory=set)
    appointments: dict[int, Appointment] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def plan(self, where: Where) -> Plan | None:
        """The plan that counts for a site; of one never treated what was decided since it was found."""
        found, diary = self.found.get(where), dict[int, date]()
        plan = Plan(found[0] if found else None, UNSAID if found else NEVER) if where in self.sites else None
        for entry in self.story():
            if entry.stands:
                diary[entry.appointment] = entry.stands
                if STANDS[entry.act] not in OPEN_APPOINTMENT:
                    del diary[entry.appointment]
            if where in entry.plans:
                said, found = entry.plans[where], None
                plan = Plan(entry.on, said, None if said == UNSAID else oracle.due(entry.on, said))
            elif plan is not None and not (found and (entry.on, entry.order) < found):
                if entry.act == "find" and where in entry.sites:
                    plan = Plan(entry.on, UNSAID)
                else:
                    _happened(plan, entry, where, diary)
        if plan is not None:
            plan.away = self.status if self.status != "active" else None
            plan.booked = max((one.on for one in self.appointments.values() if one.open), default=None)
        return plan

    def story(self) -> list[Entry]:
        """What happened, as it followed each other, without what does not count."""
        counting = (one for one in self.entries if one.order not in self.voided)
        return sorted(counting, key=lambda one: (one.on, one.order))

    # --- the plan of a session that names none

    def goes_on_with(self, where: Where, on: date) -> str:
        """What is carried on, or proposed from how it worked; a proposal to stop waits for somebody to say so."""
        plan = self.plan(where)
        if plan is None or plan.ended or (plan.anchor and plan.anchor > on):
            return UNSAID
        if plan.anchor == on:
            return plan.follow_up
        return self._proposed(where, on)

    def _proposed(self, where: Where, on: date) -> str:
        before = {day: plan for day, plan in self.episode(where).items() if day < on}
        answers = [self._answer(where, day, on) for day in before]
        if len(answers) > 1 and answers[-1].useless and answers[-2].useless:
            return UNSAID
        if not before or not _comes_round(last := list(before.values())[-1]):
            return UNSAID
        day, good, gone = max(before), answers[-1].good, answers[-1].gone
        due = _due(day, last)
        if good and gone and gone < due:
            return _shorter(day, last, gone)
        return _longer(day, last) if good and good + timedelta(days=NEAR) >= due else last

    def episode(self, where: Where) -> dict[date, str]:
        """What was planned on each day on which the site was treated, since it was last resolved or found again."""
        days: dict[date, str] = {}
        over = set[str]()
        for entry in self.story():
            here = not entry.sites or where in entry.sites
            if where in entry.plans:
                days, over = {} if over else days, set()
                days[entry.on] = "none" if entry.plans[where] == UNSAID else entry.plans[where]
            elif here and entry.act == "find":
                days, over = {}, set()
            elif here and (entry.act == "resolve" or (entry.act, entry.reason) == ("stop", "resolved")):
                over |= {"site" if entry.sites else "patient"}
            elif here and entry.act == "resume":  # it was no such thing
                over -= {"site", "patient"} if entry.sites else {"patient"}
        return {} if over else days

    def _answer(self, where: Where, day: date, on: date) -> "Answer":
        """How the site answered to a day's session, as far as it was known on another day."""
        told = [one for one in self.scores if one.where in {None, where} and one.on <= on]
        told = [one for one in told if self._measures(one, on) == day]
        before, wanted = self.pain_before(day), in_force(self.house.papers(self.payer), on).relief
        if not told or not before:
            return Answer(useless=False)
        good = max((one.on for one in told if 100 * (before - one.pain) >= wanted * before), default=None)
        gone = min((one.on for one in told if good and one.on > good), default=None)
        return Answer(good is None, good, gone)

    # --- what is refused

    def would_pass_over(self, act: str, sites: list[Where], on: date) -> bool:
        """Whether a decision about these sites on that day would change nothing, and is refused."""
        plans = [plan for where in sites if (plan := self.plan(where))]
        newer = [one.on for where in sites for one in self.sessions() if where in one.plans and one.on > on]
        found = [entry.on for entry in self.story() if entry.act == "find" and entry.sites & set(sites)]
        newer = [day for day in newer if not any(again >= day for again in found)]
        if not plans or newer:
            return True
        away = self.status != "active"
        if act == "resume":
            return away or not any(plan.closed or (plan.snoozed and plan.snoozed > on) for plan in plans)
        return away or all(plan.ended for plan in plans)

    def resumes(self, on: date) -> frozenset[Where]:
        """What a patient's resume is meant for: the patient (no site), if something said of the patient stands; else
        the sites that were stopped, else the resolved ones if all of them are."""
        plans = {where: plan for where in self.sites if (plan := self.plan(where))}
        if any(plan.whole or (plan.snoozed and plan.snoozed > on) for plan in plans.values()):
            return frozenset()
        closed = [where for where, plan in plans.items() if plan.own]
        stopped = [where for where in closed if plans[where].own != "resolved"]
        return frozenset(stopped or (closed if len(closed) == len(plans) else []))

    def still_closed(self, where: Where, entry: Entry) -> bool:
        """Whether the site's recall would be ended with the entry as well."""
        self.entries.append(entry)
        plan = self.plan(where)
        self.entries.pop()
        return plan is not None and plan.ended

    def changes_nothing(self, entry: Entry) -> bool:
        """Whether the chart would hold the same sites back with the entry as without."""
        before = self._held(entry.on)
        self.entries.append(entry)
        after = self._held(entry.on)
        self.entries.pop()
        return before == after

    def _held(self, on: date) -> list[tuple[str | None, date | None, bool]]:
        """What still holds each site after that day, and whether that is a day to call again."""
        plans = [plan for where in self.sites if (plan := self.plan(where))]
        return [
            (plan.closed, plan.snoozed, plan.snoozed == plan.again)
            if plan.snoozed and plan.snoozed > on
            else (plan.closed, None, False)
            for plan in plans
        ]

    # --- who pays, and how it worked

    def sessions(self) -> list[Entry]:
        """The sessions that count, the earliest first."""
        return [one for one in self.story() if one.act == "treat"]

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

    def _measures(self, score: Score, before: date = date.max) -> date | None:
        """The day of the session it is measured against: as recorded or, that being void, as it would be now
        (or have been before that day's session)."""
        known = next((one.on for one in self.entries if one.order == score.session), None)
        if score.session not in self.voided:
            return known
        last = self.last(min(score.on, before - ONE_DAY), score.where)
        return last.on if last else None

    def has_score(self, on: date, where: Where | None) -> bool:
        """Whether there is a score of that day already: one a day, unless its session is void."""
        same = [one for one in self.scores if (one.on, one.where) == (on, where)]
        return any(one.session not in self.voided for one in same)

    def standing(self, today: date) -> dict[Where, str]:
        """Every site with a day to come back, or without a word of it, and how it stands."""
        found = {where: self.asked_plan(where) for where in self.sites}
        return {
            where: status for where, plan in found.items() if plan and plan.counts and (status := plan.status(today))
        }

    def looks(self) -> list[tuple[int, Event]]:
        """What somebody has to look at again, whatever holds the patient back, by its number."""
        if self.status == "deceased":
            return []
        return [
            (number, one)
            for number, one in enumerate(self.events, 1)
            if one.wants_a_look and not one.looked and one.session not in self.voided
        ]


class Answer(NamedTuple):
    """Scores and not one good; the last day it was good, and the first it was no more."""

    useless: bool
    good: date | None = None
    gone: date | None = None


def _happened(plan: Plan, entry: Entry, where: Where, diary: dict[int, date]) -> None:
    if entry.act == "treat":
        plan.treated_elsewhere()
    elif entry.act == "call":
        plan.called(entry, reminder=any(day >= entry.on for day in diary.values()))
    elif entry.stands:
        plan.appointed(entry.act)
    elif not entry.sites or where in entry.sites:
        plan.decided(entry)


def _comes_round(plan: str) -> bool:
    return plan not in {"none", UNSAID, NEVER} and "-" not in plan


def _due(day: date, plan: str) -> date:
    found = oracle.due(day, plan)
    assert found is not None
    return found


def _longer(day: date, plan: str) -> str:
    """A step longer, at the least to the least and at the most to the most."""
    unit = plan.lstrip("0123456789")
    number = int(plan.removesuffix(unit))
    number, unit = (12 * number, "mo") if unit == "y" else (number, unit)
    wider = f"{number + int(LONGER[unit].removesuffix(unit))}{unit}"
    wider = max(wider, LEAST, key=lambda one: _due(day, one))
    wider = min(wider, MOST, key=lambda one: _due(day, one))
    return wider if _due(day, wider) > _due(day, plan) else plan


def _shorter(day: date, plan: str, gone: date) -> str:
    """The whole weeks until it was gone, at the least the least and at the most the most."""
    weeks = f"{max(1, (gone - day).days // 7)}w"
    nearer = min(max(weeks, LEAST, key=lambda one: _due(day, one)), MOST, key=lambda one: _due(day, one))
    return nearer if _due(day, nearer) < _due(day, plan) else plan


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
    """Who is on a list of these statuses, the longest due first; what went wrong goes before when to come back."""
    rows = []
    for person in people:
        chosen = [where for where, status in person.standing(today).items() if status in statuses]
        looks = person.looks() if "adverse" in statuses else []
        plans = [(plan.due or date.max, 1, person.sites.index(where) + 1, plan.status(today), plan.eligible)
                 for where in chosen if (plan := person.asked_plan(where))]  # fmt: skip
        lines = sorted([*plans, *((one.on, 0, number, "adverse", None) for number, one in looks)])
        if lines:
            due, _, _, status, eligible = lines[0]
            due_on = None if due == date.max else due
            rows.append((person.number, due_on, "adverse" if looks else status, eligible, frozenset(chosen)))
    return sorted(rows, key=lambda row: (row[1] or date.max, row[0]))


def held_back(people: list[Person], today: date) -> dict[str, int]:
    """How many patients have a site that is held back, by reason."""
    counts = Counter(
        status for person in people for status in set(person.standing(today).values()) if status not in OPEN
    )
    return dict(counts)


LISTED = {"due", "overdue", "lapsed", "reassess", "adverse"}
OPEN = {"upcoming", *LISTED}
