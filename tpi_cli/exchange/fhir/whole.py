"""Everything that goes out, patient by patient, each resource after those that it refers to."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.exchange.fhir import carried, given, ids, person, recall, score, session, site, words
from tpi_cli.exchange.fhir.house import House, identities, provenance
from tpi_cli.exchange.fhir.terms import Part
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.connect import Database
from tpi_cli.store.read import appointments, log, people, records
from tpi_cli.store.read import person as read
from tpi_cli.store.read.people import Patient


class Item(NamedTuple):
    """A resource, and the day it is of; None for one that goes out only with what refers to it."""

    resource: Part
    day: date | None = None


class Asked(NamedTuple):
    """Which of it: one patient or all, from a day on or ever."""

    patient: Patient | None = None
    since: date | None = None


def resources(db: Database, at: House, asked: Asked) -> Iterator[Part]:
    """Who everything refers to first, then the patients by number."""
    codes, merged = records.codes(db), carried.merged(db)
    yield from _house(db, at, codes, everything=asked == Asked())
    for who in [asked.patient] if asked.patient else people.patients(db):
        items = list(_person(db, at, who))
        owned = carried.of_person(db, who.id, codes, merged.get(who.id, ())) if at.whole else {}
        for one in _since(items, asked.since):
            yield carried.attached(one, owned)


def _house(db: Database, at: House, codes: dict[str, str], *, everything: bool) -> Iterator[Part]:
    """The identities; with everything of a clinic goes whose it is, which a new store takes over."""
    owned: carried.Owned = {}
    if at.whole:
        clinicians = carried.of_clinicians(db, codes)
        owned = {ids.bare(at.practitioner(code)): [one] for code, one in clinicians.items()}
    if at.whole and everything:
        owned |= carried.of_house(db, ids.bare(at.organization), codes)
    for one in identities(db, at):
        yield carried.attached(one, owned)


class File(NamedTuple):
    """What is on file of a patient, by the records' UUIDs, and the resources made so far that others refer to."""

    who: Part
    sites: dict[str, people.Site]
    puts: dict[str, list[words.Put]]
    events: dict[str, list[read.Event]]
    booked: dict[int, Part]
    """Appointments kept, by the number of the session that closed them."""
    done: dict[str, Part]
    """Procedures by session."""


def _person(db: Database, at: House, one: Patient) -> Iterator[Item]:
    """Everything of a patient."""
    stamps = read.stamps(db, one.id)
    who = person.patient(at, one)
    yield Item(who, at.day(stamps.changed_at or stamps.created_at))
    alerts = [(each, person.alert(at, who, each)) for each in read.alerts(db, one.id)]
    yield from (Item(made, each.ended or each.since) for each, made in alerts)
    file = _file(db, who)
    yield from (Item(site.body_structure(at, who, each)) for each in file.sites.values())
    yield provenance_of(at, one, stamps, [who, *(made for _, made in alerts)])
    booked = list(appointments.appointments(db, appointments.Wanted(patient_id=one.id)))
    yield from _kept(at, file, [each for each in booked if each.status not in OPEN])
    for each in read.sessions(db, one.id):
        yield from _session(at, file, each)
    yield from _scores(db, at, file)
    yield from _events(at, file)
    yield from _ahead(db, at, file, [each for each in booked if each.status in OPEN])


def _file(db: Database, who: Part) -> File:
    sites = {one.id: one for one in people.sites(db, who["id"])}
    puts: dict[str, list[words.Put]] = {}
    for rows, doses in log.shared(log.given(db, " WHERE patient_id = :patient", patient=who["id"])):
        puts.setdefault(rows[0].session_id, []).append((rows, doses))
    events: dict[str, list[read.Event]] = {}
    for one in read.events(db, who["id"]):
        events.setdefault(one.session_id or "", []).append(one)
    return File(who, sites, puts, events, {}, {})


def provenance_of(at: House, one: Patient, stamps: read.Stamps, made: list[Part]) -> Item:
    """Who put a patient on file, or changed it last: the account, which is nobody's name outside; so the clinic."""
    stamp = stamps.changed_at or stamps.created_at
    return Item(provenance(at, one.id, [ids.to(each) for each in made], stamp, None))


def _kept(at: House, file: File, past: list[appointments.Appointment]) -> Iterator[Item]:
    """Appointments that nobody waits for any more."""
    for one in past:
        made = recall.appointment(at, file.who, one, [])
        if one.session is not None:
            file.booked[one.session] = made
        yield Item(made, one.on)


def _session(at: House, file: File, one: read.Session) -> Iterator[Item]:
    puts = file.puts.get(one.id, [])
    visit = session.encounter(at, file.who, one, file.booked.get(one.number))
    done = session.procedure(at, visit, one, puts, file.events.get(one.id, []))
    file.done[one.id] = done
    drugs = [each for put in puts for each in given.administrations(at, one, visit, done, put)]
    around = [session.condition(at, visit, one), session.consent(at, visit, one)]
    made = [visit, *(each for each in around if each), done, *drugs]
    yield from (Item(each, one.on) for each in made)
    targets = [ids.to(each) for each in made]
    yield Item(provenance(at, one.id, targets, one.amended_at or one.recorded_at, one.clinician), one.on)


def _scores(db: Database, at: House, file: File) -> Iterator[Item]:
    for one in read.scores(db, file.who["id"]):
        place, done = file.sites.get(one.site_id or ""), file.done.get(one.session_id or "")
        yield Item(score.observation(at, file.who, one, place, done), one.on)


def _events(at: House, file: File) -> Iterator[Item]:
    """What went wrong; of a void session its Procedure alone tells, for an AdverseEvent cannot be taken back."""
    for key, events in file.events.items():
        done = file.done.get(key)
        if done is None or done["status"] != session.WRONG:
            yield from (Item(score.adverse_event(at, file.who, one, done), one.on) for one in events)


def _ahead(db: Database, at: House, file: File, booked: list[appointments.Appointment]) -> Iterator[Item]:
    """The recalls, and the appointments made for them."""
    plans = []
    for one in read.open_recalls(db, file.who["id"]):
        done = file.done.get(one.session_id or "")
        plans.append(recall.service_request(at, file.who, one, file.sites[one.site_id], done))
        yield Item(plans[-1], one.anchor or one.due)
    yield from (Item(recall.appointment(at, file.who, one, plans), one.on) for one in booked)


def _since(items: list[Item], since: date | None) -> Iterator[Part]:
    """The resources of a day and later with all that they refer to, the patient and the alerts first; or all."""
    if since is None:
        yield from (item.resource for item in items)
        return
    wanted = {item.resource["id"] for item in items if item.day and item.day >= since}
    if not wanted:
        return
    by_id = {item.resource["id"]: item.resource for item in items}
    who = items[0].resource["id"]
    wanted |= {one["id"] for one in by_id.values() if one["resourceType"] == "Provenance" and _about(one, who)}
    closed = _closed(wanted, by_id)
    yield from (item.resource for item in items if item.resource["id"] in closed)


def _about(provenance: Part, who: str) -> bool:
    return any(target["reference"] == f"Patient/{who}" for target in provenance["target"])


def _closed(wanted: set[str], by_id: dict[str, Part]) -> set[str]:
    """These ids with those of everything they refer to, as far as that goes."""
    found: set[str] = set()
    ahead = list(wanted)
    while ahead:
        one = ahead.pop()
        if one in by_id and one not in found:
            found.add(one)
            ahead += [reference.partition("/")[2] for reference in references(by_id[one])]
    return found


def references(value: Any) -> Iterator[str]:
    """Every reference in a resource to another one: `Patient/...`."""
    if isinstance(value, dict):
        found = value.get("reference")
        if isinstance(found, str) and not found.startswith("#"):
            yield found
    parts: Iterable[Any] = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from references(part)
