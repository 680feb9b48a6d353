"""`tpi patient show|list`."""

from itertools import count
from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.show import adverse as show_adverse
from tpi_cli.show import patient as show_patient
from tpi_cli.show import patients
from tpi_cli.show import version as show_version
from tpi_cli.show.out import allowed
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import adverse, appointments, contacts, people, versions_of
from tpi_cli.store.read.clinic import clinic


def show(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    history: Annotated[bool, typer.Option("--history", help="Every version of name, phone, weight ...")] = False,
) -> None:
    """Everything on file about a patient: person, alerts, sites, what is booked, the last call, open events.

    \b
    tpi patient show 7
    tpi patient show mrn:A12 --json
    tpi patient show 7 --history
    """
    wanted = picked(ctx, patient)
    return _history(ctx, wanted) if history else _whole(ctx, wanted)


def _history(ctx: typer.Context, wanted: str) -> None:
    """Every version of the patient's own fields: who made it when and why, and what changed in it."""
    with options.reading(ctx) as db:
        one = people.patient(db, wanted)
        today = clinic(db).today
        out = ctx.obj.out(today)
        options.chart_read(ctx, db, one.number)
        found = versions_of.of(db, "patient", one.id)
    facts = {"patient": one.code, "versions": show_version.of_fields(found)}
    lines = [redacted_head(one, today, (), out.redact), *show_version.changes(found, out.redact)]
    out.lines(lines, "patient-history", lambda: facts)


def _whole(ctx: typer.Context, wanted: str) -> None:
    with options.reading(ctx) as db:
        today = clinic(db).today
        one = people.patient(db, wanted)
        options.chart_read(ctx, db, one.number)
        alerts, sites = people.alerts(db, one.id), people.sites(db, one.id)
        out = ctx.obj.out(today)
        loop = _loop(db, one, discreet=out.redact != "none")
        if out.redact != "none":
            alerts = [alert._replace(text=None) for alert in alerts]
        lines = show_patient.whole(one, alerts, sites, loop, today, out.redact)
        out.lines(lines, "patient", lambda: show_patient.whole_record(one, alerts, sites, loop))


def _loop(db: Database, one: people.Patient, *, discreet: bool) -> show_patient.Loop:
    """What is booked, the last call, and the events that want a look."""
    booked = appointments.still_open(db, one.id)
    events = list(adverse.events(db, one.id, open_only=True))
    call = contacts.last(db, one.id)
    if discreet:
        events = list(map(show_adverse.discreet, events))
        call = call and call._replace(note=None)
    return show_patient.Loop(booked, call, events)


def list_(
    ctx: typer.Context,
    status: Annotated[
        str, typer.Option("--status", metavar="STATUS", help="active, archived, deceased or all.")
    ] = "active",
) -> None:
    """Patients, by number.

    \b
    tpi patient list
    tpi patient list --status all
    tpi patient list --format csv -o patients.csv
    """
    allowed("--status", status, ("active", "archived", "deceased", "all"))
    with options.reading(ctx) as db:
        seen = count()
        found = (one for one, _ in zip(people.patients(db, status), seen, strict=False))  # as in `tpi log`
        words = "" if status == "all" else f"{status} "
        report = Report("patient-list", patients.COLUMNS, found, patients.record,
                        footer=lambda: f"{next(seen)} {words}patients")  # fmt: skip
        ctx.obj.out(clinic(db).today).report(report)
