"""What day it is, is the clinic's business: not the workstation's zone, its language or its width."""

import csv
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import Answer, Clinic

EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"
"""Fourteen hours ahead of Greenwich and eleven behind: never the same date."""
PATIENTS = 200


@pytest.fixture
def around_now(clinic: Clinic) -> Clinic:
    """Two hundred patients, due one a day from 100 days ago to 99 days ahead of the real today."""
    now = datetime.now(UTC).date()
    _write(
        clinic.home / "patients.csv",
        [["mrn", "name", "born"], *([f"A{at}", f"Müller {at}", "1950-02-28"] for at in range(PATIENTS))],
    )
    rows = [
        [f"A{at}", now - timedelta(200), "ut", "L", "lidocaine", "1%", "1", now + timedelta(at - 100)]
        for at in range(PATIENTS)
    ]
    header = ["mrn", "date", "muscle", "side", "agent", "strength", "volume_ml", "follow_up"]
    _write(clinic.home / "injections.csv", [header, *rows])
    clinic.today = now.isoformat()
    clinic.ok("import", str(clinic.home / "patients.csv"), str(clinic.home / "injections.csv"))
    return clinic


def _write(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def real(clinic: Clinic, *words: str, **more: str) -> Answer:
    """In a process of its own, by the real clock."""
    return clinic.process(*words, TPI_TODAY="", **more)


def day_in(zone: str) -> date:
    """The day it is in a zone."""
    return datetime.now(ZoneInfo(zone)).date()


def test_the_list_is_the_same_at_both_ends_of_the_world(around_now: Clinic) -> None:
    before = day_in("Europe/London")
    answers = [
        real(around_now, "due", "--columns", "patient,name,due,late,status", **world)
        for world in (
            {"TZ": "Europe/London"},
            {"TZ": EAST},
            {"TZ": WEST},
            {"TZ": ""},
            {"TZ": "no/such/zone"},
            {"LC_ALL": "C", "LANG": "C"},
            {"COLUMNS": "40"},
        )
    ]
    if day_in("Europe/London") != before:
        pytest.skip("midnight in London passed meanwhile")
    first = answers[0]
    assert first.code == 0
    assert first.out.count("\n") == 1 + (before - datetime.fromisoformat(around_now.today).date()).days + 101
    assert first.out.splitlines()[-1].split()[-3:] == [before.isoformat(), "0d", "due"]
    for answer in answers[1:]:
        assert (answer.code, answer.out) == (0, first.out)


def test_the_clinics_own_zone_decides(around_now: Clinic) -> None:
    told = {}
    for zone in (EAST, WEST):
        around_now.ok("config", "set", "clinic.zone", zone)
        before = day_in(zone)
        answer = real(around_now, "due", "--json", TZ="Europe/London")
        if day_in(zone) != before:
            pytest.skip("midnight passed meanwhile")
        last = answer.rows[-1]
        assert (answer.json["today"], last["due"], last["late_days"]) == (before.isoformat(), before.isoformat(), 0)
        told[zone] = answer.json["count"]
    assert told[EAST] - told[WEST] in {1, 2}, "it is tomorrow there already"


def test_a_reader_that_leaves_early_is_no_fault(around_now: Clinic) -> None:
    """`tpi due | head -1`: 141 for the pipe, and no complaint. The answer is longer than a pipe holds."""
    command = [sys.executable, "-m", "tpi_cli", "due", "--status", "all", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=around_now.environment(TPI_TODAY="")
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.read(1)
        process.stdout.close()
        complaint = process.stderr.read()
    assert (process.returncode, complaint) == (141, b"")
