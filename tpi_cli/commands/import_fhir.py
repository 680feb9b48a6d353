"""`tpi import --kind fhir`: resources of FHIR R4, our own exports whole and of other systems what matters here."""

import sys
from collections import Counter
from typing import Any, NamedTuple

import typer

from tpi_cli.commands import options
from tpi_cli.commands.import_kept import Alike
from tpi_cli.errors import Conflict, Usage
from tpi_cli.show import progress
from tpi_cli.show.out import Out
from tpi_cli.show.report import many
from tpi_cli.store.read.records import TABLES

STATES = ("new", "changed", "same")
FEW = 20
"""Refusals that are told one by one where nothing is imported; the rest are counted."""


class Report(NamedTuple):
    """What became of it: lines for people, numbers, the refused resources, and who may be on file twice."""

    lines: list[str]
    counts: dict[str, Any]
    refused: list[Any]
    refusals: int
    alike: Alike


def told(paths: list[str]) -> bool:
    """Whether files read like FHIR; stdin is asked by --kind alone. Raises Usage for some of each, and other JSON."""
    from tpi_cli.exchange.fhir.read import is_fhir

    found = {path: is_fhir(path) for path in paths if path != "-"}
    other = next((path for path, is_one in found.items() if path.endswith(".json") and not is_one), None)
    if other is not None:
        raise Usage(f"{other} is no FHIR", hint="what tpi export json wrote is read, and not brought back")
    if True in found.values() and not all(found.get(path) for path in paths):
        odd = next(path for path in paths if not found.get(path))
        raise Usage(f"{odd} is no FHIR, and others are", hint="import them apart")
    return bool(found) and all(found.values())


def run(ctx: typer.Context, paths: list[str], *, skip: bool) -> None:
    """The command: everything lands or nothing does; with `skip` refused resources are left out."""
    from tpi_cli.exchange.fhir.read import Source, listed
    from tpi_cli.store.shelf import shelf

    out: Out = ctx.obj.out()
    sources = [Source(path) for path in listed(paths)]
    with progress.shown(out) as watch, options.recording(ctx) as writing, shelf(ctx.obj.place) as people:
        report = bring(writing, sources, people, watch, lambda offer: _agreed(ctx, out, watch, offer))
        if report.refused and not skip:
            _stop(out, report, "would be refused" if ctx.obj.dry_run else "nothing was imported")
        out = ctx.obj.out(writing.today)
    for one in report.refused:
        out.say(str(one))
    if report.refusals > len(report.refused):
        out.say(f"and {report.refusals - len(report.refused)} more")
    for line in report.alike.told():
        out.say(line)
    ctx.obj.done(out, "import", report.lines, "import", report.counts)


def _agreed(ctx: typer.Context, out: Out, watch: Any, offer: Any) -> None:
    """Tell what would be taken over, and at a terminal ask first. Raises Cancelled."""
    line = f"takes over {_offered(offer)}"
    if ctx.obj.yes or ctx.obj.dry_run or not sys.stdin.isatty():
        out.say(line)
        return
    progress.close(watch)
    out.insist([line])
    out.confirm("take them over, and bring the records in?")


WORDS = {
    "setting": "setting",
    "rule_setting": "rule value",
    "payer_rule": "payer rule",
    "agent": "agent",
    "clinician": "clinician",
}
"""What is counted of a house that is taken over."""


def _offered(offer: Any) -> str:
    """`the name, the zone Europe/London, 3 rule values, 2 clinicians of Harbour Clinic`."""
    counted = [many(offer.tables[table], word) for table, word in WORDS.items() if offer.tables[table]]
    made_up = ["that everybody in it is made up"] if offer.made_up else []
    return f"{', '.join(['the name', f'the zone {offer.zone}', *counted, *made_up])} of {offer.name}"


def bring(writing: Any, sources: list[Any], people: Any, watch: Any, agree: Any) -> Report:
    """Keep what the files hold in the transaction. Raises Conflict where our own records cannot come home."""
    from tpi_cli.exchange.fhir.bring import Bringing

    bringing = Bringing(writing, sources, watch, agree)
    tally = bringing.keep()
    if tally.home.refused:
        raise _at_odds(tally.home.refused)
    alike = Alike(writing, people)
    lines = [*_home(tally.home), *_kept(tally), *_skipped(tally)]
    return Report(lines, _facts(tally, alike), tally.refused, tally.refusals.total(), alike)


def _at_odds(refused: list[Any]) -> Conflict:
    more = f" (and {len(refused) - 1} more records)" if len(refused) > 1 else ""
    hint = "an export comes back whole: into a new store, or into one where its records were not changed"
    return Conflict(f"{refused[0]}{more}; nothing was imported", hint=refused[0].hint or hint)


def _stop(out: Out, report: Report, what: str) -> None:
    """Name the refused ones, then stop: the transaction takes everything back. Raises Usage."""
    hint = "mend the file, or take the rest with --on-error skip"
    more = f" (and {report.refusals - 1} more)" if report.refusals > 1 else ""
    if not out.machine and more:
        for one in report.refused[:FEW]:
            out.say(str(one))
    raise Usage(f"{report.refused[0]}{more}; {what}", hint=hint)


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


def _facts(tally: Any, alike: Alike) -> dict[str, Any]:
    """The same for programs."""
    total: Counter[str] = Counter(new=tally.home.new.total(), same=tally.home.same.total())
    for (_, state), count in tally.kept.items():
        total[state] += count
    kinds = dict.fromkeys(kind for kind, _ in (*tally.kept, *tally.skipped))
    return {
        **{state: total[state] for state in STATES},
        "refused": tally.refusals.total(),
        "skipped": tally.skipped.total(),
        "types": [{"type": kind, **{state: tally.kept[kind, state] for state in STATES}} for kind in kinds],
        "skipped_why": [{"type": kind, "why": why, "count": n} for (kind, why), n in sorted(tally.skipped.items())],
        "records": [{"table": table, "new": tally.home.new[table], "same": tally.home.same[table]}
                    for table in TABLES if table in {*tally.home.new, *tally.home.same}],
        "refused_rows": [{**one._asdict()} for one in tally.refused],
        "similar": alike.facts(),
    }  # fmt: skip
