"""The parts that several papers have: who sends it, who it is about, the body map, when to come back, advice."""

from collections.abc import Iterator, Sequence
from datetime import date

from tpi_cli.reference import advice
from tpi_cli.reference.names import title
from tpi_cli.rules import standing
from tpi_cli.show import chart
from tpi_cli.show.paper.document import Aside, Block, BodyMap, Heading, Paragraph, Points
from tpi_cli.show.person import in_full, spelled
from tpi_cli.show.report import many
from tpi_cli.store.read.body import SiteNow
from tpi_cli.store.read.summary import Summary

SIDES = {"L": "left", "R": "right", "mid": "middle"}
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
    """The first day on which the patient is to come back; None where nobody planned one."""
    days = [max(filter(None, (one.due, one.held_until))) for one in sites if one.due and one.status in COMING]
    return min(days, default=None)


def next_visit(found: Summary) -> Iterator[str]:
    """When to come back, in sentences: what is booked, else when it is due."""
    for one in found.booked:
        name = found.clinicians.get(one.clinician or "")
        whom = f" with {name}" if name else ""
        yield f"Your next appointment is on {in_full(one.on)} at {one.wall}{whom}."
    if found.booked:
        return
    day = comes_back(found.sites)
    if day is None:
        yield f"No return visit is planned. If the pain comes back, {call_us(found)}."
    elif day > found.today:
        yield f"Come back around {in_full(day)}. It is not booked yet: {call_us(found)} to make an appointment."
    else:
        yield f"You were due back on {in_full(day)}. Please {call_us(found)} to make an appointment."


def expectations(found: Summary) -> Iterator[Block]:
    """What to expect after the last session, when to call, when to get help at once."""
    given = {dose.agent for shot in found.last.shots for dose in shot.doses} if found.last else set()
    classes = {found.agents[agent].agent_class for agent in given if agent in found.agents}
    yield Heading("What to expect")
    yield Points([one.text for one in advice.advice(advice.EXPECT, classes)])
    yield Heading("Get help at once (emergency number) if")
    yield Points([one.text for one in advice.advice(advice.EMERGENCY, classes)])
    yield Heading(f"{call_us(found).capitalize()} about")
    yield Points([one.text for one in advice.advice(advice.CALL, classes)])


def general(found: Summary) -> Aside:
    """What the advice is worth, who signed it off, and when it was printed."""
    signed = " and ".join(advice.sign_offs())
    words = "This is general information. What your clinician told you goes before it."
    return Aside(f"{words} Wording {signed} by a clinician. Printed {spelled(found.today)}.")


def shown(sites: Sequence[SiteNow], most: int) -> tuple[Sequence[SiteNow], list[Block]]:
    """The sites there is room for, those treated last first, and a word about the others."""
    if len(sites) <= most:
        return sites, []
    by_day = sorted(sites, key=lambda one: (one.last or date.min, -one.number), reverse=True)
    kept = sorted(by_day[:most], key=lambda one: one.number)
    return kept, [Paragraph(f"{many(len(sites) - most, 'more site')} on file, treated earlier.")]
