"""`tpi sign`: the clinician's signature under sessions."""

from typing import Annotated

import typer

from tpi_cli.acts import sign as acts
from tpi_cli.commands import options
from tpi_cli.commands.parse.dates import day, words
from tpi_cli.errors import Conflict, Usage
from tpi_cli.rules import identity
from tpi_cli.show import session as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import spelled
from tpi_cli.store.database import Database
from tpi_cli.store.read import clinicians, log
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.log import Session


def sign(
    ctx: typer.Context,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[SESSION|DATE]", help="S-01RJ, or a day: all of yours on it.")
    ] = None,
) -> None:
    """Sign your sessions of a day (today, unless one is named), or one session. Shows them first and asks.

    A signed session is locked: it can be amended or voided with a reason, and everything it was is kept; it
    cannot be undone. Of a day only the sessions of the clinician who signs are taken.

    \b
    tpi sign
    tpi sign yesterday --yes
    tpi sign S-0018 --as AM
    """
    ctx.obj.without("on", "note")
    text = " ".join(what or ["today"])
    with options.reading(ctx) as db:
        today = clinic(db).today
        found, left = _asked(ctx, db, text)
    out: Out = ctx.obj.out(today)
    others = _others(left)
    if not found:
        out.lines([f"nothing of yours to sign: {text}", *others], "sign", lambda: {"sessions": []})
        return
    if not ctx.obj.yes:
        _ask(out, found, dry_run=ctx.obj.dry_run)
    with options.recording(ctx) as writing:
        for one in found:
            if log.session(writing.db, one.code) != one:
                raise Conflict(f"{one.code} changed meanwhile", hint="look at it again: tpi sign")
            acts.sign(writing, one.id)
    said = "would be signed" if ctx.obj.dry_run else "signed"
    codes = [one.code for one in found]
    lines = [f"{said} by {writing.by}: {', '.join(codes)}", *others]
    ctx.obj.done(out, ", ".join(codes), lines, "sign", {"sessions": codes})


def _others(left: list[Session]) -> list[str]:
    """What is said of other clinicians' sessions of the day."""
    return [f"{len(left)} more of {', '.join(sorted({one.clinician for one in left}))} not signed"] if left else []


def _ask(out: Out, found: list[Session], *, dry_run: bool) -> None:
    """Show what would be signed, and ask. Raises Cancelled."""
    out.insist([line(one, out.redact) for one in found])
    if not dry_run:
        out.confirm(f"sign {_counted(found)}?")


def _asked(ctx: typer.Context, db: Database, text: str) -> tuple[list[Session], list[Session]]:
    """The sessions to sign, and those of the same day that are another clinician's. Raises NotFound, Conflict."""
    if identity.read_session(text) is not None or text[:2].upper() == "S-":  # a slip in a number is no day
        one = log.session(db, text)
        if one.signed_at or one.voided_at:
            state = f"signed already, by {one.signed_by}" if one.signed_at else "void: there is nothing to sign"
            raise Conflict(f"{one.code} is {state}", hint=f"tpi session show {one.code}")
        return [one], []
    today = clinic(db).today
    on = day(text, today, forward=False)
    if on > today:
        raise Usage(f"{words(on, today)} is in the future", hint="tpi sign takes a session or a day that was")
    actor = clinicians.actor(db, db.account, ctx.obj.acting)
    person = actor.named or actor.person
    mine = person.code if person else None
    waiting = log.to_sign(db, on)
    return [one for one in waiting if one.clinician == mine], [one for one in waiting if one.clinician != mine]


def line(one: Session, redact: str) -> str:
    """A session on one line, for the person who is asked about it."""
    code = identity.patient(one.patient)
    who = code if redact != "none" else f"{code} {one.name} born {spelled(one.born)}"
    what = "" if redact == "all" else f"   {show.sites_of(one)}   {show.agents_of(one)}   {show.pain_words(*one.pain)}"
    return f"  {one.code}  {one.date}  {one.clinician}   {who}{what}".rstrip()


def _counted(found: list[Session]) -> str:
    return found[0].code if len(found) == 1 else f"{len(found)} sessions"
