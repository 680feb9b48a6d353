"""`tpi import`: patients, injections and outcomes from CSV, all of them or none."""

import os
from typing import Annotated, Any, NamedTuple

import typer

from tpi_cli.commands import options
from tpi_cli.errors import Usage
from tpi_cli.show.out import Out, allowed


def import_(
    ctx: typer.Context,
    files: Annotated[list[str], typer.Argument(metavar="FILE...|-", help="CSV files; - is stdin.")],
    kind: Annotated[str | None, typer.Option("--kind", metavar="KIND", help="patients, injections, outcomes.")] = None,
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
    from tpi_cli.acts import bring_in, bring_in_scores
    from tpi_cli.exchange import csv_in
    from tpi_cli.store.read.stock import own_agents

    ctx.obj.without("on", "note")
    skip = allowed("--on-error", on_error, ("stop", "skip")) == "skip"
    out: Out = ctx.obj.out()
    with options.recording(ctx) as writing:
        own = own_agents(writing.db)
        reads = [csv_in.load(path, kind, writing.today, own) for path in _once(files)]
        _warn(out, reads)
        reads.sort(key=lambda read: list(csv_in.COLUMNS).index(read.kind))
        people = bring_in.patients(writing, _lines(reads, "patients"), writing.today)
        company = _company(reads, people)
        shots = bring_in.injections(writing, _lines(reads, "injections"), company)
        scores = bring_in_scores.outcomes(writing, _lines(reads, "outcomes"), company)
        results = [people, shots, scores]
        report = _report(reads, results)
        if report.refused and not skip:
            _tell_all(out, report.refused, ctx.obj.dry_run)
        written = [] if ctx.obj.dry_run else _write_refused(reads, report.refused)
        out = ctx.obj.out(writing.today)
    lines = [*report.lines, *(f"refused rows: {path}" for path in written)]
    for one in report.refused:
        out.say(str(one))
    facts = {**report.counts, "refused_rows": _as_facts(report.refused)}
    ctx.obj.done(out, "import", lines, "import", facts)


def _once(files: list[str]) -> list[str]:
    twice = [path for path in files if files.count(path) > 1]
    if twice:
        raise Usage(f"{twice[0]} is named twice", hint="name each file once")
    return files


class _Report(NamedTuple):
    """What became of the rows, in words and numbers."""

    lines: list[str]
    counts: dict[str, int]
    refused: list[Any]


def _lines(reads: list[Any], kind: str) -> list[Any]:
    from tpi_cli.acts.bring_in import Line

    return [Line((read.file, line), row) for read in reads if read.kind == kind for line, row in read.rows]


def _company(reads: list[Any], people: Any) -> Any:
    """Which patients came along in the same files, and which of them were refused."""
    from tpi_cli.acts.bring_in import Company

    raw = {(read.file, line): row for read in reads if read.kind == "patients" for line, row in read.raw.items()}
    unread = [one.row.get("mrn", "") for read in reads if read.kind == "patients" for one in read.refused]
    refused = {*unread, *(raw[one.at].get("mrn", "") for one in people.refused)}
    taken = {line.row.mrn for line in (*people.new, *people.changed, *people.same)}
    return Company(frozenset(taken), frozenset(mrn.strip() for mrn in refused))


def _report(reads: list[Any], results: list[Any]) -> _Report:
    from tpi_cli.exchange.csv_in import Refused

    raw = {(read.file, line): row for read in reads for line, row in read.raw.items()}
    later = [
        Refused(one.at[0], one.at[1], one.column, one.what, raw[one.at]) for result in results for one in result.refused
    ]
    refused = sorted([*(one for read in reads for one in read.refused), *later], key=lambda one: (one.file, one.line))
    total = {"new": 0, "changed": 0, "same": 0, "refused": len(refused)}
    lines = []
    for read in reads:
        counts = {name: _of_file(results, name, read.file) for name in ("new", "changed", "same")}
        bad = sum(one.file == read.file for one in refused)
        lines.append(f"{read.file}: {_counted(counts)}, {bad} refused")
        total = {name: total[name] + counts.get(name, 0) for name in total}
    return _Report(lines, total, refused)


def _of_file(results: list[Any], name: str, file: str) -> int:
    return sum(line.at[0] == file for result in results for line in getattr(result, name))


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def _warn(out: Out, reads: list[Any]) -> None:
    for read in reads:
        for name in read.unknown:
            out.say(f"{read.file}: column {name} is not known and was left out")


def _tell_all(out: Out, refused: list[Any], dry_run: bool) -> None:
    """Name every bad row, then stop: the transaction takes everything back."""
    what = "would be refused" if dry_run else "nothing was imported"
    hint = "mend the file, or take the rest with --on-error skip"
    if len(refused) == 1 or out.machine:
        more = "" if len(refused) == 1 else f" (and {len(refused) - 1} more rows)"
        raise Usage(f"{refused[0]}{more}; {what}", hint=hint)
    for one in refused:
        out.say(str(one))
    raise Usage(f"{len(refused)} rows refused; {what}", hint=hint)


def _as_facts(refused: list[Any]) -> list[dict[str, Any]]:
    return [{"file": one.file, "line": one.line, "column": one.column, "what": one.what} for one in refused]


def _free(stem: str) -> str:
    """A name for the refused rows that nothing has yet: an older file may hold work half done."""
    path, count = f"{stem}.refused.csv", 1
    while os.path.exists(path):
        count += 1
        path = f"{stem}.refused-{count}.csv"
    return path


def _write_refused(reads: list[Any], refused: list[Any]) -> list[str]:
    """The refused rows of each file in a file beside it, with the reason in a last column."""
    import csv

    from tpi_cli.show.delimited import guarded

    paths = []
    for read in reads:
        bad = [one for one in refused if one.file == read.file]
        if not bad:
            continue
        stem = "stdin" if read.file == "-" else os.path.splitext(read.file)[0]
        path = _free(stem)
        with Out(output=path).into() as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(map(guarded, (*bad[0].row, "refused")))
            out.writerows(map(guarded, (*one.row.values(), f"{one.column}: {one.what}")) for one in bad)
        paths.append(path)
    return paths
