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
            code = codes(vial[0]["code"] if vial else dose["medicationCodeableConcept"], RXNORM)
            amount = dose["dosage"]["dose"]
            about = (mrn(records.subject(dose)), dose["effectiveDateTime"], words(dose["dosage"]["site"]))
            yield Put(*about, code[0] if code else "", Decimal(str(amount["value"])), amount["unit"])


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
    assert sorted(map(mrn, records.of("Patient"))) == sorted(row["mrn"] for row in rows(busy, "patients"))


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
