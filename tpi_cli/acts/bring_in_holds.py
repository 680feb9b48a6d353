"""Decisions about recalls and calls brought in: history, put on file as it was told, for one patient at a time.

Neither carries an id, so a row is the same when an equal one is on file; two equal rows of one file are two. Nothing
is asked of the recall as it stands now: what held in its day is worked out from all of it. The caller keeps the due
dates.
"""

from collections import Counter
from collections.abc import Iterator

from tpi_cli.acts import contact, hold, patient
from tpi_cli.acts import site as sites
from tpi_cli.acts.bring_in import Line, Person, Refusal, Result, not_then, nothing
from tpi_cli.acts.site import Site
from tpi_cli.store.columns import day
from tpi_cli.store.read import people
from tpi_cli.store.read.contacts import Called
from tpi_cli.store.read.holds import Held
from tpi_cli.store.write import Writing


def calls(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Put a patient's calls on file that are not there yet, in the order of the lines."""
    out = nothing()
    known = Counter((day(on), *called, day(until), note) for on, *called, until, note in
                    writing.db.rows(_CALLS, patient=person.id))  # fmt: skip
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


_CALLS = "SELECT on_date, result, channel, snoozed_until, note FROM contact WHERE patient_id = :patient"


def _call(writing: Writing, person: Person, row: Called) -> None:
    contact.put(writing, contact.Call(person.id, row.result, row.channel, row.on, note=row.note), row.until)


def holds(writing: Writing, person: Person, lines: list[Line]) -> Result:
    """Put a patient's decisions and findings on file that are not there yet, in the order of the lines.

    A finding at a place without a site makes one. A death makes the patient deceased.
    """
    out = nothing()
    known = Counter(_on_file(writing, person))
    for line in lines:
        row: Held = line.row
        site = sites.at(writing, person.id, row.muscle, row.side) if row.muscle and row.side else None
        if known[row[1:]] > 0 or _found_then(writing, site, row):
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


_HOLDS = """
SELECT act, site.muscle, site.side, hold.on_date, hold.until, hold.reason, hold.note
  FROM hold LEFT JOIN site ON site.id = hold.site_id WHERE hold.patient_id = :patient
"""


def _on_file(writing: Writing, person: Person) -> Iterator[tuple[object, ...]]:
    """The decisions on file as a row of the file says each, but for the patient."""
    for act, muscle, side, on, until, *rest in writing.db.rows(_HOLDS, patient=person.id):
        yield (act, muscle, side, day(on), day(until), *rest)


def _found_then(writing: Writing, site: Site | None, row: Held) -> bool:
    """Whether that finding is the one which the site is on file with."""
    if row.act != "find" or site is None:
        return False
    return day(writing.db.value("SELECT found_on FROM site WHERE id = :site", site=site.id)) == row.on


_BARE = "SELECT id FROM hold WHERE site_id = :site AND act = 'resolve' AND on_date = :on AND note IS NULL"


def _noted(writing: Writing, site: Site | None, row: Held) -> bool:
    """Whether the site is on file as resolved that day, without the row's note, as a score puts it: note it there."""
    if row.act != "resolve" or site is None or row.note is None:
        return False
    bare = writing.db.value(_BARE, site=site.id, on=row.on.isoformat())
    if bare is None:
        return False
    writing.change("hold", bare, {"note": row.note})
    return True


def _fault(person: Person, site: Site | None, row: Held) -> tuple[str, str] | None:
    wrong = not_then(person, row.on)
    if wrong:
        return "date", wrong
    if row.muscle and site is None and row.act != "find":
        return "muscle", "the patient has no such site"
    return None


def _decide(writing: Writing, person: Person, site: Site | None, row: Held) -> None:
    if row.act == "find" and site is None:
        found = sites.Findings(note=row.note)
        sites.place(writing, person.id, (row.muscle or "", row.side or ""), found, since=row.on, found_on=row.on)
        return
    decision = hold.Decision(row.act, person.id, row.on, site.id if site else None, row.reason, row.until, row.note)
    hold.put(writing, decision)
    if row.reason == "died" and people.of_uuid(writing.db, person.id).status != "deceased":
        patient.change(writing, person.id, {"status": "deceased"}, row.on)
