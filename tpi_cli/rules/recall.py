"""When a site is due for a repeat session, and what holds it back. Pure: facts in, an answer with reasons out.

The due date is the last treatment plus its follow-up. What was decided later about the recall (stopped, snoozed,
resolved, reopened), who was called and what was booked hold until a later treatment starts a new plan. What depends
on today is worked out by `standing`, never stored.
"""

from datetime import date
from typing import NamedTuple

from tpi_cli.rules import contact, interval
from tpi_cli.rules.contact import Booking, Call, Reached, Tries, Visit


class Treatment(NamedTuple):
    """A session that treated the site; `order` and `recorded_at` tell two of one day apart.

    `origin` is stated, carried, proposed (by the dated row `rule`, for the reason `why`) or unsaid.
    """

    session: str
    on: date
    follow_up: str
    origin: str = "stated"
    recorded_at: str = ""
    order: int = 0
    rule: str | None = None
    why: str | None = None


class Hold(NamedTuple):
    """Something decided about the recall: `act` is stop, snooze, resolve, resume or find (a new finding)."""

    act: str
    on: date
    by: str
    reason: str | None = None
    until: date | None = None
    note: str | None = None
    recorded_at: str = ""
    whole: bool = False
    """Whether it was decided for the whole patient rather than for the site."""


Entry = Hold | Call | Booking | Visit
"""What can happen to a recall after the session that planned it."""


class Booked(NamedTuple):
    """An appointment that is open: its id, its day and its hour on the clinic's wall."""

    code: str
    on: date
    wall: str


class Facts(NamedTuple):
    """All the rule needs to know about one site; calls, bookings and visits are the whole patient's."""

    treatments: tuple[Treatment, ...]
    holds: tuple[Hold, ...] = ()
    patient: str = "active"
    patient_since: date | None = None
    calls: tuple[Call, ...] = ()
    bookings: tuple[Booking, ...] = ()
    visits: tuple[Visit, ...] = ()
    booked: tuple[Booked, ...] = ()
    tries: Tries | None = None
    """When to give up; None: never."""
    found: date | None = None
    found_at: str = ""
    """The day of the finding, and when it was recorded; none where the site came with a session, and goes with it if
    that was a mistake."""

    @property
    def entries(self) -> list[Entry]:
        """Everything that happened, in the order it did."""
        found: list[Entry] = [*self.holds, *self.calls, *self.bookings, *self.visits]
        return sorted(found, key=lambda one: (one.on, one.recorded_at))


class Reason(NamedTuple):
    """Why: rule id, words, where it comes from, and the day it stops holding (None: it does not)."""

    rule: str
    text: str
    source: str
    until: date | None = None


class Verdict(NamedTuple):
    """The plan that counts (no `follow_up`: nobody said one), and what holds it back.

    `anchor` is the day it counts from: of the session, or of a finding that was not treated since. It is held until
    the later of two days, the clinic's own (`held_until`) and a call's (`call_until`; `asked` if the patient named it).
    """

    anchor: date | None = None
    session: str | None = None
    follow_up: str | None = None
    due: date | None = None
    closed: str | None = None
    held_until: date | None = None
    call_until: date | None = None
    asked: bool = False
    booked_until: date | None = None
    reasons: tuple[Reason, ...] = ()
    own: str | None = None
    """Why the site itself was closed, under what was decided for the whole patient."""
    whole: bool = False
    """Whether it was closed for the whole patient."""
    reached: Reached = Reached()

    @property
    def snoozed_until(self) -> date | None:
        """The day until which it is off the list."""
        return max(filter(None, (self.held_until, self.call_until)), default=None)

    @property
    def call_back_on(self) -> date | None:
        """The day to call again that a call named, until something comes of it or the clinic's own hold is longer."""
        return self.call_until if self.call_until == self.snoozed_until else None

    def told(self, *reasons: Reason) -> "Verdict":
        """The verdict with more reasons."""
        return self._replace(reasons=(*self.reasons, *reasons))


def decide(facts: Facts) -> Verdict:
    """The due date of one site, with every reason for and against its being listed."""
    treatments = in_order(facts.treatments)
    if not treatments:
        never = Verdict(facts.found, reasons=(Reason("recall.never", "never treated here", "site"),))
        return _since((facts.found or date.min, facts.found_at), never, facts)
    last = treatments[-1]
    verdict = Verdict(last.on, last.session, _said(last), due_date(last))
    verdict = verdict.told(_planned(last, verdict.due), *_proposed(last))
    if len(treatments) > 1:
        verdict = verdict.told(_replaced(treatments[-2]))
    return _since((last.on, last.recorded_at), verdict, facts)


def _since(at: tuple[date, str], verdict: Verdict, facts: Facts) -> Verdict:
    """Lay over the plan what happened since; of what was before only the appointments count, which may be to come."""
    entries = facts.entries
    reached = Reached()
    for one in entries:
        if isinstance(one, Booking) and (one.on, one.recorded_at) < at:
            reached = reached.moved(one)
    verdict = verdict._replace(reached=reached)
    return _standing(verdict, facts, [one for one in entries if (one.on, one.recorded_at) >= at])


def episode(facts: Facts) -> list[Treatment]:
    """The treatments since the site was last found again, or resolved and not reopened: the site by itself, or with
    the whole patient (`over` holds which), and a patient's resume takes back the patient's alone."""
    out, over = list[Treatment](), set[bool]()
    happened: list[Treatment | Hold] = [*in_order(facts.treatments), *facts.holds]
    for one in sorted(happened, key=lambda one: (one.on, one.recorded_at)):
        if isinstance(one, Treatment):
            out, over = [*([] if over else out), one], set()
        elif one.act == "find":
            out, over = [], set()
        elif one.act == "resolve" or one.reason == "resolved":
            over = over | {one.whole}
        elif one.act == "resume":
            over = over - {True} if one.whole else set()
    return [] if over else out


def in_order(treatments: tuple[Treatment, ...]) -> list[Treatment]:
    """Treatments as they followed each other."""
    return sorted(treatments, key=lambda one: (one.on, one.recorded_at, one.order))


def _said(last: Treatment) -> str | None:
    """The plan, unless nobody said one: a proposal to stop waits for somebody to say so."""
    nobody = last.origin == "unsaid" or (last.origin == "proposed" and last.follow_up == "none")
    return None if nobody else last.follow_up


def due_date(treatment: Treatment) -> date | None:
    """The day the follow-up names: the session plus an interval, a day of its own, or none."""
    step = interval.read(treatment.follow_up)
    if step is not None:
        return interval.after(treatment.on, step)
    return None if treatment.follow_up == "none" else date.fromisoformat(treatment.follow_up)


def carried(follow_up: str | None, closed: str | None) -> str | None:
    """The plan that goes on when a session names none: the last interval, unless the recall was closed."""
    going_on = follow_up is not None and closed is None and interval.read(follow_up) is not None
    return follow_up if going_on else None


def overtaken(on: date, anchor: date | None) -> bool:
    """Whether a session of that day comes too late to move the plan: a newer one treated the site."""
    return anchor is not None and anchor > on


def _planned(last: Treatment, due: date | None) -> Reason:
    source = f"session {last.session}"
    step = interval.read(last.follow_up)
    if due is None:
        told = "no follow-up was planned" if last.origin == "stated" else "no follow-up was named"
        return Reason("recall.none", f"treated {last.on}; {told}", source)
    if step is None:
        return Reason("recall.follow-up", f"treated {last.on}; follow-up set to {due}", source)
    carried = ", as the time before" if last.origin == "carried" else ""
    return Reason("recall.follow-up", f"treated {last.on} + {step.words}{carried} = {due}{_clamp(last, due)}", source)


def _proposed(last: Treatment) -> list[Reason]:
    """Why the interval is what it is, where it was proposed."""
    return [Reason("recall.interval", last.why, last.rule or "")] if last.why else []


def _clamp(last: Treatment, due: date) -> str:
    if last.follow_up.endswith(("mo", "y")) and due.day != last.on.day:
        return f" (no day {last.on.day} in that month)"
    return ""


def _replaced(earlier: Treatment) -> Reason:
    text = f"replaces the plan of {earlier.on} ({earlier.follow_up})"
    return Reason("recall.replaced", text, f"session {earlier.session}")


def _standing(verdict: Verdict, facts: Facts, entries: list[Entry]) -> Verdict:
    """Lay what happened later over the plan, in the order it happened; then what is booked, and who the patient is."""
    for entry in entries:
        verdict = _lay(verdict, entry, facts.tries)
    verdict = _with_booked(verdict, facts.booked)
    if facts.patient == "active":
        return verdict
    since = f" since {facts.patient_since}" if facts.patient_since else ""
    reason = Reason(f"recall.{facts.patient}", f"the patient is {facts.patient}{since}", "patient record")
    return verdict.told(reason)._replace(closed=facts.patient)


def _with_booked(verdict: Verdict, booked: tuple[Booked, ...]) -> Verdict:
    for one in booked:
        words = f"booked for {one.on} {one.wall}"
        verdict = verdict.told(Reason("recall.booked", words, f"appointment {one.code}", one.on))
    return verdict._replace(booked_until=max((one.on for one in booked), default=None))


def _lay(verdict: Verdict, entry: Entry, tries: Tries | None) -> Verdict:
    if isinstance(entry, Hold):
        return _DECIDED[entry.act](verdict, entry)
    if isinstance(entry, Call):
        return _called(verdict, entry, tries)
    if isinstance(entry, Booking):
        return _appointed(verdict, entry)
    return _no_more_to_call(_answered(verdict, GIVEN_UP))


# --- what was decided


def _told(hold: Hold) -> str:
    return f": {hold.note}" if hold.note else ""


def _found(verdict: Verdict, hold: Hold) -> Verdict:
    """A new episode: the patient was seen, and no plan or hold of before goes on."""
    found = Reason("recall.episode", f"found again {hold.on}, a new episode{_told(hold)}", hold.by)
    return Verdict(hold.on, reasons=(*verdict.reasons, found), reached=verdict.reached.answered())


def _snoozed(verdict: Verdict, hold: Hold) -> Verdict:
    words = f"held on {hold.on} until {hold.until}{_told(hold)}"
    verdict = _answered(verdict.told(Reason("recall.snoozed", words, hold.by, hold.until)), GIVEN_UP)
    return _no_more_to_call(verdict)._replace(held_until=hold.until)


def _stopped(verdict: Verdict, hold: Hold) -> Verdict:
    if hold.reason == "died":  # the patient's status closes it, so that a mistake is undone in one place
        return verdict
    how = {"resolved": "resolved", "declined": "declined"}.get(hold.reason or "", "stopped")
    cause = f" ({hold.reason})" if hold.reason else ""
    return _closed(verdict, hold, how, f"stopped {hold.on}{cause}")


def _resolved(verdict: Verdict, hold: Hold) -> Verdict:
    return _closed(verdict, hold, "resolved", f"resolved {hold.on}")


def _closed(verdict: Verdict, hold: Hold, how: str, words: str) -> Verdict:
    verdict = verdict.told(Reason(f"recall.{how}", f"{words}{_told(hold)}", hold.by))
    own = verdict.own if hold.whole else how
    return _no_more_to_call(verdict)._replace(closed=how, own=own, whole=verdict.whole or hold.whole)


def _reopened(verdict: Verdict, hold: Hold) -> Verdict:
    """Take back what holds the site. A patient's resume leaves alone what was decided for the site itself: one that
    was resolved does not come back by the way."""
    own = verdict.own if hold.whole else None
    verdict = verdict.told(Reason("recall.reopened", f"reopened {hold.on}{_told(hold)}", hold.by))
    verdict = _no_more_to_call(verdict)._replace(closed=own, own=own, whole=False, held_until=None)
    return verdict._replace(reached=verdict.reached.answered())


_DECIDED = {"find": _found, "snooze": _snoozed, "stop": _stopped, "resolve": _resolved, "resume": _reopened}


# --- who was called, and what was booked

UNREACHABLE = "unreachable"
"""Nobody decided that: whatever is decided goes before it, and so does whoever comes."""
GIVEN_UP = (UNREACHABLE,)
WILL_COME = (UNREACHABLE, "declined")
"""What is taken back by whoever is reached; by whoever says yes after all."""


def _called(verdict: Verdict, call: Call, tries: Tries | None) -> Verdict:
    """A call: it may hold the recall until a day, end it, open it again, or be one attempt too many.

    A no ends what is open, and no decision of the clinic's.
    """
    verdict = verdict.told(Reason("recall.called", contact.called(call), call.by, call.until))
    if call.result in contact.MISSED:
        return _in_vain(_held(verdict._replace(reached=verdict.reached.attempted(call)), call), call, tries)
    verdict = _answered(verdict, WILL_COME if call.result in contact.COMES_AFTER_ALL else GIVEN_UP)
    if call.result != "declined":
        return _held(verdict, call)
    verdict = _no_more_to_call(verdict)
    return verdict if verdict.closed else verdict._replace(closed="declined", whole=True)


def _held(verdict: Verdict, call: Call) -> Verdict:
    """Held until the call's own day, in the place of an earlier call's. An attempt in vain makes that no sooner; a
    day that the patient asked for goes before the clinic's own."""
    if call.until is None:
        return verdict
    if call.result == "later":
        return verdict._replace(held_until=None, call_until=call.until, asked=True)
    if call.result in contact.MISSED and verdict.call_until is not None and verdict.call_until >= call.until:
        return verdict
    return verdict._replace(call_until=call.until, asked=False)


def _in_vain(verdict: Verdict, call: Call, tries: Tries | None) -> Verdict:
    """Give up where enough was tried; who was given up is not to be called again by the way."""
    if verdict.closed == UNREACHABLE:
        return _no_more_to_call(verdict)
    if tries is None or verdict.closed is not None or not verdict.reached.in_vain(tries):
        return verdict
    count = len(verdict.reached.attempts)
    words = f"unreachable since {call.on}: {count} attempts over {tries.channels} channels or more"
    verdict = verdict.told(Reason("recall.unreachable", words, tries.source))
    return _no_more_to_call(verdict)._replace(closed=UNREACHABLE, whole=True)


def _answered(verdict: Verdict, lifted: tuple[str, ...]) -> Verdict:
    """The patient was reached: the count of attempts starts anew, and what is `lifted` is open again."""
    if verdict.closed in lifted:
        verdict = verdict._replace(closed=verdict.own, whole=False)
    return verdict._replace(reached=verdict.reached.answered()) if verdict.reached.attempts else verdict


def _no_more_to_call(verdict: Verdict) -> Verdict:
    """The day to call again has no more use; one that the clinic named has."""
    waits = verdict.call_until is not None or verdict.asked
    return verdict._replace(call_until=None, asked=False) if waits else verdict


def _appointed(verdict: Verdict, one: Booking) -> Verdict:
    """Something done to an appointment. Who books comes after all; once it is off, no reminder of it hides that, but
    a later day that the patient asked for meanwhile holds."""
    verdict = verdict._replace(reached=verdict.reached.moved(one))
    if one.act != "book":
        verdict = verdict.told(Reason("recall.appointment", contact.booked(one), one.by))
    if one.act in {"book", "move"}:
        return _no_more_to_call(_answered(verdict, WILL_COME))._replace(held_until=None)
    if one.act not in {"cancel", "no-show"}:
        return verdict
    verdict = _answered(verdict, ())
    return verdict if verdict.asked else _no_more_to_call(verdict)
