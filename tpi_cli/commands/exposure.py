"""`tpi exposure`: how much local anaesthetic and steroid patients had."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.reference import profiles, screening
from tpi_cli.rules.interval import Interval
from tpi_cli.rules.values import plain
from tpi_cli.show import exposure as show
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.show.report import Column, Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import exposure as read
from tpi_cli.store.read import people, rules, stock
from tpi_cli.store.read.clinic import Clinic, clinic


def exposure(
    ctx: typer.Context,
    patient: Annotated[str | None, typer.Argument(metavar="[PATIENT]", autocompletion=complete.patients)] = None,
    months: Annotated[
        int | None, typer.Option("--months", metavar="N", help="How far back (12).", min=1, max=1200)
    ] = None,
    over_limit: Annotated[bool, typer.Option("--over-limit", help="Only those at or over a limit.")] = False,
) -> None:
    """Anaesthetic and steroid, added up: of one patient dose by dose, else a line a patient.

    Steroids are compared as mg of methylprednisolone. PEAK is the fullest day of local anaesthetics as a fraction
    of its limit, as kept with the session, else by the weight now on file. Doses given elsewhere count
    (tpi patient elsewhere).

    \b
    tpi exposure
    tpi exposure 7
    tpi exposure --over-limit --months 6
    """
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        office = clinic(db)
        asked = _asked(db, office, months)
        out: Out = ctx.obj.out(office.today)
        bars = out.drawn and out.format in {"table", "plain"}
        if wanted is not None:
            who = people.patient(db, wanted)
            entries = show.entries(asked, bars=bars)
            out.look(entries)
            options.chart_read(ctx, db, who.number)
            _of_one(out, db, who, asked, entries)
            return
        found = (row for row in read.rows(db, asked) if row.over or not over_limit)
        limits = f"steroid advice {plain(asked.most_mg)} mg in {asked.total_window.words}; limits of {asked.profile}"
        out.report(Report("exposure", show.columns(asked, bars=bars), found, lambda row: show.record(row, asked),
                          footer=lambda: limits))  # fmt: skip


def _asked(db: Database, office: Clinic, months: int | None) -> read.Asked:
    known = {one.rule: one.numbers for one in screening.rules(rules.own(db))}
    agents = stock.shipped_and_own(db)
    total = Interval(int(known["steroid_total"]["months"]), "mo")
    profile = office.own.get("dose.profile", profiles.DEFAULT)
    return read.Asked(
        on=office.today,
        window=Interval(months, "mo") if months else total,
        equivalents={one.agent: one.mpa_factor for one in agents if one.mpa_factor is not None},
        limits=profiles.limits(profile, agents),
        profile=profile,
        most_mg=known["steroid_total"]["mg"],
        total_window=total,
        most_sessions=int(known["steroid_interval"]["sessions"]),
        site_window=Interval(int(known["steroid_interval"]["months"]), "mo"),
        wait_days=int(known["steroid_interval"]["days"]),
        most_fraction=known["la_over_limit"]["fraction"],
    )


def _of_one(out: Out, db: Database, who: people.Patient, asked: read.Asked, columns: tuple[Column, ...]) -> None:
    row = read.of_patient(db, who, asked)
    out.say(redacted_head(who, asked.on, (), out.redact))
    again = "; ".join(f"{show.named(one.where)} again from {one.free}" for one in row.sites)
    told = f"steroid {plain(row.steroid_mg)} of {plain(asked.most_mg)} mg in {asked.window.words}"
    out.report(
        Report(
            "exposure",
            columns,
            read.entries(db, who, asked),
            show.entry,
            around=lambda: show.record(row, asked),
            footer=lambda: "" if out.redact == "all" else "; ".join(filter(None, [told, again])),
        )
    )
