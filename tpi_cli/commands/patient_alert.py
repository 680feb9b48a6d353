"""`tpi patient alert`: what to look out for in a patient, opened, ended and listed."""

from datetime import date
from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.parse.typed import meant
from tpi_cli.commands.pick import picked
from tpi_cli.errors import NotFound, Usage
from tpi_cli.reference import alerts as kinds
from tpi_cli.reference.tables import key
from tpi_cli.show import patient_alert as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic

VERBS = ("add", "end", "list")
CLOSE = 3
"""How many kinds a "did you mean" offers at most."""


def _verbs(incomplete: str) -> list[str]:
    return [verb for verb in VERBS if verb.startswith(incomplete)]


def _kinds(incomplete: str) -> list[str]:
    return [kind for kind in kinds.all_alerts() if kind.startswith(incomplete.lower())]


def alert(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    verb: Annotated[str, typer.Argument(metavar="add|end|list", autocompletion=_verbs)] = "list",
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", autocompletion=_kinds)] = None,
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="In your words: apixaban.")] = None,
    ended: Annotated[bool, typer.Option("--all", help="With list: those that ended too.")] = False,
) -> None:
    """Open an alert, end one, or list them; tpi help alerts explains the kinds. Nothing is deleted.

    Where several of a kind are open, TEXT says which one ends.

    \b
    tpi patient alert 7 add anticoagulant apixaban 5 mg
    tpi patient alert 7 end allergy-none --on today
    tpi patient alert 7 list --all
    """
    _in_order(patient, verb)
    ctx.obj.without("note")
    if verb == "list":
        return _list(ctx, patient, kind, ended)
    if ended:
        raise Usage("--all has no meaning here", hint="it goes with list")
    named = _kind(kind, verb, patient)
    said = None if text is None else options.storable("the text", " ".join(text).strip()) or ""
    if verb == "add":
        return _add(ctx, patient, named, said or None)
    return _end(ctx, patient, named, said)


def _in_order(patient: str, verb: str) -> None:
    """Raises Usage for a verb that is none, or that stands where the patient belongs."""
    if patient.lower() in VERBS:
        raise Usage("the patient comes first", hint=f"tpi patient alert {verb if verb != 'list' else '7'} {patient}")
    if verb not in VERBS:
        raise Usage(f"cannot {verb!r} an alert", hint="add, end or list stands after the patient")


def _kind(text: str | None, verb: str, patient: str) -> kinds.Alert:
    """The kind named. Raises Usage with what is close, or with every kind."""
    if text is None:
        raise Usage("which kind of alert?", hint=f"tpi patient alert {patient} {verb} anticoagulant apixaban")
    found = kinds.by_name(text)
    if found is None:
        raise Usage(f"no kind of alert is called {text!r}", hint=meant(_close(text)) or _every())
    return found


def _close(text: str) -> list[str]:
    """The kinds a word could tell, such as a drug's name; else those with a name spelt like it."""
    from difflib import get_close_matches

    wanted = key(text)
    every = kinds.all_alerts().values()
    told = [one.kind for one in every if one.flag and wanted in one.matches]
    called = {name: one.kind for one in every for name in (key(one.kind), *(one.matches if one.flag else ()))}
    near = get_close_matches(wanted, called, n=CLOSE, cutoff=0.8)
    return told or list(dict.fromkeys(called[name] for name in near))


def _every() -> str:
    return f"kinds: {', '.join(kinds.all_alerts())}"


def _list(ctx: typer.Context, patient: str, kind: str | None, ended: bool) -> None:
    ctx.obj.without("on")
    if ctx.obj.dry_run:
        raise Usage("--dry-run has no meaning here", hint="list changes nothing")
    if kind is not None:
        raise Usage("list takes no kind", hint=f"tpi patient alert {patient} list shows every kind")
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        today = clinic(db).today
        who = people.patient(db, wanted)
        out: Out = ctx.obj.out(today)
        out.look(show.COLUMNS)
        options.chart_read(ctx, db, who.number)
        found = [one for one in people.alerts_ever(db, who.id) if ended or one.ended is None]
        if out.redact != "none":
            found = [one._replace(text=None) for one in found]
        out.say(redacted_head(who, today, (), out.redact))
        out.report(Report("patient-alert-list", show.COLUMNS, found,
                          lambda one: {"patient": who.code, **show.record(one)}))  # fmt: skip


def _add(ctx: typer.Context, patient: str, kind: kinds.Alert, text: str | None) -> None:
    from tpi_cli.acts import patient as acts

    if text and not kind.flag:
        raise Usage(f"{kind.kind} takes no text", hint="it says that there is none")
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        row, untrue = acts.open_alert(writing, who.id, kind.kind, text, ctx.obj.on(writing.today))
    more = [f"  ends: {show.words(one.kind, one.text)}" for one in untrue]
    _say(ctx, who, row, writing.today, "would record" if ctx.obj.dry_run else "recorded", more)


def _end(ctx: typer.Context, patient: str, kind: kinds.Alert, text: str | None) -> None:
    from tpi_cli.acts import patient as acts

    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        open_now = [one.text for one in people.alerts(writing.db, who.id) if one.kind == kind.kind]
        kept = _which(who, kind, text, list(dict.fromkeys(open_now)), ctx.obj.out().redact)
        row = acts.end_alert(writing, who.id, kind.kind, kept, ctx.obj.on(writing.today))
    _say(ctx, who, row, writing.today, "would end" if ctx.obj.dry_run else "ended", [])


def _which(
    who: people.Patient, kind: kinds.Alert, text: str | None, open_now: list[str | None], redact: str
) -> str | None:
    """The text of the one open alert that is meant. Raises NotFound, and Usage where several could be."""
    from tpi_cli.acts.patient import same_text

    meant_by = open_now if text is None else [one for one in open_now if same_text(one, text)]
    if not meant_by:
        raise NotFound(
            f"no such alert is open on {who.code}: {kind.kind}", hint=f"tpi patient alert {who.code} list --all"
        )
    if len(meant_by) > 1:
        listed = ", ".join(one or "'' (without text)" for one in meant_by)
        shown = listed if redact == "none" else f"tpi patient alert {who.code} list shows them"
        raise Usage(f"{len(meant_by)} alerts {kind.kind} are open: say which", hint=shown)
    return meant_by[0]


def _say(ctx: typer.Context, who: people.Patient, row: Any, today: date, verb: str, more: list[str]) -> None:
    from tpi_cli.commands.parse.dates import words

    out: Out = ctx.obj.out(today)
    text = row.text if out.redact == "none" else None
    until = f", ended {words(row.ended_on, today)}" if row.ended_on else ""
    told = f"  {show.words(row.kind, text)}, since {words(row.since, today)}{until}"
    lines = [f"{verb} {redacted_head(who, today, (), out.redact)}", *([told, *more] if out.redact != "all" else [])]
    facts = {"patient": who.code, "kind": row.kind, "text": text, "since": row.since, "ended": row.ended_on}
    ctx.obj.done(out, who.code, lines, "patient-alert", facts)
