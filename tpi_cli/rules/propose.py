"""The next interval of a site, proposed from how its last injections worked. Pure.

Relief that is still there at the follow-up makes the next interval a step longer; relief that wore off before makes
it as long as the relief was known to be gone by. Two sessions without any make it a question whether to go on. The
clinician's own word goes before all of it, and is not seen here.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.rules import interval, recall
from tpi_cli.rules.interval import Interval, after
from tpi_cli.rules.relief import WEEK, Response, Wanted, whole

PROPOSED = "proposed"
MONTHS_A_YEAR = 12


class Steps(NamedTuple):
    """A dated row: how much longer, between which bounds, from which relief on (percent), how near the follow-up
    (days before it) a score must be taken to speak for it, and after how many sessions in vain to stop."""

    id: str
    starts: date | None
    ends: date | None
    weeks: int
    months: int
    minimum: Interval
    maximum: Interval
    percent: Decimal
    near_days: int
    sessions: int

    def wanted(self, of_payer: Wanted) -> Wanted:
        """The relief that counts: what the payer asks for, or the row's own percent."""
        return Wanted(of_payer.percent if of_payer.percent is not None else self.percent)


class Course(NamedTuple):
    """A session of the site: its day, its plan as text, and how the site answered."""

    on: date
    follow_up: str
    response: Response


class Plan(NamedTuple):
    """What is planned for a site: an interval or day as text, or `none`; who it comes from, by which row and why."""

    follow_up: str
    origin: str
    rule: str | None = None
    reason: str | None = None


UNSAID = Plan("none", "unsaid")


def planned(courses: tuple[Course, ...], steps: Steps | None) -> Plan:
    """The plan of a session that names none, after the site's earlier sessions, the last one last."""
    last = courses[-1] if courses else None
    goes_on = recall.carried(last.follow_up, None) if last else None
    found = _proposed(courses, steps) if last and steps else None
    return found or (Plan(goes_on, "carried") if goes_on else UNSAID)


def _proposed(courses: tuple[Course, ...], steps: Steps) -> Plan | None:
    last = courses[-1]
    if _in_vain(courses, steps):
        told = f"no meaningful relief after {steps.sessions} sessions: reassess, and stop unless there is a reason to"
        return Plan("none", PROPOSED, steps.id, f"{told} go on")
    step = interval.read(last.follow_up)
    if step is None:
        return None
    due, answer = after(last.on, step), last.response
    if answer.until is None or answer.percent is None:
        return None
    if answer.worn_off is not None and answer.worn_off < due:
        return _shorter(last, step, answer.worn_off, steps)
    near = answer.until >= due - timedelta(steps.near_days)
    return _longer(last, step, answer.percent, steps) if near else None


def _in_vain(courses: tuple[Course, ...], steps: Steps) -> bool:
    latest = courses[-steps.sessions :]
    return len(latest) == steps.sessions and all(one.response.meaningless for one in latest)


def _longer(last: Course, step: Interval, percent: Decimal, steps: Steps) -> Plan | None:
    """A step longer, between the least and the most; None where the plan is there already."""
    wished = _stepped(step, steps)
    wider = _bounded(last.on, wished, steps)
    if after(last.on, wider) <= after(last.on, step):
        return None
    bound = "longest there is" if wider == steps.maximum else "shortest that is proposed"
    how = "a step longer" if wider == wished else f"up to the {bound}"
    relief = f"relief {whole(percent)} % still there {last.response.until}, at the follow-up of {step.words}: {how}"
    return Plan(str(wider), PROPOSED, steps.id, relief)


def _bounded(on: date, wished: Interval, steps: Steps) -> Interval:
    """The interval, or the row's bound that it is beyond, counted from a day."""
    if after(on, wished) > after(on, steps.maximum):
        return steps.maximum
    return steps.minimum if after(on, wished) < after(on, steps.minimum) else wished


def _stepped(step: Interval, steps: Steps) -> Interval:
    if step.unit == "d":
        return Interval(step.number + steps.weeks * WEEK, "d")
    if step.unit == "w":
        return Interval(step.number + steps.weeks, "w")
    months = step.number * (MONTHS_A_YEAR if step.unit == "y" else 1)
    return Interval(months + steps.months, "mo")


def _shorter(last: Course, step: Interval, gone: date, steps: Steps) -> Plan | None:
    """Whole weeks up to the score that showed the relief gone, inside the bounds; None where that is no less."""
    weeks = Interval(max(1, (gone - last.on).days // WEEK), "w")
    nearer = _bounded(last.on, weeks, steps)
    if after(last.on, nearer) >= after(last.on, step):
        return None
    return Plan(str(nearer), PROPOSED, steps.id, f"relief worn off by {gone}, before the follow-up of {step.words}")
