"""`--clinic` where there is one clinic only: it is that one, or none; several are in tests/postgres/test_group.py."""

import pytest

from tests.conftest import Clinic
from tpi_cli.store import connect
from tpi_cli.store.place import find


@pytest.fixture
def treated(clinic: Clinic) -> Clinic:
    clinic.inject(clinic.patient(), "ut l lido 1% 1ml", "--next", "6w", "--on", "2026-10-01")
    return clinic


@pytest.mark.parametrize("command", ["due", "stats"])
def test_the_only_clinic_can_be_named_however_it_is_written(treated: Clinic, command: str) -> None:
    plain = treated.ok(command, "--json").rows
    assert plain
    with connect.reading(find(treated.environment().get("TPI_DB", str(treated.store)), str(treated.key))) as db:
        number = str(db.value("SELECT id FROM clinic"))
    for name in ("Test Clinic", "test clinic", number):
        assert treated.ok(command, "--clinic", name, "--json").rows == plain


@pytest.mark.parametrize("command", ["due", "stats"])
def test_all_of_them_have_a_column_and_a_field_for_the_clinic(treated: Clinic, command: str) -> None:
    plain = treated.ok(command, "--json").rows
    named = treated.ok(command, "--clinic", "all", "--json").rows
    assert named == [{"clinic": "Test Clinic", **row} for row in plain]
    assert treated.ok(command, "--clinic", "ALL", "--format", "csv").out.startswith("clinic,")
    assert not treated.ok(command, "--format", "csv").out.startswith("clinic,")


@pytest.mark.parametrize("command", ["due", "stats"])
def test_another_is_not_found(treated: Clinic, command: str) -> None:
    answer = treated.run(command, "--clinic", "North", "--json")
    assert (answer.code, answer.out, answer.error["kind"]) == (3, "", "not-found")
    assert "Test Clinic" in answer.error["hint"]


@pytest.mark.parametrize("more", ["1", "--since-last morning"])
def test_with_a_clinic_named_no_patient_is_and_nothing_is_remembered(treated: Clinic, more: str) -> None:
    answer = treated.run("due", *more.split(), "--clinic", "Test Clinic", "--json")
    assert (answer.code, answer.error["kind"]) == (2, "usage")
