"""The command tree as a manual tells it: each command with its usage, words, options and examples."""

from collections.abc import Iterator
from inspect import cleandoc
from typing import Any, NamedTuple

import typer

from tpi_cli.commands.lazy import TREE, Entry, built
from tpi_cli.commands.shared import shared, version, writing

GROUP_OF_COMMANDS = "Commands"


class Option(NamedTuple):
    """How an option or argument is written, and what it means."""

    written: str
    words: str


class Told(NamedTuple):
    """A command: its whole name, its line in the help, how it is called, paragraphs, own options, examples."""

    name: str
    line: str
    usage: str
    paragraphs: list[str]
    options: list[Option]
    examples: list[str]
    writes: bool


def groups() -> dict[str, list[Told]]:
    """The commands under the headings of the help, in its order."""
    out: dict[str, list[Told]] = {}
    for name, entry in TREE.items():
        group, commands = _commands(name, entry)
        out.setdefault(group, []).extend(commands)
    return out


def _commands(name: str, entry: Any) -> tuple[str, list[Told]]:
    if isinstance(entry, Entry):
        return entry.group, [_told(name, entry)]
    _, group, below = entry
    return group, [_told(f"{name} {one}", inner) for one, inner in below.items()]


def _told(name: str, entry: Entry) -> Told:
    command = built(name.split()[-1], entry)
    context = typer.Context(command, info_name=f"tpi {name}")
    words, _, examples = cleandoc(command.help or "").partition("\b")
    return Told(
        name=name,
        line=entry.words,
        usage=" ".join([f"tpi {name}", *command.collect_usage_pieces(context)]),
        paragraphs=[" ".join(part.split()) for part in words.split("\n\n") if part.strip()],
        options=list(_options(command, context)),
        examples=[line.strip() for line in examples.splitlines() if line.strip()],
        writes=entry.writes,
    )


def _options(command: Any, context: Any) -> Iterator[Option]:
    """The command's own; those that every command has are told once."""
    common = {name for one in (*shared(), *writing()) for name in one.opts}
    for one in command.params:
        if common.isdisjoint(one.opts):
            yield from _record(one, context)


def _record(one: Any, context: Any) -> Iterator[Option]:
    found = one.get_help_record(context)
    if found is not None and found[1]:
        yield Option(*(" ".join(part.split()) for part in found))


def common() -> tuple[list[Option], list[Option]]:
    """The options of every command, and those of commands that change something."""
    context = typer.Context(built("due", TREE["due"]))  # type: ignore[arg-type]
    everywhere, changing = ([option for one in ones for option in _record(one, context)]
                            for ones in ((*shared(), version()), writing()))  # fmt: skip
    return everywhere, changing
