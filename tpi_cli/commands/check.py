"""`tpi check`: a plan held against every rule, nothing recorded."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, draft, options, preview
from tpi_cli.commands.draft import Told
from tpi_cli.commands.inject import Asked, prepare
from tpi_cli.commands.parse import stdin
from tpi_cli.commands.pick import picked
from tpi_cli.errors import SafetyStop, Usage
from tpi_cli.rules.case import STOPS
from tpi_cli.show.out import Out


def check(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    items: Annotated[list[str], typer.Argument(metavar="ITEMS|-", help="ut l lido 1% 1ml; - is stdin.")],
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
    """Hold a plan against every rule before the needle. Records nothing; exits 4 if the plan should not be done.

    Takes what tpi inject takes. What stops a plan (STOP, REASON) can still be recorded with a reason.

    \b
    tpi check 7 ut l, ls l lido 1% 1ml each
    tpi check 7 gm r lido 1% 10ml + bupi 0.25% 10ml --json
    tpi check 7 lt l, lt r lido 1% 1ml each --on 2026-11-20
    """
    told = Told(pain, next, consent, tuple(lot or ()), needle, guidance, position, twitch, tuple(adverse or ()),
                alongside, dx, ctx.obj.note, tuple(override or ()))  # fmt: skip
    text = " ".join(items)
    text = stdin.read().strip() if text == "-" else text
    if not text:
        raise Usage("what is planned?", hint="tpi check 7 ut l lido 1% 1ml (tpi help items)")
    who = picked(ctx, patient)
    with options.reading(ctx) as db:
        shown = prepare(ctx, db, who, Asked(told, text, name="check"))
    out: Out = ctx.obj.out(shown.today)
    verdict = "the plan stops here" if shown.unanswered else "nothing stops the plan"
    lines = [*preview.lines(shown, out.redact), *_asked_later(shown), f"{verdict}; nothing was recorded"]
    out.lines(lines, "check", lambda: preview.facts(shown, None, out.redact))
    if shown.unanswered:
        raise _stopped(shown)


def _asked_later(shown: preview.Preview) -> list[str]:
    """What does not stop the plan, and will ask for a reason when it is recorded."""
    rules = [one.rule for one in shown.screened.findings if not one.stops and one.recording in STOPS]
    return [f"tpi inject will ask about {', '.join(rules)}"] if rules else []


def _stopped(shown: preview.Preview) -> SafetyStop:
    rules = ", ".join(one.rule for one in shown.unanswered)
    return SafetyStop(f"the plan is stopped by {rules}", hint="change the plan; tpi inject records it with a reason")
