"""`tpi inject`: preview, confirm, record."""

import sys
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from tpi_cli.commands import complete, draft, options, preview
from tpi_cli.commands.draft import Told
from tpi_cli.commands.parse import dates, stdin
from tpi_cli.commands.pick import picked
from tpi_cli.commands.preview import Preview
from tpi_cli.errors import Cancelled, Conflict, SafetyStop, Usage
from tpi_cli.rules import checks, identity
from tpi_cli.rules.values import Shot
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.store.database import Database
from tpi_cli.store.read import people, plans
from tpi_cli.store.read.clinic import clinic

if TYPE_CHECKING:
    from tpi_cli.acts.inject import Recorded
    from tpi_cli.store.write import Writing

CONSENT = "consent_missing"
"""The rule that a word about consent answers as well as a reason."""
CONSENTS = {"w": "written", "v": "verbal", "written": "written", "verbal": "verbal"}
YES = frozenset({"y", "yes", "ok", "okay"})
"""No reasons: a person who types one of them has taken the question for another."""


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
    override: draft.Override = None,
) -> None:
    """Record what was injected where, how it hurt, and when to come back. Shows everything first and asks.

    What the screening finds is shown at once and kept with the session. A finding marked STOP or REASON needs a
    reason: --override RULE=REASON, or an answer on a terminal (tpi help safety).

    Without ITEMS, on a terminal, it asks line by line: < goes back, . ends, ? helps. tpi help items
    explains how injections are written.

    \b
    tpi inject 7 ut l, ls l lido 1% 1ml each --pain 7:3 --next 3mo --consent written
    tpi inject 7 gm r lido 1% 2ml + triam 40mg/ml 0.5ml --consent verbal
    tpi inject 7 is l x3 dry --next none --override consent_missing='on paper' --yes
    """
    told = Told(pain, next, consent, tuple(lot or ()), needle, guidance, position, twitch, tuple(adverse or ()),
                alongside, dx, ctx.obj.note, tuple(override or ()))  # fmt: skip
    text = " ".join(items or [])
    who = picked(ctx, patient)
    if text == "-":
        text = stdin.read().strip()
    elif not text:
        text, told = _form(ctx, who, told)
    run(ctx, who, Asked(told, text))


class Amends(NamedTuple):
    """The session that is amended (its UUID), its day, and why."""

    id: str
    on: date
    reason: str


class Asked(NamedTuple):
    """What to record: the options, and the items as text or (for `again`) as shots; `check` only screens."""

    told: Told
    text: str = ""
    shots: tuple[Shot, ...] = ()
    name: str = "inject"
    amends: Amends | None = None


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
    """Preview, confirm (with a chance to mend the items), record. Raises SafetyStop where a reason is missing."""
    shown = _prepared(ctx, patient, asked)
    out: Out = ctx.obj.out(shown.today)
    if ctx.obj.dry_run:
        return _only_tried(out, shown, asked)
    if not (ctx.obj.yes and (out.machine or out.quiet)):
        out.insist(preview.lines(shown, out.redact))
    if shown.unanswered:
        asked = _reasoned(ctx, out, shown, asked)
        shown = _unchanged(shown, _prepared(ctx, patient, asked))
    if not ctx.obj.yes:
        answer = out.ask("Record? [y/N/e]").lower()
        if answer in {"e", "edit"}:
            return run(ctx, patient, asked._replace(text=_edited(shown.shots), shots=()))
        if answer not in {"y", "yes"}:
            raise Cancelled()
    return _record(ctx, out, shown, patient, asked)


def _only_tried(out: Out, shown: Preview, asked: Asked) -> None:
    """What would be recorded, and whether it would be."""
    told = [*preview.lines(shown, out.redact), "dry run: nothing was kept"]
    out.lines(told, asked.name, lambda: {**preview.facts(shown, None, out.redact), "dry_run": True})
    if shown.unanswered:
        raise stopped(shown)


def _reasoned(ctx: typer.Context, out: Out, shown: Preview, asked: Asked) -> Asked:
    """The draft with a reason for every finding that needs one, asked for on a terminal. Raises SafetyStop."""
    if ctx.obj.yes or out.no_input or not sys.stdin.isatty():
        if out.machine:
            out.lines((), asked.name, lambda: preview.facts(shown, None, out.redact))
        raise stopped(shown)
    for one in shown.unanswered:
        asked = _with_answer(asked, one.rule, _answer(out, one.rule))
    return asked


def _unchanged(shown: Preview, now: Preview) -> Preview:
    """The preview with the answers taken in. Raises Conflict where anything else is not as it was shown."""
    same = [one._replace(checked=one.checked._replace(consent=None, overrides={}), screened=shown.screened, notes=())
            for one in (shown, now)]  # fmt: skip
    rest = [[found for found in one.screened.findings if found.rule != CONSENT] for one in (shown, now)]
    if now.unanswered or same[0] != same[1] or rest[0] != rest[1]:
        raise _changed(shown)
    return now


def _changed(shown: Preview) -> Conflict:
    return Conflict(f"the record of {shown.who.code} changed meanwhile", hint="look at the preview again")


def _answer(out: Out, rule: str) -> str:
    """A reason in words, or how consent was given; a yes is none and is asked again. Raises Cancelled."""
    question = _question(rule)
    while True:
        answer = out.ask(question)
        if answer.lower() in {"", "n", "no"}:
            raise Cancelled()
        if answer.lower() not in YES and not checks.reason(answer):
            return answer
        out.say("a reason in words, please")


def _question(rule: str) -> str:
    if rule == CONSENT:
        return "Consent: written, verbal, or why it is not documented (Enter stops):"
    return f"{rule}: why it was done all the same (Enter stops):"


def _with_answer(asked: Asked, rule: str, answer: str) -> Asked:
    if rule == CONSENT and answer.lower() in CONSENTS:
        return asked._replace(told=asked.told._replace(consent=CONSENTS[answer.lower()]))
    return asked._replace(told=asked.told._replace(overrides=(*asked.told.overrides, f"{rule}={answer}")))


def stopped(shown: Preview) -> SafetyStop:
    """Which rules stop it, and what to type."""
    rules = [one.rule for one in shown.unanswered]
    ways = [f"--override {rule}='why'" for rule in rules if rule != CONSENT]
    consent = [f"--consent written (or --override {CONSENT}='why')"] if CONSENT in rules else []
    return SafetyStop(
        f"{', '.join(rules)} {'needs' if len(rules) == 1 else 'need'} a reason; nothing was recorded",
        hint=" ".join([*consent, *ways]),
    )


def _edited(shots: tuple[Shot, ...]) -> str:
    from tpi_cli.commands.form import edited
    from tpi_cli.commands.parse.items import written

    return edited(written(shots))


def _prepared(ctx: typer.Context, patient: str, asked: Asked) -> Preview:
    options.storable("the clinician's code", ctx.obj.acting)  # refused before anything is shown
    if asked.amends:
        return _as_amended(ctx, patient, asked, asked.amends)
    with options.reading(ctx) as db:
        return prepare(ctx, db, patient, asked)


def _as_amended(ctx: typer.Context, patient: str, asked: Asked, amends: Amends) -> Preview:
    """The draft as it would be screened if the session it amends had not been; nothing is kept of trying it."""
    from tpi_cli.acts import amend

    with options.recording(ctx, keep=False) as writing:
        amend.take_out(writing, amends.id)
        return prepare(ctx, writing.db, patient, asked)


def prepare(ctx: typer.Context, db: Database, patient: str, asked: Asked) -> Preview:
    """The draft understood and screened. Raises Usage, Grammar, NotFound or Conflict where it cannot be."""
    office = clinic(db)
    who = people.patient(db, patient)
    on = asked.amends.on if asked.amends and not ctx.obj.given.get("on") else ctx.obj.on(office.today)
    own = draft.stock(db)
    shots = asked.shots or draft.read_items(db, asked.text)
    checked = draft.check(asked.told, shots, on, office.today, own)
    return preview.prepare(db, who, shots, checked, on, office, own, recording=asked.name != "check")


def _record(ctx: typer.Context, out: Out, shown: Preview, patient: str, asked: Asked) -> None:
    """Record what was shown, unless somebody changed the patient's record meanwhile."""
    with options.recording(ctx) as writing:
        kept = _kept(writing, shown, lambda: prepare(ctx, writing.db, patient, asked), asked.amends)
        code = identity.session(kept.session.number)
        free = plans.capped_until(writing.db, kept.session.id)
    who = redacted_head(shown.who, shown.today, (), out.redact)
    sites = f"{len(shown.plans)} site{'s' if len(shown.plans) > 1 else ''}"
    when = "   ".join(filter(None, [sites, draft.echo(shown.on, shown.today)]))
    back = dates.words(shown.next, shown.today) if shown.next else "none"
    capped = [f"  the payer's rules allow it from {dates.words(free, shown.today)} (tpi why)"] if free else []
    proposed = [f"  proposed: {reason}" for reason in dict.fromkeys(plan.reason for plan in shown.plans) if reason]
    lines = [
        f"{'amended' if asked.amends else 'recorded'} {code}  {who}",
        f"  {when}   next {back}",
        *proposed,
        *capped,
    ]
    out.recorded(code, lines, asked.name, {**preview.facts(shown, code, out.redact), "eligible_from": free})


def _kept(writing: "Writing", shown: Preview, again: Callable[[], Preview], amends: Amends | None) -> "Recorded":
    """What was recorded, or amended. Raises Conflict where `again` the preview is another than was shown."""
    if amends is None:
        from tpi_cli.acts import inject as acts

        _still(shown, again())
        return acts.record(writing, _draft(shown))
    from tpi_cli.acts import amend  # it loads the ORM, which a new session needs not

    before = amend.take_out(writing, amends.id)
    _still(shown, again())
    return amend.put(writing, before, _draft(shown), amends.reason)


def _still(shown: Preview, now: Preview) -> None:
    if now != shown:
        raise _changed(shown)


def _draft(shown: Preview) -> Any:
    """What was shown, as the act takes it."""
    from tpi_cli.acts import inject as acts

    kept = shown.checked._asdict()
    reasons, lots = kept.pop("overrides"), kept.pop("lots")
    return acts.Draft(
        patient_id=shown.who.id,
        on=shown.on,
        shots=shown.shots,
        lots={agent: acts.Lot(*lot) for agent, lot in lots.items()},
        screened=shown.screened,
        reasons=reasons,
        **kept,
    )
