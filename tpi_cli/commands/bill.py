"""`tpi bill`: what a coder might bill."""

from typing import Annotated

import typer

from tpi_cli import config
from tpi_cli.commands import options
from tpi_cli.commands.parse import ranges
from tpi_cli.reference.codes import all_codes
from tpi_cli.rules import coding
from tpi_cli.show import bill as show
from tpi_cli.show.report import Report
from tpi_cli.store.read import bill as read
from tpi_cli.store.read.clinic import Clinic, clinic

SETTING = "billing.sides"


def bill(
    ctx: typer.Context,
    when: Annotated[
        list[str] | None,
        typer.Argument(metavar="[DATE|RANGE]", help="yesterday, 2026-11-20, 2026-11, 2026-11-01..2026-11-15."),
    ] = None,
) -> None:
    """Coding suggestions for a day's sessions: procedures, drugs, diagnoses. A coder decides.

    A patient's sessions of one day are taken together; void ones do not count.

    \b
    tpi bill
    tpi bill today --format csv -o today.csv
    tpi bill 2026-11-01..2026-11-15
    """
    with options.reading(ctx) as db:
        office = clinic(db)
        asked = ranges.days(" ".join(when or ["today"]), office.today)
        found = list(read.visits(db, office.id, asked.first, asked.last))
    sides = sides_of(office)
    lines = [show.Line(visit, one) for visit in found
             for one in coding.suggest(visit.date, visit.sessions, all_codes(), sides)]  # fmt: skip
    ctx.obj.out(office.today).report(
        Report(
            name="bill",
            columns=show.COLUMNS,
            rows=lines,
            record=show.record,
            around=lambda: {"from": asked.first, "to": asked.last, "sides": sides, "sign_off": "not signed off"},
            footer=lambda: show.footer(lines, ranges.spelled(asked, office.today)),
        )
    )


def sides_of(office: Clinic) -> str:
    """How the clinic counts both sides of a muscle."""
    return office.own.get(SETTING, config.KEYS[SETTING].default)
