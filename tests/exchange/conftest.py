"""Clinics that files come into: one with two patients, and a second one, empty."""

import shutil
from pathlib import Path

import pytest

from tests.commands.reading import copied, made
from tests.conftest import Clinic

PEOPLE = 'mrn,name,born\nA1,"Tan, Mei",1971-03-04\nA2,"Ruiz, Ana",1965-04-05\n'


@pytest.fixture(scope="session")
def _two(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.ok("import", clinic.file("people.csv", PEOPLE))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def two(tmp_path: Path, _two: Path) -> Clinic:
    """A1 Mei and A2 Ana on file."""
    return copied(_two, tmp_path)


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """A second clinic, empty."""
    home = tmp_path_factory.mktemp("other")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    return Clinic(home)
