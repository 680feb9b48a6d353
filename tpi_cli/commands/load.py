"""`tpi load`: due and booked per week and weekday, against capacity."""

from datetime import timedelta
from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.show import load as show
from tpi_cli.show.report import Report
from tpi_cli.store.read import load as read
from tpi_cli.store.read.clinic import clinic

WEEK = 7


def load(
    ctx: typer.Context,
    weeks: Annotated[int, typer.Option("--weeks", metavar="N", help="How many weeks.", min=1, max=104)] = 13,
) -> None:
    """How many patients come due, and how many are booked, on each day of the weeks ahead: due+booked.

    A day as full as its capacity is marked =, one that is over it !; in colour the shade tells how full. Who is late,
    or back from a hold, counts on the first day of the list that is left. Capacity is the setting clinic.capacity, or
    what the opening hours hold (clinic.hours, appointment.minutes).

    \b
    tpi load
    tpi load --weeks 4
    tpi load --weeks 26 --json
    """
    with options.reading(ctx) as db:
        office = clinic(db)
        monday = office.today - timedelta(days=office.today.weekday())
        found = read.weeks(db, office, monday, weeks)
        out = ctx.obj.out(office.today)
        anchor = options.anchored(out, db, "")
    footer = "\n".join(filter(None, [anchor, show.footer(found)]))
    out.report(Report("load", show.columns(found), found, show.record, footer=lambda: footer))
