"""A small practice to sit down at a terminal with."""

import shutil
from pathlib import Path

import pytest

from tests.commands.reading import words
from tests.conftest import Clinic


@pytest.fixture(scope="session")
def _practice(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    home = tmp_path_factory.mktemp("practice")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    clinic.ok(*words("patient add 'Tan, Mei' 1971-03-04 --allergy none --bleeding apixaban --phone '0161 555 0107'"))
    clinic.patient("Khan, Sara", "1988-03-30", "--phone", "0161 555 0108")
    clinic.patient("Khan, Sara", "1996-11-12")
    clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3")
    clinic.inject("2", "gm r triam 40mg/ml 0.5ml", "--on", "2026-07-20", "--next", "6w", "--pain", "5")
    return home


@pytest.fixture
def practice(tmp_path: Path, _practice: Path) -> Clinic:
    """PT-0001 Mei, due today, on a blood thinner; PT-0002 Sara, lapsed; PT-0003, another Sara, never treated."""
    shutil.copytree(_practice, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)
