"""`tpi db status|migrate|rekey`: the store's schema, whether its dates are of today's rules, a new key."""

from typing import Annotated

import typer

from tpi_cli.errors import StoreUnavailable
from tpi_cli.reference.revision import KNOWLEDGE
from tpi_cli.rules import paper
from tpi_cli.show.out import Out
from tpi_cli.store.connect import SCHEMA


def status(ctx: typer.Context) -> None:
    """Which schema and which rules the store has, and which this tpi has.

    \b
    tpi db status
    tpi db status --json
    tpi --db demo db status
    """
    from tpi_cli.store.schema import state

    found = state(ctx.obj.place)
    told = {"store_schema": found.schema, "known_schema": SCHEMA, "rules": found.knowledge, "known_rules": KNOWLEDGE,
            "current": found.current}  # fmt: skip
    lines = [
        f"schema  {found.schema} (this tpi has {SCHEMA})",
        f"rules   {found.knowledge or 'not recorded'} (this tpi has {KNOWLEDGE})",
        "up to date" if found.current else "tpi db migrate brings it up to date",
    ]
    ctx.obj.out().lines(lines, "db-status", lambda: told)


def migrate(ctx: typer.Context) -> None:
    """Bring the store up to date: its schema, and every due date by the rules and tables of this tpi.

    Everything is done or nothing. Run tpi backup first. With --dry-run it only says whether there is anything to do.

    \b
    tpi db migrate --dry-run
    tpi db migrate
    tpi --db demo db migrate
    """
    from tpi_cli.store import schema

    ctx.obj.without("on", "note")
    out: Out = ctx.obj.out()
    before = schema.state(ctx.obj.place)
    facts = {"from": before.schema, "to": SCHEMA, "current": before.current}
    if before.current:
        out.lines(["up to date: nothing to do"], "db-migrate", lambda: {**facts, "patients": 0})
        return
    if ctx.obj.dry_run:
        words = f"would migrate schema {before.schema} to {SCHEMA} and work out every due date anew"
        out.lines([words, "dry run: nothing was kept"], "db-migrate", lambda: {**facts, "dry_run": True})
        return
    done = schema.migrate(ctx.obj.place)
    after = schema.state(ctx.obj.place)
    if not after.current:
        raise StoreUnavailable("the store is not up to date after migrating", hint="tpi db status; tpi doctor")
    line = f"migrated schema {before.schema} to {after.schema}; due dates of {done.patients} patients worked out anew"
    out.recorded(
        "migration", [line, *_officer_key(done.officer_key)], "db-migrate", {**facts, "patients": done.patients}
    )


def _officer_key(key: str | None) -> list[str]:
    """The log's first key, where the store had no log before; it is not shown again."""
    if key is None:
        return []
    code = paper.write(paper.OFFICER, bytes.fromhex(key))
    return ["write down and keep away from this computer; it is not shown again:", f"  {paper.OFFICER}  {code}"]


def rekey(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="Where the backup goes.")] = None,
) -> None:
    """Give the store a new key. The same as tpi key rotate.

    \b
    tpi db rekey --dry-run
    tpi db rekey --yes
    tpi db rekey ~/before-new-key.db --yes
    """
    from tpi_cli.commands.key_rotate import rotate

    rotate(ctx, file)
