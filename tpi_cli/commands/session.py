"""`tpi session list|show`."""

from itertools import islice
from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.rules import identity
from tpi_cli.show import finding
from tpi_cli.show import session as show_session
from tpi_cli.show import version as show_version
from tpi_cli.show.out import Out
from tpi_cli.show.person import spelled
from tpi_cli.show.report import NOTHING, Report
from tpi_cli.store.read import log, overrides, people, versions_of
from tpi_cli.store.read.clinic import clinic


def list_(
    ctx: typer.Context,
    patient: Annotated[str | None, typer.Argument(metavar="[PATIENT]", autocompletion=complete.patients)] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="At most so many.", min=1, max=1_000_000)
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Only those that wait for a signature.")] = False,
) -> None:
    """Sessions, newest first, of one patient or of all.

    \b
    tpi session list 7
    tpi session list --unsigned --limit 20
    tpi session list 7 --json
    """
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        who = people.patient(db, wanted).number if wanted else None
        out: Out = ctx.obj.out(clinic(db).today)
        if who is not None:
            out.look(show_session.COLUMNS)
            options.chart_read(ctx, db, who)
        found = list(islice(log.sessions(db, who, unsigned=unsigned), limit))
        report = Report("session-list", show_session.COLUMNS, found, show_session.record,
                        footer=lambda: f"{len(found)} sessions")  # fmt: skip
        out.report(report)


def show(
    ctx: typer.Context,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Its id: S-01RJ.")],
    history: Annotated[bool, typer.Option("--history", help="Every version, the oldest first.")] = False,
) -> None:
    """Everything recorded about a session: sites, agents, doses, lots, scores, events, plans.

    \b
    tpi session show S-0018
    tpi session show s-0018 --history
    tpi session show S-0018 -o session.txt
    """
    if history:
        return _history(ctx, session)
    return _whole(ctx, session)


def _history(ctx: typer.Context, session: str) -> None:
    """Every version of a session: who made it when and why, and what it says."""
    with options.reading(ctx) as db:
        now = log.session(db, session)
        options.chart_read(ctx, db, now.patient, now.code)
        out = ctx.obj.out(clinic(db).today)
        found = list(versions_of.of_session(db, now))
    lines = [line for number, one in enumerate(found, 1) for line in show_version.lines(number, one, out.redact)]
    told = [show_version.record(number, one) for number, one in enumerate(found, 1)]
    facts = {"session": now.code, "patient": identity.patient(now.patient), "versions": told}
    out.lines(lines, "session-history", lambda: facts)


def _whole(ctx: typer.Context, session: str) -> None:
    with options.reading(ctx) as db:
        one = log.told(db, log.session(db, session))
        options.chart_read(ctx, db, one.patient, one.code)
        rows = list(log.given(db, " WHERE session_id = :session", session=one.id))
        events = log.events(db, one.id)
        found = overrides.of_session(db, one.id)
        out = ctx.obj.out(clinic(db).today)
        if out.redact != "none":
            one, rows = (
                one._replace(note=None, void_reason=None, amend_reason=None),
                [row._replace(note=None) for row in rows],
            )
            events = [event._replace(text=None) for event in events]
            found = [_discreet(one) for one in found]
        code = identity.patient(one.patient)
        head = code if out.redact != "none" else f"{code} {one.name} born {spelled(one.born)}"
        bare = [f"{one.code}  {one.date}  {head}"]
        lines = bare if out.redact == "all" else show_session.whole(one, rows, head, events, found)
        out.lines(lines, "session", lambda: show_session.whole_record(one, rows, events, found))


def _discreet(found: overrides.Found) -> overrides.Found:
    """A finding of the day without free text."""
    return found._replace(reason=found.reason and NOTHING, text=finding.discreet(found.rule, found.text))
