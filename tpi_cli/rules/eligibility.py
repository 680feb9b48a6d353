"""From when a payer's rules allow the next session at a site: not the same as when it is due. Pure.

A policy is a dated row of what a payer asks for, judged at the date of service. A wait must not be cut short, so
a day its month lacks goes forward to the first of the next.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from tpi_cli.rules.interval import Interval, after, holds
from tpi_cli.rules.recall import Reason
from tpi_cli.rules.relief import Wanted

ONE_DAY = timedelta(days=1)
Where = tuple[str, str]
"""A muscle's id and a side."""


class Policy(NamedTuple):
    """A payer's dated row; None is a limit it does not have.

    `window` is how far back sessions are counted; `cap_scope` patient or region, `interval_scope` site or region.
    `advisory` are the rules that only advise; `own` marks a row of the clinic's, which goes before a shipped one;
    `fallback` one of the clinic's default, which holds where the payer has no row.
    """

    id: str
    payer: str
    source: str
    window: Interval
    starts: date | None = None
    ends: date | None = None
    max_sessions: int | None = None
    cap_scope: str = "patient"
    min_interval: Interval | None = None
    interval_scope: str = "site"
    relief: Wanted = Wanted()
    max_regions: int | None = None
    advisory: frozenset[str] = frozenset()
    fallback: bool = False
    own: bool = False
    revision: str = ""

    @property
    def limits_dates(self) -> bool:
        """Whether it can make anybody wait."""
        return self.max_sessions is not None or self.min_interval is not None

    def alone(self, rule: str) -> "Policy":
        """The row as if it knew of the dates only what the rule asks (`CAP` or `INTERVAL`)."""
        return self._replace(min_interval=None) if rule == CAP else self._replace(max_sessions=None)

    def enforces(self, rule: str) -> bool:
        """Whether the payer holds the clinic to the rule."""
        return rule not in self.advisory


CAP, INTERVAL, RESPONSE, REGIONS = "cap_reached", "interval_short", "no_response", "regions_over"
ADVICE_ONLY = frozenset({CAP, INTERVAL, RESPONSE, REGIONS})
"""Every rule of a policy, for one that only advises."""


class Visit(NamedTuple):
    """A session with an injection (not a dry needle): its day, its sites and the regions they lie in."""

    session: str
    on: date
    sites: frozenset[Where]
    regions: frozenset[str]


class Place(NamedTuple):
    """The site asked about and its region."""

    where: Where
    region: str


class Eligible(NamedTuple):
    """The first day every rule holds (None: no rule makes anybody wait), and that of the enforced ones alone.

    `held` tells whether an enforced one was in the way at all.
    """

    since: date | None = None
    enforced_since: date | None = None
    reasons: tuple[Reason, ...] = ()
    held: bool = False


def in_force(policies: Iterable[Policy], on: date) -> Policy | None:
    """The row that holds on a day: the payer's before the default, the clinic's own before a shipped one, then the
    one that began last."""
    holding = [one for one in policies if holds(on, one.starts, one.ends)]
    return max(holding, key=lambda one: (not one.fallback, one.own, one.starts or date.min, one.revision), default=None)


def limits(visits: Iterable[Visit], place: Place, policy: Policy, on: date) -> list[Reason]:
    """Every rule of the policy that forbids a session at the place on that day, each with the day it stops.

    Another entry of the same day is the same session, and forbids nothing.
    """
    before = sorted((one for one in visits if one.on < on), key=lambda one: one.on, reverse=True)
    found = (_cap(before, place, policy, on), _interval(before, place, policy, on))
    return [one if policy.enforces(one.rule) else one._replace(text=f"{one.text} (advice)") for one in found if one]


def _cap(before: list[Visit], place: Place, policy: Policy, on: date) -> Reason | None:
    if policy.max_sessions is None:
        return None
    whole = policy.cap_scope == "patient"
    counted = dict.fromkeys(one.on for one in before if whole or place.region in one.regions)  # a day is one session
    window = [day for day in counted if after(day, policy.window, "forward") > on]
    if len(window) < policy.max_sessions:
        return None
    free = after(window[policy.max_sessions - 1], policy.window, "forward")
    scope = "" if whole else f" in the region {place.region.replace('_', ' ')}"
    days = ", ".join(str(day) for day in reversed(window))
    text = f"{len(window)} of {policy.max_sessions} sessions in {policy.window.words}{scope} ({days}): next {free}"
    return Reason(CAP, text, policy.source, free)


def _interval(before: list[Visit], place: Place, policy: Policy, on: date) -> Reason | None:
    if policy.min_interval is None:
        return None
    near = policy.interval_scope == "site"
    same = [one.on for one in before if (place.where in one.sites if near else place.region in one.regions)]
    free = after(same[0], policy.min_interval, "forward") if same else None
    if free is None or on >= free:
        return None
    scope = "here" if near else f"in the region {place.region.replace('_', ' ')}"
    text = f"injected {scope} {same[0]}, {policy.min_interval.words} between sessions: next {free}"
    return Reason(INTERVAL, text, policy.source, free)


def later(visits: Iterable[Visit], place: Place, policy: Policy, on: date) -> list[Reason]:
    """The rules that the sessions after that day break only because of one entered for it, each once."""
    known = list(visits)
    this = Visit("", on, frozenset({place.where}), frozenset({place.region}))
    out: dict[str, Reason] = {}
    for one in sorted((one for one in known if one.on > on), key=lambda one: one.on):
        broken = {reason.rule for reason in limits(known, place, policy, one.on)}
        for reason in limits([*known, this], place, policy, one.on):
            if reason.rule not in broken and _concerns(reason.rule, policy, place, one):
                text = f"with this one, the session of {one.on} is against it: {reason.text}"
                out.setdefault(reason.rule, reason._replace(text=text))
    return list(out.values())


def _concerns(rule: str, policy: Policy, place: Place, visit: Visit) -> bool:
    """Whether the rule looks at the place and the visit together."""
    scope = policy.cap_scope if rule == CAP else policy.interval_scope
    near = {"patient": True, "region": place.region in visit.regions, "site": place.where in visit.sites}
    return near[scope]


def eligible(
    visits: Iterable[Visit], place: Place, policies: Iterable[Policy], last: date, due: date | None = None
) -> Eligible:
    """From when the place may be injected again, looking ahead from the patient's last session."""
    known, rows = tuple(visits), tuple(policies)
    coming = [one for one in rows if one.ends is None or one.ends > last]
    if not any(one.limits_dates for one in coming):
        return Eligible()
    since, reasons = _first_day(known, place, rows, last)
    enforced = tuple(map(_binding, rows))
    if not any(one.limits_dates for one in enforced):
        return Eligible(since, None, reasons)
    free, more = _first_day(known, place, enforced, max(last, due - ONE_DAY) if due else last)
    told = {(one.rule, one.until) for one in reasons}
    return Eligible(
        since, free, (*reasons, *(one for one in more if (one.rule, one.until) not in told)), held=bool(more)
    )


def _binding(policy: Policy) -> Policy:
    """The row as far as it must be kept to: a rule that only advises makes nobody wait."""
    return policy._replace(
        max_sessions=policy.max_sessions if policy.enforces(CAP) else None,
        min_interval=policy.min_interval if policy.enforces(INTERVAL) else None,
    )


def _first_day(
    visits: tuple[Visit, ...], place: Place, policies: tuple[Policy, ...], last: date
) -> tuple[date, tuple[Reason, ...]]:
    """The first day after `last` on which nothing forbids a session, and everything that forbade one before."""
    found: dict[Reason, None] = {}
    day = last + ONE_DAY
    while True:
        policy = in_force(policies, day)
        against = limits(visits, place, policy, day) if policy else []
        if not against:
            return day, tuple(found)
        found.update(dict.fromkeys(against))
        free = max(reason.until for reason in against if reason.until)
        day = min([free, *_changes(policies, day)])


def _changes(policies: tuple[Policy, ...], day: date) -> list[date]:
    """The later days on which another row may come into force."""
    starts = [one.starts for one in policies if one.starts]
    ends = [one.ends + ONE_DAY for one in policies if one.ends]
    return [one for one in (*starts, *ends) if one > day]


def wanted(policy: Policy | None) -> Wanted:
    """The relief a repeat asks for under the policy."""
    return policy.relief if policy else Wanted()
