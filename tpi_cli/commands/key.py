"""`tpi key check-recovery|recover`: the recovery code, tried and used."""

from contextlib import suppress

import typer

from tpi_cli.commands import options, secret
from tpi_cli.errors import Conflict, OnServer, StoreUnavailable, WrongKey
from tpi_cli.show.out import Out
from tpi_cli.store import connect, keys, rotate, seal
from tpi_cli.store import recover as store
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place, is_plain


def check_recovery(ctx: typer.Context) -> None:
    """Say whether the recovery code on paper opens this store. Asks for it; off a terminal it is read from stdin.

    \b
    tpi key check-recovery
    tpi key check-recovery < code.txt
    tpi key check-recovery --json < code.txt
    """
    place = ctx.obj.place
    _opens(ctx, place)
    rotate.told(place)
    line = f"yes: the recovery code opens {place.path}"
    ctx.obj.out().lines([line], "key-check-recovery", lambda: {"ok": True, "store": place.path})


def recover(ctx: typer.Context) -> None:
    """Write the key file anew from the recovery code, where it was lost or its passphrase forgotten.

    Asks for the code; off a terminal it is read from stdin. A key file that holds another key is kept beside it.
    Everybody who has the code may do this: it is the key.

    \b
    tpi key recover
    tpi key recover --dry-run < code.txt
    tpi key recover --key-file ~/keys/tpi.key < code.txt
    """
    ctx.obj.without("on", "note", "idempotency_key")
    out: Out = ctx.obj.out()
    place = ctx.obj.place
    key = _opens(ctx, place)
    facts = {"key_file": place.key_path, "laid_aside": None}
    if store.holds(place.key_path, key.digits):
        out.lines([f"{place.key_path} holds this key already"], "key-recover", lambda: facts)
        return
    if ctx.obj.dry_run:
        ctx.obj.done(out, "", [f"would write the key to {place.key_path}"], "key-recover", facts)
        return
    aside = store.write(place, key)
    with suppress(StoreUnavailable):  # one on read-only media opens all the same, and that is what counts
        seal.noted(place, key, options.act_of(ctx), ctx.obj.acting)
    lines = [f"the key is in {place.key_path} again"]
    if aside:
        lines.append(f"what was there held another key, or a locked one; it is kept as {aside}")
    out.recorded("the key", lines, "key-recover", {**facts, "laid_aside": aside})


def _opens(ctx: typer.Context, place: Place) -> Key:
    """The key behind the recovery code that is told, if it opens the store. Raises Usage, StoreUnavailable."""
    if is_plain(place):
        raise Conflict(f"{place.path} is not encrypted: it has no recovery code", hint="tpi help keys")
    if place.url:
        raise OnServer(path=place.path)
    key = Key(secret.recovery_code(ctx.obj.out()), keys.TYPED)
    try:
        connect.opened(place, key).close()
    except WrongKey:
        raise StoreUnavailable(
            f"the recovery code is written correctly, but is not that of {place.path}",
            hint="another store's, or one from before a tpi key rotate; a damaged store also reads like this",
        ) from None
    return key
