"""`tpi export fhir --since`: what a receiver has not heard of yet, with all that it refers to."""

import json

import pytest

from tests.conftest import Clinic
from tests.exchange.fhir_out import Told, references, told
from tpi_cli import clock

IDENTITIES = {"Organization", "Location", "Practitioner"}
BEFORE, DAY, LATER = "2031-03-03T12:00:00.000000Z", "2031-03-04", "2031-03-04T12:00:00.000000Z"


@pytest.fixture
def quiet(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """A patient with two sites, all of it done and written down before `DAY`; from now on it is that day."""
    monkeypatch.setattr(clock, "stamp", lambda: BEFORE)
    clinic.patient("Tan, Mei", "1971-03-04", "--weight", "80")
    clinic.patient("Ek, Bo", "1980-02-29")
    clinic.ok("patient", "alert", "1", "add", "diabetes")
    clinic.inject("1", "ut l lido 1% 1ml, is r lido 1% 1ml", "--on", "2026-10-01", "--next", "1mo", "--pain", "7:3",
                  "--adverse", "soreness")  # fmt: skip
    clinic.ok("site", "add", "1", "ssp", "r", "--on", "2026-10-01")
    assert since(clinic) == set()
    monkeypatch.setattr(clock, "stamp", lambda: LATER)
    return clinic


def since(clinic: Clinic, day: str = DAY) -> set[str]:
    """The types that are new, with all they refer to there."""
    found = told(clinic, "--since", day)
    assert {f"urn:uuid:{one['id']}" for one in found.all} >= set(references(found.all))
    return {one["resourceType"] for one in found.all} - IDENTITIES


ACTS = {
    "stop 1 --reason declined": {"Patient", "Procedure"},
    "snooze 1 2031-05-01 --reason away": {"Patient", "Procedure"},
    "patient elsewhere 1 triam 40mg --on 2026-10-05": {"MedicationStatement"},
    "patient alert 1 end diabetes": {"Condition"},
    "patient edit 1 --phone 555-0199 --yes": {"Patient"},
    "site add 1 ls l --taut-band": {"BodyStructure"},
    "call 1 no-answer": {"Patient"},
    "session void {session} --reason mistaken --yes": {"Procedure", "Observation", "MedicationAdministration"},
    "session amend {session} --dx M79.18 --reason late --yes": {"Procedure", "Condition", "Provenance"},
    "sign {session} --yes": {"Procedure", "Provenance"},
    "outcome 1 4 --on 2026-11-02": {"Observation"},
    "adverse close 1 1 --outcome gone": {"AdverseEvent"},
    "book 1 2026-12-01 10:00": {"Appointment"},
    "patient merge 1 2 --yes": {"Patient"},
}


@pytest.mark.parametrize("words", ACTS)
def test_whatever_is_done_is_new_since(quiet: Clinic, words: str) -> None:
    """Whatever day it is of: it goes out by when it was written down, and with it where the recalls stand."""
    session = quiet.ok("session", "list", "1", "--json").rows[0]["session"]
    quiet.ok(*words.format(session=session).split())
    assert since(quiet) >= {*ACTS[words], "Patient", "ServiceRequest"}
    assert {one["name"][0]["family"] for one in told(quiet, "--since", DAY).of("Patient")} <= {"Tan", *_merged(words)}


def _merged(words: str) -> set[str]:
    return {"Ek"} if "merge" in words else set()


def test_a_void_session_is_told_of_whenever_it_was(quiet: Clinic) -> None:
    """A hospital that has it as completed learns of it, though the session lies months back."""
    session = quiet.ok("session", "list", "1", "--json").rows[0]["session"]
    quiet.ok("session", "void", session, "--reason", "another patient", "--yes")
    found = told(quiet, "--since", DAY)
    assert found.one("Procedure")["status"] == "entered-in-error"
    assert {one["status"] for one in found.of("MedicationAdministration")} == {"entered-in-error"}
    scores = [one for one in found.of("Observation") if "partOf" in one]
    assert {one["status"] for one in scores} == {"entered-in-error"}


def test_a_stop_is_told_of(quiet: Clinic) -> None:
    quiet.ok("stop", "1", "--reason", "declined")
    assert {one["status"] for one in told(quiet, "--since", DAY).of("ServiceRequest")} == {"revoked"}


def test_a_part_comes_in_by_itself(quiet: Clinic, home: Clinic) -> None:
    """With a decision about a site, or a dose at one that has no recall, goes the site: what a record refers to is
    there.
    """
    quiet.ok("stop", "1", "is", "r", "--reason", "declined")
    quiet.ok("patient", "elsewhere", "1", "triam", "40mg", "--on", "2026-10-05", "--site", "ssp r")
    part = quiet.file("since.json", json.dumps(quiet.ok("export", "fhir", "--since", DAY).json))
    other = Clinic(home.home / "other")
    other.home.mkdir()
    other.ok("init", "--name", "Another", "--zone", "Europe/London")
    other.ok("import", part)
    assert len(other.ok("patient", "list", "--json").rows) == 1


MIDNIGHT = [
    ("Pacific/Auckland", "2031-03-03T11:30:00.000000Z", "2031-03-04"),
    ("America/Los_Angeles", "2031-03-05T07:30:00.000000Z", "2031-03-04"),
    ("UTC", "2031-03-04T23:30:00.000000Z", "2031-03-04"),
]


@pytest.mark.parametrize(("zone", "stamp", "day"), MIDNIGHT)
def test_the_day_is_that_on_the_clinics_wall(
    home: Clinic, monkeypatch: pytest.MonkeyPatch, zone: str, stamp: str, day: str
) -> None:
    """What is written down around midnight is of the clinic's own day, in --since and in recordedDate."""
    monkeypatch.setattr(clock, "stamp", lambda: stamp)
    home.ok("init", "--name", "Far", "--zone", zone)
    home.ok("patient", "add", "Tan, Mei", "1971-03-04", "--allergy", "latex", "--bleeding", "none")
    found: Told = told(home, "--since", day)
    assert found.one("AllergyIntolerance")["recordedDate"] == day
    assert told(home, "--since", "2031-03-05" if day == "2031-03-04" else day).of("Patient") == []
