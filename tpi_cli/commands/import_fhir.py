"""`tpi import --kind fhir`: resources of FHIR R4, our own exports whole and of other systems what matters here."""

from collections import Counter
from typing import Any, NamedTuple

import typer

from tpi_cli.commands import options, progress
from tpi_cli.errors import Conflict, Usage
from tpi_cli.show.out import Out
from tpi_cli.store.read.records import TABLES

STATES = ("new", "changed", "same")
FEW = 20
"""Refusals that are told one by one where nothing is imported; the rest are counted."""


class Report(NamedTuple):
    """What became of it: lines for people, numbers, the refused resources, and who may be on file twice."""

    lines: list[str]
    counts: dict[str, Any]
    refused: list[Any]
    alike: list[tuple[str, str, tuple[str, ...]]]


def told(paths: list[str]) -> bool:
    """Whether files read like FHIR; stdin is asked by --kind alone. Raises Usage for some of each."""
    from tpi_cli.exchange.fhir.read import is_fhir

    found = {path: is_fhir(path) for path in paths if path != "-"}
    if True in found.values() and not all(found.get(path) for path in paths):
        odd = next(path for path in paths if not found.get(path))
        raise Usage(f"{odd} is no FHIR, and others are", hint="import them apart")
    return bool(found) and all(found.values())


def run(ctx: typer.Context, paths: list[str], *, skip: bool) -> None:
    """The command: everything lands or nothing does; with `skip` refused resources are left out."""
    from tpi_cli.exchange.fhir.read import Source, listed

    out: Out = ctx.obj.out()
    sources = [Source(path) for path in listed(paths)]
    with progress.shown(out) as watch, options.recording(ctx) as writing:
        report = bring(writing, sources, watch)
        if report.refused and not skip:
            _stop(out, report.refused, "would be refused" if ctx.obj.dry_run else "nothing was imported")
        out = ctx.obj.out(writing.today)
    for one in report.refused:
        out.say(str(one))
    for one, other, why in report.alike:
        out.say(f"{one} may be {other}: {', '.join(why)} (tpi patient merge, if so)")
    ctx.obj.done(out, "import", report.lines, "import", report.counts)


def bring(writing: Any, sources: list[Any], watch: Any) -> Report:
    """Keep what the files hold in the transaction. Raises Conflict where our own records cannot come home."""
    from tpi_cli.exchange.fhir.bring import Bringing

    bringing = Bringing(writing, sources, writing.today, watch)
    tally = bringing.keep()
    if tally.home.refused:
        raise _at_odds(tally.home.refused)
    alike = list(bringing.alike())
    return Report([*_home(tally.home), *_kept(tally), *_skipped(tally)], _facts(tally, alike), tally.refused, alike)


def _at_odds(refused: list[Any]) -> Conflict:
    more = f" (and {len(refused) - 1} more records)" if len(refused) > 1 else ""
    hint = "an export comes back whole: into a new store, or into one where its records were not changed"
    return Conflict(f"{refused[0]}{more}; nothing was imported", hint=hint)


def _stop(out: Out, refused: list[Any], what: str) -> None:
    """Name the refused ones, then stop: the transaction takes everything back. Raises Usage."""
    hint = "mend the file, or take the rest with --on-error skip"
    more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
    if not out.machine and more:
        for one in refused[:FEW]:
            out.say(str(one))
    raise Usage(f"{refused[0]}{more}; {what}", hint=hint)


def _home(home: Any) -> list[str]:
    """A line a table of our own records."""
    tables = [table for table in TABLES if table in {*home.new, *home.same, *home.left}]
    left = {table: f", {home.left[table]} left as it is here" if home.left[table] else "" for table in tables}
    return [f"{table.replace('_', ' ')}: {home.new[table]} new, {home.same[table]} same{left[table]}"
            for table in tables]  # fmt: skip


def _kept(tally: Any) -> list[str]:
    """A line a type of which something is kept."""
    kinds = dict.fromkeys(kind for kind, _ in tally.kept)
    return [f"{kind}: {', '.join(f'{tally.kept[kind, state]} {state}' for state in STATES)}" for kind in kinds]


def _skipped(tally: Any) -> list[str]:
    """A line a type and reason."""
    return [f"{kind}: {count} skipped ({why})" for (kind, why), count in sorted(tally.skipped.items())]


def _facts(tally: Any, alike: list[tuple[str, str, tuple[str, ...]]]) -> dict[str, Any]:
    """The same for programs."""
    total: Counter[str] = Counter(new=tally.home.new.total(), same=tally.home.same.total())
    for (_, state), count in tally.kept.items():
        total[state] += count
    kinds = dict.fromkeys(kind for kind, _ in (*tally.kept, *tally.skipped))
    return {
        **{state: total[state] for state in STATES},
        "refused": len(tally.refused),
        "skipped": tally.skipped.total(),
        "types": [{"type": kind, **{state: tally.kept[kind, state] for state in STATES}} for kind in kinds],
        "skipped_why": [{"type": kind, "why": why, "count": n} for (kind, why), n in sorted(tally.skipped.items())],
        "records": [{"table": table, "new": tally.home.new[table], "same": tally.home.same[table]}
                    for table in TABLES if table in {*tally.home.new, *tally.home.same}],
        "refused_rows": [{**one._asdict()} for one in tally.refused],
        "similar": [{"patient": one, "other": other, "why": list(why)} for one, other, why in alike],
    }  # fmt: skip
