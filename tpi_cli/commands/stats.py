"""`tpi stats`: responders, relief, recall kept."""

from datetime import date, timedelta
from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.commands.parse import ranges
from tpi_cli.commands.parse.ranges import Days
from tpi_cli.reference.responders import responders
from tpi_cli.rules import interval
from tpi_cli.rules import stats as rules
from tpi_cli.show import stats as show
from tpi_cli.show.out import allowed
from tpi_cli.show.report import Report
from tpi_cli.store.read import stats as read
from tpi_cli.store.read.clinic import clinic

A_YEAR_BACK = interval.Interval(-12, "mo")


def stats(
    ctx: typer.Context,
    when: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RANGE]", help="2026-10, 2026-01-01..2026-06-30; else the last 12 months."),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="muscle|agent|clinician|site", help="A row for each.")
    ] = None,
) -> None:
    """Responders, relief and recall kept: of the sites treated in a range of days, by group or all together.

    TREATED are sites on a day, SCORED those with a later score that gives a relief, each R those of them that had so
    many percent of it at best. RELIEF WEEKS is the median it lasted, KEPT the plans whose patient was back in time,
    EVENTS adverse events. Void sessions do not count. tpi help stats says how each is counted.

    \b
    tpi stats
    tpi stats --by muscle
    tpi stats 2026-01-01..2026-06-30 --by agent --format csv -o agents.csv
    """
    split = allowed("--by", by, tuple(rules.GROUPS)) if by is not None else None
    with options.reading(ctx) as db:
        office = clinic(db)
        found = ranges.days(" ".join(when), office.today) if when else _a_year(office.today)
        wanted = responders()
        asked = rules.Asked(*found, office.today, tuple(one.percent for one in wanted), office.thresholds.overdue)
        events = read.events(db, office.id, asked)
        rows = show.lines(rules.counted(read.treatments(db, office.id, asked), events, split), split)
    ctx.obj.out(office.today).report(
        Report(
            name="stats",
            columns=show.columns(wanted),
            rows=rows,
            record=lambda row: show.record(row, wanted),
            around=lambda: show.around(*found, split, wanted, asked.grace),
            footer=lambda: show.footer(rows, ranges.spelled(found, office.today), wanted, asked.grace),
        )
    )


def _a_year(today: date) -> Days:
    """The last 12 months, today included: the same day a year ago is out."""
    return Days(interval.after(today, A_YEAR_BACK) + timedelta(days=1), today)
