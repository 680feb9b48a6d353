"""Decisions about recalls and calls brought in: history, put on file as it was told, for one patient at a time.

Neither carries an id, so a row is the same when an equal one is on file; two equal rows of one file are two. Nothing
is asked of the recall as it stands now: what held in its day is worked out from all of it. The caller keeps the due
dates.
"""

from collections import Counter

from sqlmodel import col, select

from tpi_cli.acts import hold, patient
from tpi_cli.acts import site as sites
from tpi_cli.acts.bring_in import Line, Person, Refusal, Result, not_then, nothing
from tpi_cli.store import tables
from tpi_cli.store.read.contacts import Called
from tpi_cli.store.read.holds import Held
from tpi_cli.store.write import Writing


def calls(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Put a patient's calls on file that are not there yet, in the order of the lines."""
    out = nothing()
    table = tables.Contact
    rows = writing.session.exec(select(table).where(table.patient_id == person.id))
    known = Counter((row.on_date, row.result, row.channel, row.snoozed_until, row.note) for row in rows)
    for line in lines:
        row: Called = line.row
        wrong = not_then(person, row.on)
        if known[row[1:]] > 0:
            known[row[1:]] -= 1
            out.same.append(line)
        elif wrong:
            out.refused.append(Refusal(line.at, "date", wrong))
        else:
            _call(writing, person, row)
            out.new.append(line)
    return out


def _call(writing: Writing, person: Person, row: Called) -> None:
    writing.add(
        tables.Contact(
            **writing.record(),
            patient_id=person.id,
            result=row.result,
            channel=row.channel,
            on_date=row.on,
            snoozed_until=row.until,
            note=row.note,
            recorded_at=writing.stamp,
            recorded_by=writing.by,
        )
    )


def holds(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Put a patient's decisions and findings on file that are not there yet, in the order of the lines.

    A finding at a place without a site makes one. A death makes the patient deceased.
    """
    out = nothing()
    known = Counter(_stated(writing, row) for row in _on_file(writing, person))
    for line in lines:
        row: Held = line.row
        site = sites.at(writing, person.id, row.muscle, row.side) if row.muscle and row.side else None
        if known[row[1:]] > 0 or _found_then(site, row):
            known[row[1:]] -= 1
            out.same.append(line)
        elif _noted(writing, site, row):
            out.changed.append(line)
        elif wrong := _fault(person, site, row):
            out.refused.append(Refusal(line.at, *wrong))
        else:
            _decide(writing, person, site, row)
            out.new.append(line)
    return out


def _on_file(writing: Writing, person: Person) -> list[tables.Hold]:
    return list(writing.session.exec(select(tables.Hold).where(tables.Hold.patient_id == person.id)))


def _stated(writing: Writing, row: tables.Hold) -> tuple[object, ...]:
    """A decision on file as a row of the file says it, but for the patient."""
    site = writing.session.get_one(tables.Site, row.site_id) if row.site_id else None
    where = (site.muscle, site.side) if site else (None, None)
    return row.act, *where, row.on_date, row.until, row.reason, row.note


def _found_then(site: tables.Site | None, row: Held) -> bool:
    """Whether that finding is the one which the site is on file with."""
    return row.act == "find" and site is not None and site.found_on == row.on


def _noted(writing: Writing, site: tables.Site | None, row: Held) -> bool:
    """Whether the site is on file as resolved that day, without the row's note, as a score puts it: note it there."""
    if row.act != "resolve" or site is None or row.note is None:
        return False
    table = tables.Hold
    same = select(table).where(table.site_id == site.id, table.act == "resolve", table.on_date == row.on)
    bare = writing.session.exec(same.where(col(table.note).is_(None))).first()
    if bare is None:
        return False
    bare.note = row.note
    writing.add(bare)
    return True


def _fault(person: Person, site: tables.Site | None, row: Held) -> tuple[str, str] | None:
    wrong = not_then(person, row.on)
    if wrong:
        return "date", wrong
    if row.muscle and site is None and row.act != "find":
        return "muscle", "the patient has no such site"
    return None


def _decide(writing: Writing, person: Person, site: tables.Site | None, row: Held) -> None:
    if row.act == "find" and site is None:
        found = sites.Findings(note=row.note)
        sites.place(writing, person.id, row.muscle or "", row.side or "", found, row.on).found_on = row.on
        return
    decision = hold.Decision(row.act, person.id, row.on, site.id if site else None, row.reason, row.until, row.note)
    hold.put(writing, decision)
    if row.reason == "died" and writing.session.get_one(tables.Patient, person.id).status != "deceased":
        patient.change(writing, person.id, {"status": "deceased"}, row.on)
