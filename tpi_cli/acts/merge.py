"""Two records of one person become one: everything of the second moves to the first, and a tombstone points there."""

from itertools import product
from typing import Any, NamedTuple

from sqlmodel import select

from tpi_cli.acts import patient as patients
from tpi_cli.acts import site as sites
from tpi_cli.acts import undo
from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store import keep, revert, tables
from tpi_cli.store.read import entries
from tpi_cli.store.write import Writing

FILLED = ("mrn", "weight_kg", "weight_on", "height_cm", "phone", "email", "payer")
"""What the survivor takes over where it has nothing."""
_MOVED = (tables.Session, tables.Outcome, tables.Contact, tables.Appointment, tables.Elsewhere, tables.Hold)
_AT_SITES = (tables.Injection, tables.Plan, tables.Outcome, tables.Hold, tables.AdverseEvent, tables.Elsewhere)


class Merged(NamedTuple):
    """What a merge did: how many records of each kind moved, and what the survivor took over."""

    moved: dict[str, int]
    filled: dict[str, Any]


def merge(writing: Writing, keep_id: str, drop_id: str) -> Merged:
    """Take the second record into the first. Raises Conflict for one and the same."""
    if keep_id == drop_id:
        raise Conflict("that is one and the same record", hint="name two: tpi patient merge PT-0007 PT-0009")
    survivor = writing.session.get_one(tables.Patient, keep_id)
    gone = writing.session.get_one(tables.Patient, drop_id)
    numbers = _sites(writing, keep_id, drop_id)
    _findings(writing, drop_id, numbers)
    moved = {
        "site": len(numbers),
        "alert": _alerts(writing, keep_id, drop_id),
        "event": _events(writing, survivor, gone),
    }
    writing.db.overlap()  # one person may have been booked twice at a time, once under each record
    for table in _MOVED:
        rows = _of(writing, table, drop_id)
        moved[str(table.__tablename__)] = len(rows)
        for row in rows:
            row.patient_id = keep_id
            writing.add(row)
    filled = _filled(writing, survivor, gone)
    gone.merged_into, gone.status, gone.status_on = keep_id, "archived", writing.today
    writing.add(gone)
    keep.refresh(writing.db, writing.clinic.id, [keep_id])
    writing.about = (survivor.number, entries.merged(gone.number))
    return Merged({name: count for name, count in moved.items() if count}, filled)


def _of(writing: Writing, table: Any, patient_id: str) -> list[Any]:
    return list(writing.session.exec(select(table).where(table.patient_id == patient_id)))


def _sites(writing: Writing, keep_id: str, drop_id: str) -> dict[int, int]:
    """Move the sites; what was done at a place both have goes to the survivor's site. The new numbers by the old."""
    keep.drop(writing.db, drop_id)
    known = {(site.muscle, site.side): site for site in _of(writing, tables.Site, keep_id)}
    last = max((site.number for site in known.values()), default=0)
    numbers = {}
    for site in sorted(_of(writing, tables.Site, drop_id), key=lambda one: one.number):
        there, before = known.get((site.muscle, site.side)), site.number
        if there is None:
            last += 1
            site.patient_id, site.number = keep_id, last
            writing.add(site)
        else:
            _to_site(writing, site.id, there.id)
            _examined(writing, there, site)
            writing.remove(site)
        numbers[before] = last if there is None else there.number
    return numbers


_EXAMINATION = (
    "point",
    "taut_band",
    "tender_spot",
    "referred",
    "referred_to",
    "recognised",
    "since",
    "found_on",
    "note",
)


def _examined(writing: Writing, there: tables.Site, gone: tables.Site) -> None:
    """What was found at a place is taken over where the survivor's site has no answer; since when, if it is longer."""
    for name in _EXAMINATION:
        if getattr(there, name) is None and getattr(gone, name) is not None:
            setattr(there, name, getattr(gone, name))
            writing.add(there)
    if gone.since is not None and (there.since is None or gone.since < there.since):
        there.since = gone.since
        writing.add(there)


def _to_site(writing: Writing, from_id: str, to_id: str) -> None:
    for table in _AT_SITES:
        for row in _at_site(writing, table, from_id):
            row.site_id = to_id
            writing.add(row)


def _at_site(writing: Writing, table: Any, site_id: str) -> list[Any]:
    return list(writing.session.exec(select(table).where(table.site_id == site_id)))


def _findings(writing: Writing, drop_id: str, numbers: dict[int, int]) -> None:
    """Findings name sites by number, and the numbers moved."""
    of_drop = select(tables.Finding).join(tables.Session).where(tables.Session.patient_id == drop_id)
    for row in list(writing.session.exec(of_drop)):
        if row.sites:
            row.sites = ",".join(str(numbers[int(number)]) for number in row.sites.split(","))
            writing.add(row)


def _alerts(writing: Writing, keep_id: str, drop_id: str) -> int:
    """Move the alerts, but for those the survivor has and for an answer of none where something is on file."""
    known = _of(writing, tables.Alert, keep_id)
    open_now = [one for one in known if one.ended_on is None]
    moved = 0
    for row in _of(writing, tables.Alert, drop_id):
        same = any(one.kind == row.kind and patients.same_text(one.text, row.text) for one in open_now)
        denied = any(patients.answers(one.kind, row.kind) for one in open_now)
        if row.ended_on is not None or not (same or denied):
            row.patient_id = keep_id
            writing.add(row)
            moved += 1
    patients.end_none(writing, keep_id, writing.today)
    return moved


def _events(writing: Writing, survivor: tables.Patient, gone: tables.Patient) -> int:
    last = max((row.number for row in _of(writing, tables.AdverseEvent, survivor.id)), default=0)
    rows = sorted(_of(writing, tables.AdverseEvent, gone.id), key=lambda row: int(row.number))
    for place, row in enumerate(rows, last + 1):
        row.patient_id, row.number = survivor.id, place
        writing.add(row)
    return len(rows)


def _filled(writing: Writing, survivor: tables.Patient, gone: tables.Patient) -> dict[str, Any]:
    """Take over what the survivor has not; an mrn moves, for it is one person's."""
    filled = {name: getattr(gone, name) for name in FILLED if getattr(survivor, name) is None}
    filled = {name: value for name, value in filled.items() if value is not None}
    if "mrn" in filled:
        gone.mrn = None
        writing.add(gone)
        writing.send()
    for name, value in filled.items():
        setattr(survivor, name, value)
    if filled:
        survivor.changed_at, survivor.changed_by = writing.stamp, writing.by
        survivor.change_reason = f"merged with {identity.patient(gone.number)}"
        writing.add(survivor)
    return filled


def unmerge(writing: Writing, number: int) -> int:
    """Take the merge of a record (by its number) back; how many records went back. Raises Conflict."""
    entry = entries.merge_of(writing.db, number)
    if entry is None or entry.patient is None:
        raise Conflict(f"{identity.patient(number)} is not merged into another", hint="tpi log shows who did what")
    found = revert.changes(writing.db, entry.entry, past_removed=True)
    survivor, own = _patient(writing, entry.patient), _patient(writing, number)
    places = {site.number: (site.muscle, site.side) for site in _of(writing, tables.Site, survivor)}
    undo.put_back(writing, found)
    writing.session.expire_all()
    _of_sessions(writing, (survivor, own))
    _of_sites(writing, (survivor, own), {place: at for at, place in places.items()})
    _named_by(writing, own, places, entry.entry)
    keep.refresh(writing.db, writing.clinic.id, (survivor, own))
    writing.about = (entry.patient, entries.parted(number))
    return len(found)


def _patient(writing: Writing, number: int) -> str:
    return str(writing.db.value("SELECT id FROM patient WHERE number = :number", number=number))


def _of_sessions(writing: Writing, both: tuple[str, str]) -> None:
    """What was recorded since of a session goes where the session is."""
    of_sessions = (tables.Outcome, tables.AdverseEvent, tables.Appointment)
    for table, patient in product(of_sessions, both):
        for row in _of(writing, table, patient):
            session = writing.session.get(tables.Session, row.session_id) if row.session_id else None
            if session is not None and session.patient_id != patient:
                _to_patient(writing, row, session.patient_id)


def _to_patient(writing: Writing, row: Any, patient: str) -> None:
    row.patient_id = patient
    if isinstance(row, tables.AdverseEvent):
        row.number = max((one.number for one in _of(writing, tables.AdverseEvent, patient)), default=0) + 1
    writing.add(row)
    writing.send()


def _of_sites(writing: Writing, both: tuple[str, str], numbers: dict[tuple[str, str], int]) -> None:
    """What was recorded since at the other's site gets a site of its own patient; the survivor's keeps its number."""
    for patient, other in (both, both[::-1]):
        for site, table in product(_of(writing, tables.Site, other), _AT_SITES):
            for row in (one for one in _at_site(writing, table, site.id) if _whose(writing, one) == patient):
                row.site_id = _site_of(writing, patient, site, numbers if patient == both[0] else {})
                writing.add(row)


def _whose(writing: Writing, row: Any) -> str:
    own = getattr(row, "patient_id", None)
    return str(own or writing.session.get_one(tables.Session, row.session_id).patient_id)


def _site_of(writing: Writing, patient: str, like: tables.Site, numbers: dict[tuple[str, str], int]) -> str:
    where = (like.muscle, like.side)
    known = sites.at(writing, patient, *where)
    if known is None:
        number = {"number": numbers[where]} if where in numbers else {}
        known = sites.place(writing, patient, where, sites.NOTHING_ASKED, **number)
    return known.id


def _named_by(writing: Writing, own: str, places: dict[int, tuple[str, str]], since: int) -> None:
    """Findings of sessions that were amended since name sites by the survivor's numbers."""
    numbers = {(site.muscle, site.side): site.number for site in _of(writing, tables.Site, own)}
    query = select(tables.Finding).join(tables.Session).where(tables.Session.patient_id == own)
    for row in list(writing.session.exec(query)):
        if row.sites and since < (row.entry or 0) < writing.entry:
            row.sites = ",".join(str(numbers[places[int(number)]]) for number in row.sites.split(","))
            writing.add(row)
