"""Everything that goes out, patient by patient, each resource after those that it refers to."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.exchange.fhir import carried, given, ids, person, recall, score, session, site, words
from tpi_cli.exchange.fhir.house import House, identities, provenance
from tpi_cli.exchange.fhir.terms import WRONG, Part
from tpi_cli.rules.contact import OPEN
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments, log, people, records
from tpi_cli.store.read import person as read
from tpi_cli.store.read.people import Patient


class Item(NamedTuple):
    """A resource, the day it is of (None for none of its own), and the record it is made of where that is another's."""

    resource: Part
    day: date | None = None
    of: str | None = None


class Asked(NamedTuple):
    """Which of it: one patient or all, from a day on or ever."""

    patient: Patient | None = None
    since: date | None = None


def resources(db: Database, at: House, asked: Asked) -> Iterator[Part]:
    """Who everything refers to first, then the patients by number."""
    codes, merged = records.codes(db), carried.merged(db)
    yield from _house(db, at, codes, everything=asked == Asked())
    for who in [asked.patient] if asked.patient else people.patients(db):
        gone = merged.get(who.id, [])
        items = list(_person(db, at, who, gone))
        owned = carried.of_person(db, who.id, codes, gone) if at.whole else {}
        if asked.since:
            days = {id_: at.day(stamp) for id_, stamp in carried.written(db, who.id, gone).items()}
            items = _since(items, asked.since, days, owned)
        for one in items:
            yield carried.attached(one.resource, owned)


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


def _person(db: Database, at: House, one: Patient, gone: list[str]) -> Iterator[Item]:
    """Everything of a patient, and of those who were merged into this one (`gone`) what is left."""
    file = _file(db, person.patient(at, one))
    about = [Item(file.who), *_about(db, at, file, one)]
    yield from about
    yield from (Item(person.replaced(at, people.merged(db, each), file.who)) for each in gone)
    yield from (Item(site.body_structure(at, file.who, each)) for each in file.sites.values())
    targets = [ids.to(each.resource) for each in about]
    yield Item(provenance(at, one.id, targets, read.last_written(db, one.id)), of=one.id)
    booked = list(appointments.appointments(db, appointments.Wanted(patient_id=one.id)))
    yield from _kept(at, file, [each for each in booked if each.status not in OPEN])
    for each in read.sessions(db, one.id):
        yield from _session(at, file, each)
    yield from _scores(db, at, file)
    yield from _events(at, file)
    yield from _ahead(db, at, file, [each for each in booked if each.status in OPEN])


def _about(db: Database, at: House, file: File, one: Patient) -> Iterator[Item]:
    """What is known of the patient as a person: weight, alerts, doses that others gave."""
    if one.weight_kg is not None and one.weight_on:
        yield Item(person.weight(at, file.who, one.weight_kg, one.weight_on), one.weight_on)
    yield from (Item(person.alert(at, file.who, each), each.ended or each.since) for each in read.alerts(db, one.id))
    for each in read.elsewhere(db, one.id):
        yield Item(person.elsewhere(at, file.who, each, file.sites.get(each.site_id or "")), each.on)


def _file(db: Database, who: Part) -> File:
    sites = {one.id: one for one in people.sites(db, who["id"])}
    puts: dict[str, list[words.Put]] = {}
    for rows, doses in log.shared(log.given(db, " WHERE patient_id = :patient", patient=who["id"])):
        puts.setdefault(rows[0].session_id, []).append((rows, doses))
    events: dict[str, list[read.Event]] = {}
    for one in read.events(db, who["id"]):
        events.setdefault(one.session_id or "", []).append(one)
    return File(who, sites, puts, events, {}, {})


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
    wrong = [(each, file.sites.get(each.site_id or "")) for each in file.events.get(one.id, [])]
    done = session.procedure(at, visit, one, puts, wrong)
    file.done[one.id] = done
    drugs = [each for put in puts for each in given.administrations(at, one, visit, done, put)]
    around = [session.condition(at, visit, one), session.consent(at, visit, one)]
    made = [visit, *(each for each in around if each), done, *drugs]
    targets = [ids.to(each) for each in made]
    made.append(provenance(at, one.id, targets, one.last, one.clinician))
    yield from (Item(each, one.on, one.id) for each in made)


def _scores(db: Database, at: House, file: File) -> Iterator[Item]:
    for one in read.scores(db, file.who["id"]):
        place, done = file.sites.get(one.site_id or ""), file.done.get(one.session_id or "")
        yield Item(score.observation(at, file.who, one, place, done), one.on, one.session_id)


def _events(at: House, file: File) -> Iterator[Item]:
    """What went wrong; of a void session its Procedure alone tells, for an AdverseEvent cannot be taken back."""
    for key, events in file.events.items():
        done = file.done.get(key)
        if done is None or done["status"] != WRONG:
            for one in events:
                place = file.sites.get(one.site_id or "")
                yield Item(score.adverse_event(at, file.who, one, place, done), one.on, one.session_id)


def _ahead(db: Database, at: House, file: File, booked: list[appointments.Appointment]) -> Iterator[Item]:
    """The recalls, those that are over too, and the appointments made for them."""
    plans = []
    for one in read.recalls(db, file.who["id"]):
        done = file.done.get(one.session_id or "")
        plans.append(recall.service_request(at, file.who, one, file.sites[one.site_id], done))
        yield Item(plans[-1])
    yield from (Item(recall.appointment(at, file.who, one, plans), one.on) for one in booked)


def _since(items: list[Item], since: date, written: dict[str, date], owned: carried.Owned) -> list[Item]:
    """The resources of a day and later, or written down since, with all that they refer to.

    With anything of a patient goes the patient, and where the recalls stand: calls, sessions and decisions move them.
    """
    wanted = {item.resource["id"] for item in items if _latest(item, written) >= since}
    if not wanted:
        return []
    patient = items[0].resource["id"]
    wanted |= {one.resource["id"] for one in items if one.resource["resourceType"] == "ServiceRequest"}
    wanted |= {one.resource["id"] for one in items if one.of == patient}
    closed = _closed(wanted, {item.resource["id"]: item.resource for item in items}, owned)
    return [item for item in items if item.resource["id"] in closed]


def _latest(item: Item, written: dict[str, date]) -> date:
    """The day a resource is of, or the later one on which it was written, or changed, or taken back."""
    days = (item.day, written.get(item.resource["id"]), written.get(item.of or ""))
    return max(filter(None, days), default=date.min)


def _closed(wanted: set[str], by_id: dict[str, Part], owned: carried.Owned) -> set[str]:
    """These ids with those of everything they, or the records that go with them, refer to."""
    found: set[str] = set()
    ahead = list(wanted)
    while ahead:
        one = ahead.pop()
        if one in by_id and one not in found:
            found.add(one)
            ahead += [reference.partition("/")[2] for reference in references(by_id[one])]
            ahead += carried.links(owned.get(one, ()))
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
