"""Cells that hold several of our fields: a site (`L upper trap`), a mix (`lido 1% 2 ml`). Nothing is guessed."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from tpi_cli.exchange.fields import Fault, shown
from tpi_cli.exchange.foreign_numbers import Signs, figures
from tpi_cli.reference import measures

SIDES = {
    "l": "L", "lt": "L", "left": "L", "r": "R", "rt": "R", "right": "R", "mid": "mid", "midline": "mid",
    "both": "both", "bil": "both", "bilat": "both", "bilateral": "both", "b/l": "both",
}  # fmt: skip
"""Words for a side; `both` is two sites."""
_NO_MUSCLE = frozenset({"l", "left", "r", "rt", "right"})
"""Words for a side that are no part of a muscle's name, as mid is of mid trap."""
_DRY = re.compile(r"dry(?: needl(?:e|es|ing))?(?: ?x ?([0-9]{1,2}))?")
"""A dry needle, with its passes: `dry needle x3`."""
_SHORT_LT = re.compile(r"[a-z]{2,4}\.?\s+lt\.?", re.IGNORECASE)
"""`UT LT`: behind one short name it may be another."""
_LT = re.compile(r"(?:[,;/&+]|\band)\s*lt\.?$|^lt\.?\s*(?:[,;/&+]|and\b)", re.IGNORECASE)
"""LT in a list: left, or the lower trapezius."""
_WORD = re.compile(r"[^\s,()]+")
_PLUS = re.compile(r"\s*(?:\+|&|\band\b)\s*", re.IGNORECASE)
_EPI = re.compile(r"\b(?:with|w/)?\s*epi(?:nephrine)?\s+1\s*:\s*([0-9]{3})[,. ]?000\b", re.IGNORECASE)
_AMOUNT = re.compile(r"(?<![\w.,:-])(\.?[0-9][0-9.,]*)\s*(%|[A-Za-z]+(?:/[A-Za-z]+)?)")
_FILLING = re.compile(r"\b(?:of|with|w/)\b|[,;@()]|(?<!\S)w/(?!\S)", re.IGNORECASE)
_STRENGTHS = {
    "%": "%", "mg/ml": "mg/mL", "mg/cc": "mg/mL", "units/ml": "units/mL", "u/ml": "units/mL", "iu/ml": "units/mL",
}  # fmt: skip
_MASSES = {"mg": "mg", "mgs": "mg", "units": "units", "unit": "units", "u": "units", "iu": "units"}
BETWEEN = 'say in the map what stands between several sites: between = ","'
ONCE = 'write it as in [values.mix] "theirs" = "lidocaine 1% 2 ml" of the map'


def side(text: str) -> str:
    """`L`, `R`, `mid` or `both` for a word of a side, anything else as it is."""
    return SIDES.get(text.strip(" .()").casefold(), text)


def site(text: str, field: str) -> tuple[str, str]:
    """The muscle's words and the side of `L upper trap` or `upper trapezius, left`; no side is an empty one.

    A side stands at the beginning or at the end. Raises Fault where there are two, or may be.
    """
    if _LT.search(text.strip()) or _SHORT_LT.fullmatch(text.strip()):
        raise Fault(field, f"{shown(text)}: LT could be left or the lower trapezius: write left, or lower trap")
    words = _WORD.findall(text)
    ends = [place for place in sorted({0, len(words) - 1}) if words and _key(words[place]) in SIDES]
    sided = [place for place in ends if SIDES[_key(words[place])] != "mid"] or ends
    if not sided:
        return " ".join(words), ""
    found = words.pop(sided[0])
    if len(sided) > 1 or any(_key(word) in _NO_MUSCLE for word in words):
        raise Fault(field, f"{shown(text)} names two sides: write both, or {BETWEEN}")
    return " ".join(words), side(found)


def _key(word: str) -> str:
    return word.strip(".").casefold()


class Part(NamedTuple):
    """One agent of a mix, in the words of our columns."""

    agent: str
    strength: str
    volume: str


def mix(text: str, signs: Signs, field: str) -> dict[str, str]:
    """agent, strength and volume_ml of `lido 1% 2 ml + triam 40 mg/ml 0.5 ml`, in any order within an agent.

    A dry needle may have passes. Each number has its unit, which says what it is. Raises Fault for one without, or
    two of a kind.
    """
    dry = _DRY.fullmatch(" ".join(text.casefold().split()))
    if dry:
        passes = {"passes": dry[1]} if dry[1] else {}
        return {"agent": "dry_needling", "strength": "", "volume_ml": "", **passes}
    parts = [_part(one, text, signs, field) for one in _PLUS.split(text)]
    columns = zip(("agent", "strength", "volume_ml"), zip(*parts, strict=True), strict=True)
    return {name: "+".join(values) for name, values in columns}


def whole_mix(row: Mapping[str, str]) -> str:
    """The mix of a row as a cell would have it, STRENGTH where an agent has none."""
    parts = zip(*(row[name].split("+") for name in ("agent", "strength", "volume_ml")), strict=True)
    return " + ".join(f"{agent} {strength or 'STRENGTH'}{f' {volume} ml' if volume else ''}"
                      for agent, strength, volume in parts)  # fmt: skip


def _part(text: str, whole: str, signs: Signs, field: str) -> Part:
    epi = _EPI.search(text)
    rest = _EPI.sub(" ", text)
    found: dict[str, str] = {}
    for amount, unit in _AMOUNT.findall(rest):
        kind, word = _kind(unit, whole, field)
        if kind in found:
            raise Fault(field, f"{shown(whole)} has two of a {kind} for one agent: join agents by +, or {ONCE}")
        whole_number = f"0{amount}" if amount[0] in ".," else amount
        found[kind] = figures(whole_number.rstrip(".,"), signs, field) + word
    name = " ".join(_FILLING.sub(" ", _AMOUNT.sub(" ", rest)).split())
    if not name or re.search(r"(?<![\w-])[0-9](?![0-9]*-[A-Za-z])", name):
        raise Fault(field, f"{shown(whole)}: {'which agent?' if not name else 'a number without its unit:'} {ONCE}")
    return Part(name, _strength(found, epi, whole, field), found.get("volume", ""))


def _strength(found: dict[str, str], epi: re.Match[str] | None, whole: str, field: str) -> str:
    """The strength, or the mass alone; beside a strength and a volume a mass says nothing new, and may be wrong."""
    if "mass" in found and len(found) > 1:
        raise Fault(field, f"{shown(whole)} has a mass beside a strength or a volume: keep strength and volume, {ONCE}")
    if not found:
        raise Fault(field, f"{shown(whole)}: how much? {ONCE}")
    dilution = f" epi 1:{epi[1]}000" if epi else ""
    return found.get("mass") or found.get("strength", "") + dilution


def _kind(unit: str, whole: str, field: str) -> tuple[str, str]:
    """Which of strength, volume and mass a unit tells, and the unit as our columns have it; mL goes without."""
    word = unit.casefold()
    if word in _STRENGTHS:
        return "strength", _STRENGTHS[word]
    if word in _MASSES:
        return "mass", _MASSES[word]
    if measures.named("volume_ml", word):
        return "volume", ""
    raise Fault(field, f"{shown(whole)}: {shown(unit)} is no unit of a dose: %, mg/ml, ml, mg or units")
