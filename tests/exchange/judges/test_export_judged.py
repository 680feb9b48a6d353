"""What `tpi export fhir` writes, before every judge: no error in any of its three shapes."""

from collections import Counter
from datetime import date

import pytest

from tests.conftest import TODAY
from tests.exchange.judges import bundles, own
from tests.exchange.judges.conftest import Exported
from tests.exchange.judges.node import JUDGES, Issue, Resource, Validators
from tests.exchange.judges.receiver import Receiver
from tests.exchange.judges.walk import listed

EVERYTHING = {
    *("AdverseEvent", "AllergyIntolerance", "Appointment", "BodyStructure", "Condition", "Consent", "Encounter"),
    *(
        "Flag",
        "Location",
        "MedicationAdministration",
        "MedicationStatement",
        "Observation",
        "Organization",
        "Patient",
        "Practitioner",
    ),
    *("Procedure", "Provenance", "ServiceRequest"),
}
SHAPES = ("collection", "transactions", "lines")
NOW = date.fromisoformat(TODAY)


def told(issues: list[Issue]) -> str:
    """What is wrong, the commonest first, with one place each."""
    places = {(one.judge, one.said): one.where for one in issues}
    times = Counter((one.judge, one.said) for one in issues)
    return "\n".join(f"{count} x {key[0]}: {key[1]} [{places[key]}]" for key, count in times.most_common())


def held(exported: Exported, shape: str) -> list[Resource]:
    """The resources of one shape."""
    if shape == "lines":
        return [it for each in bundles.lines(exported.lines).values() for it in each]
    return bundles.resources(*listed(getattr(exported, shape)))


def test_of_one_patient_nobody_finds_an_error(one_patient: Resource, validators: Validators) -> None:
    resources = bundles.resources(one_patient)
    assert told([*validators(resources), *own.judged(resources, NOW), *bundles.of_collection(one_patient)]) == ""
    validators.all_sat()


def test_every_judge_sits(validators: Validators) -> None:
    """Where CI is set and the package of US Core is there, nobody may be missing; elsewhere it is said who was."""
    assert validators.names >= JUDGES - {"us-core"}
    validators.all_sat()


def test_some_of_everything_is_judged(one_patient: Resource) -> None:
    assert {it["resourceType"] for it in bundles.resources(one_patient)} == EVERYTHING


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_of_the_clinic_no_validator_finds_an_error(shape: str, exported: Exported, validators: Validators) -> None:
    assert told(validators(held(exported, shape))) == ""
    validators.all_sat()


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES)
def test_of_the_clinic_our_own_judge_finds_no_error(shape: str, exported: Exported) -> None:
    assert told(own.judged(held(exported, shape), NOW)) == ""


@pytest.mark.slow
def test_the_bundles_themselves_are_valid(exported: Exported, validators: Validators) -> None:
    assert told(validators([exported.collection, *exported.transactions])) == ""


@pytest.mark.slow
def test_each_shape_is_what_a_receiver_counts_on(exported: Exported) -> None:
    assert told(list(bundles.of_collection(exported.collection))) == ""
    assert told(list(bundles.of_transactions(exported.transactions))) == ""
    assert told(list(bundles.of_lines(exported.lines))) == ""


@pytest.mark.slow
def test_the_three_shapes_hold_the_same_resources(exported: Exported) -> None:
    keys = [sorted((it["resourceType"], it["id"]) for it in held(exported, shape)) for shape in SHAPES]
    assert keys[0] == keys[1] == keys[2]


@pytest.mark.slow
def test_a_server_takes_it_twice_and_has_it_once(exported: Exported, receiver: Receiver) -> None:
    expected = Counter(it["resourceType"] for it in held(exported, "transactions"))
    for _ in range(2):
        for bundle in exported.transactions:
            assert {*receiver.post(bundle)} <= {"200", "201"}
        assert {kind: receiver.count(kind) for kind in expected} == expected
    assert [one for it in held(exported, "transactions") for one in receiver.lost(it)] == []
