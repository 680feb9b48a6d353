"""`tpi db move` and `tpi db grant`: a store to a server or back, and who is let in there."""

from typing import Annotated

import typer

from tpi_cli.commands import options
from tpi_cli.errors import Conflict, Usage
from tpi_cli.rules import paper
from tpi_cli.show.out import Out
from tpi_cli.show.report import many
from tpi_cli.store.place import find


def move(
    ctx: typer.Context,
    target: Annotated[str, typer.Argument(metavar="URL|FILE", help="Where the store goes.")],
) -> None:
    """Carry the whole store from a file to a PostgreSQL server, or from a server to a file.

    Every record, every earlier version and the log go as they are: the new store is compared row for row and verified
    before the old one is laid aside. Nobody else may work in the store meanwhile; whatever interrupts it, the old one
    is as it was. A new file is encrypted; its key is the key file's, which is made if there is none.

    \b
    tpi db move postgresql:///clinic --dry-run
    tpi db move postgresql:///clinic --yes
    tpi --db postgresql:///clinic db move ~/clinic.db --yes
    """
    ctx.obj.without("on", "note", "idempotency_key")
    out: Out = ctx.obj.out()
    place, there = ctx.obj.place, find(target, ctx.obj.given.get("key_file"))
    if bool(place.url) == bool(there.url):
        raise Usage("a store moves from a file to a server, or from a server to a file", hint=_OTHERWISE)
    if place.demo or there.demo:
        raise Conflict("the demo clinic stays where it is", hint="tpi init, or tpi import, makes another")
    with options.reading(ctx):
        pass  # only who may
    facts = {"from": place.path, "to": there.path}
    if ctx.obj.dry_run:
        ctx.obj.done(out, "", [f"would carry {place.path} to {there.path}"], "db-move", facts)
        return
    if not ctx.obj.yes:
        out.say(f"Everybody who works in {place.path} must name {there.path} from then on (--db, TPI_DB, settings).")
        out.confirm("Carry the store there?")
    _moved(ctx, out, facts, target)


_OTHERWISE = "a file's copy is tpi backup; from one server to another goes by a file"


def _moved(ctx: typer.Context, out: Out, facts: dict[str, str], target: str) -> None:
    from tpi_cli.store.move import Order, move

    place, there = ctx.obj.place, find(target, ctx.obj.given.get("key_file"))
    told = (lambda table, count: out.say(f"  {table}: {count:,}")) if out.format == "table" else None
    done = move(place, there, Order(options.act_of(ctx), ctx.obj.acting, told))
    rows = sum(done.counts.values())
    lines = [f"carried and verified, row for row: {many(rows, 'row')}, now in {there.path}",
             f"the old store is laid aside: {done.aside}"]  # fmt: skip
    if done.enrolled:
        lines.append(f"{done.enrolled} is a clinician of the store now")
    code = None
    if done.new_key:
        code = paper.write(paper.RECOVERY, bytes.fromhex(done.new_key))
        lines += [f"key   {there.key_path}   (made)", "write down and keep away from this computer; not shown again:"]
        lines.append(f"  {paper.RECOVERY}  {code}")
    lines.append(f"from now on: --db {target}, or tpi config set db {target}")
    more = {"rows": done.counts, "aside": done.aside, "enrolled": done.enrolled, "recovery_code": code}
    out.recorded("the store", lines, "db-move", {**facts, **more})


def grant(
    ctx: typer.Context,
    login: Annotated[str, typer.Argument(metavar="LOGIN", help="The login at the server.")],
    role: Annotated[str, typer.Argument(metavar="writer|reader|auditor|none", help="What it may do.")],
) -> None:
    """Let a login of the server into the store: to record (writer), to look (reader), or to check (auditor).

    The login itself, with its password or certificate, the server's administrator makes (createuser). Only whoever
    made the store can let others in. What a writer may do in the clinic, tpi clinician add --account LOGIN says.

    \b
    tpi db grant anna writer
    tpi db grant morning-list reader
    tpi db grant anna none
    """
    from tpi_cli.store.server_schema import ROLES
    from tpi_cli.store.server_schema import grant as granted

    ctx.obj.without("on", "note", "idempotency_key")
    out: Out = ctx.obj.out()
    if not ctx.obj.place.url:
        raise Conflict("a store in a file has no logins: whoever has its key reads it", hint="tpi help people")
    if role not in (*ROLES, "none"):
        raise Usage(f"{role!r} is nothing a login can be", hint=f"{', '.join(ROLES)} or none")
    with options.reading(ctx):
        pass  # only who may
    facts = {"login": login, "role": role}
    words = f"{login} is let in no more" if role == "none" else f"{login} is let in as {role}"
    if not ctx.obj.dry_run:
        granted(ctx.obj.place, login, None if role == "none" else role, ctx.obj.acting)
    ctx.obj.done(out, "the login", [words], "db-grant", facts)
