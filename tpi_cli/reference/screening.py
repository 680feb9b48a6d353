"""What is checked before and when a session is recorded: `screening.csv`, its thresholds in `screening_values.csv`."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from tpi_cli.reference.tables import rows, several
from tpi_cli.rules.case import Rule

LEVEL = "level"
"""The name under which a clinic's own level of a rule is kept, beside the names of its numbers."""
Own = Mapping[tuple[str, str], str]
"""A clinic's own values by rule and name."""


class Number(NamedTuple):
    """A row of `screening_values.csv`: a threshold of a rule, its unit and source, and what a clinic may set."""

    rule: str
    name: str
    value: Decimal
    low: Decimal
    high: Decimal
    unit: str
    words: str
    source: str
    sign_off: str
    revision: str


@cache
def numbers() -> dict[tuple[str, str], Number]:
    """Every shipped threshold by rule and name."""
    return {(row["rule"], row["name"]): _number(row) for row in rows("screening_values")}


def _number(row: dict[str, str]) -> Number:
    cells: dict[str, Any] = {**row, **{name: Decimal(row[name]) for name in ("value", "low", "high")}}
    return Number._make(cells[name] for name in Number._fields)


@cache
def shipped() -> dict[str, Rule]:
    """Every shipped rule by id, in the order of the table."""
    return {row["rule"]: _rule(row) for row in rows("screening")}


def _rule(row: dict[str, str]) -> Rule:
    own = {name: one.value for (rule, name), one in numbers().items() if rule == row["rule"]}
    return Rule(
        rule=row["rule"],
        alerts=several(row["alerts"]),
        agents=several(row["agents"]),
        planning=row["planning"],
        recording=row["recording"],
        raised=row["raised"],
        words=row["words"],
        source=row["source"],
        starts=_day(row["effective_from"]),
        ends=_day(row["effective_to"]),
        sign_off=row["sign_off"],
        revision=f"screening/{row['revision']}",
        numbers=own,
    )


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def rules(own: Own) -> list[Rule]:
    """The rules that hold in a clinic: the shipped ones with the clinic's own values laid over them."""
    changed = {rule for rule, _ in own}
    return [_shadowed(one, own) if one.rule in changed else one for one in shipped().values()]


def _shadowed(rule: Rule, own: Own) -> Rule:
    level = own.get((rule.rule, LEVEL))
    if level is not None:
        recording = "override" if level == "block" else level  # what was done is never refused, only asked about
        rule = rule._replace(planning=level, recording=recording, raised="")
    mine = {name: Decimal(own[rule.rule, name]) for name in rule.numbers if (rule.rule, name) in own}
    return rule._replace(numbers={**rule.numbers, **mine}, revision=f"{rule.revision}+clinic", own=True)
