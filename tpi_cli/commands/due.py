"""`tpi due`: who is due for a repeat session."""

from datetime import date, timedelta
from itertools import chain, islice
from types import SimpleNamespace
from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, options
from tpi_cli.errors import Usage
from tpi_cli.rules import standing
from tpi_cli.show import due as show
from tpi_cli.show.out import allowed
from tpi_cli.show.report import Report
from tpi_cli.store.connect import Database
from tpi_cli.store.read import due as read
from tpi_cli.store.read.clinic import Clinic, clinic

FOUND = 10


def due(
    ctx: typer.Context,
    patients: Annotated[
        list[str] | None, typer.Argument(metavar="[PATIENT]...", autocompletion=complete.patients)
    ] = None,
    within: Annotated[str | None, typer.Option("-w", "--within", metavar="INTERVAL|DATE", help="Look ahead.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only the late ones.")] = False,
    status: Annotated[str | None, typer.Option("--status", metavar="S,..|all", help="Only these statuses.")] = None,
    payer: Annotated[str | None, typer.Option("--payer", metavar="ID", help="Only this payer's.")] = None,
    clinician: Annotated[str | None, typer.Option("--clinician", metavar="C", help="Last seen by.")] = None,
    muscle: Annotated[
        str | None,
        typer.Option("--muscle", metavar="M", help="Only this muscle.", autocompletion=complete.muscles),
    ] = None,
    agent: Annotated[
        str | None, typer.Option("--agent", metavar="A", help="Last given.", autocompletion=complete.agents)
    ] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="due|name", help="In which order.")] = "due",
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="At most so many.", min=1, max=1_000_000)
    ] = None,
    if_any: Annotated[bool, typer.Option("--if-any", help="Print nothing when nobody is due.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 10 when somebody is due.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, in a column.")] = False,
) -> None:
    """Who is due for a repeat session, and how many are held back for which reason.

    Listed are the statuses due, overdue, lapsed and reassess (due, but the last session has no outcome, or too
    little relief); --within adds what comes up, --status lists any.

    \b
    tpi due
    tpi due -w 1w
    tpi due --status snoozed,declined
    """
    asked = Asked(
        patients=patients or [],
        within=within,
        overdue=overdue,
        status=status,
        payer=payer,
        clinician=clinician,
        muscle=muscle,
        agent=agent,
        sort=sort,
        limit=limit,
        if_any=if_any,
        explain=explain,
    )
    with options.reading(ctx) as db:
        listed = _answer(ctx.obj, db, asked)
    if exit_code and listed:
        raise typer.Exit(FOUND)


class Asked(SimpleNamespace):
    """The options as typed."""

    patients: list[str]
    within: str | None
    overdue: bool
    status: str | None
    payer: str | None
    clinician: str | None
    muscle: str | None
    agent: str | None
    sort: str
    limit: int | None
    if_any: bool
    explain: bool


def _answer(desk: options.Desk, db: Database, asked: Asked) -> int:
    """Print the list; returns how many patients are on it."""
    office = clinic(db)
    query = _query(db, asked, office)
    tally = show.Tally()
    found = read.rows(db, query)
    out = desk.out(office.today)
    told = found if out.redact == "none" else map(show.discreet, found)
    rows = map(tally.count, islice(told, asked.limit))
    first = next(rows, None)
    if first is None and asked.if_any:
        return 0
    if office.outdated and not out.machine:
        out.say("due dates were worked out with other rules than this tpi has: tpi db migrate")
    out.report(
        Report(
            name="due",
            columns=(*show.COLUMNS, show.explained()) if asked.explain else show.COLUMNS,
            rows=rows if first is None else chain([first], rows),
            record=show.record,
            around=lambda: {"held_back": read.held_back(db, query)},
            footer=lambda: tally.footer(_listed_as(asked, query), read.held_back(db, query), cut=any(found)),
        )
    )
    return tally.listed


def _query(db: Database, asked: Asked, office: Clinic) -> read.Query:
    statuses = _statuses(asked)
    return read.Query(
        today=office.today,
        at=office.thresholds,
        statuses=statuses,
        until=_until(asked, office, statuses),
        clinic=office.id,
        payer=asked.payer,
        clinician=asked.clinician,
        **_named(db, asked),
        by_name=allowed("--sort", asked.sort, ("due", "name")) == "name",
    )


def _named(db: Database, asked: Asked) -> dict[str, Any]:
    """The filters that go by name; most lists have none, and need not load the names."""
    if not (asked.patients or asked.muscle or asked.agent):
        return {}
    from tpi_cli.commands import names
    from tpi_cli.store.read import people

    return {
        "patients": tuple(people.patient(db, text).number for text in asked.patients),
        "muscle": names.muscle(asked.muscle) if asked.muscle else None,
        "agent": names.agent(db, asked.agent) if asked.agent else None,
    }


def _statuses(asked: Asked) -> frozenset[str]:
    if asked.status == "all":
        return frozenset(standing.STATUSES)
    if asked.status:
        wanted = [word.strip() for word in asked.status.split(",") if word.strip()]
        return frozenset(allowed("--status", word, (*standing.STATUSES, *standing.LATER, "all")) for word in wanted)
    if asked.overdue:
        return frozenset({"overdue", "lapsed", "reassess"})
    return frozenset({*standing.LISTED, "upcoming"} if asked.within else standing.LISTED)


def _until(asked: Asked, office: Clinic, statuses: frozenset[str]) -> date | None:
    if asked.overdue and not asked.status:
        return office.today - timedelta(days=office.thresholds.overdue)
    if asked.within:
        return ahead(asked.within, office.today)
    if asked.status == "all":
        return None
    return read.horizon(office.today, office.thresholds, statuses)


def ahead(text: str, today: date) -> date:
    """The day that `1w`, `31 Dec` or `2026-12-31` looks ahead to."""
    from tpi_cli.commands.parse.dates import day, words

    found = day(text, today, forward=True)
    if found < today:
        raise Usage(f"{words(found, today)} is past", hint="look ahead: -w 1w")
    return found


def _listed_as(asked: Asked, query: read.Query) -> str:
    if asked.overdue:
        return "overdue"
    if asked.status:
        return f"listed as {asked.status.replace(',', ', ')}" if asked.status != "all" else "listed"
    return f"due by {query.until}"
