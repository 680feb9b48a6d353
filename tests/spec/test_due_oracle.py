"""Two thousand plans brought in as CSV come back from `tpi due` with the dates of an independent oracle."""

import csv
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.conftest import Clinic
from tests.spec import oracle
from tpi_cli.reference import muscles

PATIENTS, SITES = 200, 10
FIRST, LAST = date(2019, 1, 1), date(2026, 11, 23)
MONTH_ENDS = [
    day
    for offset in range((LAST - FIRST).days)
    if (day := FIRST + timedelta(offset)) and ((day + timedelta(1)).day == 1 or day.day in {29, 30})
]
LEAP_DAYS = [date(2020, 2, 29), date(2024, 2, 29)]
INTERVALS = {"d": 400, "w": 60, "mo": 36, "y": 12}
Plan = tuple[str, str, str, date, str]
"""mrn, muscle, side, session, follow-up."""


def plans(random: Random) -> list[Plan]:
    """A site and a plan each; every third session ends a month, every tenth is a leap day."""
    places = [(name, side) for name in muscles.all_muscles() for side in ("L", "R")]
    out = []
    for patient in range(PATIENTS):
        for muscle, side in random.sample(places, SITES):
            kind = random.random()
            day = random.choice(LEAP_DAYS if kind < 0.1 else MONTH_ENDS) if kind < 0.4 else _any_day(random)
            unit = random.choice(list(INTERVALS))
            out.append((f"A{patient}", muscle, side, day, f"{random.randint(1, INTERVALS[unit])}{unit}"))
    return out


def _any_day(random: Random) -> date:
    return FIRST + timedelta(random.randrange((LAST - FIRST).days + 1))


def bring_in(clinic: Clinic, known: list[Plan]) -> None:
    _write(
        clinic.home / "patients.csv",
        [("mrn", "name", "born"), *((f"A{at}", "Ann", "1950-02-28") for at in range(PATIENTS))],
    )
    header = ("mrn", "date", "muscle", "side", "agent", "strength", "volume_ml", "follow_up")
    rows = [(mrn, day, muscle, side, "lidocaine", "1%", "1", plan) for mrn, muscle, side, day, plan in known]
    _write(clinic.home / "injections.csv", [header, *rows])
    clinic.ok("import", str(clinic.home / "patients.csv"), str(clinic.home / "injections.csv"))


def _write(path: Path, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


@pytest.mark.parametrize("seed", [20261123])
def test_two_thousand_plans_come_back_as_the_oracle_has_them(clinic: Clinic, seed: int) -> None:
    known = plans(Random(seed))
    bring_in(clinic, known)
    expected = {(mrn, muscle, side): oracle.due(day, plan) for mrn, muscle, side, day, plan in known}
    assert len(expected) == PATIENTS * SITES
    rows = clinic.ok("due", "--status", "all", "--format", "json").rows
    found = {
        (row["mrn"], site["muscle"], site["side"]): date.fromisoformat(site["due"])
        for row in rows
        for site in row["sites"]
    }
    wrong = {key: (found.get(key), due) for key, due in expected.items() if found.get(key) != due}
    assert wrong == {}
    assert found.keys() == expected.keys()
    _one_row_a_patient_at_the_earliest(rows)


def _one_row_a_patient_at_the_earliest(rows: list[dict[str, object]]) -> None:
    assert len({row["mrn"] for row in rows}) == len(rows) == PATIENTS
    for row in rows:
        dues = [site["due"] for site in row["sites"]]  # type: ignore[attr-defined]
        assert row["due"] == min(dues) == dues[0]
    assert [row["due"] for row in rows] == sorted(str(row["due"]) for row in rows)


def test_the_pairs_are_worth_the_while() -> None:
    """Among them are hundreds of month ends and leap days, and plans whose month lacks the day."""
    known = plans(Random(20261123))
    assert sum(day in LEAP_DAYS for *_, day, _ in known) > 150
    assert sum((day + timedelta(1)).day == 1 for *_, day, _ in known) > 300
    clamped = [
        (day, plan)
        for *_, day, plan in known
        if plan[-1] in "oy" and (due := oracle.due(day, plan)) and due.day != day.day
    ]
    assert len(clamped) > 50
    assert {plan.strip("0123456789") for *_, plan in known} == {"d", "w", "mo", "y"}
