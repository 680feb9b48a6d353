"""A row of injections.csv read into a checked injection."""

import re
from datetime import date
from functools import lru_cache

from tpi_cli.exchange.fields import (
    LARGEST,
    LONGEST_SHOWN,
    REMEMBERED,
    Fault,
    Gathered,
    iso,
    muscle,
    needed,
    number,
    parted,
    past,
    shown,
    sided,
    sound,
    told,
    whole,
    whom,
    yes_or_no,
)
from tpi_cli.reference import adverse as complications
from tpi_cli.reference import agents
from tpi_cli.rules import interval
from tpi_cli.rules.values import Dose, Strength, plain
from tpi_cli.store.read.log import Injected, Lot

INJECTIONS = (
    *(
        "mrn",
        "date",
        "clinician",
        "muscle",
        "side",
        "agent",
        "strength",
        "volume_ml",
        "passes",
        "pain_before",
    ),
    *("pain_after", "follow_up", "lot", "expiry", "twitch", "adverse", "note", "source_id"),
)
EPI = " epi 1:"
"""Stands between a local anaesthetic's strength and the dilution of the epinephrine in it."""
DILUTIONS = {"100000": 100_000, "200000": 200_000}
LARGEST_UNITS = 10_000
"""Units or units/mL: the same as where injections are typed."""
STRONGEST = {"%": 100, "mg/mL": LARGEST, "units/mL": LARGEST_UNITS}


def injection(row: dict[str, str], today: date, own: tuple[agents.Agent, ...]) -> Injected:
    """A row of injections.csv. Raises Fault with all that is wrong."""
    read = Gathered()
    on, doses, where = read(past, row, "date", today), read(_doses, row, own), read(muscle, row)
    found = Injected(
        mrn=read(whom, row),
        date=on,
        clinician=row.get("clinician", ""),
        muscle=where,
        side=read(sided, row, where),
        doses=doses,
        passes=read(whole, row, "passes", 1, 99),
        pain_before=read(whole, row, "pain_before", 0, 10),
        pain_after=read(whole, row, "pain_after", 0, 10),
        follow_up=read(_follow_up, row, on),
        lots=doses and read(_lots, row, len(doses)),
        twitch=read(yes_or_no, row, "twitch"),
        adverse=read(_adverse, row),
        note=row.get("note") or None,
        source_id=row.get("source_id") or None,
    )
    read.done()
    return found


def _follow_up(row: dict[str, str], on: date | None) -> str | None:
    """`on` is the day of the session, None where it is not known. Raises Fault."""
    text = row["follow_up"].lower()
    if text in {"", "none"}:
        return text or None
    step = interval.read(text)
    if step is None:
        due = iso(text, "follow_up") if "-" in text else None
        if due is None:
            raise Fault("follow_up", _no_interval(row["follow_up"]))
        sound("follow_up", "is not after the session" if on and due <= on else None)
        return due.isoformat()
    try:
        ends = interval.after(on or date.min, step).year
    except OverflowError:
        ends = interval.LAST_YEAR + 1
    sound("follow_up", f"{shown(text)} ends beyond the calendar" if ends > interval.LAST_YEAR else None)
    return str(step)


def _no_interval(text: str) -> str:
    """What to write for a word that is none: minutes or months, or what a clinic says for a plan."""
    months = re.fullmatch(r"([1-9][0-9]{0,3})\s*m", text, re.IGNORECASE)
    if months:
        return f"{shown(text)} is no interval: {months[1]}mo for months"
    say = f'; or say in a map what it stands for: [values.follow_up] "{text}" = "none"'
    word = text.replace(" ", "").isalpha() and len(text) <= LONGEST_SHOWN
    return f"{shown(text)} is no interval: write 6w, 90d, 3mo, 1y, a day or none{say if word else ''}"


def _parts(text: str, column: str, count: int) -> list[str]:
    parts = parted(text, "+") if text else [""] * count
    if len(parts) != count:
        raise Fault(column, f"{len(parts)} values for {count} agents: join them by + in the same order")
    return parts


def _doses(row: dict[str, str], own: tuple[agents.Agent, ...]) -> tuple[Dose, ...]:
    return _mix(needed(row, "agent"), row.get("strength", ""), row.get("volume_ml", ""), own)


@lru_cache(maxsize=REMEMBERED)
def _mix(agent: str, strength: str, volume: str, own: tuple[agents.Agent, ...]) -> tuple[Dose, ...]:
    names = agent.split("+")
    strengths = _parts(strength, "strength", len(names))
    volumes = _parts(volume, "volume_ml", len(names))
    read = Gathered()
    pairs = zip(strengths, volumes, strict=True)
    out = [read(_dose, name.strip(), *one, own) for name, one in zip(names, pairs, strict=True)]
    read.done()
    doses = tuple(dose for dose in out if dose is not None)
    if len(doses) < len(out) and len(out) > 1:
        raise Fault("agent", "dry needling cannot be mixed with an agent")
    return doses


def _dose(name: str, strength: str, volume: str, own: tuple[agents.Agent, ...]) -> Dose | None:
    agent = _agent(name, own)
    if agent.agent_class == "vasoconstrictor_additive":
        raise Fault("agent", f"{agent.name} alone is not injected: write it with the strength, {EPI}200000")
    if agent.agent == "dry_needling":
        sound("volume_ml", "a dry needle has no volume" if volume or strength else None)
        return None
    strength, epi, dilution = strength.partition(EPI)
    known = agents.strength(strength) if strength else _only_one(agent) if volume else None
    if epi and (dilution not in DILUTIONS or agent.agent_class != "local_anaesthetic" or known is None):
        typed = shown(f"{strength}{epi}{dilution}")
        raise Fault("strength", f"{typed}: write 1%{EPI}200000, of a local anaesthetic")
    if known is None:
        return _by_mass(agent, strength, volume)
    sound("strength", _strength_fault(agent, known, strength) if strength else None)
    if not volume:
        raise Fault("volume_ml", "is empty")
    return Dose(agent.agent, known, number(volume, "volume_ml"), None, known.mass_unit, DILUTIONS.get(dilution))


def _only_one(agent: agents.Agent) -> Strength:
    """The strength that goes without saying: the only one there is. Raises Fault where there is a choice."""
    known = tuple(dict.fromkeys(agent.strengths))
    if len(known) != 1:
        choice = " or ".join(f"{plain(one.amount)}{'' if one.unit == '%' else ' '}{one.unit}" for one in known)
        choice = choice.replace(" or ", ", ", max(0, len(known) - 2))
        raise Fault("strength", f"which strength of {agent.name}{f': {choice}' if choice else ''}?")
    return known[0]


def _strength_fault(agent: agents.Agent, known: Strength, typed: str) -> str | None:
    """What is wrong with a strength: its unit, its size, or a leading zero that may stand for a point."""
    if known.mass_unit != (agent.unit or "mg"):
        return f"{agent.name} is measured in {agent.unit}"
    if known.amount > STRONGEST[known.unit] or re.match(r"0[0-9]", typed):
        return f"{shown(typed)} is out of range: write 1%, 10mg/mL or 50units/mL"
    return None


def _agent(name: str, own: tuple[agents.Agent, ...]) -> agents.Agent:
    found = agents.by_name(name, own)
    if len(found) == 1:
        return found[0]
    if found:
        raise Fault("agent", f"{shown(name)} could be {' or '.join(one.agent for one in found)}")
    close = agents.similar(name, own)
    raise Fault("agent", f"unknown agent {shown(name)}" + (f": did you mean {' or '.join(close)}?" if close else ""))


def _by_mass(agent: agents.Agent, strength: str, volume: str) -> Dose:
    """`10mg` or `20units` where a strength stands: a mass alone."""
    compact = strength.replace(" ", "").lower()
    unit = agent.unit or "mg"
    if volume or not compact.endswith(unit):
        what = f"{shown(strength)} is no strength: write 1%, 10mg/mL or 50units/mL" if strength else "is empty"
        raise Fault("strength", what)
    largest = LARGEST_UNITS if unit == "units" else LARGEST
    return Dose(agent.agent, None, None, number(compact.removesuffix(unit), "strength", largest), unit)


def _lots(row: dict[str, str], count: int) -> tuple[Lot, ...]:
    if not row.get("lot") and not row.get("expiry"):
        return ()
    lots = _parts(row.get("lot", ""), "lot", count)
    expiries = _parts(row.get("expiry", ""), "expiry", count)
    return tuple(
        Lot(lot or None, iso(expiry, "expiry") if expiry else None) for lot, expiry in zip(lots, expiries, strict=True)
    )


def _adverse(row: dict[str, str]) -> tuple[tuple[str, str | None], ...]:
    if not row.get("adverse"):
        return ()
    found = told(row, "adverse", complications.by_name, "no adverse event (tpi help adverse)")
    return tuple(sorted(((one.type, text) for one, text in found), key=lambda one: (one[0], one[1] or "")))
