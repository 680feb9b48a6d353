"""`tpi backup`: the whole store in one verified file, while others work."""

from contextlib import suppress
from typing import Annotated, Any

import typer

from tpi_cli.commands import options
from tpi_cli.errors import OlderSchema
from tpi_cli.rules import chain
from tpi_cli.store import backup as store

TOLD = ("patient", "session", "appointment")
"""The tables whose counts are told to a person; a program gets all of them."""


def backup(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="A new file; default: a dated one.")] = None,
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", help="Remove this clinic's older ones beyond N.", min=1)
    ] = None,
) -> None:
    """Copy the whole store into one file, and say so only after that file was opened and verified in full.

    Others may go on working meanwhile. The backup is encrypted as the store is, and opens only with the key as
    it is now: keep the recovery code. tpi restore brings it back; tpi help backup tells how.

    \b
    tpi backup
    tpi backup --keep 14
    tpi backup ~/clinic.db --json
    """
    ctx.obj.without("on", "note", "idempotency_key")
    _permitted(ctx)
    path = store.checked_path(file) if file else store.usual_path()
    if ctx.obj.dry_run:
        ctx.obj.done(ctx.obj.out(), "", [f"would back up to {path}"], "backup", {"backup": path})
        return
    made, removed = store.of_store(ctx.obj.place, path, keep, options.act_of(ctx), ctx.obj.acting)
    removals = [f"removed {one}" for one in removed]
    facts = {**facts_of(made), "removed": removed}
    ctx.obj.out().recorded(made.path, [*lines_of(made), *removals], "backup", facts)


def _permitted(ctx: typer.Context) -> None:
    """Raises NotPermitted. A store that is still to be migrated may be backed up by whoever may migrate it."""
    with suppress(OlderSchema), options.reading(ctx):
        pass


def lines_of(made: store.Made) -> list[str]:
    """A backup, for people."""
    told = made.manifest
    return [
        f"backed up and verified: {made.path}",
        f"{made.size:,} bytes; {counted(told.counts)}; head {chain.head(told.entry, told.hash)}",
        "it opens only with the key as it is now: keep the recovery code, apart from it",
    ]


def facts_of(made: store.Made) -> dict[str, Any]:
    """The same, for programs."""
    return {"backup": made.path, "bytes": made.size, **manifest_facts(made.manifest)}


def manifest_facts(told: store.Manifest) -> dict[str, Any]:
    """What a backup says of itself, for programs."""
    return {
        "made_at": told.made_at,
        "tpi": told.tpi,
        "store_schema": told.schema,
        "clinic": told.clinic,
        "counts": told.counts,
        "chain": {"entries": told.entry, "head": chain.head(told.entry, told.hash)},
    }


def counted(counts: dict[str, int]) -> str:
    """`40 patients, 98 sessions, 3 appointments`."""
    return ", ".join(f"{counts.get(name, 0)} {name}{'' if counts.get(name) == 1 else 's'}" for name in TOLD)
