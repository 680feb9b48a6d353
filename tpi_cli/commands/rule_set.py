"""`tpi rule set`: the clinic's own level or number of a rule."""

import re
from decimal import Decimal
from typing import Annotated

import typer

from tpi_cli.acts import rule as acts
from tpi_cli.commands import names, options
from tpi_cli.errors import Conflict, Usage
from tpi_cli.reference import screening
from tpi_cli.rules.case import LEVELS
from tpi_cli.rules.values import plain
from tpi_cli.show.out import allowed
from tpi_cli.store.read import rules as read

_NUMBER = re.compile(r"(?=.)[0-9]{0,5}(?:\.[0-9]{1,4})?", re.ASCII)
COUNTED = frozenset({"days", "months", "sessions", "age", "criteria", "drugs"})
"""Numbers that are whole: days, months, times, years."""
FIXED = "laterality_missing"


def set_(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE")],
    level: Annotated[str | None, typer.Option("--level", metavar="LEVEL", help="block, override, warn, note.")] = None,
    value: Annotated[
        list[str] | None, typer.Option("--value", metavar="NAME=NUMBER", help="One of its numbers; repeatable.")
    ] = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="The shipped level and numbers again.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with your name.")] = "",
) -> None:
    """Set the clinic's own level or number of a rule; due dates that it moves follow at once.

    block stops a plan, and a record until it has a reason; override stops both until there is a reason; warn and
    note never stop. The shipped row stays on file, and every change with who made it and why.

    \b
    tpi rule set no_response --level note --reason 'scores are kept on paper'
    tpi rule set la_near_limit --value fraction=0.7 --reason 'clinic policy 12'
    tpi rule set no_response --shipped --reason 'scores are kept here from now on'
    """
    ctx.obj.without("on", "note")
    wanted = names.screening_rule(rule)
    why = options.storable("the reason", reason.strip())
    if not why:
        raise Usage("a rule is not changed without a reason", hint=f"tpi rule set {wanted} ... --reason 'why'")
    if shipped and (level or value):
        raise Usage("--shipped takes no value beside it", hint=f"tpi rule set {wanted} --shipped --reason 'why'")
    if wanted == FIXED:
        raise Conflict("a missing side is never let through", hint="tpi rule show laterality_missing")
    with options.recording(ctx) as writing:
        changes = _shipped(read.own(writing.db), wanted) if shipped else _changes(wanted, level, value or [])
        moved = acts.set_values(writing, changes, why)
    said = "would set" if ctx.obj.dry_run else "set"
    lines = [f"{said} {wanted}: {_told(change)}" for change in changes]
    lines.append(moved_words(moved))
    facts = {"rule": wanted, "set": {change.name: change.value for change in changes}, "moved": moved}
    ctx.obj.done(ctx.obj.out(writing.today), wanted, lines, "rule-set", facts)


def moved_words(sites: int) -> str:
    """How many sites stand differently now."""
    if not sites:
        return "no date moves"
    return "1 site stands differently" if sites == 1 else f"{sites} sites stand differently"


def _told(change: acts.Change) -> str:
    return f"{change.name} as shipped" if change.value is None else f"{change.name} = {change.value}"


def _shipped(own: screening.Own, rule: str) -> list[acts.Change]:
    """Everything the clinic set of the rule, taken back. Raises Conflict where it set nothing."""
    found = [acts.Change(rule, name, None) for known, name in own if known == rule]
    if not found:
        raise Conflict(f"{rule} is as shipped already", hint=f"tpi rule show {rule}")
    return found


def _changes(rule: str, level: str | None, values: list[str]) -> list[acts.Change]:
    out = [acts.Change(rule, screening.LEVEL, allowed("--level", level, LEVELS))] if level else []
    out += [_number(rule, text) for text in values]
    if len({one.name for one in out}) < len(out):
        raise Usage(f"two values for one number of {rule}", hint=f"name each once (tpi rule show {rule})")
    if not out:
        raise Usage("nothing to set", hint=f"--level warn, --value NAME=NUMBER or --shipped (tpi rule show {rule})")
    return out


def _number(rule: str, text: str) -> acts.Change:
    """`fraction=0.7`, or the number alone where the rule has just one. Raises Usage."""
    known = [name for of, name in screening.numbers() if of == rule]
    name, equals, number = text.rpartition("=")
    name = name.strip() or (known[0] if len(known) == 1 and not equals else "")
    if name not in known:
        has = f"its numbers: {', '.join(known)}" if known else "it has none, only a level"
        raise Usage(f"{rule} has no number {name or text!r}", hint=f"{has} (tpi rule show {rule})")
    return acts.Change(rule, name, plain(_decimal(screening.numbers()[rule, name], number.strip())))


def _decimal(number: screening.Number, text: str) -> Decimal:
    """The number typed, within what the table lets a clinic set. Raises Usage."""
    found = Decimal(text) if _NUMBER.fullmatch(text) else None
    whole = number.name in COUNTED
    if found is None or not number.low <= found <= number.high or (whole and found != found.to_integral_value()):
        kind = "a whole number" if whole else "a number"
        raise Usage(
            f"{number.name} cannot be {text!r}", hint=f"{kind} from {plain(number.low)} to {plain(number.high)}"
        )
    return found
