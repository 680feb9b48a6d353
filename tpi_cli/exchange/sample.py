"""The sample clinic: its CSV files brought into the demo store, moved by whole weeks up to today."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from tpi_cli import clock
from tpi_cli.acts import bring_in, bring_in_holds, bring_in_injections, bring_in_scores
from tpi_cli.acts.bring_in_sessions import Hindsight
from tpi_cli.acts.staff import Staff
from tpi_cli.exchange import csv_in
from tpi_cli.exchange.bring import rows_of
from tpi_cli.exchange.shipped import folder
from tpi_cli.rules import interval
from tpi_cli.store import keep
from tpi_cli.store.chart import House
from tpi_cli.store.place import Place
from tpi_cli.store.read.holds import Held
from tpi_cli.store.read.log import Injected
from tpi_cli.store.schema import make
from tpi_cli.store.write import Writing, transaction

WEEK = 7


def delete(place: Place) -> int:
    """Take the demo clinic away, key and all; returns how many files that were."""
    home = os.path.dirname(place.path)
    count = len(os.listdir(home)) if os.path.isdir(home) else 0
    shutil.rmtree(home, ignore_errors=True)
    return count


def delete_store(place: Place) -> None:
    """Take away a store that was given up half made."""
    for path in (place.path, f"{place.path}-wal", f"{place.path}-shm"):
        with suppress(FileNotFoundError):
            os.unlink(path)


def ensure(place: Place) -> None:
    """Make the demo clinic, unless it is there already."""
    if os.path.exists(place.path):
        return
    about = _about()
    half = place._replace(path=f"{place.path}.new")
    delete_store(half)
    make(half, plain=False, name=about["name"], zone=about["zone"])
    try:
        _fill(half, date.fromisoformat(about["as_of"]))
        os.rename(half.path, place.path)
    finally:
        delete_store(half)


def _about() -> dict[str, Any]:
    with open(os.path.join(folder(), "clinic.json"), encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def _fill(place: Place, as_of: date) -> None:
    with transaction(place, "demo", act="import") as writing:
        shift = moved_by(as_of, writing.today)
        for line in _lines("patients.csv", "patients", as_of):
            bring_in.one_patient(writing, line, writing.today)
        shots = [line._replace(row=_moved(line.row, shift)) for line in _lines("injections.csv", "injections", as_of)]
        past, staff = Hindsight(writing, House(writing.db)), Staff(writing)
        for person, rows in _by_patient(writing, shots):
            bring_in_injections.injections(writing, past, staff, person, rows)
        later = [_later(line, shift) for line in _lines("outcomes.csv", "outcomes", as_of)]
        for person, rows in _by_patient(writing, later):
            bring_in_scores.outcomes(writing, person, rows)
        decided = [_decided(line, shift) for line in _lines("holds.csv", "holds", as_of)]
        for person, rows in _by_patient(writing, decided):
            bring_in_holds.holds(writing, person, rows)
        keep.refresh_all(writing.db, writing.clinic.id)


def _by_patient(writing: Writing, lines: list[bring_in.Line]) -> Iterator[tuple[bring_in.Person, list[bring_in.Line]]]:
    for mrn, rows in groupby(sorted(lines, key=lambda line: line.row.mrn), key=lambda line: line.row.mrn):
        person = bring_in.whose(writing, mrn, bring_in.Beside())
        assert not isinstance(person, str), "the sample's patients come first"
        yield person, list(rows)


def moved_by(as_of: date, today: date) -> timedelta:
    """Whole weeks from the day the sample was written for to today, so that weekdays stay weekdays."""
    return timedelta(days=(today - as_of).days // WEEK * WEEK)


def _lines(name: str, kind: str, as_of: date) -> list[bring_in.Line]:
    path = os.path.join(folder(), name)
    ask = csv_in.Ask(kind, max(as_of, clock.today("UTC")))
    return list(rows_of(path, ask))


def _moved(row: Injected, shift: timedelta) -> Injected:
    follow_up = row.follow_up
    if follow_up and follow_up != "none" and interval.read(follow_up) is None:
        follow_up = (date.fromisoformat(follow_up) + shift).isoformat()
    lots = tuple(lot._replace(expiry=lot.expiry + shift if lot.expiry else None) for lot in row.lots)
    return row._replace(date=row.date + shift, follow_up=follow_up, lots=lots)


def _later(line: bring_in.Line, shift: timedelta) -> bring_in.Line:
    return line._replace(row=line.row._replace(date=line.row.date + shift))


def _decided(line: bring_in.Line, shift: timedelta) -> bring_in.Line:
    row: Held = line.row
    return line._replace(row=row._replace(on=row.on + shift, until=row.until + shift if row.until else None))
