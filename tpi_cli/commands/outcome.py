"""`tpi outcome`: how it hurts some time after a session, measured against the pain before it."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import typer

from tpi_cli.acts import outcome as acts
from tpi_cli.commands import complete, draft, options
from tpi_cli.commands.parse.pain import pain as read_pain
from tpi_cli.commands.pick import named_site, picked
from tpi_cli.errors import Grammar, Usage
from tpi_cli.reference.names import title
from tpi_cli.rules import relief as rule
from tpi_cli.rules.values import plain
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.store.read import people
from tpi_cli.store.write import Writing

_PERCENT = re.compile(r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,2})?)\s?%?")


def outcome(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    pain: Annotated[str, typer.Argument(metavar="PAIN", help="How it hurts, 0 to 10.")],
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Of one site: 'ut l', or its number.")
    ] = None,
    relief: Annotated[
        str | None, typer.Option("--relief", metavar="PCT", help="In the patient's words: 60; worse: -20.")
    ] = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Nothing left to treat: closes the site.")] = False,
    adverse: draft.Adverse = None,
) -> None:
    """Record a pain score some time after a session. It is measured against the pain before the last one.

    Of the whole patient, or of one site. tpi help outcomes explains relief, and what --resolved closes.

    \b
    tpi outcome 7 3
    tpi outcome 7 2 --site 'ut l' --relief 70 --on yesterday
    tpi outcome 7 0 --site 'ut l' --resolved --note 'full movement'
    """
    score, said = _one_score(patient, pain), _said_relief(relief)
    told = draft.Told(adverse=tuple(adverse or ()), note=ctx.obj.note)
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        on = ctx.obj.on(writing.today)
        draft.in_life(who, on, writing.today)
        checked = draft.check(told, (), on, writing.today, draft.stock(writing.db))
        where = _where(writing, who, site, on, resolved)
        site_id = where.id if where else None
        row = acts.Score(who.id, on, score, said, site_id, resolved, checked.adverse, checked.note)
        kept = acts.record(writing, row)
    _answer(ctx, writing.today, who, where, kept)


def _one_score(patient: str, text: str) -> int:
    """One number: the score before is the session's own. Raises Usage, Grammar."""
    try:
        found = read_pain(text)
    except Grammar as fault:
        fault.hint = f"one score from 0 to 10: tpi outcome {patient} 3"
        raise
    if found.after is not None or found.before is None:
        hint = f"the score before is the session's own: tpi outcome {patient} {found.after}"
        raise Usage(f"an outcome is one score, not {text.strip()}", hint=hint)
    return found.before


def _said_relief(text: str | None) -> Decimal | None:
    """Percent as the patient puts it, -100 to 100. Raises Usage."""
    if text is None:
        return None
    found = _PERCENT.fullmatch(text.strip())
    if not found or not text.isascii() or abs(Decimal(found[1])) > rule.HUNDRED:
        raise Usage(f"--relief {text!r} is no percentage from -100 to 100", hint="--relief 60, or -20 for 20% worse")
    return Decimal(found[1]) + 0  # -0 is 0


def _where(writing: Writing, who: people.Patient, text: str | None, on: date, resolved: bool) -> people.Site | None:
    """The site named; where one is resolved unnamed, the only one of the last session. Raises Usage, NoSuchSite."""
    if text is not None:
        return named_site(writing.db, who, text)
    if not resolved:
        return None
    treated = acts.last_session(writing, who.id, on).sites
    if len(treated) != 1:
        hint = f"--site names it; tpi site list {who.code} shows them"
        raise Usage(f"which of the {len(treated)} sites is resolved?", hint=hint)
    return next(one for one in people.sites(writing.db, who.id) if one.id == treated[0])


def _answer(
    ctx: typer.Context, today: date, who: people.Patient, where: people.Site | None, kept: acts.Recorded
) -> None:
    out: Out = ctx.obj.out(today)
    said = "would record" if ctx.obj.dry_run else "recorded"
    lines = [f"{said} outcome of {redacted_head(who, today, (), out.redact)}"]
    if out.redact != "all":
        lines += [*_site_and_day(where, kept, today), f"  {_measured(kept)}", *_lasted(kept), *_closed(where, kept)]
    ctx.obj.done(out, f"outcome of {who.code}", lines, "outcome", _facts(out, who, where, kept))


def _site_and_day(where: people.Site | None, kept: acts.Recorded, today: date) -> list[str]:
    """The site and the day, where they are not the whole patient and today."""
    place = f"site {where.number} {title(where.muscle)} {where.side}" if where else ""
    told = list(filter(None, [place, draft.echo(kept.score.on, today)]))
    return [f"  {'   '.join(told)}"] if told else []


def _measured(kept: acts.Recorded) -> str:
    """`pain 7 to 3: 57% relief since S-0018 of 2026-11-23`, and what the patient says."""
    row, against = kept.score, f"{kept.against.code} of {kept.against.on}"
    found = rule.percent(kept.baseline, rule.Score(row.on, row.pain))
    said = "" if row.relief_pct is None else f"; patient says {_relief(row.relief_pct).removesuffix(' relief')}"
    if found is None:
        return f"pain {row.pain}: no baseline on file, {against}{said}"
    return f"pain {kept.baseline} to {row.pain}: {_relief(rule.whole(found))} since {against}{said}"


def _lasted(kept: acts.Recorded) -> list[str]:
    """`relief of 30% or more for at least 6 weeks`, by all the scores since that session."""
    answer, percent = kept.response, kept.wanted.percent
    if percent is None or answer.kind in {"none", "unmeasured"}:
        return []
    if answer.until is None:
        return [f"  never {plain(percent)}% so far"]
    at_least = "at least " if answer.at_least else ""
    gone = f", gone by {answer.worn_off}" if answer.worn_off else ""
    return [f"  {plain(percent)}% or more for {at_least}{_weeks(answer.weeks)}{gone}"]


def _weeks(count: int) -> str:
    return "1 week" if count == 1 else f"{count} weeks"


def _relief(percent: Decimal) -> str:
    return f"worse by {plain(-percent)}%" if percent < 0 else f"{plain(percent)}% relief"


def _closed(where: people.Site | None, kept: acts.Recorded) -> list[str]:
    return (
        [f"  site {where.number} resolved: no recall until it is treated again"]
        if where and kept.score.resolved
        else []
    )


def _facts(out: Out, who: people.Patient, where: people.Site | None, kept: acts.Recorded) -> dict[str, Any]:
    """For programs; `relief_pct` is what the patient says, else worked out against the baseline."""
    row = kept.score
    worked_out = rule.percent(kept.baseline, rule.Score(row.on, row.pain))
    relief = row.relief_pct if row.relief_pct is not None else worked_out and rule.whole(worked_out)
    shown = out.redact != "all"
    return {
        "patient": who.code,
        "session": kept.against.code,
        "date": row.on,
        "site": where.number if where else None,
        "pain": row.pain,
        "relief_pct": plain(relief) if shown and relief is not None else None,
        "resolved": row.resolved if shown else None,
        "relief_weeks": kept.response.weeks if shown and kept.response.until else None,
        "at_least": kept.response.at_least if shown else None,
    }
