"""A patient named on the command line: by id; on a terminal also by name, from a numbered list. And a site of one."""

import sys

import typer

from tpi_cli.commands import options
from tpi_cli.errors import NoSuchSite, NotFound, Usage
from tpi_cli.rules import identity
from tpi_cli.show.out import Out
from tpi_cli.show.person import head
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic

MOST_DIGITS = 9
"""Of a site's number: nobody has a site with more."""


def named_site(db: Database, who: people.Patient, text: str) -> people.Site:
    """The patient's site by number or by muscle and side. Raises Grammar, NoSuchSite."""
    if text.isascii() and text.isdigit():
        if len(text) > MOST_DIGITS:
            raise NoSuchSite(site=f"{text[:MOST_DIGITS]}...", patient=who.code)
        return people.site(db, who, number=int(text))
    from tpi_cli.commands.parse.sites import site

    muscle, side = site(text)
    if side == "both":
        raise Usage("both is two sites", hint="name one side")
    return people.site(db, who, where=(muscle, side))


def picked(ctx: typer.Context, text: str) -> str:
    """The text itself where it is an id, else the id picked on the terminal. Raises Usage, NotFound."""
    if identity.read_patient(text) is not None:
        return text
    out: Out = ctx.obj.out()
    if out.no_input or not sys.stdin.isatty():
        hint = f"tpi find {text!r} gives the id, such as PT-0007"
        raise Usage(f"{text!r} is no patient id", hint=hint)
    with options.reading(ctx) as db:
        today = clinic(db).today
        found = people.named(db, text)
    if not found:
        raise NotFound(f"nobody is called {text!r}", hint="tpi find also shows similar names")
    for number, one in enumerate(found, 1):
        out._replace(quiet=False).say(f"{number:>3}  {head(one, today)}")
    return _chosen(out, found)


def _chosen(out: Out, found: list[people.Patient]) -> str:
    answer = out.ask(f"Which? [1-{len(found)}]")
    if not (answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(found)):
        raise Usage("nobody picked", hint="type the number in front of the name")
    return found[int(answer) - 1].code
