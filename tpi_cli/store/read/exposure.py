"""How much local anaesthetic and steroid patients had: a ledger, worked out from the log and from doses elsewhere."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from tpi_cli.rules import dose, identity, ledger, past
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.interval import Interval
from tpi_cli.rules.past import Past
from tpi_cli.store import history
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.people import Patient


class Asked(NamedTuple):
    """Up to which day, how far back, by which limits.

    Over the limit is judged by the rules' own windows, however far back is shown: `most_mg` of steroid in
    `total_window`, `most_sessions` of it at a site in `site_window`, `most_fraction` of a day's anaesthetics.
    """

    on: date
    window: Interval
    equivalents: dict[str, Decimal]
    limits: dict[str, dose.Limits]
    profile: str
    most_mg: Decimal
    total_window: Interval
    most_sessions: int
    site_window: Interval
    wait_days: int
    most_fraction: Decimal


class Entry(NamedTuple):
    """One dose: where, what, how much; `equivalent_mg` of methylprednisolone, `running_mg` of it in the window."""

    on: date
    session: str | None
    where: Where | None
    agent: str
    amount: Decimal
    unit: str
    equivalent_mg: Decimal | None = None
    running_mg: Decimal | None = None
    fraction: Decimal | None = None


class Site(NamedTuple):
    """Steroid at one site: mg of methylprednisolone, how many days, and from when again."""

    where: Where
    equivalent_mg: Decimal
    times: int
    free: date


class Row(NamedTuple):
    """A patient's ledger in the window: steroid altogether and by site, the fullest day of local anaesthetics."""

    who: Patient
    steroid_mg: Decimal
    steroid_days: int
    sites: tuple[Site, ...]
    last_steroid: date | None
    peak: Decimal | None
    peak_on: date | None
    over: bool
    """At the advice for steroid, at a site's sessions with it, or a day over the limit."""


def rows(db: Database, asked: Asked) -> Iterator[Row]:
    """Every patient who had a local anaesthetic or a steroid in the window, by number."""
    for who in people.patients(db):
        row = of_patient(db, who, asked)
        if row.steroid_days or row.peak is not None:
            yield row


def of_patient(db: Database, who: Patient, asked: Asked) -> Row:
    """One patient's ledger."""
    known = history.of_patient(db, who.id).until(asked.on)
    every = past.steroids(known, asked.equivalents)
    counted = ledger.within(every, asked.on, asked.window)
    where = dict.fromkeys(one.where for one in counted if one.where is not None)
    kept = _kept(db, who.id)
    days = {on: _fraction(known, kept, on, who, asked) for on in _days(known, asked)}
    peak_on = max(days, key=lambda day: days[day], default=None)
    return Row(
        who=who,
        steroid_mg=ledger.total(counted),
        steroid_days=len({one.on for one in counted}),
        sites=tuple(_site(every, counted, site, asked) for site in where),
        last_steroid=max((one.on for one in counted), default=None),
        peak=days[peak_on] if peak_on else None,
        peak_on=peak_on,
        over=_steroid_over(every, asked) or any(one > asked.most_fraction for one in days.values()),
    )


def _steroid_over(every: tuple[ledger.Steroid, ...], asked: Asked) -> bool:
    """Whether the year's sum or a site's sessions with steroid are at the rules' numbers."""
    of_the_year = ledger.within(every, asked.on, asked.total_window)
    at_sites = ledger.within(every, asked.on, asked.site_window)
    sites = {one.where for one in at_sites if one.where is not None}
    often = any(len(ledger.days_at(at_sites, where)) >= asked.most_sessions for where in sites)
    return ledger.total(of_the_year) >= asked.most_mg or often


def _kept(db: Database, patient_id: str) -> dict[date, Decimal]:
    """The fractions kept with the sessions, the fullest of each day: by the weight and limits of that day."""
    sql = (
        "SELECT on_date, dose_fraction FROM session"
        " WHERE patient_id = :patient AND voided_at IS NULL AND dose_fraction IS NOT NULL"
    )
    out: dict[date, Decimal] = {}
    for on, fraction in db.rows(sql, patient=patient_id):
        out[known_day(on)] = max(out.get(known_day(on), Decimal(0)), Decimal(fraction))
    return out


def _days(known: Past, asked: Asked) -> list[date]:
    """The days with a summed local anaesthetic that still count."""
    here = {one.on for one in known.treated if any(each.agent in asked.limits for each in one.doses)}
    there = {one.on for one in known.elsewhere if one.agent in asked.limits}
    return sorted(on for on in here | there if ledger.counts(on, asked.on, asked.window))


def _fraction(known: Past, kept: dict[date, Decimal], on: date, who: Patient, asked: Asked) -> Decimal:
    """The fraction kept with the day's sessions; what was given elsewhere that day may have come in after it."""
    elsewhere = any(one.on == on and one.agent in asked.limits for one in known.elsewhere)
    if on in kept and not elsewhere:
        return kept[on]
    return max(kept.get(on, Decimal(0)), _day(known, on, who, asked))


def _day(known: Past, on: date, who: Patient, asked: Asked) -> Decimal:
    """The fraction of the limit on one day, by the weight now on file."""
    given = past.anaesthetics(known, on, frozenset(asked.limits))
    return dose.load(given, asked.limits, who.weight_kg, asked.profile).fraction


def _site(every: tuple[ledger.Steroid, ...], counted: list[ledger.Steroid], where: Where, asked: Asked) -> Site:
    free = ledger.steroid_free(every, where, asked.on, asked.wait_days)
    assert free is not None, "the site had a steroid"
    here = [one for one in counted if one.where == where]
    return Site(where, ledger.total(here), len(ledger.days_at(here, where)), free)


def entries(db: Database, who: Patient, asked: Asked) -> list[Entry]:
    """Every dose in the window, the oldest first, with the steroid running total of each day's window."""
    known = history.of_patient(db, who.id).until(asked.on)
    every = past.steroids(known, asked.equivalents)
    kept = _kept(db, who.id)
    out = [
        _entry(one, asked.equivalents, every, asked)
        for one in _doses(known)
        if ledger.counts(one.on, asked.on, asked.window)
    ]
    return [
        entry._replace(fraction=_fraction(known, kept, on, who, asked)) if entry.agent in asked.limits else entry
        for on, found in groupby(out, key=lambda one: one.on)
        for entry in found
    ]


def _doses(known: Past) -> Iterable[Entry]:
    here = [
        Entry(one.on, identity.session(one.session), one.where, each.agent, each.amount, each.mass_unit)
        for one in known.treated
        for each in one.doses
    ]
    there = [Entry(one.on, None, one.where, one.agent, one.mass, one.unit) for one in known.elsewhere]
    return sorted([*here, *there], key=lambda one: one.on)


def _entry(one: Entry, factor: dict[str, Decimal], every: tuple[ledger.Steroid, ...], asked: Asked) -> Entry:
    if one.agent not in factor:
        return one
    running = ledger.total(ledger.within(every, one.on, asked.window))
    return one._replace(equivalent_mg=one.amount * factor[one.agent], running_mg=running)
