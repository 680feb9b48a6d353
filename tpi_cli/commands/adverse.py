"""`tpi adverse add|list|close`: what went wrong, what was done about it, how it ended."""

from datetime import date
from typing import Annotated

import typer

from tpi_cli.commands import complete, draft, options
from tpi_cli.commands.parse import dates
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.show import adverse as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.read import adverse as read
from tpi_cli.store.read import people, scores
from tpi_cli.store.read.clinic import clinic

Patient = Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)]
Action = Annotated[str | None, typer.Option("--action", metavar="TEXT", help="What was done about it.")]


def add(
    ctx: typer.Context,
    patient: Patient,
    what: Annotated[str, typer.Argument(metavar="TYPE[:TEXT]", help="pneumothorax, haematoma, ...")],
    action: Action = None,
    outcome: Annotated[str | None, typer.Option("--outcome", metavar="TEXT", help="How it ended, if it did.")] = None,
    look: Annotated[
        str | None, typer.Option("--look", metavar="DATE|none", help="When somebody has to look at it again.")
    ] = None,
) -> None:
    """Record an adverse event told after the session. It belongs to the last session on or before its day.

    One of a type that wants a look (tpi help adverse) is on the list from its day, whatever else holds the patient
    back, until tpi adverse close records how it ended. --look names another day, or none.

    \b
    tpi adverse add 7 'infection:warm and red' --action 'antibiotic by the family doctor'
    tpi adverse add 7 haematoma --look 3d
    tpi adverse add 7 soreness --on yesterday
    """
    from tpi_cli.acts import adverse as acts
    from tpi_cli.reference import adverse as types

    ctx.obj.without("note")  # what there is to say stands behind the colon and in --action
    kind, text = draft.adverse_event(what)
    event = acts.Event(kind, text, _text(action), _text(outcome))
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        today = writing.today
        on = ctx.obj.on(today)
        draft.in_life(who, on, today)
        last = scores.against(writing.db, who.id, on)
        day = on if look is None and types.all_types()[kind].look else _look(look, on, today)
        number = acts.put(writing, acts.Happened(who.id, last.id if last else None, None, on), event, day)
    told = f"adverse event {number}: {show.words(kind, text)}" + (f" on {on}" if on != today else "")
    _answer(ctx, today, who, [told, _listed(who, day, today)], "adverse-add", number)


def _listed(who: people.Patient, day: date | None, today: date) -> str:
    if day is None:
        return "  wants no look"
    if who.status == "deceased":
        return "  not listed: the patient is deceased"
    return f"  on the list from {dates.words(day, today)} until tpi adverse close"


def _look(text: str | None, on: date, today: date) -> date | None:
    if text is None or text.strip().lower() == "none":
        return None
    found = dates.ahead(text, today)
    if found < on:
        raise Usage(f"{dates.words(found, today)} is before the event", hint="--look 3d, or --look none")
    return found


def list_(
    ctx: typer.Context,
    patient: Annotated[str | None, typer.Argument(metavar="[PATIENT]", autocompletion=complete.patients)] = None,
    open_only: Annotated[bool, typer.Option("--open", help="Only those that still want a look.")] = False,
) -> None:
    """Adverse events, newest first, of one patient or of all.

    \b
    tpi adverse list
    tpi adverse list 7
    tpi adverse list --open --json
    """
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        one = people.patient(db, wanted) if wanted else None
        out: Out = ctx.obj.out(clinic(db).today)
        if one is not None:
            out.look(show.COLUMNS)
            options.chart_read(ctx, db, one.number)
        who = one.id if one else None
        found = list(read.events(db, who, open_only=open_only))
    told = found if out.redact == "none" else list(map(show.discreet, found))
    count = f"{len(found)} adverse event{'' if len(found) == 1 else 's'}"
    out.report(Report("adverse-list", show.COLUMNS, told, show.record, footer=lambda: count))


def close(
    ctx: typer.Context,
    patient: Patient,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="As tpi adverse list shows it.")],
    outcome: Annotated[str, typer.Option("--outcome", metavar="TEXT", help="How it ended.")] = "",
    action: Action = None,
) -> None:
    """Record that somebody looked at an event again, and how it ended; it is off the list then.

    \b
    tpi adverse close 7 1 --outcome 'healed'
    tpi adverse close 7 2 --outcome 'seen in casualty, lung clear' --action 'chest film'
    tpi adverse close 7 1 --outcome 'healed' --on yesterday
    """
    from tpi_cli.acts import adverse as acts

    ctx.obj.without("note")
    told = _text(outcome)
    if not told:
        raise Usage("how did it end?", hint=f"tpi adverse close {patient} {number} --outcome 'healed'")
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        today = writing.today
        row = acts.close(writing, who.id, number, ctx.obj.on(today), told, _text(action))
    line = f"adverse event {number}: {show.words(row.type, row.text)}; closed: {row.outcome}"
    _answer(ctx, today, who, [line], "adverse-close", number)


def _answer(ctx: typer.Context, today: date, who: people.Patient, lines: list[str], name: str, number: int) -> None:
    out: Out = ctx.obj.out(today)
    said = "would record" if ctx.obj.dry_run else "recorded"
    head = f"  {redacted_head(who, today, (), out.redact)}"
    shown = (
        [f"{said} {lines[0]}", head, *lines[1:]] if out.redact == "none" else [f"{said} adverse event {number}", head]
    )
    ctx.obj.done(out, f"adverse event of {who.code}", shown, name, {"patient": who.code, "event": number})


def _text(text: str | None) -> str | None:
    return options.storable("the text", (text or "").strip()) or None
