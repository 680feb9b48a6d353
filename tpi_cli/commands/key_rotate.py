"""`tpi key rotate`: a new key for the store; also `tpi db rekey`."""

from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.commands.backup import facts_of
from tpi_cli.rules import paper
from tpi_cli.show.out import Out
from tpi_cli.store import backup, connect


def rotate(
    ctx: typer.Context,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="Where the backup goes.")] = None,
) -> None:
    """Give the store a new key: when somebody may have a copy of the old one, or has left.

    First a backup with the old key is made and verified, and the old key is kept beside the new one, for that
    backup and the earlier ones need it. Nobody else may work in the store meanwhile. Whatever interrupts it, the
    store opens afterwards. The new recovery code is printed once: the old one does not open the store any more.

    \b
    tpi key rotate --dry-run
    tpi key rotate --yes
    tpi key rotate ~/before-new-key.db --yes
    """
    from tpi_cli.store import rotate as store

    ctx.obj.without("on", "note", "idempotency_key")
    out: Out = ctx.obj.out()
    with options.reading(ctx):
        pass  # only who may
    connection, key = connect.open_with_key(ctx.obj.place)
    connection.close()
    old = store.movable(key, ctx.obj.place)
    path = backup.checked_path(file) if file else backup.usual_path()
    if ctx.obj.dry_run:
        told = [f"would back up to {path}", f"and give {ctx.obj.place.path} a new key, in {old.source}"]
        ctx.obj.done(out, "", told, "key-rotate", {"backup": path, "key": old.source})
        return
    if not ctx.obj.yes:
        out.say(f"The recovery code on paper will not open {ctx.obj.place.path} any more; a new one is printed.")
        out.confirm("Give the store a new key?")
    done = store.rotate(ctx.obj.place, path, options.act_of(ctx), ctx.obj.acting)
    code = paper.write(paper.RECOVERY, bytes.fromhex(done.key.digits))
    lines = [
        f"backed up and verified: {done.backup.path}",
        f"the store has a new key, in {done.key.source}",
        f"the old key is kept in {done.kept}: the backups made so far open with it only",
        "write down and keep away from this computer; it is not shown again:",
        f"  {paper.RECOVERY}  {code}",
    ]
    facts = {**facts_of(done.backup), "key": done.key.source, "old_key": done.kept, "recovery_code": code}
    out.recorded("the new key", lines, "key-rotate", facts)
    store.told(ctx.obj.place)
