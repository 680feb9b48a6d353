"""`tpi verify`: is the store what was written, all of it and nothing else."""

from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.commands.officer import key_in
from tpi_cli.errors import IntegrityFailure, NotAStore, StoreUnavailable, Usage, WrongKey
from tpi_cli.rules import chain
from tpi_cli.show import progress
from tpi_cli.show import verify as show
from tpi_cli.show.report import many
from tpi_cli.store.verify import Extent, Finding, Proof, extent, findings


def verify(
    ctx: typer.Context,
    officer_key_file: Annotated[
        str | None,
        typer.Option("--officer-key-file", metavar="FILE", help="The officer key, printed by tpi init; - is stdin."),
    ] = None,
    anchor: Annotated[
        list[str] | None,
        typer.Option("--anchor", metavar="HEAD", help="A head printed earlier: 57:a3f09c1e22b46d70. Repeatable."),
    ] = None,
) -> None:
    """Recompute everything that can be recomputed: pages, references, the log, every record, every due date.

    Without more it finds damage and changes by whoever has not the store's key. With the officer key it also
    finds what was changed by somebody who has, and with a head printed before, a store put back to an older
    state. Exits 8 with a line for each finding.

    \b
    tpi verify
    tpi verify --officer-key-file /media/stick/officer.key
    tpi verify --anchor 57:a3f09c1e22b46d70 --json
    """
    proof = Proof(key_in(officer_key_file) if officer_key_file else None, tuple(map(_anchor, anchor or ())))
    found, seen = _looked_at(ctx, proof)
    ctx.obj.out().lines(show.lines(found, seen), "verify", lambda: show.record(found, seen))
    if found:
        raise IntegrityFailure(f"{many(len(found), 'finding')}: the store is not what was written")


def _looked_at(ctx: typer.Context, proof: Proof) -> tuple[list[Finding], Extent | None]:
    """What is found, and how much was looked at; None of a store that does not even open."""
    try:
        with progress.shown(ctx.obj.out()) as watch, options.reading(ctx) as db:
            found = list(findings(db, proof, watch))
            return found, extent(db)
    except (WrongKey, NotAStore) as fault:
        return [Finding("database", f"{fault}, or its first page is damaged")], None
    except StoreUnavailable as fault:
        if "damaged" not in str(fault):
            raise
        return [Finding("database", str(fault))], None


def _anchor(text: str) -> tuple[int, str]:
    found = chain.read_head(text)
    if found is None:
        raise Usage(f"{text!r} is no head of a log", hint="one reads 57:a3f09c1e22b46d70")
    return found
