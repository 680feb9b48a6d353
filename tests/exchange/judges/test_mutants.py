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


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_is_found(mutant: Mutant, export: Export, validators: Validators) -> None:
    sitting = set(mutant.judges.split()) & {*validators.names, "ours"}
    if not sitting:
        pytest.skip("NOT JUDGED: no US Core 6.1.0 package in ../shared/interop, and no registry serves it")
    broken = deepcopy(export)
    mutant.broken(broken)
    assert catchers(broken, validators) >= sitting


def test_there_are_faults_enough() -> None:
    assert len(MUTANTS) >= 40
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
