"""`tpi import`: patients, injections and outcomes from CSV, all of them or none."""

from typing import Annotated, Any

import typer

from tpi_cli.commands import import_fhir, options, progress
from tpi_cli.commands.import_report import Report
from tpi_cli.errors import Usage
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.report import many
from tpi_cli.store.read import overrides


def import_(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...|-", help="CSV files; - is stdin.")],
    kind: Annotated[
        str | None, typer.Option("--kind", metavar="KIND", help="patients, injections, outcomes, fhir.")
    ] = None,
    on_error: Annotated[str, typer.Option("--on-error", metavar="stop|skip", help="What a bad row does.")] = "stop",
) -> None:
    """Bring patients, injections and outcomes in from CSV. A second import of the same rows changes nothing.

    Everything lands or nothing does; --on-error skip leaves the bad rows out and writes them to a file
    beside the input, to be mended and fed back. tpi help csv describes the columns.

    \b
    tpi import patients.csv injections.csv --dry-run
    tpi import patients.csv injections.csv outcomes.csv
    tpi import - --kind injections --on-error skip < injections.csv
    """
    from tpi_cli.exchange.bring import Bringing, Reading
    from tpi_cli.store.shelf import shelf

    ctx.obj.without("on", "note")
    skip = allowed("--on-error", on_error, ("stop", "skip")) == "skip"
    if kind == "fhir" or (kind is None and import_fhir.told(files)):
        import_fhir.run(ctx, files, skip=skip)
        return
    out: Out = ctx.obj.out()
    with shelf(ctx.obj.place) as rows, progress.shown(out) as watch:
        reading = Reading(rows, watch)
        _read(ctx, reading, _once(files), kind)
        with options.recording(ctx) as writing:
            bringing = Bringing(writing, reading)
            bringing.keep()
            report = Report(reading)
            if rows.count("refused") and not skip:
                _stop(ctx, out, report)
            kept = _Kept(bringing, writing)
            written = [] if ctx.obj.dry_run else report.write_refused()
            out = ctx.obj.out(writing.today)
        for line in (*report.refused(), *kept.told()):
            out.say(line)
        lines = [*(report.row_by_row() if ctx.obj.dry_run else ()), *report.counted()]
        facts = {**report.facts(rows=ctx.obj.dry_run), **kept.facts()}
    ctx.obj.done(out, "import", [*lines, *(f"refused rows: {path}" for path in written)], "import", facts)


def _stop(ctx: typer.Context, out: Out, report: Report) -> None:
    """Show what a dry run is to show, then stop. Raises Usage."""
    if ctx.obj.dry_run and not out.machine:
        out.lines(report.row_by_row(), "import", dict)
    report.stop(out, dry_run=ctx.obj.dry_run)


class _Kept:
    """What a person should look at after an import: who may be on file twice, and what the rules found in the past."""

    def __init__(self, bringing: Any, writing: Any) -> None:
        self._alike = list(bringing.alike())
        self._notes = overrides.noted(writing.db, writing.entry)

    def told(self) -> list[str]:
        """A line each."""
        alike = [f"{one} may be {other}: {', '.join(why)} (tpi patient merge)" for one, other, why in self._alike]
        past = f"kept as notes: {many(self._notes[0], 'finding')} in {many(self._notes[1], 'past session')}"
        return [*alike, *([f"{past} (tpi session show SESSION)"] if self._notes[0] else [])]

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        alike = [{"patient": one, "other": other, "why": list(why)} for one, other, why in self._alike]
        return {"similar": alike, "findings": self._notes[0]}


def _read(ctx: typer.Context, reading: Any, files: list[str], kind: str | None) -> None:
    """Set the rows of all files down, before anybody waits for the store."""
    from tpi_cli.exchange.csv_in import Ask
    from tpi_cli.store.read.clinic import clinic
    from tpi_cli.store.read.stock import own_agents

    with options.reading(ctx) as db:
        ask = Ask(kind, clinic(db).today, own_agents(db))
    for path in files:
        table = reading.read(path, ask)
        for name in table.unknown:
            ctx.obj.out().say(f"{path}: column {name} is not known and was left out")


def _once(files: list[str]) -> list[str]:
    twice = [path for path in files if files.count(path) > 1]
    if twice:
        raise Usage(f"{twice[0]} is named twice", hint="name each file once")
    return files
