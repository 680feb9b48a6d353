"""`tpi day`: what the clinic has before it on a day."""

from collections import Counter
from datetime import date
from typing import Annotated

import typer

from tpi_cli.commands import filters, options
from tpi_cli.rules import standing
from tpi_cli.show import day as show
from tpi_cli.show.out import Out
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import day as read
from tpi_cli.store.read import due
from tpi_cli.store.read.clinic import Clinic, clinic


def day(
    ctx: typer.Context,
    when: Annotated[list[str] | None, typer.Argument(metavar="[DATE]", help="Today, where it is left out.")] = None,
    clinician: Annotated[str | None, typer.Option("--clinician", metavar="C", help="Of one clinician.")] = None,
) -> None:
    """The day at a glance: who is booked, who has an adverse event to look at, who is due and not booked, whom to call
    back, who missed an appointment, appointments that nobody closed, and the sessions of the day that are not signed.
    Alerts are in words.

    \b
    tpi day
    tpi day tomorrow
    tpi day --clinician AM --json
    """
    with options.reading(ctx) as db:
        office = clinic(db)
        on = _on(" ".join(when or []), office.today)
        whom = None if clinician is None else filters.clinician(db, clinician)
        found = read.rows(db, _query(office, on, whom), office.today)
        _print(ctx.obj.out(office.today), db, office, on, found)


def _print(out: Out, db: Database, office: Clinic, on: date, found: list[read.Row]) -> None:
    """Sections on a terminal, where a long alert has room; else one table, the same columns every time."""
    told = options.anchored(out, db, show.footer(on, Counter(row.what for row in found)))
    found = found if out.redact == "none" else list(map(show.discreet, found))
    if out.format == "table" and out.columns is None:
        out.lines(show.lines(found, office.today, out.redact), "day", dict)
        out.say(told)
        return
    out.report(Report("day", show.COLUMNS, found, show.record, lambda: {"day": on}, lambda: told))


def _on(text: str, today: date) -> date:
    if not text:
        return today
    from tpi_cli.commands.parse import dates

    return dates.day(text, today, forward=True)


def _query(office: Clinic, on: date, clinician: str | None) -> due.Query:
    """Who is due on that day, as the list asks it."""
    statuses = frozenset(standing.LISTED)
    until = due.horizon(on, office.thresholds, statuses)
    return due.Query(
        today=on, at=office.thresholds, statuses=statuses, until=until, clinic=office.id, clinician=clinician
    )
