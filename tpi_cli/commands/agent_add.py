"""`tpi agent add`."""

import re
from typing import Annotated

import typer

from tpi_cli.acts import stock as acts
from tpi_cli.commands import complete, options
from tpi_cli.errors import Usage
from tpi_cli.reference import agents
from tpi_cli.rules.values import Strength, plain

STRONGEST = 10_000
"""mg or units in a mL: botulinum toxin B is the strongest by number."""
_ID = re.compile(r"[a-z][a-z0-9]*(?:[ _-][a-z0-9]+)*")


def add(
    ctx: typer.Context,
    agent: Annotated[str, typer.Argument(metavar="AGENT", autocompletion=complete.agents)],
    strengths: Annotated[list[str], typer.Argument(metavar="STRENGTH...", help="1%, 10mg/ml, 50units/ml.")],
    kind: Annotated[str, typer.Option("--kind", metavar="amide|ester|other", help="For a new agent.")] = "",
) -> None:
    """Add an agent of your own, or say which strengths of a known one your clinic stocks.

    With exactly one strength in stock it may be left out when injections are entered, and is echoed.

    \b
    tpi agent add lidocaine 1%
    tpi agent add lidocaine 0.5% 1%
    tpi agent add articaine 4% --kind amide
    """
    ctx.obj.without("on")
    listed = [_strength(text) for text in strengths]
    known = agents.by_name(agent)
    if len(known) > 1:
        raise Usage(f"{agent!r} is several agents", hint=", ".join(one.agent for one in known))
    stock = _of_known(known[0], listed) if known else _new(agent, kind, listed)
    with options.recording(ctx) as writing:
        row = acts.keep_in_stock(writing, stock._replace(note=ctx.obj.note))
    said = "would record" if ctx.obj.dry_run else "recorded"
    told = stock.strengths.replace("|", ", ")
    note = [] if known else ["  no maximum dose is known for it: check doses yourself"]
    ctx.obj.done(
        ctx.obj.out(writing.today), row.agent, [f"{said} {row.agent}: {told}", *note], "agent-add", {"agent": row.agent}
    )


def _strength(text: str) -> Strength:
    found = agents.strength(text)
    if found is None or found.amount > (100 if found.unit == "%" else STRONGEST):
        raise Usage(f"{text!r} is no strength", hint="1%, 10mg/ml or 50units/ml")
    return found


def _of_known(one: agents.Agent, listed: list[Strength]) -> acts.Stock:
    wrong = [found for found in listed if found.mass_unit != one.unit]
    if wrong or not one.unit:
        raise Usage(f"{one.name} is measured in {one.unit or 'nothing'}", hint="tpi agent show tells how")
    return acts.Stock(one.agent, one.name, one.kind or "other", one.unit, _written(listed))


def _new(agent: str, kind: str, listed: list[Strength]) -> acts.Stock:
    name = agent.strip().lower()
    if not _ID.fullmatch(name) or len(name) > 60:
        raise Usage(f"{agent!r} is no name for an agent", hint="letters and digits, such as articaine")
    if kind not in {"amide", "ester", "other"}:
        raise Usage("a new agent needs its kind", hint="--kind amide, ester or other (decides about allergies)")
    units = {found.mass_unit for found in listed}
    if len(units) > 1:
        raise Usage("mg and units cannot be mixed in one agent", hint="give strengths of one kind")
    return acts.Stock(re.sub(r"[ -]", "_", name), name, kind, units.pop(), _written(listed))


def _written(listed: list[Strength]) -> str:
    return "|".join(dict.fromkeys(f"{plain(one.amount)}{one.unit}" for one in listed))
