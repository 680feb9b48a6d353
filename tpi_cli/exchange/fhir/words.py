"""What was done, in words: of a Procedure, large record systems show its note and nothing else of ours."""

from collections.abc import Iterator
from itertools import groupby

from tpi_cli.exchange.fhir.house import House
from tpi_cli.exchange.fhir.terms import place_words
from tpi_cli.reference import adverse
from tpi_cli.rules import interval
from tpi_cli.rules.values import Dose, label, plain
from tpi_cli.store.read.log import Given
from tpi_cli.store.read.people import Site
from tpi_cli.store.read.person import Event, Session

Put = tuple[list[Given], tuple[Dose, ...]]
"""An injection: its rows of the log, and what this site got."""
Wrong = tuple[Event, Site | None]
"""What went wrong, and where, if at one place."""


def agent(at: House, dose: Dose) -> str:
    """`lidocaine 1% with epinephrine 1:200000`."""
    known = at.agents.get(dose.agent)
    named = label(known.name if known else dose.agent, dose.strength)
    return f"{named} with epinephrine 1:{dose.epinephrine}" if dose.epinephrine else named


def amount(dose: Dose) -> str:
    """`1 mL (10 mg)`, or the mass alone where no volume is known."""
    mass = f"{plain(dose.amount)} {dose.mass_unit}"
    return mass if dose.volume is None else f"{plain(dose.volume)} mL ({mass})"


def summary(at: House, one: Session, puts: list[Put]) -> str:
    """The session in one line: every site with its agents and doses, and the circumstances."""
    parts = [_put(at, rows, doses) for rows, doses in puts]
    return ". ".join([*_sentences(parts), *_circumstances(at, one, puts)]) + "."


def _sentences(parts: list[str]) -> list[str]:
    return [part[:1].upper() + part[1:] for part in parts]


def _put(at: House, rows: list[Given], doses: tuple[Dose, ...]) -> str:
    row = rows[0]
    each = zip((row for row in rows if row.agent), doses, strict=True)
    given = "; ".join(f"{agent(at, dose)} {amount(dose)}{_lot(of)}" for of, dose in each) or "dry needling"
    return f"{place_words(row.muscle, row.side)}: {given}{''.join(_how(row))}"


def _lot(row: Given) -> str:
    lot = f", lot {row.lot}" if row.lot else ""
    return f"{lot}, expires {row.expiry}" if row.expiry else lot


def _how(row: Given) -> Iterator[str]:
    if row.passes:
        yield f", {row.passes} {'pass' if row.passes == 1 else 'passes'}"
    if row.twitch is not None:
        yield ", twitch response" if row.twitch else ", no twitch response"
    if row.needle:
        yield f", needle {row.needle}"
    if row.guidance:
        yield f", guided by {row.guidance}"


def _circumstances(at: House, one: Session, puts: list[Put]) -> Iterator[str]:
    if one.consent:
        yield f"Consent: {one.consent}"
    if one.position:
        yield f"Position: {one.position}"
    if alongside := at.free(one.alongside):
        yield f"Together with: {', '.join(alongside.split(','))}"
    for plan, rows in groupby(sorted(_plans(puts)), key=lambda pair: pair[0]):
        yield f"Follow-up of {', '.join(place for _, place in rows)}: {plan}"


def _plans(puts: list[Put]) -> list[tuple[str, str]]:
    """When to come back, and the site, of those for which somebody said so."""
    told = {(row.follow_up, place_words(row.muscle, row.side)) for (row, *_), _ in puts if row.origin != "unsaid"}
    return [(_spelled(plan), place) for plan, place in told]


def _spelled(plan: str) -> str:
    known = interval.read(plan)
    return f"in {known.words}" if known else plan


def event(at: House, one: Event, place: Site | None) -> str:
    """`haematoma, left upper trapezius: a hand wide; done: cold pack; outcome: gone after a week`."""
    known = adverse.all_types().get(one.type)
    what = known.words if known else one.type
    where = f"{what}, {place_words(place.muscle, place.side)}" if place else what
    told = {"": one.text, "done: ": one.action, "outcome: ": one.outcome}
    free = [f"{head}{text}" for head, text in told.items() if at.free(text)]
    return ": ".join(filter(None, [where, "; ".join(free)]))
