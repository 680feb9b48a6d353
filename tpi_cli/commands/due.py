"""`tpi due`: who is due for a repeat session."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import chain, islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tpi_cli.commands import complete, options
from tpi_cli.errors import Usage
from tpi_cli.rules import standing
from tpi_cli.show import due as show
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.report import Column, Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import due as read
from tpi_cli.store.read.clinic import Clinic, all_of, chosen

if TYPE_CHECKING:
    from tpi_cli.show.reports import Changes

FOUND = 10
REPORT = "due"
"""What a report is called that --since-last gives no name."""


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
    clinic: Annotated[
        str | None, typer.Option("--clinic", metavar="NAME|all", help="Of a group's clinics: this one, or all.")
    ] = None,
    sort: Annotated[str, typer.Option("--sort", metavar="due|name", help="In which order.")] = "due",
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="At most so many.", min=1, max=1_000_000)
    ] = None,
    if_any: Annotated[bool, typer.Option("--if-any", help="Print nothing when nobody is due.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 10 when somebody is due.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Say why, in a column.")] = False,
    since_last: Annotated[
        str | None,
        typer.Option("--since-last", metavar="[NAME]", help="Only what changed since the last report of that name."),
    ] = None,
) -> None:
    """Who is due for a repeat session, and how many are held back for which reason.

    Listed are the statuses due, overdue, lapsed and reassess (due, but the last session has no outcome, or too
    little relief); --within adds what comes up, --status lists any.

    \b
    tpi due
    tpi due -w 1w
    tpi due --status snoozed,declined
    tpi due --since-last morning
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
        clinic=clinic,
        sort=sort,
        limit=limit,
        if_any=if_any,
        explain=explain,
        since_last=since_last,
    )
    with options.reading(ctx, several=True) as db:
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
    clinic: str | None
    sort: str
    limit: int | None
    if_any: bool
    explain: bool
    since_last: str | None


def _answer(desk: options.Desk, db: Database, asked: Asked) -> int:
    """Print the list; returns how many patients are on it."""
    offices = _offices(db, asked)
    queries = [_query(db, asked, office) for office in offices]
    out = desk.out(_same(office.today for office in offices))
    changes = _changes(desk, out, asked, queries[0], offices[0])
    several = all_of(asked.clinic)
    found = read.together(db, _named_so(offices, queries)) if several else read.rows(db, queries[0])
    picked = changes.of(found, asked.limit) if changes else islice(found, asked.limit)
    told = picked if out.redact == "none" else map(show.discreet, picked)
    tally = show.Tally()
    rows = map(tally.count, told)
    first = next(rows, None)
    if first is not None or not asked.if_any or (changes and changes.gone):
        if any(office.outdated for office in offices) and not out.machine:
            out.say("due dates were worked out with other rules than this tpi has: tpi db migrate")
        footer = partial(_footer, tally, changes, _listed_as(asked, queries), beyond=found)
        out.report(
            Report(
                name="due",
                columns=_columns(asked, several=several),
                rows=rows if first is None else chain([first], rows),
                record=show.record_of_several if several else show.record,
                around=lambda: {"held_back": _held(db, queries), **(changes.around() if changes else {})},
                footer=lambda: options.anchored(out, db, footer(_held(db, queries))),
            )
        )
    if changes:
        changes.keep()  # not before all of it is written: what got lost must come again
    return tally.listed


def _offices(db: Database, asked: Asked) -> list[Clinic]:
    """The clinics whose list is wanted. Raises Usage for what only one clinic's list can be asked."""
    offices = chosen(db, asked.clinic)
    if asked.clinic is not None and (asked.patients or asked.since_last is not None):
        what = "--since-last" if asked.since_last is not None else "a patient"
        raise Usage(f"{what} does not go with --clinic", hint="ask at the clinic's own server")
    return offices


def _same(days: Iterable[date]) -> date | None:
    """The day that all the clinics have; at some hours they have two."""
    found = set(days)
    return found.pop() if len(found) == 1 else None


def _named_so(offices: list[Clinic], queries: list[read.Query]) -> list[tuple[str, read.Query]]:
    return [(office.name, query) for office, query in zip(offices, queries, strict=True)]


def _columns(asked: Asked, *, several: bool) -> tuple[Column, ...]:
    before = (show.CLINIC,) if several else ()
    return (*before, *show.COLUMNS, *((show.explained(),) if asked.explain else ()))


def _held(db: Database, queries: list[read.Query]) -> dict[str, int]:
    """How many patients are held back, by reason, in all the clinics together."""
    found = [read.held_back(db, query) for query in queries]
    counts = {reason: sum(one.get(reason, 0) for one in found) for reason in standing.HELD}
    return {reason: count for reason, count in counts.items() if count}


def _footer(
    tally: show.Tally, changes: "Changes | None", words: str, held: dict[str, int], beyond: Iterator[Any]
) -> str:
    if changes is None:
        return tally.footer(words, held, cut=any(beyond))
    return changes.footer(tally.footer(changes.listed_as(words), held, cut=changes.cut))


def _changes(desk: options.Desk, out: Out, asked: Asked, query: read.Query, office: Clinic) -> "Changes | None":
    """What there is to tell changed rows by, with --since-last."""
    if asked.since_last is None:
        return None
    from tpi_cli.show.reports import Changes
    from tpi_cli.store.reports import Memory

    filters = (sorted(query.statuses), asked.within, asked.overdue, query.payer, query.clinician, query.muscle,
               query.agent, sorted(query.patients))  # fmt: skip
    memory = Memory(desk.place, office.id, asked.since_last or REPORT, repr(filters))
    changes = Changes(memory, office.zone)
    if changes.doubt:
        out.say(f"{changes.doubt}: everything is listed, as in a first report")
    return changes


def _query(db: Database, asked: Asked, office: Clinic) -> read.Query:
    statuses = _statuses(asked)
    return read.Query(
        today=office.today,
        at=office.thresholds,
        statuses=statuses,
        until=_until(asked, office, statuses),
        clinic=office.id,
        **_filtered(db, asked),
        **_named(db, asked),
        by_name=allowed("--sort", asked.sort, ("due", "name")) == "name",
    )


def _filtered(db: Database, asked: Asked) -> dict[str, Any]:
    """The filters by payer and clinician, which need no table of names."""
    if asked.payer is None and asked.clinician is None:
        return {}
    from tpi_cli.commands import filters

    return {
        "payer": None if asked.payer is None else filters.payer(db, asked.payer),
        "clinician": None if asked.clinician is None else filters.clinician(db, asked.clinician),
    }


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
        return frozenset(allowed("--status", word, (*standing.STATUSES, "all")) for word in wanted)
    if asked.overdue:
        return frozenset({"overdue", "lapsed", "reassess", standing.ADVERSE})
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


def _listed_as(asked: Asked, queries: list[read.Query]) -> str:
    if asked.overdue:
        return "overdue"
    if asked.status:
        return f"listed as {asked.status.replace(',', ', ')}" if asked.status != "all" else "listed"
    return f"due by {max(query.until or date.max for query in queries)}"
