"""`tpi rule list|show`: the rules of the screening with their sources and sign-off."""

from typing import Annotated, Any

import typer

from tpi_cli.commands import names, options
from tpi_cli.errors import NoStore
from tpi_cli.reference import screening, sources
from tpi_cli.rules.case import Rule
from tpi_cli.rules.values import plain
from tpi_cli.show.report import Column, Report
from tpi_cli.store.read import rules as read

COLUMNS: tuple[Column, ...] = (
    Column("rule", lambda one: one.rule),
    Column("plan", lambda one: one.planning),
    Column("record", lambda one: one.recording),
    Column("raised", lambda one: one.raised, 4),
    Column("numbers", lambda one: numbers(one), 2),
    Column("clinic", lambda one: "own" if one.own else "", 1),
    Column("sign_off", lambda one: one.sign_off, 3),
    Column("words", lambda one: one.words, 5),
)


def numbers(one: Rule) -> str:
    """`days 90, sessions 3`."""
    return ", ".join(f"{name} {plain(value)}" for name, value in one.numbers.items())


def _settings(ctx: typer.Context) -> tuple[dict[tuple[str, str], str], list[read.Setting]]:
    """The clinic's values that hold now, and all it ever set; none where there is no store yet."""
    try:
        with options.reading(ctx) as db:
            return read.own(db), read.settings(db)
    except NoStore:
        return {}, []


def list_(ctx: typer.Context) -> None:
    """Every rule with its level for a plan and for a record, and the clinic's own values.

    block and override stop until a reason is given; warn and note do not.

    \b
    tpi rule list
    tpi rule list --wide
    tpi rule list --json
    """
    own, _ = _settings(ctx)
    found = screening.rules(own)
    changed = sum(one.own for one in found)
    report = Report("rule-list", COLUMNS, found, record,
                    footer=lambda: f"{len(found)} rules, {changed} changed by the clinic; see SIGN OFF")  # fmt: skip
    ctx.obj.out().report(report)


def record(one: Rule) -> dict[str, Any]:
    """A rule for programs."""
    return {
        "rule": one.rule,
        "planning": one.planning,
        "recording": one.recording,
        "raised": one.raised or None,
        "alerts": one.alerts,
        "agents": one.agents,
        "numbers": {name: plain(value) for name, value in one.numbers.items()},
        "text": one.words,
        "source": one.source,
        "effective_from": one.starts,
        "effective_to": one.ends,
        "sign_off": one.sign_off,
        "revision": one.revision,
        "clinic": one.own,
    }


def show(ctx: typer.Context, rule: Annotated[str, typer.Argument(metavar="RULE")]) -> None:
    """One rule: its words, levels, numbers, sources, sign-off, and what the clinic changed.

    \b
    tpi rule show la_over_limit
    tpi rule show steroid_interval --json
    tpi rule show cap_reached
    """
    wanted = names.screening_rule(rule)
    own, settings = _settings(ctx)
    one = next(found for found in screening.rules(own) if found.rule == wanted)
    history = [found for found in settings if found.rule == wanted]
    told = [found._asdict() for found in history]
    ctx.obj.out().lines([one.rule, *_lines(one, history)], "rule", lambda: {**record(one), "history": told})


def _lines(one: Rule, history: list[read.Setting]) -> list[str]:
    rows = {
        "words": one.words,
        "plan": one.planning,
        "record": one.recording,
        "raised": f"{one.raised}, where it weighs more" if one.raised else "",
        "alerts": ", ".join(one.alerts),
        "agents": ", ".join(one.agents).replace("_", " "),
        "holds": _dates(one),
        "revision": one.revision,
        "sign-off": one.sign_off,
    }
    lines = [f"  {name:<9} {value}" for name, value in rows.items() if value]
    lines += [f"  {'number':<9} {_number(one, name)}" for name in one.numbers]
    lines += [f"  {'source':<9} {sources.title(source)}" for source in one.source.split("|")]
    return lines + [f"  {'clinic':<9} {_changed(found)}" for found in history]


def _dates(one: Rule) -> str:
    return " ".join(filter(None, [f"from {one.starts}" if one.starts else "", f"to {one.ends}" if one.ends else ""]))


def _number(one: Rule, name: str) -> str:
    shipped = screening.numbers()[one.rule, name]
    own = "" if one.numbers[name] == shipped.value else f" (shipped: {plain(shipped.value)})"
    unit = f" {shipped.unit}" if shipped.unit else ""
    return f"{name} {plain(one.numbers[name])}{unit}{own}: {shipped.words} [{shipped.source.replace('|', ', ')}]"


def _changed(one: read.Setting) -> str:
    value = f"{one.name} = {one.value}" if one.value is not None else f"{one.name} as shipped"
    return f"{one.set_at[:10]} {one.set_by}: {value} ({one.reason})"
