"""Backup, restore and a new key, killed at their system calls: the store opens afterwards, and nothing is lost.

Everyday a few points of each kind of call; with `-m slow` every one of them.
"""

import sys
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.store import kills

pytestmark = pytest.mark.skipif(kills.STRACE is None, reason="needs strace")
FEW, ALL = 3, 10_000


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """Mei in the backup b.db, Mei and Sara in the store."""
    clinic = kills.copied(_template, tmp_path_factory.mktemp("ward") / "home")
    clinic.patient()
    clinic.ok("backup", str(clinic.home / "b.db"))
    clinic.patient("Khan, Sara", "1988-03-30")
    return clinic


def people(clinic: Clinic, *more: str) -> set[str]:
    return {row["name"] for row in clinic.ok(*more, "patient", "list", "--json").rows}


BOTH, ONE = {"Tan, Mei", "Khan, Sara"}, {"Tan, Mei"}


def rotated(ward: Clinic, folder: Path, most: int) -> int:
    """Whatever the point: it opens with everything in it, and a second attempt comes to its end."""
    count = 0
    for call, when in kills.points(kills.counted(kills.copied(ward.home, folder), "key", "rotate", "-y"), most):
        clinic = kills.copied(ward.home, folder)
        count += kills.killed(clinic, call, when, "key", "rotate", "-y")
        assert clinic.ok("verify", "--json").json["ok"], (call, when)
        assert people(clinic) == BOTH, (call, when)
        code = clinic.ok("key", "rotate", "-y", "--json").json["recovery_code"]
        assert clinic.run("key", "check-recovery", stdin=code).code == 0, (call, when)
        assert not clinic.key.with_name("tpi.key.new").exists()
    return count


def restored(ward: Clinic, folder: Path, most: int) -> int:
    """Whatever the point: the old store or the new one is in place, whole, and if the new one, the old one beside."""
    count = 0
    command = ("restore", str(folder / "b.db"), "-y")
    for call, when in kills.points(kills.counted(kills.copied(ward.home, folder), *command), most):
        clinic = kills.copied(ward.home, folder)
        count += kills.killed(clinic, call, when, *command)
        assert clinic.ok("verify", "--json").json["ok"], (call, when)
        found = people(clinic)
        assert found in (BOTH, ONE), (call, when)
        if found == ONE:
            (aside,) = clinic.store.parent.glob("tpi.db.before-*Z")
            assert people(clinic, "--db", str(aside)) == BOTH, (call, when)
        clinic.ok(*command)
        assert people(clinic) == ONE
    return count


def backed_up(ward: Clinic, folder: Path, most: int) -> int:
    """Whatever the point: no file of that name, or one that is whole."""
    count = 0
    file = folder / "new.db"
    for call, when in kills.points(kills.counted(kills.copied(ward.home, folder), "backup", str(file)), most):
        clinic = kills.copied(ward.home, folder)
        count += kills.killed(clinic, call, when, "backup", str(file))
        assert clinic.ok("verify", "--json").json["ok"], (call, when)
        if file.exists():
            clinic.ok("restore", str(file), "-n")
    return count


@pytest.mark.parametrize("walk", [rotated, restored, backed_up], ids=lambda one: one.__name__)
def test_a_kill_leaves_a_store_that_opens(ward: Clinic, tmp_path: Path, walk: object) -> None:
    assert callable(walk)
    assert walk(ward, tmp_path / "home", FEW) >= 10


@pytest.mark.slow
@pytest.mark.parametrize("walk", [rotated, restored, backed_up], ids=lambda one: one.__name__)
def test_a_kill_at_any_call_leaves_a_store_that_opens(ward: Clinic, tmp_path: Path, walk: object) -> None:
    assert callable(walk)
    sys.stdout.write(f"{walk(ward, tmp_path / 'home', ALL)} kills\n")
