"""`tpi stats`: responders, relief, recall kept."""

from datetime import date, timedelta
from typing import Annotated, NamedTuple

import typer

from tpi_cli.commands import options
from tpi_cli.commands.parse import ranges
from tpi_cli.commands.parse.ranges import Days
from tpi_cli.reference.responders import Responder, responders
from tpi_cli.rules import interval
from tpi_cli.rules import stats as rules
from tpi_cli.show import stats as show
from tpi_cli.show.out import allowed
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import stats as read
from tpi_cli.store.read.clinic import Clinic, all_of, chosen

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
    clinic: Annotated[
        str | None, typer.Option("--clinic", metavar="NAME|all", help="Of a group's clinics: this one, or all.")
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
    wanted = responders()
    with options.reading(ctx, several=True) as db:
        counts = [_counted(db, office, when, split, wanted) for office in chosen(db, clinic)]
    several, asked = all_of(clinic), _asked([one.asked for one in counts])
    rows = [line for one in counts for line in show.lines(one.rows, split, one.clinic)]
    ctx.obj.out(asked.today).report(
        Report(
            name="stats",
            columns=(show.CLINIC, *show.columns(wanted)) if several else show.columns(wanted),
            rows=rows,
            record=lambda row: {**({"clinic": row.clinic} if several else {}), **show.record(row, wanted)},
            around=lambda: show.around(asked.days, split, wanted, asked.grace),
            footer=lambda: show.footer(rows, ranges.spelled(asked.days, asked.today), wanted, asked.grace),
        )
    )


class Asked(NamedTuple):
    """What was asked of all the clinics together; no days of grace where each has its own."""

    days: Days
    today: date
    grace: int | None


def _asked(found: list[rules.Asked]) -> Asked:
    days = Days(min(one.first for one in found), max(one.last for one in found))
    grace = {one.grace for one in found}
    return Asked(days, max(one.today for one in found), grace.pop() if len(grace) == 1 else None)


class Counted(NamedTuple):
    """A clinic's numbers, and what was asked of it by its own day."""

    clinic: str
    asked: rules.Asked
    rows: list[rules.Row]


def _counted(
    db: Database, office: Clinic, when: list[str] | None, split: str | None, wanted: tuple[Responder, ...]
) -> Counted:
    days = ranges.days(" ".join(when), office.today) if when else _a_year(office.today)
    asked = rules.Asked(*days, office.today, tuple(one.percent for one in wanted), office.thresholds.overdue)
    events = read.events(db, office.id, asked)
    return Counted(office.name, asked, rules.counted(read.treatments(db, office.id, asked), events, split))


def _a_year(today: date) -> Days:
    """The last 12 months, today included: the same day a year ago is out."""
    return Days(interval.after(today, A_YEAR_BACK) + timedelta(days=1), today)
