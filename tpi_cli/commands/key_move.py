"""`tpi key passphrase|keyring`: how the key is kept."""

from typing import Annotated

import typer

from tpi_cli.commands import options, secret
from tpi_cli.errors import Conflict, StoreUnavailable
from tpi_cli.show.out import Out
from tpi_cli.store import connect, keys, seal
from tpi_cli.store.keys import Key
from tpi_cli.store.place import KEYRING
from tpi_cli.store.rotate import movable


def passphrase(
    ctx: typer.Context,
    remove: Annotated[bool, typer.Option("--remove", help="No passphrase any more.")] = False,
) -> None:
    """Lock the key file with a passphrase, or change it: who steals the computer then has no key.

    Asks for it twice; off a terminal it is read from stdin. From then on tpi asks for it on a terminal, and what
    runs by itself needs another way to the key (tpi help keys). The recovery code stays as it is and needs none.

    \b
    tpi key passphrase < passphrase.txt
    tpi key passphrase --dry-run < passphrase.txt
    tpi key passphrase --remove
    """
    key = _key_here(ctx)
    if key.source == KEYRING:
        raise Conflict("the key lies in the keyring, which has its own lock", hint="tpi key keyring --to-file first")
    if remove and not keys.is_locked(key.source):
        raise Conflict(f"{key.source} has no passphrase", hint="tpi key passphrase sets one")
    phrase = None if remove else secret.new_passphrase(ctx.obj.out())
    said = f"{key.source} {'opens without a passphrase' if remove else 'is locked with the passphrase'}"
    if not ctx.obj.dry_run:
        keys.write(key.source, keys.text_of(key.digits, phrase))
        seal.noted(ctx.obj.place, key, options.act_of(ctx), ctx.obj.acting)
    _done(ctx, [said], "key-passphrase", {"key_file": key.source, "locked": not remove})


def keyring(
    ctx: typer.Context,
    to_file: Annotated[bool, typer.Option("--to-file", help="Back from the keyring into the key file.")] = False,
) -> None:
    """Move the key into the computer's own keyring, which your login opens; the key file is removed.

    Needs tpi-cli[keyring]. Cron and other services have no keyring: see tpi help keys.

    \b
    tpi key keyring --dry-run
    tpi key keyring
    tpi key keyring --to-file
    """
    key = _key_here(ctx)
    if to_file:
        return _to_file(ctx, key)
    if key.source == KEYRING:
        raise Conflict("the key lies in the keyring already", hint="tpi key keyring --to-file brings it back")
    from tpi_cli.store import system_keyring

    if not ctx.obj.dry_run:
        system_keyring.write(ctx.obj.place.path, key.digits)
        keys.remove(key.source)
        seal.noted(ctx.obj.place, key, options.act_of(ctx), ctx.obj.acting)
    lines = [f"the key is in the keyring; {key.source} is removed"]
    return _done(ctx, lines, "key-keyring", {"key": KEYRING, "removed": key.source})


def _to_file(ctx: typer.Context, key: Key) -> None:
    """The key file first, read back; then it leaves the keyring."""
    path = ctx.obj.place.key_path
    if key.source != KEYRING:
        raise Conflict(f"the key lies in {key.source} already", hint="tpi key keyring moves it into the keyring")
    from tpi_cli.store import system_keyring

    if not ctx.obj.dry_run:
        keys.write(path, keys.text_of(key.digits))
        if keys.read_key(path) != key.digits:
            raise StoreUnavailable(f"{path} does not give back what was written; the key stays in the keyring")
        system_keyring.remove(ctx.obj.place.path)
        seal.noted(ctx.obj.place, key, options.act_of(ctx), ctx.obj.acting)
    _done(ctx, [f"the key is in {path} again, and not in the keyring"], "key-keyring", {"key": path, "removed": None})


def _key_here(ctx: typer.Context) -> Key:
    """The key that opens the store now, for who may move it. Raises NotPermitted, Conflict, StoreUnavailable."""
    ctx.obj.without("on", "note", "idempotency_key")
    with options.reading(ctx):
        pass  # only who may
    connection, key = connect.open_with_key(ctx.obj.place)
    connection.close()
    return movable(key, ctx.obj.place)


def _done(ctx: typer.Context, lines: list[str], name: str, facts: dict[str, object]) -> None:
    out: Out = ctx.obj.out()
    ctx.obj.done(out, "the key", lines, name, facts)
