"""The generated clinic is one that the program would have written: `tpi verify` finds nothing wrong in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import TODAY, Clinic

pytestmark = pytest.mark.file


def generated(clinic: Clinic, name: str, *more: str) -> Clinic:
    words = ("--patients", "60", "--db", str(clinic.home / name), "--jobs", "1", *more)
    made = (sys.executable, "-m", "tests.scale.generate", *words)
    root = Path(__file__).parent.parent.parent
    where = {**clinic.environment(), "PYTHONPATH": str(root), "HOME": str(clinic.home)}
    subprocess.run(made, env=where, cwd=root, check=True, capture_output=True, timeout=120)
    return clinic


def asked(clinic: Clinic, name: str, *words: str) -> str:
    key = str(clinic.home / name.replace(".db", ".key"))
    return clinic.ok("--db", str(clinic.home / name), "--key-file", key, *words, TPI_TODAY=TODAY).out


@pytest.mark.parametrize("kind", [[], ["--plain"]], ids=["encrypted", "plain"])
def test_verify_accepts_it(home: Clinic, kind: list[str]) -> None:
    generated(home, "one.db", *kind)
    officer = str(home.home / "one.officer.key")
    assert "nothing is wrong" in asked(home, "one.db", "verify", "--officer-key-file", officer)
    assert (home.home / "one.db").read_bytes().startswith(b"SQLite format 3") == bool(kind)


@pytest.mark.slow
def test_one_seed_makes_one_clinic_and_another_seed_another(home: Clinic) -> None:
    lists = []
    for name, seed in (("one.db", "3"), ("two.db", "3"), ("three.db", "4")):
        generated(home, name, "--seed", seed)
        lists.append(asked(home, name, "due", "--status", "all", "--format", "csv", "-q"))
    assert lists[0] == lists[1] != lists[2]
    assert len(lists[0].splitlines()) > 20


def test_it_is_private(home: Clinic) -> None:
    generated(home, "one.db")
    assert {oct(os.stat(home.home / name).st_mode & 0o777) for name in ("one.db", "one.key")} == {"0o600"}
