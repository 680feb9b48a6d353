"""`tpi demo`: a made-up clinic to try things on, its dates moved so that the list is alive today."""

from typing import Annotated

import typer


def demo(
    ctx: typer.Context,
    reset: Annotated[bool, typer.Option("--reset", help="Make it anew.")] = False,
    delete: Annotated[bool, typer.Option("--delete", help="Take it away.")] = False,
) -> None:
    """Set up a separate clinic of made-up patients and show who is due there.

    \b
    tpi demo
    tpi --db demo due -w 2w
    tpi demo --delete
    """
    from tpi_cli.exchange import sample
    from tpi_cli.store.place import demo as place_of_demo

    place = place_of_demo()
    out = ctx.obj.out()
    if delete:
        out.lines([f"{sample.delete(place)} files deleted"], "demo", lambda: {"deleted": True})
        return
    if reset:
        sample.delete(place)
    sample.ensure(place)
    _due_list(ctx)
    out.say(NEXT)


NEXT = """
This is the demo clinic: every patient in it is made up. Try:
  tpi --db demo why 1
  tpi --db demo patient show 6
  tpi --db demo inject 6 ut l, ls l lido 1% 1ml each --next 3mo --consent written
  tpi --db demo due -w 2w
Or once per terminal: export TPI_DB=demo
Your own clinic starts with: tpi init"""


def _due_list(ctx: typer.Context) -> None:
    from tpi_cli.commands.due import due

    ctx.obj = ctx.obj._replace(given={**ctx.obj.given, "db": "demo"})
    due(ctx)
