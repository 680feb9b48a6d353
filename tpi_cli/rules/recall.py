"""When a site is due for a repeat session, and what holds it back. Pure: facts in, an answer with reasons out.

The due date is the last treatment plus its follow-up. What was decided later about the recall (stopped,
snoozed, resolved, reopened) holds until a later treatment starts a new plan. What depends on today is
worked out by `standing`, never stored.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from tpi_cli.rules import interval

_CLOSED_BY_STOP = {"resolved": "resolved", "declined": "declined"}


class Treatment(NamedTuple):
    """A session that treated the site; `order` and `recorded_at` tell two of one day apart."""

    session: str
    on: date
    follow_up: str
    origin: str = "stated"
    recorded_at: str = ""
    order: int = 0


class Hold(NamedTuple):
    """Something decided about the recall: `act` is stop, snooze, resolve or resume."""

    act: str
    on: date
    by: str
    reason: str | None = None
    until: date | None = None
    note: str | None = None
    recorded_at: str = ""
    whole: bool = False
    """Whether it was decided for the whole patient rather than for the site."""


class Facts(NamedTuple):
    """All the rule needs to know about one site."""

    treatments: tuple[Treatment, ...]
    holds: tuple[Hold, ...] = ()
    patient: str = "active"
    patient_since: date | None = None


class Reason(NamedTuple):
    """Why: rule id, words, where it comes from, and the day it stops holding (None: it does not)."""

    rule: str
    text: str
    source: str
    until: date | None = None


class Verdict(NamedTuple):
    """The plan that counts (no `follow_up`: nobody said one), and what holds it back."""

    anchor: date | None = None
    session: str | None = None
    follow_up: str | None = None
    due: date | None = None
    closed: str | None = None
    snoozed_until: date | None = None
    reasons: tuple[Reason, ...] = ()
    own: str | None = None
    """Why the site itself was closed, under what was decided for the whole patient."""
    whole: bool = False
    """Whether something decided for the whole patient holds it back."""


def decide(facts: Facts) -> Verdict:
    """The due date of one site, with every reason for and against its being listed."""
    treatments = sorted(facts.treatments, key=lambda one: (one.on, one.recorded_at, one.order))
    if not treatments:
        return _held(Verdict(reasons=(Reason("recall.never", "never treated here", "site"),)), facts, facts.holds)
    last = treatments[-1]
    said = None if last.origin == "unsaid" else last.follow_up
    verdict = Verdict(last.on, last.session, said, due_date(last))
    reasons = [_planned(last, verdict.due)]
    if len(treatments) > 1:
        reasons.append(_replaced(treatments[-2]))
    later = [hold for hold in facts.holds if (hold.on, hold.recorded_at) >= (last.on, last.recorded_at)]
    return _held(verdict._replace(reasons=tuple(reasons)), facts, later)


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


def _clamp(last: Treatment, due: date) -> str:
    if last.follow_up.endswith(("mo", "y")) and due.day != last.on.day:
        return f" (no day {last.on.day} in that month)"
    return ""


def _replaced(earlier: Treatment) -> Reason:
    text = f"replaces the plan of {earlier.on} ({earlier.follow_up})"
    return Reason("recall.replaced", text, f"session {earlier.session}")


def _held(verdict: Verdict, facts: Facts, holds: Iterable[Hold]) -> Verdict:
    """Lay what was decided later over the plan, in the order it was decided."""
    for hold in sorted(holds, key=lambda one: (one.on, one.recorded_at)):
        verdict = _lay(verdict, hold)
    if facts.patient == "active":
        return verdict
    since = f" since {facts.patient_since}" if facts.patient_since else ""
    reason = Reason(f"recall.{facts.patient}", f"the patient is {facts.patient}{since}", "patient record")
    return verdict._replace(closed=facts.patient, reasons=(*verdict.reasons, reason))


def _lay(verdict: Verdict, hold: Hold) -> Verdict:
    told = f": {hold.note}" if hold.note else ""
    if hold.act == "resume":
        return _reopened(verdict, hold, told)
    if hold.act == "snooze":
        reason = Reason("recall.snoozed", f"held on {hold.on} until {hold.until}{told}", hold.by, hold.until)
        whole = verdict.whole or hold.whole
        return verdict._replace(snoozed_until=hold.until, whole=whole, reasons=(*verdict.reasons, reason))
    if hold.reason == "died":  # the patient's status closes it, so that a mistake is undone in one place
        return verdict
    closed = "resolved" if hold.act == "resolve" else _CLOSED_BY_STOP.get(hold.reason or "", "stopped")
    cause = f" ({hold.reason})" if hold.act == "stop" and hold.reason else ""
    reason = Reason(f"recall.{closed}", f"{_WORDS[hold.act]} {hold.on}{cause}{told}", hold.by)
    own = verdict.own if hold.whole else closed
    whole = verdict.whole or hold.whole
    return verdict._replace(closed=closed, own=own, whole=whole, reasons=(*verdict.reasons, reason))


def _reopened(verdict: Verdict, hold: Hold, told: str) -> Verdict:
    """Take back what holds the site. A patient's resume takes back the patient's decisions and, while there are
    some, leaves alone what was decided for the site itself: a resolved site does not come back by the way."""
    reasons = (*verdict.reasons, Reason("recall.reopened", f"reopened {hold.on}{told}", hold.by))
    own = verdict.own if hold.whole and verdict.whole else None
    return verdict._replace(closed=own, own=own, whole=False, snoozed_until=None, reasons=reasons)


_WORDS = {"stop": "stopped", "resolve": "resolved"}
