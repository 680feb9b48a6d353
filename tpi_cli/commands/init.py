"""`tpi init`: a new store, encrypted, with a key of its own."""

import shlex
from typing import Annotated

import typer

from tpi_cli import clock
from tpi_cli.errors import Conflict, Usage
from tpi_cli.rules import paper
from tpi_cli.store.place import Place


def init(
    ctx: typer.Context,
    plain: Annotated[bool, typer.Option("--plain", help="No encryption: anyone with the file reads it.")] = False,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the clinic is called.")] = "",
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="The clinic's time zone.")] = "",
    passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Lock the key with a passphrase; asks for it, or reads stdin.")
    ] = False,
) -> None:
    """Make the clinic's store and, unless --plain, a random key that encrypts it.

    Whoever has the key file can read the store, and without it nobody can. Two codes are printed once and
    kept nowhere: the recovery code is the key on paper, and the officer key lets tpi verify find what was
    changed by somebody who has the key. Write both down, apart from this computer.

    \b
    tpi init --name 'Harbour Pain Clinic'
    tpi init --key-file ~/keys/tpi.key
    tpi --db practice.db init --zone Europe/London
    """
    from tpi_cli.store.schema import make

    place = ctx.obj.place
    _possible(place, plain=plain, passphrase=passphrase)
    where = zone or clock.system_zone()
    new = make(place, plain=plain, name=name or "My clinic", zone=where,
               passphrase=_passphrase(ctx) if passphrase else None)  # fmt: skip
    lines = [f"store {place.path}", f"zone  {where}   (tpi config set clinic.zone ZONE changes it)"]
    lines.append(_kept_how(place, plain=plain, new_key=new.new_key))
    codes = _codes(new.key, new.officer_key)
    lines += ["write down and keep away from this computer; neither is shown again:"]
    lines += [f"  {name:<13}  {code}" for name, code in codes.items()]
    given = {"--db": ctx.obj.given.get("db"), "--key-file": ctx.obj.given.get("key_file")}
    where_to = "".join(f" {name} {shlex.quote(value)}" for name, value in given.items() if value)
    lines.append(f"next: tpi{where_to} patient add 'Tan, Mei' 1971-03-04 --allergy none --bleeding none")
    facts = {
        "store": place.path,
        "key_file": None if plain or place.url else place.key_path,
        "zone": where,
        "encrypted": not plain and not place.url,
        **{name.replace(" ", "_"): code for name, code in codes.items()},
    }
    ctx.obj.out().recorded("store", lines, "init", facts)


def _possible(place: Place, *, plain: bool, passphrase: bool) -> None:
    """Raises Conflict, Usage where no such store can be made there."""
    if place.demo:
        raise Conflict("demo is the made-up clinic's name", hint="tpi demo makes it; unset TPI_DB for your own")
    if place.url and (plain or passphrase):
        raise Usage("a store on a server has no key of its own", hint="leave --plain and --passphrase out")
    if plain and passphrase:
        raise Usage("a plain store has no key to lock", hint="leave --plain or --passphrase out")


def _kept_how(place: Place, *, plain: bool, new_key: bool) -> str:
    """Who can read it."""
    if place.url:
        return "its disks, its backups and its logins are whoever's who keeps the server (tpi help server)"
    if plain:
        return "NOT ENCRYPTED: anyone who gets the file can read it"
    return f"key   {place.key_path}   ({'made' if new_key else 'was there, and is used'})"


def _passphrase(ctx: typer.Context) -> str:
    from tpi_cli.commands.secret import new_passphrase

    return new_passphrase(ctx.obj.out())


def _codes(key: str | None, officer_key: str) -> dict[str, str]:
    """What is to be written down: the officer key, and of an encrypted store its key as a recovery code."""
    codes = {} if key is None else {paper.RECOVERY: paper.write(paper.RECOVERY, bytes.fromhex(key))}
    return {**codes, paper.OFFICER: paper.write(paper.OFFICER, bytes.fromhex(officer_key))}
