"""The store's records in full, each for the one resource that it goes out with, so that an export comes back whole.

Where a resource is a record it has the record's id; what belongs to a record goes with it: the syringes of a session
with its Procedure, the calls with their Patient.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from tpi_cli.exchange.fhir.record import extension
from tpi_cli.exchange.fhir.terms import Part
from tpi_cli.store.database import Database
from tpi_cli.store.read import records

Owned = dict[str, list[Part]]
"""Records as extensions, by the id of the resource they go with."""

HOUSE = ("clinic", "setting", "agent", "rule_setting", "payer_rule")
"""Tables that go with the Organization."""
_OF_PATIENT = "patient_id = :patient"
_IN_SESSIONS = f"session_id IN (SELECT id FROM session WHERE {_OF_PATIENT})"
_IN_MIXTURES = f"mixture_id IN (SELECT id FROM mixture WHERE {_IN_SESSIONS})"
_IN_APPOINTMENTS = f"appointment_id IN (SELECT id FROM appointment WHERE {_OF_PATIENT})"
_OF_VOID = (
    "EXISTS (SELECT 1 FROM session WHERE session.id = adverse_event.session_id AND session.voided_at IS NOT NULL)"
)
PERSON = (
    ("patient", "id = :patient", "id"),
    ("contact", _OF_PATIENT, "patient_id"),
    ("hold", _OF_PATIENT, "patient_id"),
    ("elsewhere", _OF_PATIENT, "id"),
    ("alert", _OF_PATIENT, "id"),
    ("site", _OF_PATIENT, "id"),
    ("session", _OF_PATIENT, "id"),
    ("mixture", _IN_SESSIONS, "session_id"),
    ("component", _IN_MIXTURES, "mixture_id"),
    ("injection", _IN_SESSIONS, "session_id"),
    ("plan", _IN_SESSIONS, "session_id"),
    ("finding", _IN_SESSIONS, "session_id"),
    ("outcome", _OF_PATIENT, "id"),
    ("adverse_event", f"{_OF_PATIENT} AND NOT {_OF_VOID}", "id"),
    ("adverse_event", f"{_OF_PATIENT} AND {_OF_VOID}", "session_id"),
    ("appointment", _OF_PATIENT, "id"),
    ("appointment_act", _IN_APPOINTMENTS, "appointment_id"),
)
"""Tables of a patient, which of their rows are one's, and the column that says what they go with."""


def of_house(db: Database, organization: str, codes: dict[str, str]) -> Owned:
    """What goes with the Organization of that id: the clinic's own, and the numbers of patients who were erased."""
    own = [extension(table, one) for table in HOUSE for one in records.abroad(db, table, codes)]
    gone = records.abroad(db, "patient", codes, "erased_on IS NOT NULL")
    return {organization: [*own, *(extension("patient", one) for one in gone)]}


def of_clinicians(db: Database, codes: dict[str, str]) -> dict[str, Part]:
    """The clinicians' records, by code."""
    return {one["code"]: extension("clinician", one) for one in records.abroad(db, "clinician", codes)}


def merged(db: Database) -> dict[str, list[str]]:
    """The patients that were merged into another, by the one who is left; nobody who was erased."""
    sql = "SELECT id, merged_into FROM patient WHERE merged_into IS NOT NULL AND erased_on IS NULL ORDER BY id"
    into = dict(db.rows(sql))
    out: dict[str, list[str]] = {}
    for one, survivor in into.items():
        while survivor in into:
            survivor = into[survivor]
        out.setdefault(survivor, []).append(one)
    return out


def of_person(db: Database, patient_id: str, codes: dict[str, str], merged: Iterable[str] = ()) -> Owned:
    """What goes with the resources of a patient; what is left of those `merged` into this one with theirs."""
    out: Owned = {}
    session_of: dict[str, str] = {}
    for table, one, owner in _rows(db, patient_id):
        if table == "mixture":
            session_of[one["id"]] = owner
        key = session_of[owner] if table == "component" else owner
        out.setdefault(key, []).append(extension(table, records.leaving(table, one, codes)))
    for other in merged:
        out[other] = [extension(table, records.leaving(table, one, codes)) for table, one, _ in _rows(db, other)]
    return out


def written(db: Database, patient_id: str, merged: Iterable[str] = ()) -> dict[str, str]:
    """When the log last wrote a record that goes with each of the patient's resources: stamps, by the ids."""
    out: dict[str, str] = {}
    session_of = {one["id"]: owner for table, one, owner in _rows(db, patient_id) if table == "mixture"}
    for patient in (patient_id, *merged):
        for table, where, owner in PERSON:
            for id_, at in records.moments(db, table, owner, where, patient=patient):
                key = session_of.get(id_, id_)
                out[key] = max(out.get(key, ""), at)
    return out


def links(extensions: Iterable[Part]) -> Iterator[str]:
    """The ids of the records that these refer to."""
    for one in extensions:
        yield from (part["valueString"] for part in one["extension"] if part["url"].endswith("_id"))


def _rows(db: Database, patient_id: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    for table, where, owner in PERSON:
        for one in records.of(db, table, where, patient=patient_id):
            yield table, one, one[owner]


def attached(resource: Part, owned: Owned) -> Part:
    """The resource with the records that go with it, which nothing else gets then."""
    own = owned.pop(resource["id"], None)
    if not own:
        return resource
    first = [name for name in ("resourceType", "id", "meta") if name in resource]
    rest = [name for name in resource if name not in {*first, "extension"}]
    extended = {**resource, "extension": [*resource.get("extension", []), *own]}
    return {name: extended[name] for name in [*first, "extension", *rest]}
