"""`tpi payer add`: a dated row of what a payer asks for, the clinic's own."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, NamedTuple

import typer

from tpi_cli.acts import rule as acts
from tpi_cli.commands import options
from tpi_cli.commands.parse import dates, intervals
from tpi_cli.commands.rule_set import moved_words
from tpi_cli.errors import Usage
from tpi_cli.reference import payers
from tpi_cli.rules.eligibility import ADVICE_ONLY, Policy
from tpi_cli.rules.interval import LAST_YEAR, Interval, after
from tpi_cli.rules.relief import Wanted
from tpi_cli.show.out import allowed
from tpi_cli.store.read import rules as read

_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
LONGEST_ID = 60


class Typed(NamedTuple):
    """The options as typed."""

    since: str | None
    until: str | None
    max_sessions: int | None
    cap_scope: str
    min_interval: str | None
    interval_scope: str
    min_relief: int | None
    relief_weeks: int | None
    max_regions: int | None
    advice: bool
    no_limits: bool


def add(
    ctx: typer.Context,
    payer: Annotated[str, typer.Argument(metavar="PAYER", help="A known payer's id, or a new one.")],
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day of service.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Last day of service.")] = None,
    max_sessions: Annotated[
        int | None, typer.Option("--max-sessions", metavar="N", help="In the rolling year.", min=1, max=99)
    ] = None,
    cap_scope: Annotated[
        str, typer.Option("--cap-scope", metavar="patient|region", help="What they are counted over.")
    ] = "patient",
    min_interval: Annotated[
        str | None, typer.Option("--min-interval", metavar="INTERVAL", help="Between two sessions: 42d, 2mo.")
    ] = None,
    interval_scope: Annotated[
        str, typer.Option("--interval-scope", metavar="site|region", help="At the same site, or region.")
    ] = "site",
    min_relief: Annotated[
        int | None, typer.Option("--min-relief", metavar="PCT", help="Relief before a repeat.", min=1, max=100)
    ] = None,
    relief_weeks: Annotated[
        int | None, typer.Option("--relief-weeks", metavar="N", help="How long it must last.", min=1, max=104)
    ] = None,
    max_regions: Annotated[
        int | None, typer.Option("--max-regions", metavar="N", help="In one session.", min=1, max=99)
    ] = None,
    advice: Annotated[bool, typer.Option("--advice", help="Only advise; hold nobody back.")] = False,
    no_limits: Annotated[bool, typer.Option("--no-limits", help="From that day it asks for nothing.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Where that stands.")] = "",
) -> None:
    """Add a dated row of what a payer asks for. It goes before a shipped row of the same days.

    The dates and statuses of that payer's patients follow at once. self_pay is the default of everybody whose
    payer has no rules.

    \b
    tpi payer add acme --from 2026-01-01 --max-sessions 4 --min-interval 42d --reason 'policy 12, page 3'
    tpi payer add medicare_mac --from 2027-01-01 --max-sessions 2 --min-interval 3mo --reason 'new policy'
    tpi payer add self_pay --from 2026-01-01 --max-sessions 4 --advice --reason 'house rule of May'
    """
    ctx.obj.without("on", "note")
    why = options.storable("the reason", reason.strip())
    if not why:
        raise Usage("a payer's rule needs to say where it stands", hint="--reason 'policy 12, page 3'")
    typed = Typed(since, until, max_sessions, cap_scope, min_interval, interval_scope, min_relief, relief_weeks,
                  max_regions, advice, no_limits)  # fmt: skip
    with options.recording(ctx) as writing:
        own = read.own_policies(writing.db)
        policy = _policy(_payer(payer, own), typed, writing.today)
        words = _words(read.payer_texts(writing.db), policy, own)
        moved = acts.add_policy(writing, policy, why, words)
    said = "would record" if ctx.obj.dry_run else "recorded"
    lines = [f"{said} a rule for {policy.payer} from {policy.starts}", moved_words(moved)]
    facts = {"payer": policy.payer, "effective_from": policy.starts, "moved": moved}
    ctx.obj.done(ctx.obj.out(writing.today), policy.payer, lines, "payer-add", facts)


def _payer(text: str, own: tuple[Policy, ...]) -> str:
    found = payers.named(text, own) or re.sub(r"[ -]+", "_", text.strip().lower())
    if not _ID.fullmatch(found) or len(found) > LONGEST_ID:
        raise Usage(f"{text!r} is no id for a payer", hint="letters, digits and _: acme_health")
    return found


def _policy(payer: str, typed: Typed, today: date) -> Policy:
    starts = _day("--from", typed.since, today)
    ends = _day("--until", typed.until, today) if typed.until else None
    if ends and ends < starts:
        raise Usage(f"it would end on {ends}, before it begins on {starts}", hint="check --from and --until")
    asks = (typed.max_sessions, typed.min_interval, typed.min_relief, typed.max_regions)
    if not any(asks) and not typed.no_limits:
        raise Usage("it asks for nothing", hint="--max-sessions 3, or --no-limits if this payer has none from that day")
    if any(asks) and typed.no_limits:
        raise Usage("--no-limits beside a limit", hint="leave one of them out")
    if typed.relief_weeks and not typed.min_relief:
        raise Usage("--relief-weeks without --min-relief says nothing", hint="--min-relief 50 --relief-weeks 6")
    percent = Decimal(typed.min_relief) if typed.min_relief else None
    return Policy(
        id=f"{payer} (clinic)",
        payer=payer,
        source="",
        window=payers.window(),
        starts=starts,
        ends=ends,
        max_sessions=typed.max_sessions,
        cap_scope=allowed("--cap-scope", typed.cap_scope, ("patient", "region")),
        min_interval=_interval(typed.min_interval, starts),
        interval_scope=allowed("--interval-scope", typed.interval_scope, ("site", "region")),
        relief=Wanted(percent, typed.relief_weeks),
        max_regions=typed.max_regions,
        advisory=ADVICE_ONLY if typed.advice else frozenset(),
        own=True,
    )


def _day(name: str, text: str | None, today: date) -> date:
    if not text:
        raise Usage(f"{name} is missing", hint=f"{name} 2027-01-01: rules go by the day of service")
    return dates.day(text, today, forward=True)


def _interval(text: str | None, starts: date) -> Interval | None:
    """The wait between two sessions. Raises Usage for one that ends beyond the calendar."""
    if not text:
        return None
    found = intervals.interval(text)
    try:
        ends = after(starts, found).year
    except OverflowError:
        ends = LAST_YEAR + 1
    if ends > LAST_YEAR:
        raise Usage(f"{found.words} between two sessions cannot be", hint="--min-interval 42d")
    return found


def _words(texts: list[str | None], policy: Policy, own: tuple[Policy, ...]) -> list[str | None]:
    """Of the words patients have as their payer, those that mean this one; the default concerns everybody."""
    if policy.payer == payers.CLINIC_DEFAULT:
        return texts
    known = (*own, policy)
    return [text for text in texts if (payers.named(text, known) or payers.CLINIC_DEFAULT) == policy.payer]
