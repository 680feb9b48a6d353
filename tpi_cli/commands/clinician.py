"""`tpi clinician add|list|retire`: who works here, in which role, under which account."""

import re
from typing import Annotated, Any

import typer

from tpi_cli.commands import options
from tpi_cli.errors import Conflict, Usage
from tpi_cli.rules.roles import ROLES
from tpi_cli.show.out import allowed
from tpi_cli.show.report import Column, Report
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.clinicians import Clinician, everyone

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_ACCOUNT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@\\-]{0,63}\$?")

COLUMNS: tuple[Column, ...] = (
    Column("clinician", lambda one: one.code),
    Column("name", lambda one: one.name or "", 2),
    Column("role", lambda one: one.role),
    Column("account", lambda one: one.account or ""),
    Column("sessions", lambda one: str(one.sessions), 1, right=True),
    Column("retired", lambda one: str(one.retired_on or ""), 3),
)


def list_(ctx: typer.Context) -> None:
    """Who works here and who did: code, role, the account they work under, and how many sessions are theirs.

    \b
    tpi clinician list
    tpi clinician list --json
    tpi --db demo clinician list
    """
    with options.reading(ctx) as db:
        found = everyone(db)
        today = clinic(db).today
    able = sum(one.account is not None and one.retired_on is None for one in found)
    report = Report("clinician-list", COLUMNS, found, _record,
                    footer=lambda: f"{len(found)} on file, {able} with an account to work under")  # fmt: skip
    ctx.obj.out(today).report(report)


def _record(one: Clinician) -> dict[str, Any]:
    told = {**one._asdict(), "clinician": one.code}
    del told["code"]
    return told


def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Short, as it stands in the records: JS.")],
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="Their name.")] = None,
    role: Annotated[
        str | None, typer.Option("--role", metavar="ROLE", help="clinician (default), assistant or auditor.")
    ] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="LOGIN", help="The computer account they work under.")
    ] = None,
    officer_key_file: Annotated[
        str | None,
        typer.Option("--officer-key-file", metavar="FILE", help="Instead of a clinician's right to do this."),
    ] = None,
) -> None:
    """Put somebody on file, or change their role, name or account. An account is what tells who acts.

    Only a clinician can; where none has an account here any more, the officer key can.

    \b
    tpi clinician add JS --name 'Jo Smith' --account jsmith
    tpi clinician add RC --role assistant --account reception
    tpi clinician add BK --role auditor --account bkaufmann
    """
    from tpi_cli.acts import clinician as acts

    ctx.obj.without("on", "note")
    told = acts.Told(_fits(_CODE, code, "a code"), options.storable("the name", name), role and allowed(
        "--role", role, ROLES), account and _fits(_ACCOUNT, account, "an account"))  # fmt: skip
    with options.recording(ctx, officer=officer_key_file, keep=False) as writing:
        was = acts.standing(writing, told.code)
        lines = _changed(was, acts.add(writing, told))
    if lines:
        _asked(ctx, lines, f"change {told.code}?")
    with options.recording(ctx, officer=officer_key_file) as writing:
        if acts.standing(writing, told.code) != was:
            raise Conflict(f"{told.code} was changed meanwhile", hint="tpi clinician list")
        row = acts.add(writing, told)
    _done(ctx, row, "would be on file" if ctx.obj.dry_run else "on file", writing.today)


def retire(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Who leaves.")],
) -> None:
    """Take somebody's rights. What they recorded stays under their name; tpi clinician add brings them back.

    \b
    tpi clinician retire JS
    tpi clinician retire JS --on 2026-10-31
    tpi clinician retire RC --dry-run
    """
    from tpi_cli.acts import clinician as acts

    ctx.obj.without("note")
    with options.recording(ctx, keep=False) as writing:
        row = acts.retire(writing, code, ctx.obj.on(writing.today))
        own = row.account == writing.account
        told = [f"{row.code}{f', {row.name}' if row.name else ''}, {row.role}, account {row.account or '-'}"]
    if own:
        _asked(ctx, [*told, "  this is you: nothing can be recorded from your account afterwards"], "retire yourself?")
    with options.recording(ctx) as writing:
        row = acts.retire(writing, code, ctx.obj.on(writing.today))
    _done(ctx, row, "would retire" if ctx.obj.dry_run else "retired", writing.today)


def _changed(was: Any, row: Any) -> list[str]:
    """What makes another person of somebody on file, as it was and as it will be; nothing of somebody new."""
    if was is None:
        return []
    pairs = ((name, getattr(was, name), getattr(row, name)) for name in ("name", "account"))
    return [f"  {name}: {before} -> {after}" for name, before, after in pairs if before and before != after]


def _asked(ctx: typer.Context, lines: list[str], question: str) -> None:
    """Show it and ask, unless a yes is given or nothing is kept. Raises Cancelled."""
    out = ctx.obj.out()
    if not (ctx.obj.yes or ctx.obj.dry_run):
        out.insist(lines)
        out.confirm(question)
    elif ctx.obj.dry_run:
        out.insist(lines)


def _fits(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise Usage(f"{text!r} is not {what}", hint="letters, digits, dots and dashes, such as JS or jsmith")
    return text


def _done(ctx: typer.Context, row: Any, said: str, today: Any) -> None:
    under = f", account {row.account}" if row.account else ", no account"
    line = f"{said}: {row.code}, {row.role}{under}"
    facts = {"clinician": row.code, "role": row.role, "account": row.account, "retired_on": row.retired_on}
    ctx.obj.done(ctx.obj.out(today), row.code, [line], "clinician", facts)
