"""The mix of an item list: drugs, strengths and amounts, or `dry`. Nothing is corrected, nothing assumed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.commands.parse.quantities import Quantity, epinephrine, measured, quantity
from tpi_cli.commands.parse.sites import leading, no_side, side
from tpi_cli.commands.parse.tokens import Tokens
from tpi_cli.commands.parse.typed import Word, either, line, meant, shown
from tpi_cli.errors import Grammar
from tpi_cli.reference import agents, muscles
from tpi_cli.reference.agents import Agent
from tpi_cli.rules.values import Dose, Strength, plain

AMOUNTS = "a volume such as 1ml, or a mass such as 10mg"
_EPI = "lidocaine 1% epi 1:200000 1ml"
_MEANT_EPI = frozenset(("with", "w/", "epinephrine", "adrenaline", "adrenalin", "adr"))


class Stock(NamedTuple):
    """What the clinic has: its own agents, shadowing the shipped ones, and the strengths it stocks.

    `strengths` is by agent id; an agent that is not in it comes in the strengths of the reference table.
    """

    agents: tuple[Agent, ...] = ()
    strengths: Mapping[str, tuple[Strength, ...]] = {}

    def named(self, name: str) -> tuple[Agent, ...]:
        """The agents a name means: none, one or several."""
        return agents.by_name(name, self.agents)

    def strengths_of(self, agent: Agent) -> tuple[Strength, ...]:
        """The strengths the agent comes in, each once."""
        return tuple(dict.fromkeys(self.strengths.get(agent.agent) or agent.strengths))


class _Given(NamedTuple):
    """The quantities typed after a drug."""

    strength: Quantity | None = None
    volume: Quantity | None = None
    mass: Quantity | None = None
    epinephrine: int | None = None
    epi: Word | None = None


def mix(tokens: Tokens, stock: Stock) -> tuple[Dose, ...]:
    """The doses of one syringe; none for `dry`. Raises Grammar."""
    dry = tokens.take_if("dry")
    if dry:
        return _dry(tokens, dry)
    doses = [_dose(tokens, stock)]
    while tokens.take_if("+"):
        doses.append(_dose(tokens, stock))
    return tuple(doses)


def how_much(tokens: Tokens, name: Word, last: Word, agent: Agent) -> Grammar:
    """The error for a drug without an amount."""
    hint = "a mass such as 20units" if agent.unit == "units" else AMOUNTS
    return tokens.fault(f"how much {agent.name}?", hint, name, last)


def _dry(tokens: Tokens, dry: Word) -> tuple[Dose, ...]:
    plus = tokens.peek()
    if plus and plus.key == "+":
        raise tokens.fault("dry needling has no drug", "leave out dry, or the drug", dry, plus)
    return ()


def _dose(tokens: Tokens, stock: Stock) -> Dose:
    named = tokens.name()
    agent = _agent(tokens, stock, named)
    tokens.skip(len(named))
    given = _given(tokens)
    _fits(tokens, agent, given)
    if given.mass and not given.volume and not given.strength:
        return Dose(agent.agent, mass=given.mass.amount, mass_unit=given.mass.unit)
    if given.volume is None:
        raise _no_volume(tokens, agent, named, given)
    strength = _strength(tokens, stock, agent, given, given.volume)
    _agrees(tokens, strength, given.volume, given.mass)
    return Dose(agent.agent, strength, given.volume.amount, None, strength.mass_unit, given.epinephrine)


def _agent(tokens: Tokens, stock: Stock, named: tuple[Word, ...]) -> Agent:
    known = stock.named(line(named)) if named else ()
    if len(known) != 1:
        raise _no_agent(tokens, stock, named, known)
    if known[0].agent_class == "none":
        raise tokens.fault("dry needling has no drug", "write dry", named[0], named[-1])
    if known[0].agent_class == "vasoconstrictor_additive":
        raise _stray_epi(tokens, named[0], named[-1])
    return known[0]


def _no_agent(tokens: Tokens, stock: Stock, named: tuple[Word, ...], known: tuple[Agent, ...]) -> Grammar:
    if not named:
        return _no_name(tokens)
    if known:
        message = f"{shown(line(named))} could be {either(one.name for one in known)}"
        return tokens.fault(message, f"write {either(one.name for one in known)}", named[0], named[-1])
    if leading(named, lambda name: bool(muscles.by_name(name))):
        return no_side(tokens.text, named)
    if side(named[0].text):
        return tokens.fault("a second side", "write both for left and right", named[0])
    return _unknown(tokens, stock, named)


def _unknown(tokens: Tokens, stock: Stock, named: tuple[Word, ...]) -> Grammar:
    hint = meant(agents.similar(line(named)[:60], stock.agents)) or "tpi agent list shows the drugs"
    return tokens.fault(f"no drug is called {shown(line(named))}", hint, named[0], named[-1])


def _no_name(tokens: Tokens) -> Grammar:
    token = tokens.peek()
    if token is None:
        return tokens.fault("what was given?", "a drug such as lidocaine 1% 1ml, or dry", tokens.last())
    if token.key == "epi":
        return _stray_epi(tokens, token, token)
    if token.key == "dry":
        return tokens.fault("dry needling has no drug", "leave out dry, or the drug", token)
    return tokens.fault("which drug? its name comes first", "a drug such as lidocaine 1% 1ml, or dry", token)


def _stray_epi(tokens: Tokens, first: Word, last: Word) -> Grammar:
    message = "epinephrine is written after the strength of a local anaesthetic"
    return tokens.fault(message, f"write {_EPI}", first, last)


def _given(tokens: Tokens) -> _Given:
    """The quantities up to the next word or sign, each kind once, the strength first."""
    given = _Given()
    while True:
        if tokens.number_next():
            given = _with(tokens, given, quantity(tokens))
        elif epi := tokens.take_if("epi"):
            given = _with_epi(tokens, given, epi)
        else:
            return given


def _with(tokens: Tokens, given: _Given, one: Quantity) -> _Given:
    before: Quantity | None = getattr(given, one.kind)
    if before:
        kinds = {"strength": "strengths", "volume": "volumes", "mass": "masses"}[one.kind]
        message = f"two {kinds}: {before} and {one}"
        raise tokens.fault(message, "keep one; another drug is joined with +", one.first, one.last)
    other = given.volume or given.mass
    if one.kind == "strength" and other:
        message = f"the strength comes before the {other.kind}"
        raise tokens.fault(message, f"write {one} {other}", one.first, one.last)
    return given._replace(**{one.kind: one})  # type: ignore[arg-type]


def _with_epi(tokens: Tokens, given: _Given, epi: Word) -> _Given:
    if given.epinephrine:
        raise tokens.fault("epi is written twice", "keep one", epi)
    if given.strength is None or given.volume or given.mass:
        raise _stray_epi(tokens, epi, epi)
    return given._replace(epinephrine=epinephrine(tokens, epi), epi=epi)


def _fits(tokens: Tokens, agent: Agent, given: _Given) -> None:
    """Raises Grammar for units the agent is not measured in, and for epi in what is no local anaesthetic."""
    for one in (given.strength, given.mass):
        if one and agent.unit and one.unit.startswith("units") != (agent.unit == "units"):
            hint = "write 20units, or 50units/ml 0.4ml" if agent.unit == "units" else "write 10mg, or 10mg/ml 1ml"
            raise tokens.fault(f"{agent.name} is measured in {agent.unit}", hint, one.first, one.last)
    if given.epi and agent.agent_class != "local_anaesthetic":
        raise tokens.fault(f"{agent.name} is not a local anaesthetic", "leave out epi", given.epi, given.epi)


def _no_volume(tokens: Tokens, agent: Agent, named: tuple[Word, ...], given: _Given) -> Grammar:
    token = tokens.peek()
    if token and token.key in _MEANT_EPI:
        return tokens.fault(f"{shown(token.text)} is not understood here", f"write {_EPI}", token)
    if given.strength is None:
        return how_much(tokens, named[0], named[-1], agent)
    message = f"how many mL of {agent.name} {given.strength}?"
    return tokens.fault(message, _volume_hint(given), given.strength.first, tokens.last())


def _volume_hint(given: _Given) -> str:
    """The volume that holds the mass typed, where it comes out even."""
    if not given.mass or not given.strength:
        return "add the volume: 1ml"
    volume = given.mass.amount / _per_ml(given.strength)
    even = round(volume, 4) * _per_ml(given.strength) == given.mass.amount
    return f"write {given.strength} {plain(round(volume, 4))}ml" if even else "write the volume, or the mass alone"


def _per_ml(strength: Quantity) -> Decimal:
    return Strength(strength.amount, strength.unit).per_ml


def _strength(tokens: Tokens, stock: Stock, agent: Agent, given: _Given, volume: Quantity) -> Strength:
    """The strength typed, or the only one there is."""
    if given.strength:
        return Strength(given.strength.amount, given.strength.unit)
    if given.mass:
        message = f"{given.mass} in {volume}: which strength is it?"
        raise tokens.fault(message, "write the strength and the volume, or the mass alone", volume.first, volume.last)
    known = stock.strengths_of(agent)
    if len(known) != 1:
        raise _which_strength(tokens, agent, known, volume)
    return known[0]


def _which_strength(tokens: Tokens, agent: Agent, known: tuple[Strength, ...], volume: Quantity) -> Grammar:
    choices = f": {either(measured(*one) for one in known)}" if known else ""
    hint = f"write the strength before {volume}" + ("" if known else ", or the mass alone")
    return tokens.fault(f"which strength of {agent.name}{choices}?", hint, volume.first, volume.last)


def _agrees(tokens: Tokens, strength: Strength, volume: Quantity, mass: Quantity | None) -> None:
    """Raises Grammar for a mass that is not strength times volume."""
    amount = strength.per_ml * volume.amount
    if mass and mass.amount != amount:
        whole = f"{measured(*strength)} x {volume} is {measured(amount, strength.mass_unit)}, not {mass}"
        raise tokens.fault(whole, "correct one of them, or leave out the mass", mass.first, mass.last)
