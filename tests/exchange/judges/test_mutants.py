"""Whether the judges judge: each fault put into a good export is found by somebody, or the judge proves nothing."""

from copy import deepcopy
from datetime import date

import pytest

from tests.conftest import TODAY
from tests.exchange.judges import bundles, own
from tests.exchange.judges.mutants import MUTANTS, Export, Mutant
from tests.exchange.judges.node import Resource, Validators

NOW = date.fromisoformat(TODAY)


@pytest.fixture(scope="module")
def export(one_patient: Resource) -> Export:
    return bundles.resources(one_patient)


def catchers(export: Export, validators: Validators) -> set[str]:
    return {issue.judge for issue in [*validators(export), *own.judged(export, NOW)]}


def found(mutant: Mutant, export: Export, validators: Validators) -> set[str]:
    """The judges that see a fault; skips where the one that has to is not here."""
    if mutant.judges == "us-core":
        validators.all_sat()
    broken = deepcopy(export)
    mutant.broken(broken)
    return catchers(broken, validators)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_is_found(mutant: Mutant, export: Export, validators: Validators) -> None:
    absent = {"us-core"} - validators.names
    assert found(mutant, export, validators) >= set(mutant.judges.split()) - absent


def test_each_of_our_rules_has_a_fault_of_its_own() -> None:
    """A rule that nothing in this table needs would prove nothing."""
    assert {rule.__name__ for rule in own.RULES} - {
        judge for mutant in MUTANTS for judge in mutant.judges.split()
    } == set()


@pytest.mark.parametrize(
    ("judge", "name"),
    [
        ("medplum", "consent to no policy"),
        ("lantana", "gender in a code there is not"),
        ("terms", "session in a code list's wrong word"),
        ("us-core", "patient without a gender"),
        ("impossible_dose", "dose in grams"),
    ],
)
def test_each_judge_sees_what_no_other_does(judge: str, name: str, export: Export, validators: Validators) -> None:
    mutant = next(one for one in MUTANTS if one.name == name)
    assert found(mutant, export, validators) == {judge}


def test_there_are_faults_enough() -> None:
    assert len(MUTANTS) >= 40
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
