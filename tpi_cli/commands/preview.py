"""What is about to be recorded, as the clinician sees it before saying yes."""

from datetime import date
from typing import Any, NamedTuple

from tpi_cli.acts import propose, screen
from tpi_cli.acts.screen import Screened
from tpi_cli.commands.draft import Checked, echo, in_life
from tpi_cli.commands.parse import dates
from tpi_cli.errors import Usage
from tpi_cli.reference import agents
from tpi_cli.reference.agents import Agent
from tpi_cli.reference.names import short, title
from tpi_cli.rules import interval, recall
from tpi_cli.rules.case import Finding
from tpi_cli.rules.propose import Plan as Planned
from tpi_cli.rules.values import Shot, Strength, plain, split, totals
from tpi_cli.show import finding
from tpi_cli.show.person import redacted_head, spelled
from tpi_cli.show.report import NOTHING
from tpi_cli.show.session import mix_words, pain_words, passes_words, totals_words
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments, people
from tpi_cli.store.read.clinic import Clinic
from tpi_cli.store.read.plans import Standing, standing

Where = tuple[str, str]


class Plan(NamedTuple):
    """A place's next date, the plan as text, who it comes from (`kept`: a newer session's stays), and why."""

    where: Where
    number: int
    new: bool
    follow_up: str
    origin: str
    due: date | None
    reason: str | None = None


class Preview(NamedTuple):
    """A session that could be recorded."""

    who: people.Patient
    alerts: list[people.Alert]
    on: date
    today: date
    shots: tuple[Shot, ...]
    checked: Checked
    plans: tuple[Plan, ...]
    notes: tuple[str, ...]
    screened: Screened

    @property
    def unanswered(self) -> tuple[Finding, ...]:
        """The findings that need a reason and have none; a missing side takes none."""
        return tuple(one for one in self.screened.stops if one.rule not in self.checked.overrides)

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons that are kept, by rule: those that a finding asks for."""
        given = self.checked.overrides
        return {one.rule: given[one.rule] for one in self.screened.stops if one.rule in given}

    @property
    def next(self) -> date | None:
        """The earliest day one of the sites is due."""
        return min((plan.due for plan in self.plans if plan.due), default=None)


def prepare(
    db: Database,
    who: people.Patient,
    shots: tuple[Shot, ...],
    checked: Checked,
    on: date,
    office: Clinic,
    own: Any,
    *,
    recording: bool,
) -> Preview:
    """Work out what recording would do, screened as a plan or as done. Raises Usage, Conflict where it must not be."""
    today = office.today
    in_life(who, on, today)
    _enough(shots)
    known = {(one.muscle, one.side): one for one in standing(db, who.id)}
    chart = Chart(db, House(db), who.id)
    places = list(dict.fromkeys((place.muscle, place.side) for shot in shots for place in shot.places))
    plans = _plans(propose.plans(db, chart, who.id, places, checked.follow_up, on), known, on)
    plans = tuple(_overtaken(plan, known.get(plan.where), on) for plan in plans)
    notes = (
        *_status_notes(who),
        *_strength_notes(shots, own),
        *_reopened(plans, known, on),
        *_late_entry(plans, known, on),
        *_snoozed(plans, known, today),
        *_booked(db, who, on, today),
    )
    numbers = {plan.where: plan.number for plan in plans}
    plan = screen.Plan(on, shots, checked.consent is not None, numbers)
    screened = screen.screen(office, screen.whom(db, who), plan, chart, recording=recording)
    notes = (*notes, *_needless(checked, screened))
    return Preview(who, people.alerts(db, who.id), on, today, shots, checked, plans, notes, screened)


def _needless(checked: Checked, screened: Screened) -> list[str]:
    """Reasons given for rules that did not ask for one."""
    asked = {one.rule for one in screened.stops}
    return [f"no reason was needed for {rule}" for rule in checked.overrides if rule not in asked]


def _enough(shots: tuple[Shot, ...]) -> None:
    """Raises Usage where a shared dose is too small to be split over its places."""
    for shot in shots:
        whole = [dose.volume or dose.amount for dose in shot.doses if shot.sharing == "total"]
        if any(0 in split(one, len(shot.places)) for one in whole):
            raise Usage(f"too little to share over {len(shot.places)} sites", hint="give each its own volume")


def _plans(planned: dict[Where, Planned], known: dict[Where, Standing], on: date) -> tuple[Plan, ...]:
    last = max((one.number for one in known.values()), default=0)
    fresh = {where: last + at for at, where in enumerate((p for p in planned if p not in known), 1)}
    return tuple(
        Plan(
            where,
            known[where].number if where in known else fresh[where],
            where not in known,
            one.follow_up,
            one.origin,
            _due(on, one.follow_up),
            one.reason,
        )
        for where, one in planned.items()
    )


def _due(on: date, follow_up: str) -> date | None:
    return recall.due_date(recall.Treatment("", on, follow_up))


def _status_notes(who: people.Patient) -> list[str]:
    since = f" since {spelled(who.status_on)}" if who.status_on else ""
    return [] if who.status == "active" else [f"the patient is {who.status}{since}"]


def _strength_notes(shots: tuple[Shot, ...], own: Any) -> list[str]:
    """A strength that is not among those on file is echoed: it may be a slip of a digit."""
    out = []
    for agent, strength in dict.fromkeys(
        (dose.agent, dose.strength) for shot in shots for dose in shot.doses if dose.strength
    ):
        known = _known(agent, own)
        listed = own.strengths.get(agent) or (known.strengths if known else ())
        if listed and strength not in listed and strength.per_ml not in {one.per_ml for one in listed}:
            out.append(f"{known.name if known else agent} {_short(strength)} is not among the strengths on file: "
                       + ", ".join(map(_short, listed)))  # fmt: skip
    return out


def _known(agent: str, own: Any) -> Agent | None:
    mine = {one.agent: one for one in own.agents}
    return mine.get(agent) or agents.all_agents().get(agent)


def _short(strength: Strength) -> str:
    return f"{plain(strength.amount)}{strength.unit}"


def _overtaken(plan: Plan, site: Standing | None, on: date) -> Plan:
    """A late entry does not move the date that a newer session set."""
    if site is None or not recall.overtaken(on, site.anchor):
        return plan
    return plan._replace(due=site.due, origin="kept", reason=None)


def _late_entry(plans: tuple[Plan, ...], known: dict[Where, Standing], on: date) -> list[str]:
    newer = [(plan.where, known[plan.where].anchor) for plan in plans if not plan.new]
    return [
        f"{_name(where)} was treated again on {anchor}: that session's plan stays"
        for where, anchor in newer
        if recall.overtaken(on, anchor)
    ]


def _snoozed(plans: tuple[Plan, ...], known: dict[Where, Standing], today: date) -> list[str]:
    held = [(plan, known[plan.where].snoozed_until) for plan in plans if not plan.new and plan.origin != "kept"]
    return [
        f"{_name(plan.where)} is held until {until}: this session ends that"
        for plan, until in held
        if until and until > today
    ]


def _booked(db: Database, who: people.Patient, on: date, today: date) -> list[str]:
    """What becomes of the appointments that are open: the day's is closed, a later one stays."""
    found = appointments.still_open(db, who.id)
    return [
        f"closes the appointment of {one.wall} ({one.code})"
        if one.on == on
        else f"booked for {one.on} {one.wall} ({one.code}): that stays"
        for one in found
        if one.on == on or one.on >= today
    ]


def _reopened(plans: tuple[Plan, ...], known: dict[Where, Standing], on: date) -> list[str]:
    closed = [
        (plan, known[plan.where].closed)
        for plan in plans
        if not plan.new and not recall.overtaken(on, known[plan.where].anchor)
    ]
    return [
        f"{_name(plan.where)} was {reason}: this session starts its recall anew"
        for plan, reason in closed
        if reason in {"resolved", "declined", "stopped"} and plan.due
    ]


def _name(where: Where) -> str:
    return f"{title(where[0])} {where[1]}"


def discreet(preview: Preview, redact: str) -> Preview:
    """The preview with no free text in its findings, where `--redact` keeps names back."""
    if redact == "none":
        return preview
    screened, reasons = preview.screened, dict.fromkeys(preview.checked.overrides, NOTHING)
    told = tuple(one._replace(text=finding.discreet(one.rule, one.text)) for one in screened.findings)
    events = tuple((kind, None) for kind, _ in preview.checked.adverse)
    checked = preview.checked._replace(overrides=reasons, note=None, adverse=events)
    return preview._replace(screened=screened._replace(findings=told), checked=checked)


def lines(preview: Preview, redact: str) -> list[str]:
    """The preview: who, each place with what it got, totals, scores, when next, and what to look at."""
    preview = discreet(preview, redact)
    out = [redacted_head(preview.who, preview.today, preview.alerts, redact)]
    if redact == "all":
        return out
    if echo(preview.on, preview.today):
        out.append(f"  {echo(preview.on, preview.today)}")
    out += _places(preview)
    score = pain_words(*preview.checked.pain) if preview.checked.pain else ""
    out.append("  " + "   ".join(filter(None, [_totals(preview), score, _next(preview)])))
    out += [f"  {line}" for line in _details(preview.checked)]
    out += [f"  note: {note}" for note in preview.notes]
    out += [f"  {line}" for line in finding.lines(preview.screened.findings, preview.reasons)]
    return out


def _totals(preview: Preview) -> str:
    """`total lidocaine 20 mg (0.07 of the limit)`; the limit is the day's, so other doses of the day count.

    Beside agents that are not in the sum it says what it is about: `(anaesthetic 0.07 of the limit)`.
    """
    given, load = totals(preview.shots), preview.screened.load
    summed = [part.agent for part in load.parts]
    told = [agent in summed for agent, _ in given]
    part = finding.dose_words(load) if any(told) else ""
    return totals_words(given) + (f" ({'' if all(told) else 'anaesthetic '}{part})" if part else "")


def _details(checked: Checked) -> list[str]:
    """Whatever else was said, so that nothing is recorded unseen."""
    lots = [
        f"lot of {agent.replace('_', ' ')} {number}" + (f" (expires {expiry})" if expiry else "")
        for agent, (number, expiry) in checked.lots.items()
    ]
    told = [
        *lots,
        f"needle {checked.needle}" if checked.needle else "",
        checked.guidance or "",
        f"lying or sitting: {checked.position}" if checked.position else "",
        f"consent {checked.consent}" if checked.consent else "",
        _twitches(checked),
        *(f"adverse: {kind}" + (f" ({text})" if text else "") for kind, text in checked.adverse),
        f"with {checked.alongside}" if checked.alongside else "",
        f"diagnosis {checked.diagnosis}" if checked.diagnosis else "",
    ]
    line = "; ".join(filter(None, told))
    return [*([line] if line else []), *([f"remark: {checked.note}"] if checked.note else [])]


def _twitches(checked: Checked) -> str:
    if checked.twitch is None:
        return ""
    return "twitch at " + ", ".join(sorted(map(_name, checked.twitch))) if checked.twitch else "no twitch"


def _places(preview: Preview) -> list[str]:
    plans = {plan.where: plan for plan in preview.plans}
    widest = max(len(_name(where)) for where in plans)
    out = []
    for shot in preview.shots:
        for place in shot.places:
            plan = plans[place.muscle, place.side]
            passes = f"  {passes_words(place.passes)}" if place.passes else ""
            new = "  (new site)" if plan.new else ""
            out.append(f"  {plan.number}  {_name(plan.where):<{widest}}  {mix_words(shot)}{passes}{new}")
    return out


def _next(preview: Preview) -> str:
    """`next Tue 23 Feb 2027 (3 months)`; by site where they differ."""
    told = {plan.where: _planned(plan, preview.today) for plan in preview.plans}
    if len(set(told.values())) == 1:
        return f"next {next(iter(told.values()))}"
    return "next " + "; ".join(f"{short(where[0])}-{where[1]} {words}" for where, words in told.items())


def _planned(plan: Plan, today: date) -> str:
    if plan.origin == "kept":
        return f"{dates.words(plan.due, today) if plan.due else 'none'}, as the newer session planned"
    if plan.due is None and plan.origin == "proposed":
        return f"none proposed: {plan.reason} (--next 3mo plans one)"
    if plan.due is None:
        return "none" if plan.origin == "stated" else "none planned (--next 3mo plans one)"
    step = interval.read(plan.follow_up)
    told = step.words if step else dates.words(plan.due, today).partition("(")[2].rstrip(")")
    carried = {"carried": ", as last time", "proposed": f", proposed: {plan.reason}"}.get(plan.origin, "")
    return f"{dates.words(plan.due, today).partition(' (')[0]} ({told}{carried})"


def facts(preview: Preview, session: str | None, redact: str) -> dict[str, Any]:
    """The session for programs."""
    preview = discreet(preview, redact)
    return {
        "session": session,
        "patient": preview.who.code,
        "date": preview.on,
        "sites": [
            {
                "site": plan.number,
                "muscle": plan.where[0],
                "side": plan.where[1],
                "new": plan.new,
                "due": plan.due,
                "follow_up": plan.follow_up,
                "origin": plan.origin,
                "reason": plan.reason,
            }
            for plan in preview.plans
        ],
        "totals": [
            {"agent": agent, "amount": plain(mass), "unit": unit}
            for (agent, unit), mass in totals(preview.shots).items()
        ],
        "findings": [finding.record(one, preview.reasons) for one in preview.screened.findings],
        "dose": finding.dose_record(preview.screened.load),
        "blocked": bool(preview.unanswered),
        "next": preview.next,
        "notes": list(preview.notes),
    }
