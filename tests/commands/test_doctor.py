"""`tpi doctor`: what is where and what is wrong; nothing about a patient, so that it can be pasted anywhere."""

import pytest

from tests.commands.reading import envelope, everything, words
from tests.conftest import Clinic

pytestmark = pytest.mark.file

SECRETS = ("Secret", "1950", "0161", "A12", "apixaban", "lidocaine", "trapezius")


def test_a_healthy_store(clinic: Clinic) -> None:
    clinic.ok(*words("patient add 'Secret, Person' 1950-01-01 --mrn A12 --phone '0161 555 0107' --allergy none"
                     " --bleeding apixaban"))  # fmt: skip
    clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--note", "Secret")
    found = envelope(clinic.ok("doctor", "--json"), "doctor")
    told = {"patients": "1", "sites": "2", "sessions": "1", "injections": "2", "encrypted": "yes", "integrity": "ok"}
    assert {key: found[key] for key in told} == told
    assert "problem" not in found
    assert "mode 600" in found["key"]
    for answer in (clinic.ok("doctor"), clinic.ok("doctor", "--json")):
        assert not any(secret in answer.out + answer.err for secret in SECRETS)
    assert [line.split()[0] for line in clinic.ok("doctor").out.splitlines()] == list(found)[3:]


def test_it_changes_nothing(clinic: Clinic) -> None:
    before = everything(clinic)
    clinic.ok("doctor")
    assert everything(clinic) == before


def test_problems_are_told_not_raised(home: Clinic, clinic: Clinic) -> None:
    clinic.key.write_text("tpi-key-1 " + "0" * 64 + "\n")
    assert "does not open" in clinic.ok("doctor", "--json").json["problem"]
    clinic.key.unlink()
    assert "is not there" in clinic.ok("doctor", "--json").json["problem"]
    clinic.store.unlink()
    assert "run: tpi init, or tpi restore FILE where there was one" in clinic.ok("doctor", "--json").json["problem"]
    clinic.store.mkdir()
    assert "it is a folder" in clinic.ok("doctor", "--json").json["problem"]


def test_the_key_itself_is_never_shown(clinic: Clinic) -> None:
    secret = clinic.key.read_text().split()[1]
    for command in ("doctor", "doctor --json", "config list", "config path"):
        answer = clinic.ok(*words(command))
        assert secret not in answer.out + answer.err
