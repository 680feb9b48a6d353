"""Fifty people record at once, thirty-two want one time, and a long report is read while others write."""

import pytest

from tests.conftest import Clinic
from tests.store.hands import racer, together, typed, writer
from tests.store.places import place
from tpi_cli.store import connect

WRITERS, RECORDS, RACERS = 50, 20, 32


@pytest.mark.slow
def test_fifty_writers_lose_nothing_and_the_chain_is_whole(clinic: Clinic) -> None:
    before = clinic.ok("verify", "--json").json["chain"]["entries"]
    done = together(writer(clinic, f"W{number}", RECORDS) for number in range(WRITERS))
    refused = [one for hand in done for one in hand if one.code]
    assert not refused, refused[0]
    with connect.reading(place(clinic)) as db:
        mrns = {mrn for (mrn,) in db.rows("SELECT mrn FROM patient")}
        numbers = [number for (number,) in db.rows("SELECT number FROM patient ORDER BY number")]
    assert mrns == {f"W{number}-{one}" for number in range(WRITERS) for one in range(RECORDS)}
    assert numbers == list(range(1, WRITERS * RECORDS + 1))
    after = clinic.ok("verify", "--json").json
    assert after["ok"]
    assert after["chain"]["entries"] == before + WRITERS * RECORDS


@pytest.mark.slow
def test_of_thirty_two_who_want_one_time_one_gets_it(clinic: Clinic) -> None:
    clinic.ok("clinician", "add", "DR", "--name", "Doctor")
    for number in range(RACERS):
        clinic.patient(f"Racer {number}", "1960-05-05", "--mrn", f"R{number}")
    codes = sorted(one.code for (one,) in together(racer(clinic, number + 1) for number in range(RACERS)))
    assert codes == [0, *[5] * (RACERS - 1)]
    assert len(clinic.ok("appt", "list", "--json").rows) == 1


def test_whoever_reads_keeps_nobody_from_writing(clinic: Clinic) -> None:
    """A report that is not finished yet goes on seeing what it saw; the writer does not wait for it."""
    clinic.patient("Tan, Mei")
    with connect.reading(place(clinic)) as db:
        rows = db.stream("SELECT number FROM patient ORDER BY number")
        assert next(rows) == (1,)
        assert typed(clinic, "patient", "add", "Tan, Bo", "1980-01-01", "--allergy", "none", "--bleeding", "none",
                     "--json").code == 0  # fmt: skip
        assert list(rows) == []
        assert db.value("SELECT COUNT(*) FROM patient") == 1
    assert len(clinic.ok("patient", "list", "--json").rows) == 2
