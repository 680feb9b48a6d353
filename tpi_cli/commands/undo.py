"""`tpi undo`: the last change of this account is taken back."""

import typer

from tpi_cli.acts import undo as acts
from tpi_cli.commands import options
from tpi_cli.errors import Conflict, NotPermitted
from tpi_cli.reference.roles import permitted
from tpi_cli.rules import identity
from tpi_cli.rules.roles import ASSISTANT, FOR_ANOTHER, refused
from tpi_cli.show import undo as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.session import moment
from tpi_cli.store.database import Database
from tpi_cli.store.read import clinicians, people
from tpi_cli.store.read.clinic import Clinic, clinic
from tpi_cli.store.read.entries import Entry
from tpi_cli.store.revert import Change


def undo(ctx: typer.Context) -> None:
    """Take back your last change. Shows what stands now and what will, and asks; nothing is lost, nothing hidden.

    Only what was done from this account, never a signed session, never past a later change to the same record.
    Run again, it takes back the change before. A session that was recorded is voided.

    \b
    tpi undo
    tpi undo --dry-run
    tpi undo --yes
    """
    ctx.obj.without("on", "note")
    with options.reading(ctx) as db:
        office = clinic(db)
        one = acts.last(db, db.account)
        _may(ctx, db, one.act)
        found = acts.changes(db, one)
        out: Out = ctx.obj.out(office.today)
        lines = [_head(db, office, one, out.redact), *_told(one, found, out.redact)]
    with options.recording(ctx, keep=False) as writing:  # nobody is asked about what would be refused
        acts.take_back(writing, one)
    if not ctx.obj.yes:
        out.insist(lines)
        if not ctx.obj.dry_run:
            out.confirm("take this back?")
    with options.recording(ctx) as writing:
        if acts.last(writing.db, writing.account) != one or acts.changes(writing.db, one) != found:
            raise Conflict("something was recorded meanwhile", hint="look again: tpi undo")
        acts.take_back(writing, one)
    said = "would be taken back" if ctx.obj.dry_run else "taken back"
    told = [f"{said}: {lines[0]}", *(lines[1:] if ctx.obj.yes else [])]
    facts = {"entry": one.entry, "act": one.act, "patient": _patient(one), "records": len(found)}
    ctx.obj.done(out, f"undo of entry {one.entry}", told, "undo", facts)


def _may(ctx: typer.Context, db: Database, act: str) -> None:
    """Raises NotPermitted: what somebody may not do they do not take back. What was written for a clinician counts."""
    roles = tuple(ASSISTANT if one == FOR_ANOTHER else one for one in permitted(act))
    refusal = refused(f"undo {act}", roles, clinicians.actor(db, db.account, ctx.obj.acting))
    if refusal is not None:
        raise NotPermitted(refusal.why, hint=refusal.hint)


def _told(one: Entry, found: list[Change], redact: str) -> list[str]:
    """What happens to the records; of a session that it is voided, and to which appointments."""
    if not acts.voids(one, found):
        return show.lines(found, redact)
    kept = [change for change in found if change.table == "appointment"]
    return [f"  session {one.subject}: stands -> void, kept with everything in it", *show.lines(kept, redact)]


def _patient(one: Entry) -> str | None:
    return None if one.patient is None else identity.patient(one.patient)


def _head(db: Database, office: Clinic, one: Entry, redact: str) -> str:
    """`inject S-0018, 2026-11-23 10:15 UTC by reception, of PT-0007 TAN, Mei ...`."""
    what = " ".join(filter(None, [one.act, one.subject]))
    code = _patient(one)
    who = redacted_head(people.patient(db, code), office.today, (), redact) if code else ""
    return ", of ".join(filter(None, [f"{what}, {moment(one.at)} by {one.by}", who]))
