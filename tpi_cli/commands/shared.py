"""The options that every command has, before or after the subcommand, and the two kinds of command that have them.

They are plain parameters added to each command and to the root, so that no command function repeats them; what was
given last wins.
"""

import gc
import sys
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import typer
from typer.core import TyperCommand, TyperOption

from tpi_cli.commands.options import ONCE, Desk, act_of, storable
from tpi_cli.errors import Usage
from tpi_cli.store.place import Secrets

GARBAGE = 50_000
"""Objects made before garbage is looked for: all that the ORM makes as it loads stays, and is looked through a few
times instead of six hundred."""


def _option(*names: str, help: str, flag: bool = False, **more: Any) -> TyperOption:
    return TyperOption(param_decls=list(names), help=help, is_flag=flag, default=None, required=False, **more)


@cache
def shared() -> tuple[TyperOption, ...]:
    """The options every command has; a parameter keeps no state, so the root and a command share them."""
    return (
        _option("--db", help="The store: a file, or demo [TPI_DB].", metavar="PATH"),
        _option("--key-file", help="The file with the store's key [TPI_KEY_FILE].", metavar="FILE"),
        _option("--as", "acting", help="Acting clinician [TPI_USER].", metavar="CODE"),
        _option("--format", help="table, plain, tsv, csv, json or ndjson [TPI_FORMAT].", metavar="FORMAT"),
        _option("--json", help="The same as --format json.", flag=True),
        _option("-o", "--output", help="Write the answer to a file.", metavar="FILE"),
        _option("--columns", help="Only these columns, in this order.", metavar="A,B,C"),
        _option("--wide", help="All columns, however narrow the terminal.", flag=True),
        _option("--width", help="Pretend the terminal has N columns.", type=int, metavar="N"),
        _option("--redact", help="Keep back none, names or all [TPI_REDACT].", metavar="WHAT"),
        _option("-q", "--quiet", help="No notes on stderr.", flag=True),
        _option("--color", help="auto, always or never.", metavar="WHEN"),
        _option("--no-input", help="Never ask [TPI_NO_INPUT].", flag=True),
    )


def version() -> TyperOption:
    """Only listed: `main` answers it before anything else is loaded."""
    return _option("-V", "--version", help="Print the version.", flag=True)


def writing() -> tuple[TyperOption, ...]:
    """The options every writing command has."""
    return (
        _option("-n", "--dry-run", help="Check and show everything, keep nothing.", flag=True),
        _option("-y", "--yes", help="Record without asking.", flag=True),
        _option("--on", help="The day it happened (default: today).", metavar="DATE"),
        _option("--note", help="A note; - reads it from stdin.", metavar="TEXT|-"),
        _option("--idempotency-key", help="A retry under the same key records nothing twice.", metavar="KEY"),
    )


def take(params: dict[str, Any], earlier: dict[str, Any]) -> dict[str, Any]:
    """Move the shared values out of a command's own, over the ones given before the subcommand."""
    given = {name: params.pop(name) for name in _NAMES if name in params}
    stated = {name: value for name, value in given.items() if value is not None}
    if "format" in stated and "json" not in stated:
        earlier = {name: value for name, value in earlier.items() if name != "json"}
    return {**earlier, **stated}


_NAMES = (
    *("db", "key_file", "acting", "format", "json", "output", "columns", "wide", "width", "redact", "quiet"),
    *("color", "no_input", "dry_run", "yes", "on", "note", "idempotency_key"),
)


def with_secrets(given: dict[str, Any]) -> Desk:
    """The desk of a command, at which a person can be asked for a passphrase; nothing is loaded until then."""

    def ask(question: str) -> str | None:
        from tpi_cli.commands.secret import at_terminal

        return at_terminal(Desk(given).out(), question)

    def waits() -> None:
        if sys.stderr.isatty():
            Desk(given).out().say("another tpi is writing: waiting for it to end")

    return Desk(given, Secrets(ask, waits))


class Command(TyperCommand):
    """A command that reads: the shared options, handed over as a `Desk` in `ctx.obj`."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.params = [*self.params, *self.extra()]

    def extra(self) -> tuple[TyperOption, ...]:
        """The options beside the command's own."""
        return shared()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words, `--option` as `--option=` where its value is in brackets and the next word is none."""
        spelled = _spelled_out(args, self.params)
        _none_forgotten(spelled, self.params)
        found: list[str] = super().parse_args(ctx, spelled)
        return found

    def invoke(self, ctx: Any) -> Any:
        """Run the command's function with its own parameters only."""
        ctx.obj = with_secrets(take(ctx.params, ctx.obj.given if ctx.obj else {}))
        ctx.obj.banner()
        gc.freeze()  # what start-up made stays for good: nothing to look through
        gc.set_threshold(GARBAGE)
        gc.enable()
        return self.work(ctx)

    def work(self, ctx: Any) -> Any:
        """Run the command's function."""
        return super().invoke(ctx)


def _spelled_out(args: list[str], params: Sequence[Any]) -> list[str]:
    """Typer's parser knows no option that may be given bare; one whose metavar is in brackets may."""
    bare = {
        name
        for param in params
        if param.param_type_name == "option" and param.metavar and param.metavar[0] == "["
        for name in param.opts
    }
    if not bare:
        return args
    following = [*args[1:], "--"]
    pairs = zip(args, following, strict=False)
    return [f"{word}=" if word in bare and after.startswith("-") else word for word, after in pairs]


def _none_forgotten(args: list[str], params: Sequence[Any]) -> None:
    """Raises Usage where an option without its value would take the next option for one: `--reason -n` records."""
    words = args[: args.index("--")] if "--" in args else args
    dashed = [(word, after) for word, after in pairwise(words) if word[:1] == after[:1] == "-"]
    if not dashed:
        return
    options = [param for param in params if param.param_type_name == "option"]
    every = {name for param in options for name in (*param.opts, *param.secondary_opts)}
    wanting = {name for param in options if not param.is_flag and not param.count for name in param.opts}
    for word, after in dashed:
        if word in wanting and after in every:
            raise Usage(f"{word} needs a value, and {after} is an option", hint=f"{word}={after} if that is meant")


class WriteCommand(Command):
    """A command that changes something: how to preview it, when it happened, a note."""

    writes = True

    def extra(self) -> tuple[TyperOption, ...]:
        """The options beside the command's own."""
        return (*writing(), *shared())

    def work(self, ctx: Any) -> Any:
        """Run it, unless it was done before under the same idempotency key."""
        asked = ctx.meta[ONCE] = _once(ctx)
        if asked is None:
            return super().work(ctx)
        from tpi_cli.commands.once import done_once

        return done_once(asked, ctx.obj, lambda: super(WriteCommand, self).work(ctx))


def _once(ctx: typer.Context) -> Any:
    """The idempotency key of this call with what is asked under it; None where there is none. Raises Usage."""
    key = ctx.obj.given.get("idempotency_key")
    if key is None:
        return None
    from tpi_cli.commands.once import Asked

    more = {name: ctx.obj.given.get(name) for name in ("acting", "on", "note")}
    return Asked(storable("the idempotency key", key) or "", act_of(ctx), {**ctx.params, **more})
