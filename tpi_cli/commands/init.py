"""`tpi init`: a new store, encrypted, with a key of its own."""

import shlex
from typing import Annotated

import typer

from tpi_cli import clock
from tpi_cli.errors import Conflict


def init(
    ctx: typer.Context,
    plain: Annotated[bool, typer.Option("--plain", help="No encryption: anyone with the file reads it.")] = False,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="What the clinic is called.")] = "",
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="The clinic's time zone.")] = "",
) -> None:
    """Make the clinic's store and, unless --plain, a random key that encrypts it.

    Whoever has the key file can read the store, and without it nobody can: keep a copy of the key in a
    safe place, apart from the copies of the store.

    \b
    tpi init --name 'Harbour Pain Clinic'
    tpi init --key-file ~/keys/tpi.key
    tpi --db practice.db init --zone Europe/London
    """
    from tpi_cli.store.schema import make

    place = ctx.obj.place
    if place.demo:
        raise Conflict("demo is the made-up clinic's name", hint="tpi demo makes it; unset TPI_DB for your own")
    where = zone or clock.system_zone()
    new_key = make(place, plain=plain, name=name or "My clinic", zone=where)
    lines = [f"store {place.path}", f"zone  {where}   (tpi config set clinic.zone ZONE changes it)"]
    if plain:
        lines.append("NOT ENCRYPTED: anyone who gets the file can read it")
    else:
        made = "made" if new_key else "was there, and is used"
        lines.append(f"key   {place.key_path}   ({made}; keep a copy in a safe place, nobody can replace it)")
    given = {"--db": ctx.obj.given.get("db"), "--key-file": ctx.obj.given.get("key_file")}
    where_to = "".join(f" {name} {shlex.quote(value)}" for name, value in given.items() if value)
    lines.append(f"next: tpi{where_to} patient add 'Tan, Mei' 1971-03-04 --allergy none --bleeding none")
    facts = {
        "store": place.path,
        "key_file": None if plain else place.key_path,
        "zone": where,
        "encrypted": not plain,
    }
    ctx.obj.out().recorded("store", lines, "init", facts)
