"""`tpi snooze|stop|resume` and `tpi site resolve`: what is decided about a recall."""

from typing import Annotated, Any

import typer

from tpi_cli.acts import hold as acts
from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import named_site, picked
from tpi_cli.errors import Usage
from tpi_cli.rules import checks
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.person import redacted_head
from tpi_cli.store.read import people
from tpi_cli.store.write import Writing

Patient = Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)]
OneSite = Annotated[list[str] | None, typer.Argument(metavar="[SITE]", help="ut l, or its number.")]
REASONS = ("resolved", "declined", "moved", "died", "other")


def snooze(
    ctx: typer.Context,
    patient: Patient,
    until: Annotated[list[str], typer.Argument(metavar="DATE", help="6w, 2027-01-10, 10 Jan.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")] = "",
) -> None:
    """Hold a patient's recall until a day; then it is back on the list by itself.

    \b
    tpi snooze 12 6w --reason 'exams'
    tpi snooze 12 2027-01-10 --reason 'abroad until January'
    tpi snooze 12 10 Jan --reason 'waits for the MRI'
    """
    from tpi_cli.commands.parse.dates import ahead, words

    if not reason.strip():
        raise Usage("a snooze needs a reason", hint="--reason 'abroad until January'")
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        today = writing.today
        back = ahead(" ".join(until), today)
        if back <= today:
            raise Usage(f"{words(back, today)} is not ahead", hint="name a day after today")
        who = people.patient(writing.db, wanted)
        note = _text("; ".join(filter(None, [reason.strip(), ctx.obj.note])))
        acts.decide(writing, acts.Decision("snooze", who.id, ctx.obj.on(today), until=back, note=note))
    _said(ctx, writing, who, f"held until {words(back, today)}", "snooze", {"until": back})


def stop(
    ctx: typer.Context,
    patient: Patient,
    site: OneSite = None,
    reason: Annotated[str, typer.Option("--reason", metavar="|".join(REASONS), help="Why.")] = "",
) -> None:
    """End the recall of a patient, or of one site. It is kept, counted, and tpi resume reopens it.

    \b
    tpi stop 12 --reason declined
    tpi stop 12 ut l --reason resolved
    tpi stop 12 --reason moved --note 'moved to Leeds'
    """
    if not reason:
        raise Usage("a stop needs a reason", hint=f"--reason {'|'.join(REASONS)}")
    allowed("--reason", reason, REASONS)
    if reason == "died" and site:
        raise Usage("a patient dies, not a site", hint=f"tpi stop {patient} --reason died")
    wanted = picked(ctx, patient)
    if reason == "died" and not (ctx.obj.yes or ctx.obj.dry_run):
        _confirm_death(ctx, wanted)
    _decide(ctx, wanted, site, "stop", reason, f"stopped ({reason})")


def _confirm_death(ctx: typer.Context, patient: str) -> None:
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        who = people.patient(db, wanted)
    out: Out = ctx.obj.out()
    name = "" if out.redact != "none" else f" {who.name} born {who.born}"
    out.confirm(f"{who.code}{name} has died: mark as deceased?")


def resume(ctx: typer.Context, patient: Patient, site: OneSite = None) -> None:
    """Reopen the recall of a patient, or of one site: the last plan holds again.

    \b
    tpi resume 12
    tpi resume 12 ut l
    tpi resume 12 --note 'called, wants to come again'
    """
    _decide(ctx, patient, site, "resume", None, "reopened")


def resolve(
    ctx: typer.Context,
    patient: Patient,
    site: Annotated[list[str], typer.Argument(metavar="SITE", help="ut l, or its number.")],
) -> None:
    """Close a site: examined, and nothing left to treat. A later session there starts anew.

    \b
    tpi site resolve 7 ut l
    tpi site resolve 7 2 --note 'no taut band, pain 1 for 8 weeks'
    tpi site resolve 7 ut l --on yesterday
    """
    _decide(ctx, patient, site, "resolve", None, "resolved")


def _decide(ctx: typer.Context, patient: str, site: list[str] | None, act: str, reason: str | None, words: str) -> None:
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        where = named_site(writing.db, who, " ".join(site)) if site else None
        decision = acts.Decision(
            act,
            who.id,
            ctx.obj.on(writing.today),
            where.id if where else None,
            reason,
            note=_text(ctx.obj.note),
        )
        acts.decide(writing, decision)
    place = f" site {where.number}" if where else ""
    name = "site-resolve" if act == "resolve" else act
    _said(ctx, writing, who, f"{words}{place}", name, {"site": where.number if where else None})


def _text(text: str | None) -> str | None:
    wrong = checks.text(text) if text else None
    if wrong:
        raise Usage(f"the text {wrong}", hint="write it shorter and plainly")
    return text


def _said(
    ctx: typer.Context, writing: Writing, who: people.Patient, words: str, name: str, facts: dict[str, Any]
) -> None:
    out: Out = ctx.obj.out(writing.today)
    would = "would be " if ctx.obj.dry_run else ""
    line = f"{would}{words}: {redacted_head(who, writing.today, (), out.redact)}"
    ctx.obj.done(out, who.code, [line], name, {"patient": who.code, **facts})
