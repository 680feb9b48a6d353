"""`tpi site add|list`."""

from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.show import patient as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.read import body, people, plans
from tpi_cli.store.read.clinic import clinic


def list_(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
) -> None:
    """The sites of a patient with what was found there and when each is due.

    \b
    tpi site list 7
    tpi site list 7 --json
    tpi site list mrn:A12 --columns site,muscle,side
    """
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        office = clinic(db)
        who = people.patient(db, wanted)
        out: Out = ctx.obj.out(office.today)
        columns = show.site_columns(glyphs=out.format == "table" and out.glyphs)
        out.look(columns)
        options.chart_read(ctx, db, who.number)
        scores = body.scores(db, who, office.today)
        found = [show.SiteRow(one, scores[one.number]) for one in people.sites(db, who.id)]
    out.say(redacted_head(who, office.today, (), out.redact))
    out.report(
        Report(
            name="site-list",
            columns=columns,
            rows=found,
            record=lambda row: {"patient": who.code, **show.site_record(row.site), "scores": row.scores},
        )
    )


def add(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    site: Annotated[list[str], typer.Argument(metavar="SITE", help="Muscle and side: ut l.")],
    taut_band: Annotated[bool | None, typer.Option("--taut-band/--no-taut-band", help="A taut band.")] = None,
    tender_spot: Annotated[bool | None, typer.Option("--tender-spot/--no-tender-spot", help="A tender spot.")] = None,
    referred: Annotated[
        str | None, typer.Option("--referred", metavar="TEXT|none", help="Where the pain goes, or none.")
    ] = None,
    recognised: Annotated[
        bool | None, typer.Option("--recognised/--not-recognised", help="The pain the patient knows.")
    ] = None,
    point: Annotated[str | None, typer.Option("--point", metavar="LABEL", help="Which point of the muscle.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Since when.")] = None,
) -> None:
    """Add a trigger-point site with what the examination found; what was not asked stays unknown.

    \b
    tpi site add 7 ut l --taut-band --tender-spot
    tpi site add 7 'infraspinatus R' --referred 'front of the shoulder' --recognised
    tpi site add 7 ls l --no-taut-band --since 2026-09-01
    """
    from tpi_cli.acts import site as acts
    from tpi_cli.commands.parse.sites import site as read_site

    muscle, side = read_site(" ".join(site))
    sides = ("L", "R") if side == "both" else (side,)
    findings = acts.Findings(
        _checked(point), taut_band, tender_spot, *_referred(_checked(referred)), recognised, ctx.obj.note
    )
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        today = writing.today
        who = people.patient(writing.db, wanted)
        on, start = ctx.obj.on(today), _since(since, today)
        rows = [acts.add(writing, who.id, muscle, one, findings, on, start) for one in sides]
        numbers = {row.number for row in rows}
        after = [one for one in plans.standing(writing.db, who.id) if one.number in numbers]
        waiting = any(one.closed is None and one.follow_up is None for one in after)
    out: Out = ctx.obj.out(today)
    said = "would record" if ctx.obj.dry_run else "recorded"
    lines = [f"{said} site {row.number} {_words(row)} on {redacted_head(who, today, (), out.redact)}" for row in rows]
    lines += ["  no follow-up is planned there yet: counted as unplanned until it is treated"] if waiting else []
    facts = {"patient": who.code, "site": rows[0].number, "sites": [row.number for row in rows]}
    ctx.obj.done(out, f"site {rows[0].number}", lines, "site-add", facts)


def _words(row: Any) -> str:
    from tpi_cli.reference.names import title

    return f"{title(row.muscle)} {row.side}"


def _referred(text: str | None) -> tuple[bool | None, str | None]:
    if text is None:
        return None, None
    return (False, None) if text.lower() == "none" else (True, text)


def _checked(text: str | None) -> str | None:
    from tpi_cli.errors import Usage
    from tpi_cli.rules import checks

    wrong = checks.text(text, checks.LONGEST_NAME) if text is not None else None
    if wrong:
        raise Usage(f"the text {wrong}", hint="write it shorter and plainly")
    return text


def _since(text: str | None, today: Any) -> Any:
    if text is None:
        return None
    from tpi_cli.commands.parse.dates import day, words
    from tpi_cli.errors import Usage

    found = day(text, today, forward=False)
    if found > today:
        raise Usage(f"{words(found, today)} is in the future", hint="--since names a day in the past")
    return found
