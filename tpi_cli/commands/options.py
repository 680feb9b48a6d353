"""What a command works with: the shared options as they were given, the store behind them, and who may use it.

It is a `Desk`, found as `ctx.obj`; how the options come to every command stands in `shared`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

import typer

from tpi_cli import clock, config
from tpi_cli.errors import Conflict, IsBackup, NotPermitted, Usage
from tpi_cli.show.out import COLOURS, FORMATS, REDACT, Out, allowed, default_format
from tpi_cli.store.place import Place, Secrets, find


class Desk(NamedTuple):
    """What a command works with: the shared options as given (None where one was not), and whom to ask for secrets."""

    given: dict[str, Any]
    secrets: Secrets | None = None

    @property
    def place(self) -> Place:
        """The store and its key."""
        return find(self.given.get("db"), self.given.get("key_file"))._replace(secrets=self.secrets)

    @property
    def acting(self) -> str | None:
        """The clinician named by --as, TPI_USER or the settings. Raises Usage."""
        return storable("the clinician's code", config.resolve("user", self.given.get("acting")).value) or None

    @property
    def dry_run(self) -> bool:
        """Whether nothing is to be kept."""
        return bool(self.given.get("dry_run"))

    @property
    def yes(self) -> bool:
        """Whether to record without asking."""
        return bool(self.given.get("yes"))

    @property
    def note(self) -> str | None:
        """The note, read from stdin where it is `-`. Raises Usage."""
        from tpi_cli.commands.parse import stdin

        note = self.given.get("note")
        return storable("the note", (stdin.read() if note == "-" else note or "").strip()) or None

    def not_ours(self, output: str | None, option: str = "--output") -> str | None:
        """A file to write to, which must not be the store, its key or the settings. Raises Conflict."""
        if output is None:
            return None
        if not output:
            raise Usage(f"{option} needs a file", hint=f"{option} FILE")
        place = self.place
        ours = (place.path, f"{place.path}-wal", f"{place.path}-shm", place.key_path, config.path())
        if os.path.realpath(output) in {os.path.realpath(path) for path in ours}:
            raise Conflict(f"{output} is tpi's own file", hint=f"name another file with {option}")
        return output

    def done(self, out: Out, what: str, lines: list[str], name: str, facts: dict[str, Any]) -> None:
        """Answer a write: what was kept, or what would have been."""
        if self.dry_run:
            out.lines([*lines, "dry run: nothing was kept"], name, lambda: {**facts, "dry_run": True})
        else:
            out.recorded(what, lines, name, facts)

    def without(self, *names: str) -> None:
        """Refuse shared options that mean nothing to a command, rather than pass over them."""
        for name in names:
            if self.given.get(name) is not None:
                raise Usage(f"--{name.replace('_', '-')} has no meaning here", hint="leave it out")

    def banner(self) -> None:
        """Say on stderr what is not as usual: a clock that was set, a clinic that is made up."""
        out = self.out()
        if out.machine:
            return
        if clock.pinned():
            out.say(f"today is {clock.pinned()}: {clock.PINNED} sets the clock")
        if config.resolve("db", self.given.get("db")).value == config.DEMO:
            out.say("demo clinic: every patient in it is made up")

    def on(self, today: date) -> date:
        """The day it happened: --on, never later than today."""
        given = self.given.get("on")
        if given is None:
            return today
        from tpi_cli.commands.parse.dates import day, words

        when = day(given, today, forward=False)
        if when > today:
            raise Usage(f"{words(when, today)} is in the future", hint="--on names the day it happened")
        return when

    def out(self, today: date | None = None) -> Out:
        """Where the answer goes."""
        given = self.given
        wanted = "json" if given.get("json") else config.resolve("format", given.get("format")).value
        output = self.not_ours(given.get("output"))
        drawn = config.resolve("ui.style").value != config.PLAIN
        form = allowed("--format", wanted, FORMATS) if wanted else default_format(output, drawn=drawn)
        colour = config.resolve("color", given.get("color")).value if drawn else given.get("color") or "never"
        return Out(
            format=form,
            output=output,
            columns=given.get("columns"),
            wide=bool(given.get("wide")),
            width=given.get("width"),
            redact=allowed("--redact", config.resolve("redact", given.get("redact")).value, REDACT),
            quiet=bool(given.get("quiet")),
            colour=allowed("--color", colour, COLOURS),
            no_input=bool(given.get("no_input")) or bool(os.environ.get("TPI_NO_INPUT")),
            today=str(today or ""),
            drawn=drawn,
        )


UNTOLD = "tpi.untold"
ONCE = "tpi.once"
"""Where a call keeps what it asks under an idempotency key."""


def storable(what: str, text: str | None) -> str | None:
    """The text, if the store can take it. Raises Usage."""
    from tpi_cli.rules import checks

    wrong = checks.text(text) if text else None
    if wrong:
        raise Usage(f"{what} {wrong}", hint="write it shorter and plainly")
    return text


@contextmanager
def reading(ctx: typer.Context, *, several: bool = False) -> Iterator[Any]:
    """The store of this call, open for reading; of a command that writes later, only to who may.

    Raises SeveralClinics where a group's are in it, unless the command reads `several`.
    """
    from tpi_cli.store import connect
    from tpi_cli.store.read.clinic import only_one

    place, writes = ctx.obj.place, getattr(ctx.command, "writes", False)
    with connect.reading(place, latest=writes) as db:
        _unfinished(ctx, place)
        if not several:
            only_one(db)
        if writes:
            permitted_here(ctx, db)
        yield db


def _unfinished(ctx: typer.Context, place: Place) -> None:
    """Say, once a call, that a new key was made and its recovery code never printed: the one on paper is void."""
    from tpi_cli.store.keys import untold

    if not place.url and os.path.exists(untold(place)) and not ctx.meta.get(UNTOLD) and not ctx.obj.out().machine:
        ctx.meta[UNTOLD] = True
        ctx.obj.out().say("a new key was begun and its recovery code not printed: run tpi key rotate again")


def anchored(out: Out, db: Any, footer: str) -> str:
    """The footer of a report, off a terminal under the log's head: what cron mails is an anchor outside the store."""
    if out.format == "table":
        return footer
    from tpi_cli.store.read.head import head

    found = head(db)  # a copy for a group's reports has no log
    return "\n".join(filter(None, [f"log head {found}" if found else "", footer]))


def chart_read(ctx: typer.Context, db: Any, patient: int | None, subject: str | None = None) -> None:
    """Log that a chart (by the patient's number) is read, before it is shown.

    Where the store cannot be written just now the chart is shown all the same, for a patient may be waiting, and
    stderr says that the reading could not be logged.
    """
    try:
        noted = _noted(ctx, db, patient, subject)
    except IsBackup:
        ctx.obj.out().say("this reading is not logged: nothing is written to a backup")
        return
    if not noted:
        ctx.obj.out().say("this reading could not be logged: the store cannot be written now")


def exported(ctx: typer.Context, db: Any, what: str, patient: int | None = None) -> None:
    """Log an export, before it is written. Raises StoreBusy: what leaves the house is logged or does not leave."""
    from tpi_cli.errors import StoreBusy

    if not _noted(ctx, db, patient, what):
        raise StoreBusy()


def _noted(ctx: typer.Context, db: Any, patient: int | None, subject: str | None) -> bool:
    from tpi_cli.store import audit

    acting = ctx.obj.acting
    if acting:
        from tpi_cli.store.read.clinicians import as_on_file

        acting = as_on_file(db, acting)
    who = audit.Who(db.account, acting)
    return audit.note(db, who, audit.Act(act_of(ctx), patient, subject))


@contextmanager
def recording(ctx: typer.Context, officer: str | None = None, *, keep: bool = True) -> Iterator[Any]:
    """The store of this call in one transaction; kept at the end unless --dry-run. Raises NotPermitted.

    A file with the officer key stands in for a clinician's right to do it.
    """
    from tpi_cli.store.write import transaction

    with transaction(ctx.obj.place, ctx.obj.acting, act=act_of(ctx), keep=keep and not ctx.obj.dry_run) as writing:
        if officer is None:
            permitted_here(ctx, writing.db)
        else:
            _by_officer_key(writing.db, officer)
        yield writing
        asked = ctx.meta.get(ONCE) if keep else None
        if asked is not None:
            asked.note(writing)


def act_of(ctx: typer.Context) -> str:
    """What the log calls this command: `patient edit`, `patient alert end`."""
    verb = ctx.params.get("verb")
    return " ".join(filter(None, [ctx.command_path.partition(" ")[2], verb]))


def permitted_here(ctx: typer.Context, db: Any) -> None:
    """Raises NotPermitted where the person at the keyboard, or the one they name, may not do this."""
    from tpi_cli.reference.roles import permitted
    from tpi_cli.rules.roles import refused
    from tpi_cli.store.read import clinicians

    actor = clinicians.actor(db, db.account, ctx.obj.acting)
    act = act_of(ctx)
    for one in (act, f"{act} --override") if ctx.params.get("override") else (act,):
        refusal = refused(one, permitted(one), actor)
        if refusal is not None:
            raise NotPermitted(refusal.why, hint=refusal.hint)


def _by_officer_key(db: Any, path: str) -> None:
    """Raises NotPermitted for a key that is not this log's."""
    from tpi_cli.commands.officer import key_in
    from tpi_cli.store import audit

    if not audit.opened_by(db, key_in(path)):
        raise NotPermitted("this is not the officer key of this store", hint="tpi init printed it")
