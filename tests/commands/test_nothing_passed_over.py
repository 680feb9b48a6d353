"""No option is passed over: what a command is told is on file afterwards, or it says that it cannot take it."""

import shlex
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.faults import prepared, ward
from tests.faults.commands import ACTS, READINGS, UNPREPARED

NOTE, ON, DAY = "kept word for word", "yesterday", "2026-11-22"
WRITING = sorted(ACTS.keys() - READINGS - UNPREPARED)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return prepared.prepared(tmp_path_factory.mktemp("office") / "home")


def told(office: Clinic, to: Path, act: str, option: str, value: str) -> tuple[bool, str]:
    """Whether the command took it, and all that is on file then."""
    clinic = prepared.copied(office, to)
    taken = clinic.run(*prepared.words(ACTS[act], clinic), option, value).code == 0
    return taken, repr(ward.tables(clinic))


@pytest.mark.parametrize("act", [act for act in WRITING if "--note" not in shlex.split(ACTS[act])])
def test_a_note(office: Clinic, tmp_path: Path, act: str) -> None:
    taken, kept = told(office, tmp_path / "home", act, "--note", NOTE)
    assert taken == (NOTE in kept)


@pytest.mark.parametrize("act", [act for act in WRITING if "--on" not in shlex.split(ACTS[act])])
def test_a_day(office: Clinic, tmp_path: Path, act: str) -> None:
    assert DAY not in repr(ward.tables(office))
    taken, kept = told(office, tmp_path / "home", act, "--on", ON)
    assert taken == (DAY in kept)
