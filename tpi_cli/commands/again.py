"""`tpi again`: the last session's sites and mix as a draft."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, draft, options
from tpi_cli.commands.draft import Told
from tpi_cli.commands.inject import Asked, run
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Conflict, NotFound
from tpi_cli.store.read import log, people


def again(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    session: Annotated[str | None, typer.Option("--from", metavar="SESSION", help="Another than the last.")] = None,
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
    """The same sites and mix as last time. Pain, lots, consent and adverse events are never copied.

    \b
    tpi again 7 --pain 6:2 --consent verbal
    tpi again 7 --pain 6:2 --next 6w --consent written
    tpi again 7 --from S-0018 --consent verbal --dry-run
    """
    told = Told(pain, next, consent, tuple(lot or ()), needle, guidance, position, twitch, tuple(adverse or ()),
                alongside, dx, ctx.obj.note, tuple(override or ()))  # fmt: skip
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        who = people.patient(db, wanted)
        last = log.session(db, session) if session else log.last_session(db, who.number)
        if last is None:
            raise NotFound(f"{who.code} has no session yet", hint=f"tpi inject {who.code} records the first")
        if last.voided_at is not None:
            raise Conflict(
                f"{last.code} is void: {last.void_reason}", hint=f"tpi session list {who.code} shows the others"
            )
        if last.patient != who.number:
            raise Conflict(f"{last.code} is not a session of {who.code}", hint=f"tpi session list {who.code}")
        shots = log.shots(db, last.id)
    run(ctx, who.code, Asked(told, shots=shots, name="again"))
