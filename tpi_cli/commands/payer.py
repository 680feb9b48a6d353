"""`tpi payer list|show`: what payers ask for before they pay for a repeat, by date."""

from typing import Annotated, Any, NamedTuple

import typer

from tpi_cli.commands import options
from tpi_cli.errors import NoStore, NotFound
from tpi_cli.reference import payers
from tpi_cli.reference.tables import key
from tpi_cli.rules.eligibility import Policy
from tpi_cli.rules.interval import Interval
from tpi_cli.rules.values import plain
from tpi_cli.show.report import Column, Report
from tpi_cli.store.read import rules as read


class Row(NamedTuple):
    """A dated row of a payer, shipped or the clinic's own, with what is said about it."""

    payer: str
    policy: Policy
    name: str
    papers: str
    note: str
    sign_off: str
    by: str


COLUMNS: tuple[Column, ...] = (
    Column("payer", lambda row: row.payer),
    Column("rule", lambda row: row.policy.id, 3),
    Column("from", lambda row: str(row.policy.starts or "")),
    Column("to", lambda row: str(row.policy.ends or ""), 4),
    Column("sessions", lambda row: _sessions(row.policy)),
    Column("apart", lambda row: _apart(row.policy)),
    Column("relief", lambda row: _relief(row.policy)),
    Column("regions", lambda row: str(row.policy.max_regions or ""), 2, right=True),
    Column("holds", lambda row: "advice" if row.policy.advisory else "enforced", 1),
    Column("sign_off", lambda row: row.sign_off, 5),
)


def _sessions(one: Policy) -> str:
    """`3 in 12mo`, `4 in 12mo a region`."""
    scope = " a region" if one.cap_scope == "region" else ""
    return f"{one.max_sessions} in {one.window}{scope}" if one.max_sessions else ""


def _apart(one: Policy) -> str:
    return f"{one.min_interval} a {one.interval_scope}" if one.min_interval else ""


def _relief(one: Policy) -> str:
    if one.relief.percent is None:
        return ""
    return f"{plain(one.relief.percent)}%" + (f" {one.relief.weeks}w" if one.relief.weeks else "")


def rows(own: list[read.Own], window: Interval) -> list[Row]:
    """Every row of every payer, the clinic's own after the shipped ones; sessions are counted over the window."""
    shipped = [
        Row(payer, one.policy, one.name, one.papers, one.note, one.sign_off, "")
        for one in payers.shipped()
        for payer in one.payers
    ]
    mine = [
        Row(one.policy.payer, one.policy, "rule of the clinic", "", one.reason, "clinic",
            f"{one.recorded_at[:10]} {one.recorded_by}")
        for one in own
    ]  # fmt: skip
    found = [row._replace(policy=row.policy._replace(window=window)) for row in (*shipped, *mine)]
    return sorted(found, key=lambda row: row.payer)


def _own(ctx: typer.Context) -> tuple[list[read.Own], Interval]:
    """The clinic's own rows, and how far back sessions are counted there."""
    try:
        with options.reading(ctx) as db:
            return read.payer_rows(db), payers.window(read.own(db))
    except NoStore:
        return [], payers.window()


def list_(ctx: typer.Context) -> None:
    """Every payer with rules: sessions allowed, how far apart, the relief asked for before a repeat.

    A patient's payer is the id in the first column, or one of its other names. self_pay is the clinic's default
    for everybody else, and only advises.

    \b
    tpi payer list
    tpi payer list --wide
    tpi payer list --json
    """
    found = rows(*_own(ctx))
    report = Report("payer-list", COLUMNS, found, record,
                    footer=lambda: f"{len(found)} dated rows; shipped ones are not signed off")  # fmt: skip
    ctx.obj.out().report(report)


def record(row: Row) -> dict[str, Any]:
    """A row for programs."""
    one = row.policy
    return {
        "payer": row.payer,
        "rule": one.id,
        "effective_from": one.starts,
        "effective_to": one.ends,
        "max_sessions": one.max_sessions,
        "window": str(one.window),
        "cap_scope": one.cap_scope,
        "min_interval": str(one.min_interval) if one.min_interval else None,
        "interval_scope": one.interval_scope,
        "min_relief_pct": plain(one.relief.percent) if one.relief.percent is not None else None,
        "min_relief_weeks": one.relief.weeks,
        "max_regions": one.max_regions,
        "enforced": not one.advisory,
        "policy": row.papers,
        "text": row.note,
        "clinic": one.own,
        "sign_off": row.sign_off,
    }


def show(ctx: typer.Context, payer: Annotated[str, typer.Argument(metavar="PAYER")]) -> None:
    """One payer: its dated rows, papers, notes and sign-off.

    \b
    tpi payer show medicare_mac
    tpi payer show cgs
    tpi payer show self_pay --json
    """
    own, window = _own(ctx)
    wanted = payers.named(payer, (one.policy for one in own))
    if wanted is None:
        raise NotFound(f"no rules for a payer {key(payer)!r}", hint="tpi payer list names them; tpi payer add adds one")
    found = [row for row in rows(own, window) if row.payer == wanted]
    lines = [line for row in found for line in _lines(row)]
    ctx.obj.out().lines([wanted, *lines], "payer", lambda: {"payer": wanted, "rows": [record(row) for row in found]})


def _lines(row: Row) -> list[str]:
    one = row.policy
    told = {
        "sessions": _sessions(one),
        "apart": _apart(one),
        "relief": _relief(one),
        "regions": f"{one.max_regions} in a session" if one.max_regions else "",
        "holds": "advice only" if one.advisory else "enforced",
        "papers": row.papers,
        "note": row.note,
        "set by": row.by,
        "sign-off": row.sign_off,
    }
    dates = f"from {one.starts or 'always'}" + (f" to {one.ends}" if one.ends else "")
    return [f"  {one.id}: {row.name}, {dates}", *(f"    {name:<9} {value}" for name, value in told.items() if value)]
