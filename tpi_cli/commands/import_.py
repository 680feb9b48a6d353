"""`tpi import`: patients, injections and outcomes from CSV, all of them or none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer

from tpi_cli.commands import import_fhir, options
from tpi_cli.commands.import_kept import Kept
from tpi_cli.commands.import_report import Report
from tpi_cli.errors import Usage
from tpi_cli.show import progress
from tpi_cli.show.out import Out, allowed


def import_(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...|-", help="Files or folders, CSV or FHIR; - is stdin.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="patients, injections, appointments, fhir, ...")
    ] = None,
    map: Annotated[
        str | None, typer.Option("--map", metavar="FILE", help="Which column is what; or synthea, openemr.")
    ] = None,
    on_error: Annotated[str, typer.Option("--on-error", metavar="stop|skip", help="What a bad row does.")] = "stop",
) -> None:
    """Bring CSV or FHIR in: tables like ours (tpi help csv), other tables by a map (tpi help import-map), what
    hospitals send (tpi help fhir-import). A second import of the same rows changes nothing.

    Everything lands or nothing does; --on-error skip leaves the bad rows out and writes them to a file
    beside the input, to be mended and fed back. A dry run tells what would become of every row.

    \b
    tpi import patients.csv injections.csv --dry-run
    tpi import patients.csv injections.csv outcomes.csv
    tpi import sessions.csv --map clinic.toml
    tpi import - --kind injections --on-error skip < injections.csv
    """
    ctx.obj.without("on", "note")
    skip = allowed("--on-error", on_error, ("stop", "skip")) == "skip"
    if kind == "fhir" or (kind is None and import_fhir.told(files)):
        if map is not None:
            raise Usage("--map is for tables, and this is FHIR", hint="leave it out")
        import_fhir.run(ctx, files, skip=skip)
        return
    _known(kind)
    _tables(ctx, _once(files), _ask(ctx, kind, map), skip=skip)


def _tables(ctx: typer.Context, paths: list[str], ask: Any, *, skip: bool) -> None:
    """Read the tables, keep what they say, and tell of it."""
    from tpi_cli.exchange.bring import Reading
    from tpi_cli.store.shelf import shelf

    out: Out = ctx.obj.out()
    with _all_or_nothing(out) as landing, shelf(ctx.obj.place) as rows:
        reading = Reading(rows)
        _read(out, reading, paths, ask)
        report, kept = _keep(ctx, out, reading, landing, skip=skip)
        for line in (*(() if ctx.obj.dry_run else report.refused()), *kept.told(dry_run=ctx.obj.dry_run)):
            out.say(line)
        lines = [*(report.row_by_row() if ctx.obj.dry_run else ()), *report.counted()]
        facts = {**report.facts(rows=ctx.obj.dry_run), **kept.facts()}
    out = out._replace(today=str(ask.today))
    ctx.obj.done(out, "import", [*lines, *(f"refused rows: {path}" for path in landing.files)], "import", facts)


def _read(out: Out, reading: Any, paths: list[str], ask: Any) -> None:
    """Set the rows down, before anybody waits for the store."""
    with progress.shown(out) as watch:
        unknown = [(path, name) for path in paths for name in reading.read(path, ask, watch).unknown]
    for path, name in unknown:
        out.say(f"{path}: column {name} is not known and was left out")


def _keep(ctx: typer.Context, out: Out, reading: Any, landing: "_Landing", *, skip: bool) -> tuple[Report, Kept]:
    """Keep the rows in one transaction. Raises Usage where one is refused, unless such are skipped."""
    from tpi_cli.exchange.bring import Bringing

    with options.recording(ctx) as writing:
        bringing = Bringing(writing, reading)
        with progress.shown(out) as watch:
            bringing.keep(watch)
        report = Report(reading, out.redact)
        if report.total("refused") and not skip:
            _stop(ctx, out, report)
        kept = Kept(bringing, writing, reading.shelf)
        if not ctx.obj.dry_run:
            report.write_refused(landing.files)
    landing.landed = True
    return report, kept


class _Landing:
    """Whether an import landed, and the files of refused rows that were written for it."""

    def __init__(self) -> None:
        self.landed = False
        self.files: list[str] = []

    def take_back(self) -> None:
        """Remove the files."""
        for path in self.files:
            with suppress(OSError):
                os.unlink(path)


@contextmanager
def _all_or_nothing(out: Out) -> Iterator[_Landing]:
    """Files of refused rows of an import that comes to nothing are taken back with it, and who stopped it is told."""
    landing = _Landing()
    try:
        yield landing
    except BaseException as fault:
        if not landing.landed:
            landing.take_back()
            out.say("stopped: nothing was imported" if isinstance(fault, KeyboardInterrupt) else "")
        raise


def _stop(ctx: typer.Context, out: Out, report: Report) -> None:
    """Show what a dry run is to show, then stop. Raises Usage."""
    if ctx.obj.dry_run:
        lines = [*report.row_by_row(), *report.counted()]
        out.lines(lines, "import", lambda: {**report.facts(rows=True), "dry_run": True})
    report.stop(out, dry_run=ctx.obj.dry_run)


def _known(kind: str | None) -> None:
    """Raises Usage for a kind that is none."""
    from tpi_cli.exchange.kinds import KINDS

    if kind is not None:
        allowed("--kind", kind, (*KINDS, "fhir"))


def _ask(ctx: typer.Context, kind: str | None, map: str | None) -> Any:
    """How the files are to be read. Raises Usage for a map that is none, and a store's errors."""
    from tpi_cli.exchange.csv_in import Ask
    from tpi_cli.exchange.map import read as read_map
    from tpi_cli.store.read.clinic import clinic
    from tpi_cli.store.read.stock import own_agents

    how = read_map(map) if map is not None else None
    with options.reading(ctx) as db:
        return Ask(kind, clinic(db).today, own_agents(db), how)


def _once(paths: list[str]) -> list[str]:
    """The files that were named, a folder's CSV files for the folder. Raises Usage for one that is named twice."""
    files = [file for path in paths for file in (_inside(path) if os.path.isdir(path) else [path])]
    twice = [path for path in files if files.count(path) > 1]
    if twice:
        raise Usage(f"{twice[0]} is named twice", hint="name each file once")
    return files


def _inside(folder: str) -> list[str]:
    """Raises Usage for a folder without CSV files."""
    found = sorted(name for name in os.listdir(folder) if name.lower().endswith((".csv", ".csv.gz")))
    if not found and any(name.endswith(".json") for name in os.listdir(folder)):
        raise Usage(f"{folder} holds JSON that is no FHIR", hint="what tpi export json wrote is read, not brought back")
    if not found:
        raise Usage(f"{folder} holds neither CSV nor FHIR files", hint="name the files, or another folder")
    return [os.path.join(folder, name) for name in found]
