"""What the FHIR export says, held against what the CSV of the same clinic says: neither is made from the other."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest

from tests.conftest import TODAY
from tests.exchange.judges import bundles, own
from tests.exchange.judges.codes import RXNORM, TABLES
from tests.exchange.judges.conftest import Busy, Exported
from tests.exchange.judges.node import Resource, Validators
from tests.exchange.judges.sense import words
from tests.exchange.judges.test_export_judged import told
from tests.exchange.judges.walk import Records, codes, listed

pytestmark = pytest.mark.slow

NOW = date.fromisoformat(TODAY)
SIDES = {"L": "left", "R": "right", "mid": "midline"}

Row = dict[str, str]


class Put(NamedTuple):
    """An agent that went into a site."""

    mrn: str
    day: str
    place: str
    rxnorm: str
    amount: Decimal
    unit: str


def table(name: str, key: str) -> dict[str, Row]:
    """One of our own tables, by a column."""
    with (TABLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def rows(busy: Busy, kind: str) -> list[Row]:
    """What `tpi export csv` writes of a kind."""
    return list(csv.DictReader(io.StringIO(busy.clinic.ok("export", "csv", "--kind", kind).out)))


def mass(strength: str, volume: str) -> tuple[Decimal, str]:
    """How much of an agent that is: `1%` of 2 mL is 20 mg, `10mg/mL` of 0.5 mL is 5 mg, `20units` is itself."""
    number, unit = re.fullmatch(r"([\d.]+)(%|mg/mL|units/mL|units|mg)(?: epi .*)?", strength).groups()  # type: ignore[union-attr]
    each = Decimal(number) * (10 if unit == "%" else 1)
    return each * (Decimal(volume) if unit in ("%", "mg/mL", "units/mL") else 1), "units" if "units" in unit else "mg"


def put_by_csv(injections: list[Row]) -> Iterator[Put]:
    agents, muscles = table("agents", "agent"), table("muscles", "muscle")
    for row in injections:
        place = f"{SIDES[row['side']]} {muscles[row['muscle']]['title'].replace('_', ' ')}"
        parts = zip(*(row[name].split("+") for name in ("agent", "strength", "volume_ml")), strict=True)
        for agent, strength, volume in parts:
            if agent != "dry_needling":
                yield Put(row["mrn"], row["date"], place, agents[agent]["rxnorm"], *mass(strength, volume))


def mrn(patient: Resource | None) -> str:
    """The number another system gave a patient, or else our own, which the CSV has then too."""
    systems = {one["system"].rsplit("/", 1)[-1]: one["value"] for one in listed((patient or {}).get("identifier"))}
    return str(systems.get("mrn", systems.get("patient")))


def put_by_fhir(records: Records) -> Iterator[Put]:
    for dose in records.of("MedicationAdministration"):
        if dose["status"] == "completed":
            vial = records.linked(dose, "medicationReference")
            code = codes(_first_part(vial[0]) if vial else dose["medicationCodeableConcept"], RXNORM)
            amount = dose["dosage"]["dose"]
            about = (mrn(records.subject(dose)), dose["effectiveDateTime"], words(dose["dosage"]["site"]))
            yield Put(*about, code[0] if code else "", Decimal(str(amount["value"])), amount["unit"])


def _first_part(vial: Resource) -> Resource:
    """What a Medication is, by its code; of a mixture by that of its first ingredient, for it has none itself."""
    mixed = vial.get("ingredient")
    found: Resource = mixed[0]["itemCodeableConcept"] if mixed else vial["code"]
    return found


@pytest.fixture(scope="module")
def records(exported: Exported) -> Records:
    return Records(bundles.resources(exported.collection), NOW)


def test_every_dose_is_that_of_the_csv(busy: Busy, records: Records) -> None:
    by_csv, by_fhir = Counter(put_by_csv(rows(busy, "injections"))), Counter(put_by_fhir(records))
    assert by_fhir == by_csv
    assert by_csv.total() > 300


def test_every_day_injected_is_a_procedure(busy: Busy, records: Records) -> None:
    complete = [it for it in records.of("Procedure") if it["status"] == "completed"]
    done = [(mrn(records.subject(it)), it["performedDateTime"]) for it in complete]
    assert sorted(done) == sorted({(row["mrn"], row["date"]) for row in rows(busy, "injections")})


def test_every_patient_goes_out(busy: Busy, records: Records) -> None:
    living = [it for it in records.of("Patient") if "link" not in it]
    assert sorted(map(mrn, living)) == sorted(row["mrn"] for row in rows(busy, "patients"))


def names(patients: list[Row]) -> set[str]:
    """What tells who somebody is: names of more than four letters, numbers of other systems, phone, e-mail."""
    told = {row[name] for row in patients for name in ("mrn", "phone", "email")}
    told |= {part for row in patients for part in row["name"].split(", ") if len(part) > 4}
    return {one for one in told if one and not one.startswith("PT-")}


@pytest.mark.parametrize("redact", ["names", "all"])
def test_what_is_kept_back_is_in_no_resource(redact: str, busy: Busy, validators: Validators) -> None:
    text = busy.clinic.ok("export", "fhir", "--redact", redact).out
    resources = bundles.resources(json.loads(text))
    assert told([*validators(resources), *own.judged(resources, NOW)]) == ""
    there = set(re.findall(r"[\w@.'-]+", text))
    assert [one for one in names(rows(busy, "patients")) if one in there or (" " in one and one in text)] == []


def test_what_is_new_can_be_read_by_itself(busy: Busy, validators: Validators) -> None:
    bundle = busy.clinic.ok("export", "fhir", "--since", "2026-10-01").json
    resources = bundles.resources(bundle)
    assert told([*validators(resources), *own.judged(resources, NOW), *bundles.of_collection(bundle)]) == ""


# Our own records, which go with a resource, and the resource around them


def carried_with(resource: Resource) -> dict[str, list[dict[str, str | int]]]:
    """The records that go with a resource, by table."""
    out: dict[str, list[dict[str, str | int]]] = {}
    for one in resource.get("extension", []):
        if one["url"].endswith("/record"):
            cells = {part["url"]: next(part[name] for name in part if name != "url") for part in one["extension"]}
            out.setdefault(str(cells.pop("table")), []).append(cells)
    return out


def place_of(record: dict[str, str | int]) -> str:
    """`left upper trapezius` of a site's record."""
    muscle = table("muscles", "muscle")[str(record["muscle"])]
    return f"{SIDES[str(record['side'])]} {muscle['title'].replace('_', ' ')}"


def number(amount: Resource) -> Decimal:
    return Decimal(str(amount["value"]))


def with_record(records: Records, kind: str, name: str) -> list[tuple[Resource, dict[str, str | int]]]:
    """Each resource of a type with the record of that table that it is made of: one, and with the same id."""
    found = [(it, carried_with(it).get(name, [])) for it in records.of(kind)]
    assert all(len(kept) == 1 and kept[0]["id"] == it["id"] for it, kept in found if kept), kind
    assert any(kept for _, kept in found), kind
    return [(it, kept[0]) for it, kept in found if kept]


DAYS = [
    ("Procedure", "session", "performedDateTime", "on_date"),
    ("Observation", "outcome", "effectiveDateTime", "on_date"),
    ("AdverseEvent", "adverse_event", "date", "on_date"),
    ("MedicationStatement", "elsewhere", "effectiveDateTime", "on_date"),
    ("Appointment", "appointment", "start", "starts_at"),
    ("Patient", "patient", "birthDate", "born"),
]


@pytest.mark.parametrize(("kind", "name", "field", "column"), DAYS, ids=[row[0] for row in DAYS])
def test_a_record_is_of_the_day_its_resource_says(
    records: Records, kind: str, name: str, field: str, column: str
) -> None:
    for it, kept in with_record(records, kind, name):
        said = str(it[field]).rstrip("Z")
        assert said == str(kept[column])[: len(said)]


def test_a_record_is_of_the_patient_its_resource_is_about(records: Records) -> None:
    checked = Counter[str]()
    for it in records.all:
        subject = records.subject(it)
        if it["resourceType"] == "Appointment":
            subject = records.linked(it["participant"][0], "actor")[0]
        for name, rows_ in carried_with(it).items():
            told_of = [row["patient_id"] for row in rows_ if "patient_id" in row]
            assert set(told_of) <= {(subject or it)["id"]}, (it["resourceType"], name)
            checked[name] += len(told_of)
    assert {*checked} >= {"session", "site", "alert", "outcome", "adverse_event", "appointment", "elsewhere", "contact"}
    assert all(checked[name] for name in ("session", "site", "alert", "outcome", "adverse_event", "appointment"))


def test_a_record_is_of_the_side_its_resource_says(records: Records) -> None:
    places = {it["id"]: place_of(kept) for it, kept in with_record(records, "BodyStructure", "site")}
    for it in records.of("BodyStructure"):
        assert place_of(carried_with(it)["site"][0]) in it["description"]
    made_of = {"Observation": "outcome", "AdverseEvent": "adverse_event", "MedicationStatement": "elsewhere"}
    for it, kept in [pair for kind, name in made_of.items() for pair in with_record(records, kind, name)]:
        told_there = json.dumps({name: part for name, part in it.items() if name != "extension"})
        if "site_id" in kept:
            assert places[str(kept["site_id"])] in told_there
    for it in records.of("Procedure"):
        sites = {places[str(one["site_id"])] for one in carried_with(it).get("injection", [])}
        assert sites == {words(one) for one in it["bodySite"]}


def test_a_record_is_of_the_dose_its_resource_says(records: Records) -> None:
    agents = table("agents", "agent")
    for it in records.of("Procedure"):
        kept = carried_with(it)
        times = Counter(one["mixture_id"] for one in kept["injection"])
        each = {one["id"]: times[one["id"]] if one["sharing"] == "each" else 1 for one in kept["mixture"]}
        expected = Counter[tuple[str, str]]()
        for one in kept.get("component", []):
            expected[agents[str(one["agent"])]["name"], str(one["mass_unit"])] += (
                Decimal(one["mass"]) * each[one["mixture_id"]]
            )
        said = Counter[tuple[str, str]]()
        for dose in records.parts(it, "MedicationAdministration"):
            drug = words((dose.get("contained") or [{"code": dose.get("medicationCodeableConcept")}])[0]["code"])
            (name,) = [one for one, _ in expected if drug.startswith(one)]
            said[name, dose["dosage"]["dose"]["unit"]] += number(dose["dosage"]["dose"])
        assert said == expected, it["id"]
    for it, one in with_record(records, "MedicationStatement", "elsewhere"):
        amount = it["dosage"][0]["doseAndRate"][0]["doseQuantity"]
        assert (number(amount), amount["unit"]) == (Decimal(one["mass"]), one["mass_unit"])
        assert words(it["medicationCodeableConcept"]) == agents[str(one["agent"])]["name"]


def test_a_score_is_that_of_its_record(records: Records) -> None:
    for it, kept in with_record(records, "Observation", "outcome"):
        assert it.get("valueQuantity", {}).get("value") == kept.get("pain")
