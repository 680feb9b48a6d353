"""`tpi agent list|show`: the shipped agents and the clinic's own."""

from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, names, options
from tpi_cli.errors import NoStore
from tpi_cli.reference import agents
from tpi_cli.rules.values import plain
from tpi_cli.show.report import Column, Report
from tpi_cli.store.read.stock import own_agents

COLUMNS: tuple[Column, ...] = (
    Column("agent", lambda one: one.agent),
    Column("name", lambda one: one.name, 4),
    Column("class", lambda one: one.agent_class.replace("_", " "), 1),
    Column("strengths", lambda one: strengths(one)),
    Column("rxnorm", lambda one: one.rxnorm, 3),
    Column("aliases", lambda one: ", ".join(one.aliases), 5),
)


def strengths(one: agents.Agent) -> str:
    """`0.5%, 1%, 2%`."""
    return ", ".join(f"{plain(found.amount)}{found.unit}" for found in one.strengths)


def _own(ctx: typer.Context) -> tuple[agents.Agent, ...]:
    """The clinic's own rows; none where there is no store yet."""
    try:
        with options.reading(ctx) as db:
            return own_agents(db)
    except NoStore:
        return ()


def list_(ctx: typer.Context) -> None:
    """All agents with the strengths that are known, or that your clinic stocks.

    \b
    tpi agent list
    tpi agent list --wide
    tpi agent list --json
    """
    own = {one.agent: one for one in _own(ctx)}
    found = list({**agents.all_agents(), **own}.values())
    report = Report("agent-list", COLUMNS, found, _record,
                    footer=lambda: f"{len(found)} agents, limits not signed off by a clinician")  # fmt: skip
    ctx.obj.out().report(report)


def _record(one: agents.Agent) -> dict[str, Any]:
    return {**one._asdict(), "strengths": [f"{plain(found.amount)}{found.unit}" for found in one.strengths]}


def show(
    ctx: typer.Context,
    agent: Annotated[list[str], typer.Argument(metavar="AGENT", autocompletion=complete.agents)],
) -> None:
    """One agent: strengths, maxima, contraindications, codes, and where that comes from.

    \b
    tpi agent show lido
    tpi agent show triamcinolone
    tpi agent show botox --json
    """
    own = _own(ctx)
    one = names.one_agent(" ".join(agent), own)
    ctx.obj.out().lines([one.name, *_lines(one)], "agent", lambda: _record(one))


def _lines(one: agents.Agent) -> list[str]:
    told = {
        "names": ", ".join([one.agent, *one.aliases]),
        "class": " ".join(filter(None, [one.kind, one.agent_class.replace("_", " ")])),
        "strengths": strengths(one),
        "maximum": _maximum(one.max_mg_per_kg_plain, one.max_mg_plain),
        "with epi": _maximum(one.max_mg_per_kg_epi, one.max_mg_epi),
        "in 24 h": f"{plain(one.max_mg_24h)} mg" if one.max_mg_24h else "",
        "onset": f"{one.onset_min} min" if one.onset_min else "",
        "duration": one.duration,
        "care": one.contraindications,
        "codes": ", ".join(filter(None, [f"RxNorm {one.rxnorm}" if one.rxnorm else "", one.hcpcs])),
        "note": one.note,
        "source": one.source.replace("|", ", "),
        "sign-off": one.sign_off,
    }
    return [f"  {name:<10} {value}" for name, value in told.items() if value]


def _maximum(per_kg: Any, cap: Any) -> str:
    return " and ".join(filter(None, [f"{plain(per_kg)} mg/kg" if per_kg else "", f"{plain(cap)} mg" if cap else ""]))
