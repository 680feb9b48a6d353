"""`tpi session void`."""

from typing import Annotated

import typer

from tpi_cli.acts import void as acts
from tpi_cli.commands import options
from tpi_cli.errors import Usage
from tpi_cli.rules import checks, identity
from tpi_cli.show.due import pain
from tpi_cli.show.out import Out
from tpi_cli.show.person import spelled
from tpi_cli.store.read import appointments, log
from tpi_cli.store.read.clinic import clinic


def void(
    ctx: typer.Context,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Its id: S-01RJ.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it should not count.")] = "",
) -> None:
    """Mark a session as not to count. It is kept whole; its plans go, and the earlier ones are back.

    \b
    tpi session void S-0018 --reason 'wrong patient'
    tpi session void S-0018 --reason 'entered twice' --yes
    tpi session void S-0018 --reason 'wrong side' --dry-run
    """
    if not reason.strip() or checks.text(reason):
        raise Usage("a void needs a reason", hint="--reason 'entered twice'")
    ctx.obj.without("on")
    why = "; ".join(filter(None, [reason.strip(), ctx.obj.note]))
    with options.reading(ctx) as db:
        today = clinic(db).today
        one = log.session(db, session)
    out: Out = ctx.obj.out(today)
    code = identity.patient(one.patient)
    who = code if out.redact != "none" else f"{code} {one.name} born {spelled(one.born)}"
    if not (ctx.obj.yes or ctx.obj.dry_run or one.voided_at):
        out.confirm(f"void {one.code} of {one.date}, {who}, pain {pain(*one.pain) or 'not asked'}?")
    with options.recording(ctx) as writing:
        closed = appointments.closed_by(writing.db, one.id)
        acts.void(writing, one.id, why)
        now = [appointments.of(writing.db, each) for each in closed]
        left = [f"  appointment {each.code} of {each.wall} is {each.status} now" for each in now]
    said = "would be voided" if ctx.obj.dry_run else "voided"
    facts = {"session": one.code, "patient": code}
    ctx.obj.done(out, one.code, [f"{said}: {one.code} of {one.date}, {who}", *left], "session-void", facts)
