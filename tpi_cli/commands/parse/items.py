"""ITEMS: what was put where, one grammar wherever injections are entered, and the text that says it back.

ITEMS := shot { [","] shot }
shot  := site { [","] site } mix
site  := MUSCLE SIDE [ "x" N ]
mix   := agent { "+" agent } [ "each" | "total" ]
agent := AGENT [STRENGTH] VOLUME | AGENT MASS | "dry"
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from tpi_cli.commands.parse.mixes import Stock, how_much, mix
from tpi_cli.commands.parse.quantities import measured, passes
from tpi_cli.commands.parse.sites import SIDES, leading, muscle, no_side, side_cut
from tpi_cli.commands.parse.tokens import Tokens, is_number
from tpi_cli.commands.parse.typed import Word, line, shown
from tpi_cli.errors import Grammar
from tpi_cli.reference import agents, muscles
from tpi_cli.reference.names import title
from tpi_cli.rules.values import Dose, Place, Shot

__all__ = ["Stock", "items", "written"]

SAMPLE = "ut l lidocaine 1% 1ml"

_JOINING = frozenset(("and", "&", "then", "also"))
_PASSES = re.compile(r"[xX]([0-9].*)")


class _Site(NamedTuple):
    """The places a site stands for (two for `both`), and where it was typed."""

    places: tuple[Place, ...]
    first: Word
    last: Word


def items(text: str, agents: Stock) -> tuple[Shot, ...]:
    """The shots of an item list, in the order typed; volumes in mL, masses in mg or units, as Decimals.

    `agents` is what the clinic has beside the shipped agents. Raises Grammar, with the caret under the words
    at fault, for all that could be read two ways; no drug and no muscle is ever corrected.
    """
    tokens = Tokens(text)
    shots = [_shot(tokens, agents)]
    while tokens.peek():
        _comma(tokens)
        shots.append(_shot(tokens, agents))
    return tuple(shots)


def written(shots: Iterable[Shot]) -> str:
    """The item list in one line, which reads back as equal shots: `upper trapezius L lidocaine 1% 1 mL`."""
    return ", ".join(_written(shot) for shot in shots)


def _shot(tokens: Tokens, stock: Stock) -> Shot:
    """Sites, and the one mix they got."""
    cut = _cut(tokens, stock)
    if cut is None:
        raise _no_site(tokens, stock)
    sites: list[_Site] = []
    while cut:
        sites.append(_site(tokens, stock, cut, begun=bool(sites)))
        _comma(tokens)
        cut = _cut(tokens, stock)
    places = _places(tokens, sites)
    start = tokens.peek()
    doses = mix(tokens, stock)
    return Shot(places, doses, _sharing(tokens, len(places), doses, start or tokens.last()))


def _comma(tokens: Tokens) -> None:
    """Pass over one comma: decoration, as long as something follows it."""
    comma = tokens.take_if(",")
    after = tokens.peek()
    if comma and (after is None or after.key == ","):
        raise tokens.fault("nothing follows the comma", "leave it out, or add what is missing", comma)


def _cut(tokens: Tokens, stock: Stock) -> tuple[tuple[Word, ...], Word, int] | None:
    """Muscle words, side and count of words when a site follows; None when anything else does."""
    named = tokens.name()
    cut = side_cut(named)
    if cut and not muscles.by_name(line(cut[0])) and stock.named(line(named)):
        return None  # a drug with a side's letter in its name
    return cut


def _site(tokens: Tokens, stock: Stock, cut: tuple[tuple[Word, ...], Word, int], begun: bool) -> _Site:
    named, on, count = cut
    if not muscles.by_name(line(named)):
        raise _no_muscle(tokens, stock, named, begun)
    one = muscle(tokens.text, named).muscle
    tokens.skip(count)
    counted = _passes(tokens)
    sides = ("L", "R") if SIDES[on.key] == "both" else (SIDES[on.key],)
    return _Site(tuple(Place(one, each, counted) for each in sides), named[0], on)


def _passes(tokens: Tokens) -> int | None:
    """The number after `x`, if there is one: `x3`, `x 3`."""
    token = tokens.peek()
    attached = _PASSES.fullmatch(token.text) if token else None
    if token and attached:
        tokens.take()
        return passes(tokens, token.part(1))
    after = tokens.peek(1)
    if token and token.key == "x":
        tokens.take()
        return passes(tokens, tokens.take() if tokens.number_next() else token)
    if token and after and after.key == "x" and is_number(token):
        raise tokens.fault("needle passes come after an x", f"write x{token.text}", token, after)
    return None


def _places(tokens: Tokens, sites: list[_Site]) -> tuple[Place, ...]:
    """All places of a shot. Raises Grammar for one listed twice."""
    seen: dict[tuple[str, str], Place] = {}
    for site in sites:
        for place in site.places:
            if (place.muscle, place.side) in seen:
                name = f"{title(place.muscle)} {place.side}"
                hint = "write x2 for two needle passes, or a shot of its own"
                raise tokens.fault(f"{name} is listed twice", hint, site.first, site.last)
            seen[place.muscle, place.side] = place
    return tuple(seen.values())


def _sharing(tokens: Tokens, count: int, doses: tuple[Dose, ...], start: Word) -> str | None:
    """`each` or `total` where several places share a mix; None for one place, and for dry needles."""
    last = tokens.last()
    word = tokens.take_if("each", "total")
    if count == 1 or not doses:
        return None
    if word:
        return word.key
    amounts = " + ".join(_amount(dose) for dose in doses)
    message = f"{amounts} for each of {count} sites, or {amounts} in total?"
    raise tokens.fault(message, "add 'each' or 'total'", start, last)


def _no_site(tokens: Tokens, stock: Stock) -> Grammar:
    """The error where a shot should begin and no muscle with a side does."""
    token, named = tokens.peek(), tokens.name()
    if named:
        return _drug_first(tokens, stock, named) or no_side(tokens.text, named)
    token = token or tokens.last()
    if token.key in ("each", "total"):
        return tokens.fault(f"{token.key} stands once, at the end of a mix", f"{SAMPLE} {token.key}", token)
    return tokens.fault(f"{shown(token.text)}: a muscle and its side come first", SAMPLE, token)


def _drug_first(tokens: Tokens, stock: Stock, named: tuple[Word, ...]) -> Grammar | None:
    """The error for a drug where a site should be, unless a muscle stands there."""
    drug = leading(named, lambda name: bool(stock.named(name)))
    if not drug or leading(named, lambda name: bool(muscles.by_name(name))):
        return None
    message = f"{line(drug)} goes where? a muscle and its side come first"
    return tokens.fault(message, f"{SAMPLE}; drugs in one syringe are joined with +", drug[0], drug[-1])


def _no_muscle(tokens: Tokens, stock: Stock, named: tuple[Word, ...], begun: bool) -> Grammar:
    """The error for words before a side that name no muscle."""
    drug = leading(named, lambda name: len(stock.named(name)) == 1)
    if drug and begun:
        return how_much(tokens, drug[0], drug[-1], stock.named(line(drug))[0])
    if named[0].key in _JOINING:
        return tokens.fault(f"{shown(named[0].text)} is not needed", "leave it out", named[0])
    return _drug_first(tokens, stock, named) or no_side(tokens.text, named)


def _written(shot: Shot) -> str:
    places = ", ".join(_place(place) for place in shot.places)
    doses = " + ".join(_dose(dose) for dose in shot.doses) or "dry"
    return f"{places} {doses}{f' {shot.sharing}' if shot.sharing else ''}"


def _place(place: Place) -> str:
    counted = f" x{place.passes}" if place.passes else ""
    return f"{title(place.muscle)} {place.side}{counted}"


def _dose(dose: Dose) -> str:
    """`lidocaine 1% epi 1:200000 1 mL`; a clinic's own agent by its id, which no other answers to."""
    name = dose.agent.replace("_", " ") if dose.agent in agents.all_agents() else dose.agent
    strength = f" {measured(*dose.strength)}" if dose.strength else ""
    epi = f" epi 1:{dose.epinephrine}" if dose.epinephrine else ""
    return f"{name}{strength}{epi} {_amount(dose)}"


def _amount(dose: Dose) -> str:
    """What was typed of it: the volume, or the mass."""
    if dose.volume is not None:
        return measured(dose.volume, "mL")
    return measured(dose.amount, dose.mass_unit)
