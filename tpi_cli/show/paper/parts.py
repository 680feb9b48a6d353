"""The parts that several papers have: who sends it, who it is about, the body map, when to come back, advice."""

from collections.abc import Iterator, Sequence
from datetime import date

from tpi_cli.reference import advice
from tpi_cli.reference.muscles import all_muscles
from tpi_cli.reference.names import title
from tpi_cli.rules import standing
from tpi_cli.show import chart
from tpi_cli.show.paper.document import Aside, Block, BodyMap, Heading, Points
from tpi_cli.show.person import in_full, spelled
from tpi_cli.show.report import many
from tpi_cli.store.read.body import SiteNow
from tpi_cli.store.read.summary import Summary

SIDES = {"L": "left", "R": "right", "mid": "middle"}
UNPLANNED = "unplanned"
COMING = frozenset({"upcoming", *standing.LATE, "reassess", "capped", "snoozed", "unreachable", "booked"})
"""Statuses of a site for which the patient is to come back on a day."""


def sender(found: Summary) -> list[str]:
    """The clinic, as the settings name it."""
    phone = found.clinic.own.get("clinic.phone")
    return list(filter(None, [found.clinic.name, f"Telephone {phone}" if phone else ""]))


def call_us(found: Summary) -> str:
    """`call Harbour Pain Clinic on 0161 ...`."""
    phone = found.clinic.own.get("clinic.phone")
    return f"call us on {phone}" if phone else "call the clinic"


def plain_site(one: SiteNow) -> str:
    """`upper trapezius, left`."""
    return f"{title(one.muscle)}, {SIDES.get(one.side, one.side)}"


def body_map(sites: Sequence[SiteNow]) -> Iterator[Block]:
    """The picture, where there is a site to show on it."""
    if sites:
        words = "; ".join(f"{one.number}: {plain_site(one)}" for one in sites)
        yield BodyMap(chart.markers(sites), f"Sites on the body, front and back. {words}")


def comes_back(sites: Sequence[SiteNow]) -> date | None:
    """The first day on which the patient is to come back; None where nobody planned one. What is booked moves none."""
    held = {"capped", "snoozed"}
    days = [max(one.due, one.held_until) if one.held_until and one.status in held else one.due
            for one in sites if one.due and one.status in COMING]  # fmt: skip
    return min(days, default=None)


def undecided(sites: Sequence[SiteNow]) -> bool:
    """Whether nobody said of a site when to come back: that is not the same as that nobody need."""
    return any(one.status == UNPLANNED for one in sites)


def next_visit(found: Summary) -> Iterator[str]:
    """When to come back, in sentences: what is booked, else when it is due; what went wrong wants a look first."""
    if found.open_events:
        yield f"We would like to see how you are after what happened. Please {call_us(found)}."
    if found.booked:
        first, *more = found.booked
        name = found.clinicians.get(first.clinician or "")
        yield f"Your next appointment is on {in_full(first.on)} at {first.wall}{f' with {name}' if name else ''}."
        if more:
            yield f"Booked after that: {many(len(more), 'appointment')}."
        return
    day = comes_back(found.sites)
    if day is not None and day > found.today:
        yield f"Come back around {in_full(day)}. It is not booked yet: {call_us(found)} to make an appointment."
    elif day is not None:
        yield f"You were due back on {in_full(day)}. Please {call_us(found)} to make an appointment."
    elif undecided(found.sites):
        yield f"It is not decided yet when you come back. Please {call_us(found)} to ask."
    else:
        yield f"No return visit is planned. If the pain comes back, {call_us(found)}."


def expectations(found: Summary) -> Iterator[Block]:
    """What to expect after the last session, when to get help at once, when to call; nothing of who was not treated."""
    if found.last_day is None:
        return
    ago = _ago(found, found.last_day)
    if (found.today - found.last_day).days <= advice.longest():
        yield Heading("What to expect")
        yield Points([one.text for one in advice.advice(advice.EXPECT, ago)])
    yield Heading("Get help at once (emergency number) if")
    yield Points([one.text for one in advice.advice(advice.EMERGENCY, ago)])
    call = call_us(found)
    yield Heading(f"{call[0].upper()}{call[1:]} about (if nobody answers: a doctor on call)")
    yield Points([one.text for one in advice.advice(advice.CALL, ago)])


def _ago(found: Summary, last: date) -> dict[str, int]:
    """How many days before the last session each class of agents was given last, and 0 for each alert."""
    given = [(found.agents[dose.agent].agent_class, (last - one.session.date).days)
             for one in found.treatments for shot in one.shots for dose in shot.doses
             if dose.agent in found.agents]  # fmt: skip
    ago = {alert.kind: 0 for alert in found.alerts}
    muscles = {place.muscle for one in found.last for shot in one.shots for place in shot.places}
    graded = (all_muscles()[one].pneumothorax for one in muscles if one in all_muscles())
    ago |= {advice.NEAR_LUNG: 0} if advice.GRADES & set(graded) else {}
    return ago | dict(sorted(given, key=lambda one: -one[1]))


def general(found: Summary) -> Aside:
    """What the advice is worth, who signed it off, and when it was printed."""
    signed = " and ".join(advice.sign_offs())
    words = "This is general information. What your clinician told you goes before it."
    return Aside(f"{words} Wording {signed} by a clinician. Printed {spelled(found.today)}.")


def shown(sites: Sequence[SiteNow], most: int) -> tuple[Sequence[SiteNow], Sequence[SiteNow]]:
    """The sites there is room for, and the others: those to come back for go first, then those treated last."""
    by_need = sorted(sites, key=lambda one: (one.status in COMING, one.last or date.min, -one.number), reverse=True)
    kept = {one.number for one in by_need[:most]}
    return [one for one in sites if one.number in kept], [one for one in sites if one.number not in kept]
