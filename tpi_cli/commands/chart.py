"""`tpi chart`: a patient's sites on the body."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.show import chart as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import body, log, people
from tpi_cli.store.read.clinic import Clinic, clinic


def chart(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw with ASCII characters alone.")] = False,
    svg: Annotated[str | None, typer.Option("--svg", metavar="FILE", help="Write the picture to a file.")] = None,
) -> None:
    """A patient's sites on the body, front and back, with what each number stands for and the sessions behind it.

    Numbers are the sites' own, as in tpi site list. PAIN is the last score, whenever it was told. Where a muscle is
    drawn is by eye and no guide for a needle.

    \b
    tpi chart 7
    tpi chart 7 --ascii
    tpi chart 7 --svg body.svg
    """
    if ctx.obj.not_ours(svg, "--svg"):
        ctx.obj.without("output", "format", "json", "columns")
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        office, who = clinic(db), people.patient(db, wanted)
        if svg is not None:
            _to_file(ctx, db, office, who, svg)
        else:
            _answer(ctx, db, office, who, ascii_only=ascii_only)


def _answer(ctx: typer.Context, db: Database, office: Clinic, who: people.Patient, *, ascii_only: bool) -> None:
    """The picture where it is wanted, the legend, the sessions."""
    out: Out = ctx.obj.out(office.today)
    columns = show.columns(glyphs=out.format == "table" and out.glyphs and not ascii_only)
    out.look(columns)
    options.chart_read(ctx, db, who.number)
    known = body.known(db, who, office.today)
    sites = list(body.sites(db, office, who, known))
    sessions = show.counted(log.sessions(db, who.number), known, office.today)
    told = out.redact != "all"
    drawn = show.picture(sites, out, ascii_only=ascii_only) if sites and told and (out.drawn or ascii_only) else []
    out.report(
        Report(
            name="chart",
            columns=columns,
            rows=sites,
            record=show.record,
            around=lambda: {"patient": who.code, "sessions": list(map(show.session_record, sessions))},
            above=[redacted_head(who, office.today, (), out.redact), *drawn],
            below=show.history(sessions) if told else (),
        )
    )
    if not sites:
        out.say("no site on file: tpi inject records one with its first session")


def _to_file(ctx: typer.Context, db: Database, office: Clinic, who: people.Patient, path: str) -> None:
    """Write the picture with its legend, and say where."""
    from tpi_cli.show import chart_file

    out: Out = ctx.obj.out(office.today)
    if out.redact == "all":
        raise Usage("a picture shows what --redact all keeps back", hint="leave --svg out")
    options.exported(ctx, db, "svg", who.number)
    sites = list(body.sites(db, office, who, body.known(db, who, office.today)))
    head = redacted_head(who, office.today, (), out.redact)
    with out._replace(output=path).into() as into:
        into.write(chart_file.whole(head, sites))
    out.say(f"{path}: the sites of {who.code}")
