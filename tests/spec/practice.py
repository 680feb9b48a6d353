"""The books of a made-up practice, kept beside the store: what happened, and on which list that puts each site.

The standard library only, and nothing of tpi: it says what the help pages say, in the order that it happened. Every
question is answered by turning the pages from the first one on, so a session that is void was simply never there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.spec import oracle

Where = tuple[str, str]
"""Muscle and side."""
WORKED = ("due", "overdue", "lapsed", "reassess")
"""What the call list is made of, beside adverse events."""
CLOSED = ("resolved", "declined", "stopped", "archived", "deceased")
"""What ends a plan, for a reason that somebody gave."""
UNSAID = "unsaid"
"""The plan of a session that said nothing about coming back."""
MISSED = ("no-answer", "message", "wrong-number")
WAITS = {"reached": 7, "message": 7, "no-answer": 1}
"""Days off the list after a call."""
LOOK = {"haematoma", "infection", "weakness"}
"""Adverse events that somebody has to look at again; the others are on file only."""
OPEN = ("booked", "arrived")
DAY = timedelta(days=1)


@dataclass(eq=False)
class Session:
    """A session; two of a day are one to whoever counts days."""

    on: date
    plans: dict[Where, str]
    pain: int | None
    by: str
    dry: bool = False
    void: bool = False
    id: str = ""


@dataclass(eq=False)
class Appointment:
    """A time kept free; minutes after midnight."""

    patient: "Patient"
    on: date
    start: int
    minutes: int
    by: str | None
    status: str = "booked"
    session: Session | None = None
    id: str = ""

    @property
    def wall(self) -> str:
        return f"{self.start // 60:02}:{self.start % 60:02}"

    def overlaps(self, other: "Appointment") -> bool:
        same_time = self.start < other.start + other.minutes and other.start < self.start + self.minutes
        return self is not other and other.status in OPEN and self.on == other.on and same_time


@dataclass(eq=False)
class Harm:
    """An adverse event."""

    number: int
    on: date
    type: str
    session: Session | None
    closed: date | None = None

    def open(self) -> bool:
        return self.type in LOOK and self.closed is None and not (self.session and self.session.void)


@dataclass(eq=False)
class Score:
    """How it hurt later, at a site (None: everywhere), or what the patient says is gone, in percent."""

    on: date
    pain: int
    said: int | None
    where: Where | None
    session: Session


@dataclass
class Page:
    """Something that happened on a day; to one site, or (None) to the patient."""

    on: date
    act: str
    where: Where | None = None
    session: Session | None = None
    reason: str = ""
    until: date | None = None
    channel: str = ""
    reminder: bool = False
    """A call about an appointment that is still to come."""


@dataclass
class Standing:
    """How a site stands after some pages."""

    anchor: date | None = None
    follow_up: str | None = None
    closed: str | None = None
    own: str | None = None
    whole: bool = False
    held: date | None = None
    again: date | None = None
    asked: bool = False
    tries: list[str] = field(default_factory=list)

    @property
    def snoozed(self) -> date | None:
        """Until the clinic's hold and the day to call again are both over."""
        return max((day for day in (self.held, self.again) if day), default=None)

    @property
    def due(self) -> date | None:
        if self.anchor is None or self.follow_up in {None, UNSAID}:
            return None
        return oracle.due(self.anchor, self.follow_up or "")

    @property
    def counts(self) -> bool:
        """There is a day to come back, or nobody said that there need be none."""
        return self.due is not None or (self.anchor is not None and self.follow_up in {None, UNSAID})

    # --- what each kind of page does

    def turn(self, page: Page, where: Where) -> None:
        if page.session is not None:
            self._treated(page.session, where)
        elif page.where in {None, where}:
            getattr(self, f"_{page.act.replace('-', '_')}")(page)

    def _treated(self, session: Session, where: Where) -> None:
        if where in session.plans:
            self.__init__(session.on, session.plans[where])  # type: ignore[misc]
        else:
            self._came()
            self._lift("unreachable")

    def _came(self) -> None:
        """In touch again: the count of calls in vain starts anew, and a day to call again has no use any more."""
        self.tries = []
        self._forget()

    def _forget(self) -> None:
        self.again, self.asked = None, False

    def _lift(self, *reasons: str) -> None:
        if self.closed in reasons:
            self.closed, self.whole = self.own, False

    def _find(self, page: Page) -> None:
        self.__init__(page.on, None)  # type: ignore[misc]

    def _stop(self, page: Page) -> None:
        self._close({"declined": "declined", "resolved": "resolved"}.get(page.reason, "stopped"), page)

    def _resolve(self, page: Page) -> None:
        self._close("resolved", page)

    def _close(self, how: str, page: Page) -> None:
        self._forget()
        self.closed = how
        self.own = self.own if page.where is None else how
        self.whole = self.whole or page.where is None

    def _resume(self, page: Page) -> None:
        self._forget()
        self.own = self.own if page.where is None else None
        self.closed, self.whole, self.held, self.tries = self.own, False, None, []

    def _snooze(self, page: Page) -> None:
        self._lift("unreachable")
        self._came()
        self.held = page.until

    def _call(self, page: Page) -> None:
        if page.reason not in MISSED:
            self.tries = []
            self._lift("unreachable", *(["declined"] if page.reason in {"booked", "later"} else []))
            if page.reason == "declined":
                self._forget()
                self.closed, self.whole = (self.closed, self.whole) if self.closed else ("declined", True)
            self._wait(page)
            return
        self.tries = self.tries if page.reminder else [*self.tries, page.channel]
        self._wait(page)
        if self.closed == "unreachable":
            self._forget()
        if self.closed is None and len(self.tries) >= 3 and len(set(self.tries)) >= 2:
            self.closed, self.whole = "unreachable", True
            self._forget()

    def _wait(self, page: Page) -> None:
        """Until the day of the last call, or a later one where that reached nobody. The clinic's own hold is another
        matter, which only a day that the patient asks for ends."""
        if page.until and (page.reason not in MISSED or self.again is None or self.again < page.until):
            self.again, self.asked = page.until, page.reason == "later"
            self.held = None if self.asked else self.held

    def _book(self, page: Page) -> None:
        self._lift("unreachable", "declined")
        self._came()
        self.held = None

    _move = _book

    def _off(self, page: Page) -> None:
        """An appointment that was called off or missed; a day that was asked for since it was booked holds."""
        self.tries = []
        if not self.asked:
            self._forget()

    def _died(self, page: Page) -> None:
        """The patient's status tells it."""


@dataclass(eq=False)
class Patient:
    """A patient's pages."""

    number: int
    payer: str | None
    id: str = ""
    sites: dict[Where, bool] = field(default_factory=dict)
    """Every site ever named, and whether it was examined before anybody put a needle in it."""
    ids: dict[Where, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    harms: list[Harm] = field(default_factory=list)
    statuses: list[tuple[date, str]] = field(default_factory=lambda: [(date.min, "active")])
    appointments: list[Appointment] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.statuses[-1][1]

    def away_by(self, day: date) -> bool:
        """Whether the patient was archived or dead by then; whoever is back was never away, as far as is on file."""
        since, status = self.statuses[-1]
        return status != "active" and since <= day

    def counting(self, where: Where | None = None) -> list[Session]:
        """The sessions that count, of one site or all, the earliest first."""
        found = [page.session for page in self.pages if page.session and not page.session.void]
        return [one for one in found if where is None or where in one.plans]

    def booked(self, today: date) -> bool:
        return any(one.status in OPEN and one.on >= today for one in self.appointments)

    # --- how a site stands

    def standing(self, where: Where, pages: Iterable[Page] | None = None) -> Standing:
        out = Standing()
        for page in self.pages if pages is None else pages:
            if page.session is None or not page.session.void:
                out.turn(page, where)
        return out

    def status_of(self, where: Where, today: date) -> str | None:
        """The one place of the site; None where somebody said that nobody is to come back, or it was a mistake."""
        now = self.standing(where)
        closed = self.status if self.status != "active" else now.closed
        if closed or not now.counts:
            return closed
        if self.booked(today):
            return "booked"
        if now.snoozed and now.snoozed > today:
            return "snoozed"
        return self._by_days(where, now.due, today) if now.due else "unplanned"

    def _by_days(self, where: Where, due: date, today: date) -> str:
        if due > today:
            return "upcoming"
        allowed = self.allowed(where, due)
        if allowed and allowed > today:
            return "capped"
        if self.wants_a_look(where, due):
            return "reassess"
        late = (today - due).days
        return "lapsed" if late >= 90 else "overdue" if late >= 14 else "due"

    def allowed(self, where: Where, due: date) -> date | None:
        """From when Medicare pays for a repeat at the site, if that is later than it is due: three in twelve
        months, and 42 days between two at a site. A dry needle is nothing to it."""
        if self.payer is None or self.counting(where)[-1].dry:
            return None
        wet = [one for one in self.counting() if not one.dry]
        year, here = {one.on for one in wet}, [one.on for one in wet if where in one.plans]
        asked = day = max(self.counting()[-1].on + DAY, due)
        while sum(day < oracle.free(on, "12mo") for on in year) >= 3 or any(day < on + 42 * DAY for on in here):
            day += DAY
        return day if day > asked else None

    def wants_a_look(self, where: Where, due: date) -> bool:
        """Before a repeat, where the last session was never scored, did too little, or not for long enough."""
        percent, binds = (50, True) if self.payer else (30, False)
        last = self.counting(where)[-1].on
        known = self.relief(where, last)
        good = [on for on, relief in known if relief >= percent]
        if not good:
            return True
        if max(good) >= last + 42 * DAY:
            return False
        return binds or any(on > max(good) for on, _ in known)

    # --- how it worked

    def relief(self, where: Where, on: date, until: date = date.max) -> list[tuple[date, Fraction]]:
        """Day and percent of every score of a day's session that gives a relief, in order of days."""
        before = next((one.pain for one in self.counting() if one.on == on and one.pain is not None), None)
        out = []
        for score in self.scores:
            if score.where in {None, where} and score.on <= until and self._measures(score) == on:
                if score.said is not None:
                    out.append((score.on, Fraction(score.said)))
                elif before:
                    out.append((score.on, Fraction(100 * (before - score.pain), before)))
        return sorted(out, key=lambda one: one[0])

    def _measures(self, score: Score) -> date | None:
        """The day of the session it is measured against; that being void, of the one before."""
        if not score.session.void:
            return score.session.on
        days = [one.on for one in self.counting(score.where) if one.on <= score.on]
        return max(days, default=None)

    # --- what a session that names no follow-up goes on with

    def goes_on(self, where: Where, on: date) -> str:
        """The last interval of the episode, longer where relief was still there, shorter where it had worn off."""
        now = self.standing(where)
        if now.closed in CLOSED or where not in self.sites:
            return UNSAID
        if now.anchor == on:
            return now.follow_up or UNSAID
        days = {one.on: one.plans[where] for one in self._episode(where) if one.on < on}
        if not days:
            return UNSAID
        percent = 50 if self.payer else 30
        told = [(day, self.relief(where, day, on)) for day in days]
        if len(told) >= 2 and all(known and max(relief for _, relief in known) < percent for _, known in told[-2:]):
            return UNSAID
        last, known = told[-1]
        follow_up = days[last]
        return _stepped(last, follow_up, known, percent) if _is_interval(follow_up) else UNSAID

    def _episode(self, where: Where) -> list[Session]:
        """The sessions since the site was last found again, or resolved and not reopened."""
        out: list[Session] = []
        over = set[str]()
        for page in self.pages:
            if page.session and page.session.void:
                continue
            if page.session and where in page.session.plans:
                out, over = [*([] if over else out), page.session], set()
            elif page.session is None and page.where in {None, where}:
                if page.act == "find":
                    out, over = [], set()
                elif page.act == "resolve" or (page.act, page.reason) == ("stop", "resolved"):
                    over.add("the patient" if page.where is None else "the site")
                elif page.act == "resume":
                    over = over & {"the site"} if page.where is None else set()
        return [] if over else out


def _is_interval(text: str | None) -> bool:
    return bool(text) and text not in {"none", UNSAID} and "-" not in str(text)


def _stepped(last: date, follow_up: str, known: list[tuple[date, Fraction]], percent: int) -> str:
    """Two weeks or a month longer, or as many weeks as the relief was known to be gone by, between six weeks and
    six months; or as it was."""
    due = oracle.due(last, follow_up)
    assert due is not None
    good = [on for on, relief in known if relief >= percent]
    gone = [on for on, _ in known if good and on > max(good)]
    if gone and min(gone) < due:
        chosen = _inside(last, f"{(min(gone) - last).days // 7 or 1}w")
        return chosen if _day(last, chosen) < due else follow_up
    if good and max(good) >= due - 14 * DAY:
        count, unit = int(follow_up.rstrip("dwmoy")), follow_up.lstrip("0123456789")
        longer = {"d": f"{count + 14}d", "w": f"{count + 2}w", "mo": f"{count + 1}mo", "y": f"{12 * count + 1}mo"}[unit]
        chosen = _inside(last, longer)
        return chosen if _day(last, chosen) > due else follow_up
    return follow_up


def _inside(last: date, follow_up: str) -> str:
    """No sooner than six weeks, no later than six months."""
    return "6w" if _day(last, follow_up) < _day(last, "6w") else min(follow_up, "6mo", key=lambda one: _day(last, one))


def _day(last: date, follow_up: str) -> date:
    found = oracle.due(last, follow_up)
    assert found is not None
    return found


# --- what the year came to

Treated = tuple[Patient, date, Where]
"""A site treated on a day, once however many entries it was written down in."""


@dataclass
class Books:
    """The whole practice."""

    patients: list[Patient] = field(default_factory=list)
    calls: int = 0

    @property
    def appointments(self) -> Iterator[Appointment]:
        return (one for patient in self.patients for one in patient.appointments)

    def in_the_way(self, wanted: Appointment) -> bool:
        """Whether the patient, or the clinician (anybody, where none is named), has something else then."""
        return any(
            wanted.patient is one.patient or wanted.by == one.by or None in {wanted.by, one.by}
            for one in self.appointments
            if wanted.overlaps(one)
        )

    def lists(self, today: date) -> dict[tuple[int, Where], str | None]:
        """Every site that anybody ever named, and where it is."""
        return {(one.number, where): one.status_of(where, today) for one in self.patients for where in one.sites}

    def to_call(self, today: date, *who: Patient) -> dict[int, set[Where]]:
        """The call list: patients with the sites to call about; none where it is about an adverse event alone."""
        out: dict[int, set[Where]] = {}
        for patient in who or self.patients:
            sites = {where for where in patient.sites if patient.status_of(where, today) in WORKED}
            if sites:
                out[patient.number] = sites
            if patient.status != "deceased" and any(harm.open() for harm in patient.harms):
                out.setdefault(patient.number, set())
        return out

    # --- counted, as `tpi help stats` says

    def stats(self, first: date, last: date, by: str | None) -> dict[str, dict[str, Any]]:
        groups: dict[str, list[Treated]] = {}
        for one in self._treated(first, last):
            for group in self._groups(one, by):
                groups.setdefault(group, []).append(one)
        harms = Counter(self._harms(first, last))
        return {group: self._row(ones, harms, last, by) for group, ones in groups.items()}

    def _treated(self, first: date, last: date) -> Iterator[Treated]:
        for patient in self.patients:
            found = {(one.on, where) for one in patient.counting() for where in one.plans if first <= one.on <= last}
            yield from ((patient, on, where) for on, where in found)

    def _groups(self, one: Treated, by: str | None) -> set[str]:
        patient, on, where = one
        sessions = [session for session in patient.counting(where) if session.on == on]
        return {
            None: {"all"},
            "muscle": {where[0]},
            "site": {" ".join(where)},
            "agent": {"dry_needling" if session.dry else "lidocaine" for session in sessions},
            "clinician": {session.by for session in sessions},
        }[by]

    def _harms(self, first: date, last: date) -> Iterator[tuple[Patient, date]]:
        for patient in self.patients:
            for harm in patient.harms:
                if harm.session is None or not harm.session.void:
                    on = harm.session.on if harm.session else harm.on
                    if first <= on <= last:
                        yield patient, on

    def _row(
        self, ones: list[Treated], harms: Counter[tuple[Patient, date]], today: date, by: str | None
    ) -> dict[str, Any]:
        visits = {(patient, on) for patient, on, _ in ones}
        relief = {one: one[0].relief(one[2], one[1], today) for one in ones}
        best = [max(percent for _, percent in known) for known in relief.values() if known]
        kept = [answer for one in ones if (answer := self._kept(one, today)) is not None]
        return {
            "sessions": len(visits),
            "patients": len({patient.number for patient, _ in visits}),
            "treated": len(ones),
            "scored": len(best),
            "responders_30": sum(percent >= 30 for percent in best),
            "responders_50": sum(percent >= 50 for percent in best),
            "relief_weeks": _lasted(relief),
            "kept": sum(kept),
            "judged": len(kept),
            "events": sum(count for visit, count in harms.items() if by is None or visit in visits),
        }

    def _kept(self, one: Treated, today: date) -> bool | None:
        """Whether the patient was back by 14 days after the due date; None where that cannot be said."""
        patient, on, where = one
        there = patient.counting(where)
        plan = [session for session in there if session.on == on][-1]
        due = None if plan.plans[where] == UNSAID else oracle.due(on, plan.plans[where])
        if due is None or due > today:
            return None
        back = min((session.on for session in there if session.on > on), default=None)
        in_time = back is not None and back <= due + 14 * DAY
        if not in_time and today <= due + 14 * DAY:
            return None
        end = due if back is None else min(due, back - DAY)
        pages = [page for page in patient.pages if page.on <= end]
        then = patient.standing(where, pages)
        ended = then.closed in CLOSED or then.due is None or patient.away_by(end)
        return None if ended else in_time


def _lasted(relief: dict[Treated, list[tuple[date, Fraction]]]) -> dict[str, Any]:
    """Whole weeks of at least 30 percent: the lower one in the middle, and how many may have gone on."""
    found = []
    for (_, on, _), known in relief.items():
        good = [day for day, percent in known if percent >= 30]
        if good:
            found.append(((max(good) - on).days // 7, known[-1][0] <= max(good)))
    weeks = sorted(week for week, _ in found)
    median = weeks[(len(weeks) - 1) // 2] if weeks else None
    going_on = [week for week, open_end in found if open_end]
    return {
        "median": median,
        "at_least": any(week <= median for week in going_on) if median is not None else False,
        "known": len(found),
        "censored": len(going_on),
    }
