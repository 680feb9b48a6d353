"""`tpi trend`: pain over time."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import named_site, picked
from tpi_cli.reference.names import title
from tpi_cli.show import trend as show
from tpi_cli.show.clean import clean
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.read import body, people
from tpi_cli.store.read.clinic import clinic


def trend(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Of one site: ut l, or its number.")
    ] = None,
) -> None:
    """Pain over time, with the sessions and the pain at which relief is enough; scores of one session are joined,
    between sessions nothing is drawn.

    Without --site it is the patient as a whole: the score told of the whole, else the worst site's.

    \b
    tpi trend 7
    tpi trend 7 --site 'ut l'
    tpi trend 7 --json
    """
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        office = clinic(db)
        who = people.patient(db, wanted)
        out: Out = ctx.obj.out(office.today)
        out.look(show.COLUMNS)
        one = None if site is None else named_site(db, who, site)
        options.chart_read(ctx, db, who.number)
        where = one and (one.muscle, one.side)
        found = show.course(body.known(db, who, office.today), where, office.today)
    named = clean(f"{title(one.muscle)} {one.side}") if one else "the patient as a whole"
    discreet = out.redact == "all"
    out.report(
        Report(
            name="trend",
            columns=show.COLUMNS,
            rows=found.points,
            record=show.record,
            around=lambda: {"patient": who.code, "site": one and one.number, **show.around(found)},
            footer=lambda: show.footer(found, discreet=discreet),
            above=[
                redacted_head(who, office.today, (), out.redact),
                *([] if discreet else [f"pain of {named}", "", *show.picture(found, out)]),
            ],
        )
    )
