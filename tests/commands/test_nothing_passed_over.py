"""No option is passed over: what a command is told is on file afterwards, or it says that it cannot take it."""

import shlex
from pathlib import Path

import pytest

from tests.conftest import Answer, Clinic
from tests.faults import prepared, ward
from tests.faults.commands import ACTS, READINGS, UNPREPARED

NOTE, ON, DAY = "kept word for word", "yesterday", "2026-11-22"
WRITING = sorted(ACTS.keys() - READINGS - UNPREPARED)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return prepared.prepared(tmp_path_factory.mktemp("office") / "home")


OF_TODAY = frozenset(["adverse close", "elsewhere void", "patient edit", "resume"])
"""Acts about something of today: yesterday is refused for that, in words of its own."""


def answered(office: Clinic, to: Path, act: str, option: str, value: str) -> tuple[Answer, str]:
    """What the command says, and all that is on file then."""
    clinic = prepared.copied(office, to)
    answer = clinic.run(*prepared.words(ACTS[act], clinic), option, value)
    return answer, repr(ward.tables(clinic))


def refused(answer: Answer, option: str) -> bool:
    return answer.code == 2 and f"{option} has no meaning here" in answer.err


@pytest.mark.parametrize("act", [act for act in WRITING if "--note" not in shlex.split(ACTS[act])])
def test_a_note(office: Clinic, tmp_path: Path, act: str) -> None:
    answer, kept = answered(office, tmp_path / "home", act, "--note", NOTE)
    assert (NOTE in kept) if answer.code == 0 else refused(answer, "--note"), answer


@pytest.mark.parametrize("act", [act for act in WRITING if "--on" not in shlex.split(ACTS[act])])
def test_a_day(office: Clinic, tmp_path: Path, act: str) -> None:
    assert DAY not in repr(ward.tables(office))
    answer, kept = answered(office, tmp_path / "home", act, "--on", ON)
    if act in OF_TODAY:
        assert answer.code in {3, 5} and DAY not in kept
    else:
        assert (DAY in kept) if answer.code == 0 else refused(answer, "--on"), answer
