"""What the screening found, and the dose it summed up, as people and programs read them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tpi_cli.reference import screening
from tpi_cli.rules.case import Finding
from tpi_cli.rules.dose import Load, shown
from tpi_cli.rules.values import plain

HUNDREDTH = Decimal("0.01")
TOLD = {"block": "STOP", "override": "REASON", "warn": "warning", "note": "note"}
"""The levels in words: what stops, what needs a reason, what only warns."""


def discreet(rule: str, text: str) -> str:
    """A finding without what was quoted from an alert, which is free text and may name somebody."""
    known = screening.shipped().get(rule)
    return known.words if known and known.alerts else text


def lines(findings: Iterable[Finding], reasons: Mapping[str, str]) -> list[str]:
    """Every finding with its rule, words and source, and the reason given to go past it."""
    out = []
    for one in findings:
        out.append(f"{TOLD[one.level]:<7}  {one.rule}: {one.text} [{sources(one.source)}]")
        if one.rule in reasons:
            out.append(f"{'':<7}  recorded all the same: {reasons[one.rule]}")
    return out


def sources(ids: str) -> str:
    """The first of a rule's sources, and how many more `tpi rule show` names: `olson +2`."""
    first, *more = ids.split("|")
    return f"{first} +{len(more)}" if more else first


def record(finding: Finding, reasons: Mapping[str, str]) -> dict[str, Any]:
    """A finding for programs; `site` where it is about exactly one."""
    return {
        "rule": finding.rule,
        "level": finding.level,
        "site": finding.sites[0] if len(finding.sites) == 1 else None,
        "sites": finding.sites,
        "text": finding.text,
        "source": finding.source,
        "revision": finding.revision,
        "reason": reasons.get(finding.rule),
        "recording": finding.recording,
    }


def dose_words(load: Load) -> str:
    """`0.07 of the limit`; nothing where no local anaesthetic with a limit was given."""
    return f"{load.fraction.quantize(HUNDREDTH)} of the limit" if load.parts else ""


def dose_record(load: Load) -> dict[str, Any]:
    """The day's sum for programs: quantities in mg as text."""
    return {
        "fraction": str(shown(load.fraction)) if load.parts else "0",
        "profile": load.profile,
        "agents": [
            {
                "agent": part.agent,
                "mg": plain(part.mg),
                "epinephrine": part.epinephrine,
                "limit_mg": plain(part.limit_mg),
                "fraction": str(shown(part.fraction)),
            }
            for part in load.parts
        ],
        "unknown": load.unknown,
    }
