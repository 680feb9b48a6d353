"""`tpi session amend`: a new version of a session, with a reason."""

from typing import Annotated

import typer

from tpi_cli.commands import draft, options
from tpi_cli.commands.draft import Told
from tpi_cli.commands.inject import Amends, Asked, prepare, run
from tpi_cli.commands.parse import stdin
from tpi_cli.errors import Conflict, Usage
from tpi_cli.rules import checks, identity
from tpi_cli.show import session as show
from tpi_cli.store.database import Database
from tpi_cli.store.read import log, overrides
from tpi_cli.store.read.log import Given, Session


def amend(
    ctx: typer.Context,
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Its id: S-01RJ.")],
    items: Annotated[
        list[str] | None, typer.Argument(metavar="[ITEMS|-]", help="All injections anew, as tpi inject takes them.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it is amended.")] = "",
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
    """Mend what was recorded of a session: what you name is replaced, everything else stays as it was.

    The version before is kept whole (tpi session show --history). The new one is screened like any other; of a
    signed session it is signed by whoever amends it. ITEMS replace all injections of the session; --on moves it
    to another day.

    \b
    tpi session amend S-0018 --pain 6:2 --reason 'misread the form'
    tpi session amend S-0018 ut r lido 1% 1ml --reason 'wrong side typed'
    tpi session amend S-0018 --on yesterday --reason 'was the day before' --dry-run
    """
    if not reason.strip() or checks.text(reason):
        raise Usage("an amendment needs a reason", hint="--reason 'wrong side typed'")
    text = _items(items)
    asked = Told(pain, next, consent, tuple(lot or ()), needle, guidance, position, twitch, tuple(adverse or ()),
                 alongside, dx, ctx.obj.note, tuple(override or ()))  # fmt: skip
    if not text and asked == Told() and ctx.obj.given.get("on") is None:
        raise Usage("what is to be amended?", hint="name items or options: tpi session amend S-0018 --pain 6:2")
    with options.reading(ctx) as db:
        one = _standing(db, session)
        shots = () if text else log.shots(db, one.id)
        told = _completed(db, one, asked, anew=bool(text))
    patient = identity.patient(one.patient)
    wanted = Asked(told, text, shots, "session-amend", Amends(one.id, one.date, reason.strip()))
    if not ctx.obj.yes:
        _as_it_was(ctx, patient, one, wanted)
    run(ctx, patient, wanted)


def _items(words: list[str] | None) -> str:
    text = " ".join(words or [])
    return stdin.read().strip() if text == "-" else text


def _standing(db: Database, code: str) -> Session:
    """The session, which nobody has voided. Raises NotFound, Conflict."""
    one = log.session(db, code)
    if one.voided_at:
        raise Conflict(f"{one.code} is void", hint=f"tpi session show {one.code} tells why")
    return one


def _as_it_was(ctx: typer.Context, patient: str, one: Session, wanted: Asked) -> None:
    """The session as it is on file, before the preview of what becomes of it; nothing where that would be refused."""
    from tpi_cli.acts import amend as acts

    with options.recording(ctx, keep=False) as writing:
        rows = list(log.given(writing.db, " WHERE session_id = :session", session=one.id))
        acts.take_out(writing, one.id)
        prepare(ctx, writing.db, patient, wanted)
    out = ctx.obj.out(writing.today)
    if out.redact == "none":
        out.insist([*show.whole(one, rows, patient), "amended to:"])


def _completed(db: Database, one: Session, asked: Told, *, anew: bool) -> Told:
    """What was told now, and for the rest what the session has; of injections given anew their lots go too."""
    rows = list(log.given(db, " WHERE session_id = :session", session=one.id))
    before, after = log.whole_pain(db, one.id)
    kept = Told(
        pain=None if before is None else f"{before}" if after is None else f"{before}:{after}",
        next=_planned(rows),
        consent=one.consent,
        lots=() if anew else _lots(rows),
        needle=rows[0].needle if rows else None,
        guidance=rows[0].guidance if rows else None,
        position=one.position,
        twitch=None if anew else _twitch(rows),
        alongside=one.alongside,
        diagnosis=one.diagnosis,
        note=one.note,
        overrides=tuple(f"{found.rule}={found.reason}" for found in overrides.of_session(db, one.id) if found.reason),
    )
    merged = {name: value or getattr(kept, name) for name, value in asked._asdict().items()}
    if asked.overrides:
        named = {text.partition("=")[0] for text in asked.overrides}
        more = (text for text in kept.overrides if text.partition("=")[0] not in named)
        merged["overrides"] = (*asked.overrides, *more)
    return Told(**merged)


def _planned(rows: list[Given]) -> str | None:
    """The follow-up that was stated, the same for every site; None where the sites' own plans go on."""
    stated = {row.follow_up for row in rows if row.origin == "stated"}
    return stated.pop() if len(stated) == 1 else None


def _lots(rows: list[Given]) -> tuple[str, ...]:
    """The lot of each agent that has one; of several of one agent each goes on with its own row."""
    told = [(row.agent, f"{row.agent}={row.lot}" + (f"@{row.expiry}" if row.expiry else "")) for row in rows if row.lot]
    found = dict.fromkeys(told)
    return tuple(text for agent, text in found if sum(other == agent for other, _ in found) == 1)


def _twitch(rows: list[Given]) -> str | None:
    """Where it twitched as it would be typed; `none` where somebody looked and nothing did."""
    if all(row.twitch is None for row in rows):
        return None
    return ",".join(dict.fromkeys(f"{row.muscle} {row.side}" for row in rows if row.twitch)) or "none"
