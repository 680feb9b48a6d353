"""More exports before every judge: the demo clinic's, and of clinics that took in what other systems wrote."""

import json
from datetime import date

import pytest

from tests.conftest import TODAY, Clinic
from tests.exchange.judges import bundles, own
from tests.exchange.judges.node import US_CORE, Resource, Validators
from tests.exchange.judges.test_export_judged import told

pytestmark = pytest.mark.slow

INTEROP = US_CORE.parent


def faults(bundle: Resource, validators: Validators) -> str:
    resources = bundles.resources(bundle)
    issues = [*validators(resources), *own.judged(resources, date.fromisoformat(TODAY))]
    return told([*issues, *bundles.of_collection(bundle)])


def test_of_the_demo_clinic_nobody_finds_an_error(home: Clinic, validators: Validators) -> None:
    home.ok("demo")
    bundle = home.ok("export", "fhir", "--db", "demo").json
    assert faults(bundle, validators) == ""
    assert len(bundle["entry"]) > 1000
    validators.all_sat()


@pytest.mark.parametrize("folder", ["synthea-fhir", "us-core-bulk"])
def test_what_came_from_others_goes_out_without_an_error(folder: str, clinic: Clinic, validators: Validators) -> None:
    files = sorted((INTEROP / folder).glob("*.ndjson"))
    if not files:
        pytest.skip(f"NOT JUDGED: no {folder} in ../shared/interop")
    patients = next(file for file in files if file.name.startswith("Patient"))
    clinic.ok("import", *map(str, files), "--yes")
    bundle = clinic.ok("export", "fhir").json
    assert faults(bundle, validators) == ""
    born = sorted(json.loads(line)["birthDate"] for line in patients.read_text(encoding="utf-8").splitlines())
    assert sorted(it["birthDate"] for it in bundles.resources(bundle) if it["resourceType"] == "Patient") == born
    validators.all_sat()
