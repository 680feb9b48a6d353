"""`tpi restore`: a backup in the place of the store, which is kept aside."""

import os
from typing import Annotated

import typer

from tpi_cli.commands import options, secret
from tpi_cli.commands.backup import counted, manifest_facts
from tpi_cli.errors import Cancelled, NoKey, NoStore, StoreUnavailable, WrongKey
from tpi_cli.rules import chain
from tpi_cli.show.out import Out
from tpi_cli.show.report import many
from tpi_cli.store import backup, keys
from tpi_cli.store import restore as store
from tpi_cli.store.backup import Manifest
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place, is_plain

BACKUPS = "Recovery code of the backup:"


def restore(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup, as tpi backup made it.")],
) -> None:
    """Put a backup in the place of the store: after it is verified, and after you typed the clinic's name.

    The store that is there is kept aside, never deleted. On a new computer it asks for the recovery code; off a
    terminal code and name are read from stdin, a line each. tpi help backup goes through it step by step.

    \b
    tpi restore clinic-backup.db
    tpi restore clinic-backup.db --dry-run
    tpi restore clinic-backup.db --yes --json
    """
    ctx.obj.without("on", "note", "idempotency_key")
    place, path = ctx.obj.place, os.path.abspath(os.path.expanduser(file))
    out: Out = ctx.obj.out()
    at_hand = store.key_in_use(place)
    in_use = None if at_hand is None or at_hand.source == keys.TYPED else at_hand
    key = None if _plain(path) else _key(out, place, path, at_hand)
    told = backup.verified(Place(path, ""), key)
    lines = [*_told(path, told), *_present(ctx, told)]
    facts = {"restored": path, "store": place.path, **manifest_facts(told)}
    if ctx.obj.dry_run:
        ctx.obj.done(out, "", lines, "restore", facts)
        return
    if not ctx.obj.yes:
        out.say("\n".join(lines))
        _by_name(out, told.clinic)
    order = store.Order(path, key, in_use if key else None, options.act_of(ctx), ctx.obj.acting)
    done = store.put(place, order)
    answer = [f"restored and verified: {place.path}, as of {_when(told)}", *_done(done, encrypted=key is not None)]
    out.recorded("the restored store", answer, "restore", {**facts, **done._asdict()})


def _plain(path: str) -> bool:
    try:
        return is_plain(Place(path, ""))
    except NoStore:
        raise StoreUnavailable(f"there is no file {path}", hint="tpi backup printed where it is") from None


def _key(out: Out, place: Place, path: str, at_hand: Key | None) -> Key:
    """The key that opens the backup: one at hand, or the recovery code's. Raises WrongKey, Usage."""
    found = store.fitting(path, at_hand, place)
    if found:
        return found
    asked = BACKUPS if at_hand is None else f"The key at hand does not open it. {BACKUPS}"
    text = "" if out.no_input else secret.given(out, asked)
    if not text.strip():
        if at_hand is None:
            raise NoKey(path=place.key_path, hint="type the backup's recovery code, or send it by stdin: < FILE")
        raise WrongKey(key=at_hand.source, path=path)
    key = Key(secret.key_in(text), keys.TYPED)
    if not store.opens(path, key):
        raise WrongKey(key=keys.TYPED, path=path)
    return key


def _told(path: str, told: Manifest) -> list[str]:
    """What the backup says of itself."""
    return [
        f"backup {path}",
        f"  of {told.clinic}, made {_when(told)} by tpi {told.tpi}; verified, nothing is wrong",
        f"  {counted(told.counts)}; head {chain.head(told.entry, told.hash)}",
    ]


def _when(told: Manifest) -> str:
    return f"{told.made_at[:16].replace('T', ' ')} UTC"


def _present(ctx: typer.Context, told: Manifest) -> list[str]:
    """What the present store has beyond the backup, for who may do this. Raises NotPermitted."""
    path = ctx.obj.place.path
    try:
        with options.reading(ctx) as db:
            found = store.beyond(db, told)
    except NoStore:
        return [f"there is no store at {path} yet"]
    except StoreUnavailable as fault:
        return [f"the store that is there cannot be read ({fault}); it is kept aside as it is"]
    if not found.same:
        return [f"{path} is ANOTHER STORE than the one that was backed up; it is kept aside"]
    if not found.entries:
        return ["the present store has nothing that the backup has not"]
    acts, records = many(found.entries, "act"), many(found.records, "record")
    return [f"the present store has {acts} with {records} that the backup has not"]


def _by_name(out: Out, clinic: str) -> None:
    """Go on only after the clinic's name was typed. Raises Cancelled."""
    if out.ask(f"Type the clinic's name to put it in place ({clinic}):") != clinic:
        raise Cancelled(hint="that is not its name; nothing was changed")


def _done(done: store.Restored, *, encrypted: bool) -> list[str]:
    lines = [] if encrypted else ["NOT ENCRYPTED: anyone who gets the file can read it"]
    if done.aside:
        lines.append(f"the store that was there is kept as {done.aside}")
    if done.key_file:
        lines.append(f"the key is in {done.key_file}")
    if done.key_aside:
        lines.append(f"what was there held another key, or a locked one; it is kept as {done.key_aside}")
    if done.enrolled:
        lines.append(f"the account {done.enrolled} is a clinician of this store now (tpi clinician list)")
    return lines
