"""Which codes might be billed for a patient's day. Pure: what was injected and the code table in, suggestions out.

They are suggestions for a coder. Whatever the table, the log or the coders' own rules leave open makes a
suggestion one to check; it is never settled silently.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from tpi_cli.rules.interval import holds
from tpi_cli.rules.values import Dose, plain

SIDES = ("once", "each")
"""How both sides of a muscle count: as one muscle, or each by itself. Coders do not agree."""
OTHERWISE = {"once": "each side counted apart", "each": "both sides counted once"}


class Code(NamedTuple):
    """A row of the code table; `use` is injection, dry, drug, modifier or not_counted.

    Procedures hold for a number of muscles (`muscles_to` None: and more), drugs for an agent and a billing unit
    of `unit_amount` `unit`. `certain` means that a source says so; days are the first and last in force.
    `not_counted` has no code: an agent that makes an injection none to a payer, and `words` say why.
    """

    entry: str
    code: str
    use: str
    agent: str = ""
    with_epinephrine: bool = False
    muscles_from: int | None = None
    muscles_to: int | None = None
    unit_amount: Decimal | None = None
    unit: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    certain: bool = False
    words: str = ""
    note: str = ""
    source: str = ""
    sign_off: str = "not signed off"
    revision: str = "1"


class Place(NamedTuple):
    """Where a needle went: `key` is equal where billing counts one muscle; no agents is a dry needle."""

    key: str
    side: str
    agents: tuple[str, ...] = ()
    icd10: str = ""


class Session(NamedTuple):
    """A session that counts. `doses` has a dose for every syringe; `unclassed` are agents of no known kind."""

    places: tuple[Place, ...] = ()
    doses: tuple[Dose, ...] = ()
    diagnosis: str | None = None
    unclassed: frozenset[str] = frozenset()


class Suggestion(NamedTuple):
    """A line for a coder; `kind` is procedure, drug or diagnosis. No code: none is known, or none fits.

    `sure` says that a source bears it out and nothing was left open; `why` is the reason, `note` what else to
    know, `source` ids of the sources joined by `|`.
    """

    kind: str
    code: str | None
    why: str
    units: int | None = None
    modifier: str | None = None
    sure: bool = False
    note: str | None = None
    source: str | None = None


Spot = tuple[str, str]
"""A muscle's key and a side."""


def suggest(
    on: date, sessions: Iterable[Session], codes: Iterable[Code], sides: str = "once"
) -> tuple[Suggestion, ...]:
    """What might be billed for all of a patient's sessions of one day; `sides` is one of `SIDES`.

    Procedures first, then drugs by name, then diagnoses. The order of sessions and places does not matter.
    """
    day = tuple(sessions)
    book = tuple(code for code in codes if holds(on, code.valid_from, code.valid_to))
    return (*_procedures(day, book, sides), *_drugs(day, book), *_diagnoses(day))


def muscles(spots: Iterable[Spot], sides: str) -> int:
    """How many muscles are counted: one a key, or one a key and side."""
    return len({key for key, _ in spots} if sides == "once" else set(spots))


def _agents(day: tuple[Session, ...]) -> dict[Spot, frozenset[str]]:
    """Everything the day put into each side of each muscle."""
    out: dict[Spot, frozenset[str]] = {}
    for place in (place for session in day for place in session.places):
        spot = (place.key, place.side)
        out[spot] = out.get(spot, frozenset()) | frozenset(place.agents)
    return out


def _procedures(day: tuple[Session, ...], book: tuple[Code, ...], sides: str) -> Iterator[Suggestion]:
    """The one procedure of the day, and a line for every agent whose muscles do not count."""
    barred = {code.agent: code for code in book if code.use == "not_counted"}
    into = _agents(day)
    counted = {spot for spot, agents in into.items() if agents and not agents & barred.keys()}
    dry = {spot for spot, agents in into.items() if not agents}
    if counted:
        odd = _unclassed(day, (into[spot] for spot in counted))
        yield _procedure("injection", counted, book, sides, [*_beside(dry), *odd], doubtful=bool(odd))
    elif dry:
        yield _procedure("dry", dry, book, sides, [], doubtful=len(dry) < len(into))
    for agent in sorted(barred):
        spots = {spot for spot, agents in into.items() if agent in agents}
        if spots:
            why = f"{_list(spots, 'each')}: not counted after {_name(agent)}"
            yield Suggestion("procedure", None, why, note=barred[agent].words, source=barred[agent].source)


def _procedure(
    use: str, spots: set[Spot], book: tuple[Code, ...], sides: str, notes: list[str], *, doubtful: bool
) -> Suggestion:
    """The code for so many muscles; `doubtful` says that something else about it is to be checked."""
    count = muscles(spots, sides)
    found = _by_count(book, use, count)
    done = "injected" if use == "injection" else "needled dry"
    why = f"{count} {'muscle' if count == 1 else 'muscles'} {done}: {_list(spots, sides)}"
    other = list(_other_count(book, use, spots, sides))
    open_to_doubt = doubtful or any(found is None or found.code not in one for one in other)
    notes = [*other, *notes]
    if found is None:
        return Suggestion("procedure", None, why, note=_joined(["no code on file for that day", *notes]))
    sure = found.certain and not open_to_doubt
    return Suggestion("procedure", found.code, why, 1, None, sure, _joined(notes), found.source)


def _by_count(book: tuple[Code, ...], use: str, count: int) -> Code | None:
    return next((code for code in book if code.use == use and _holds(code, count)), None)


def _holds(code: Code, count: int) -> bool:
    return (code.muscles_from or 1) <= count and (code.muscles_to is None or count <= code.muscles_to)


def _other_count(book: tuple[Code, ...], use: str, spots: set[Spot], sides: str) -> Iterator[str]:
    """What the other way of counting sides would come to, where it differs."""
    other = next(way for way in SIDES if way != sides)
    count = muscles(spots, other)
    if count != muscles(spots, sides):
        found = _by_count(book, use, count)
        code = f": {found.code}" if found else ""
        yield f"{OTHERWISE[sides]} it would be {count}{code}"


def _beside(dry: set[Spot]) -> list[str]:
    return [f"needled dry and not counted: {_list(dry, 'each')}"] if dry else []


def _unclassed(day: tuple[Session, ...], counted: Iterable[frozenset[str]]) -> list[str]:
    """A note for every agent in the counted muscles whose kind nobody knows."""
    given = {agent for agents in counted for agent in agents}
    odd = {agent for session in day for agent in session.unclassed} & given
    return [f"{_name(agent)} is of no kind on file: check that it may be counted" for agent in sorted(odd)]


def _list(spots: Iterable[Spot], sides: str) -> str:
    """`trapezius L, trapezius R`, or `trapezius` where sides count once."""
    names = {key if sides == "once" else f"{key} {side}" for key, side in spots}
    return ", ".join(_name(name) for name in sorted(names))


def _name(word: str) -> str:
    return word.replace("_", " ")


def _joined(notes: Iterable[str]) -> str | None:
    return "; ".join(filter(None, notes)) or None


Drug = tuple[str, bool, str]
"""An agent, whether epinephrine was in the solution, and the unit of its mass."""


def _drugs(day: tuple[Session, ...], book: tuple[Code, ...]) -> Iterator[Suggestion]:
    """A line for every drug of the day, plain and with epinephrine apart."""
    given: dict[Drug, list[Dose]] = {}
    for dose in (dose for session in day for dose in session.doses):
        given.setdefault((dose.agent, dose.epinephrine is not None, dose.mass_unit), []).append(dose)
    for drug in sorted(given):
        yield _drug(drug, given[drug], book)


def _drug(drug: Drug, doses: list[Dose], book: tuple[Code, ...]) -> Suggestion:
    agent, epinephrine, unit = drug
    what = f"{_name(agent)}{' with epinephrine' if epinephrine else ''}"
    what = f"{what} {plain(sum((dose.amount for dose in doses), Decimal(0)))} {unit}"
    of_agent = [code for code in book if code.use == "drug" and code.agent == agent]
    exact = [code for code in of_agent if code.with_epinephrine == epinephrine]
    rows = exact or [code for code in of_agent if not code.with_epinephrine]
    if not rows:
        return Suggestion("drug", None, what, modifier=_modifier(book), note="no code on file for that day")
    found = min(rows, key=lambda code: _fit(code, doses))
    units = billed(found, doses)
    sure = found.certain and units is not None and rows == exact == [found]
    notes = [*_doubts(found, rows, exact), found.note]
    return Suggestion(
        "drug", found.code, what + _per(found, units), units, _modifier(book), sure, _joined(notes), found.source
    )


def billed(code: Code, doses: Iterable[Dose]) -> int | None:
    """Billing units of a drug, begun ones counted whole; None where the log cannot tell."""
    total = _total(code.unit, tuple(doses))
    if total is None or not code.unit_amount:
        return None
    return int((total / code.unit_amount).to_integral_value(ROUND_CEILING))


def _total(unit: str, doses: tuple[Dose, ...]) -> Decimal | None:
    """All doses in a unit of mass or in mL; None where one was not given in it."""
    found = [dose.volume if unit == "mL" else dose.amount if dose.mass_unit == unit else None for dose in doses]
    known = [amount for amount in found if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(found) else None


def _fit(code: Code, doses: list[Dose]) -> tuple[Decimal, int, str]:
    """Of several codes the one that bills least beyond what was given, then the fewest units."""
    units = billed(code, doses)
    if units is None or code.unit_amount is None:
        return Decimal("Infinity"), 0, code.code
    return units * code.unit_amount, units, code.code


def _per(code: Code, units: int | None) -> str:
    if code.unit_amount is None:
        return ", no billing unit on file"
    unit = code.unit.removesuffix("s") if code.unit_amount == 1 else code.unit
    per = f", billed per {plain(code.unit_amount)} {unit}"
    return per if units is not None else f"{per}, which the log does not tell"


def _doubts(found: Code, rows: list[Code], exact: list[Code]) -> Iterator[str]:
    """Why a drug's code is one to check, as far as the table goes."""
    if not found.certain:
        yield "not certain: look it up"
    if rows is not exact:
        yield "no code of its own with epinephrine on file"
    if len(rows) > 1:
        yield f"in force as well: {', '.join(sorted(code.code for code in rows if code is not found))}"


def _modifier(book: tuple[Code, ...]) -> str | None:
    """One of the modifiers is due once all are in force; the log does not know the vial, nor what was left in it."""
    found = sorted(code.code for code in book if code.use == "modifier")
    return f"check {' or '.join(found)}" if len(found) > 1 else None


def _diagnoses(day: tuple[Session, ...]) -> Iterator[Suggestion]:
    """What the sessions were recorded with; for a session without, what goes with its muscles."""
    own = {session.diagnosis for session in day if session.diagnosis}
    for code in sorted(own):
        yield Suggestion("diagnosis", code, "recorded with the session", sure=True, source="session")
    hints: dict[str, set[Spot]] = {}
    for place in (place for session in day if not session.diagnosis for place in session.places):
        if place.icd10 and place.icd10 not in own:
            hints.setdefault(place.icd10, set()).add((place.key, place.side))
    for code, spots in sorted(hints.items()):
        yield Suggestion("diagnosis", code, f"a hint for the coder, by muscle: {_list(spots, 'once')}",
                         source="house-rule")  # fmt: skip
