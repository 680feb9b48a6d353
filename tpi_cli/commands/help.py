"""`tpi help TOPIC`: the pages of `help/`."""

import os
from typing import Annotated

import typer

import tpi_cli.help
from tpi_cli.errors import NotFound

_FOLDER = os.path.dirname(tpi_cli.help.__file__)


def topics() -> list[str]:
    """The pages there are."""
    return sorted(name.removesuffix(".txt") for name in os.listdir(_FOLDER) if name.endswith(".txt"))


def _complete(incomplete: str) -> list[str]:
    return [name for name in topics() if name.startswith(incomplete)]


def help_(
    ctx: typer.Context,
    topic: Annotated[str | None, typer.Argument(metavar="[TOPIC]", autocompletion=_complete)] = None,
) -> None:
    """Pages on how things are written and what they mean.

    \b
    tpi help
    tpi help dates
    tpi help exit-codes
    """
    name = topic or "topics"
    if name not in topics():
        raise NotFound(f"no page {topic!r}", hint=f"pages: {', '.join(topics())}")
    with open(os.path.join(_FOLDER, f"{name}.txt"), encoding="utf-8") as file:
        text = file.read()
    ctx.obj.out().lines(text.splitlines(), "help", lambda: {"topic": name, "text": text})
