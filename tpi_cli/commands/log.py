"""`tpi log`: who did what, and when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count
from typing import Annotated

import typer

from tpi_cli import clock
from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.show import log as show
from tpi_cli.show.out import Out
from tpi_cli.show.report import Report
from tpi_cli.store.read import journal, people
from tpi_cli.store.read.clinic import Clinic, clinic


def log(
    ctx: typer.Context,
    patient: Annotated[str | None, typer.Argument(metavar="[PATIENT]", autocompletion=complete.patients)] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day on.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="At most so many.", min=1, max=1_000_000)
    ] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Without the charts that were only read.")] = False,
) -> None:
    """Who did what, and when, newest first: all of it, or what concerns one patient. Times are in UTC.

    Charts that were read and exports stand in it too. tpi verify tells whether the log is whole.

    \b
    tpi log 7
    tpi log --changes --since yesterday --limit 20
    tpi log mrn:A12 --json
    """
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        office = clinic(db)
        one = people.patient(db, wanted) if wanted else None
        acts = journal.log(db, one.id if one else None, _since(since, office), limit, reads=not changes)
        _answer(ctx.obj.out(office.today), acts)


def _answer(out: Out, acts: Iterator[journal.Act]) -> None:
    """Print the acts as they come; without their free text where --redact keeps names back."""
    told = acts if out.redact == "none" else (act._replace(words=None) for act in acts)
    seen = count()
    rows = (act for act, _ in zip(told, seen, strict=False))  # the acts run out first: seen then tells how many
    out.report(Report("log", show.COLUMNS, rows, show.record, footer=lambda: f"{next(seen)} acts"))


def _since(text: str | None, office: Clinic) -> str | None:
    """When the day began in the clinic, as a moment in UTC. Raises Usage for one ahead."""
    if text is None:
        return None
    from tpi_cli.commands.parse.dates import day, words

    found = day(text, office.today, forward=False)
    if found > office.today:
        raise Usage(f"{words(found, office.today)} is in the future", hint="--since names a day in the past")
    return _begin(found, office.zone)


def _begin(found: date, zone: str) -> str:
    """The first moment of a clinic's day as the store writes moments, to the minute."""
    start = datetime(found.year, found.month, found.day, tzinfo=clock.zone(zone))
    return start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
