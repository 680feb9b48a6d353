"""`tpi inject`: preview, confirm, record."""

import sys
from typing import Annotated, Any, NamedTuple

import typer

from tpi_cli.commands import complete, draft, options, preview
from tpi_cli.commands.draft import Told
from tpi_cli.commands.parse import dates
from tpi_cli.commands.pick import picked
from tpi_cli.commands.preview import Preview
from tpi_cli.errors import Cancelled, Conflict, Usage
from tpi_cli.rules import identity
from tpi_cli.rules.values import Shot
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.store.connect import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic


def inject(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    items: Annotated[
        list[str] | None, typer.Argument(metavar="[ITEMS|-]", help="ut l lido 1% 1ml; - is stdin.")
    ] = None,
    pain: draft.PainOption = None,
    next: draft.Next = None,
    consent: draft.Consent = None,
    lot: draft.Lots = None,
    needle: draft.Needle = None,
    guidance: draft.Guidance = None,
    position: draft.Position = None,
    twitch: draft.Twitch = None,
    adverse: draft.Adverse = None,
    alongside: draft.With = None,
    dx: draft.Diagnosis = None,
) -> None:
    """Record what was injected where, how it hurt, and when to come back. Shows everything first and asks.

    Without ITEMS, on a terminal, it asks line by line: < goes back, . ends, ? helps. tpi help items
    explains how injections are written.

    \b
    tpi inject 7 ut l, ls l lido 1% 1ml each --pain 7:3 --next 3mo
    tpi inject 7 gm r lido 1% 2ml + triam 40mg/ml 0.5ml --consent written
    tpi inject 7 is l x3 dry --next none --yes
    """
    told = Told(pain, next, consent, tuple(lot or ()), needle, guidance, position, twitch, tuple(adverse or ()),
                alongside, dx, ctx.obj.note)  # fmt: skip
    text = " ".join(items or [])
    who = picked(ctx, patient)
    if text == "-":
        text = sys.stdin.read().strip()
    elif not text:
        text, told = _form(ctx, who, told)
    run(ctx, who, Asked(told, text))


class Asked(NamedTuple):
    """What to record: the options, and the items as text or (for `again`) as shots."""

    told: Told
    text: str = ""
    shots: tuple[Shot, ...] = ()
    name: str = "inject"


def _form(ctx: typer.Context, patient: str, told: Told) -> tuple[str, Told]:
    out: Out = ctx.obj.out()
    if out.no_input or not sys.stdin.isatty():
        raise Usage("what was injected?", hint="tpi inject 7 ut l lido 1% 1ml --next 3mo (tpi help items)")
    from tpi_cli.commands import form

    with options.reading(ctx) as db:
        today = clinic(db).today
        who = people.patient(db, patient)
        out.say(redacted_head(who, today, people.alerts(db, who.id), out.redact))
        return form.ask(out, form.Known(draft.stock(db), ctx.obj.on(today), today), told)


def run(ctx: typer.Context, patient: str, asked: Asked) -> None:
    """Preview, confirm (with a chance to mend the items), record."""
    shown = _prepared(ctx, patient, asked)
    out: Out = ctx.obj.out(shown.today)
    if ctx.obj.dry_run:
        told = [*preview.lines(shown, out.redact), "dry run: nothing was kept"]
        out.lines(told, asked.name, lambda: {**preview.facts(shown, None), "dry_run": True})
        return None
    if not (ctx.obj.yes and (out.machine or out.quiet)):
        _show(out, shown)
    if not ctx.obj.yes:
        answer = out.ask("Record? [y/N/e]").lower()
        if answer in {"e", "edit"}:
            return run(ctx, patient, asked._replace(text=_edited(shown.shots), shots=()))
        if answer not in {"y", "yes"}:
            raise Cancelled()
    _record(ctx, out, shown, patient, asked)
    return None


def _show(out: Out, shown: Preview) -> None:
    """The preview on stderr, however quiet: nobody says yes to what was not shown."""
    for line in preview.lines(shown, out.redact):
        out._replace(quiet=False).say(line)


def _edited(shots: tuple[Shot, ...]) -> str:
    from tpi_cli.commands.form import edited
    from tpi_cli.commands.parse.items import written

    return edited(written(shots))


def _prepared(ctx: typer.Context, patient: str, asked: Asked) -> Preview:
    options.storable("the clinician's code", ctx.obj.acting)  # refused before anything is shown
    with options.reading(ctx) as db:
        return _prepare(ctx, db, patient, asked)


def _prepare(ctx: typer.Context, db: Database, patient: str, asked: Asked) -> Preview:
    today = clinic(db).today
    who = people.patient(db, patient)
    on = ctx.obj.on(today)
    own = draft.stock(db)
    shots = asked.shots or draft.read_items(db, asked.text)
    checked = draft.check(asked.told, shots, on, today, own)
    return preview.prepare(db, who, shots, checked, on, today, own)


def _record(ctx: typer.Context, out: Out, shown: Preview, patient: str, asked: Asked) -> None:
    """Record what was shown, unless somebody changed the patient's record meanwhile."""
    from tpi_cli.acts import inject as acts

    checked = shown.checked
    fields: dict[str, Any] = {key: value for key, value in checked._asdict().items() if key != "lots"}
    lots = {agent: acts.Lot(*lot) for agent, lot in checked.lots.items()}
    session = acts.Draft(patient_id=shown.who.id, on=shown.on, shots=shown.shots, lots=lots, **fields)
    with options.recording(ctx) as writing:
        if _prepare(ctx, writing.db, patient, asked) != shown:
            raise Conflict(f"the record of {shown.who.code} changed meanwhile", hint="look at the preview again")
        kept = acts.record(writing, session)
        code = identity.session(kept.session.number)
    who = redacted_head(shown.who, shown.today, (), out.redact)
    sites = f"{len(shown.plans)} site{'s' if len(shown.plans) > 1 else ''}"
    when = "   ".join(filter(None, [sites, draft.echo(shown.on, shown.today)]))
    back = dates.words(shown.next, shown.today) if shown.next else "none"
    lines = [f"recorded {code}  {who}", f"  {when}   next {back}"]
    out.recorded(code, lines, asked.name, preview.facts(shown, code))
