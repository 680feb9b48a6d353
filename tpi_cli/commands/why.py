"""`tpi why`: every reason a patient is, or is not, on the list."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import named_site, picked
from tpi_cli.show import adverse as show_adverse
from tpi_cli.show import due as show_due
from tpi_cli.show import why as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import adverse, people
from tpi_cli.store.read import due as read
from tpi_cli.store.read.clinic import Clinic, clinic


def why(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    site: Annotated[list[str] | None, typer.Argument(metavar="[SITE]", help="ut l, or its number.")] = None,
) -> None:
    """Every reason a patient's sites are, or are not, on the list: the session a plan started from, the
    interval as typed, the arithmetic, and what holds it back.

    \b
    tpi why 7
    tpi why 7 ut l
    tpi why pt-7 --json
    """
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        office = clinic(db)
        who = people.patient(db, wanted)
        rows = _rows(db, office, who, " ".join(site or []))
        out: Out = ctx.obj.out(office.today)
        if _tabled(out):
            out.look(show.COLUMNS)
        options.chart_read(ctx, db, who.number)
        _answer(out, db, office, who, rows)


def _rows(db: Database, office: Clinic, who: people.Patient, site: str) -> list[read.Row]:
    rows = read.of_patient(db, office, who.number)
    if not site:
        return rows
    wanted = named_site(db, who, site).number
    return [row for row in rows if row.sites[0].site == wanted]


def _events(db: Database, who: people.Patient, out: Out) -> list[adverse.Event]:
    """The adverse events that want a look, without their free text where --redact keeps that back."""
    found = [] if who.status == "deceased" else list(adverse.events(db, who.id, open_only=True))
    return found if out.redact == "none" else list(map(show_adverse.discreet, found))


def _tabled(out: Out) -> bool:
    """Whether the answer has columns; for people it is told in sentences."""
    return out.machine or out.format in {"csv", "tsv"}


def _answer(out: Out, db: Database, office: Clinic, who: people.Patient, rows: list[read.Row]) -> None:
    rows = rows if out.redact == "none" else [show_due.discreet(row) for row in rows]
    if _tabled(out):
        out.report(Report("why", show.COLUMNS, rows, show.record))
        return
    lines = [redacted_head(who, office.today, people.alerts(db, who.id), out.redact)]
    if out.redact != "all":
        lines += [line for event in _events(db, who, out) for line in show.event_lines(event)]
        lines += [line for row in rows for line in show.lines(row, office.thresholds)]
    if not rows:
        lines.append("no site on file: tpi inject records one with its first session")
    out.lines(lines, "why", dict)
