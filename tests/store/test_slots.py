"""Several terminals want one time: one of them gets it, the others are told so, and nobody's patient is lost."""

import os
import subprocess
import sys
from datetime import date

import pytest

from tests.conftest import Answer, Clinic
from tests.store.places import place
from tpi_cli.store import connect

FREE = "2026-11-24 10:00"
"""Tomorrow."""
LAUNCHER = """
import os, sys
ready, go, *words = sys.argv[1:]
from tpi_cli import main
import tpi_cli.acts.appointment, tpi_cli.commands.appt, tpi_cli.commands.book
os.write(int(ready), b"r")
os.read(int(go), 1)  # nobody writes: it ends for all of them at once, when the other end is closed
main.main(words)
"""
"""A `tpi` that has loaded everything and waits for the others."""


def race(clinic: Clinic, *commands: tuple[str, ...]) -> list[Answer]:
    """The commands, each in a process of its own, let go in the same moment."""
    ready, here = os.pipe()
    barrier, go = os.pipe()
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, str(here), str(barrier), *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clinic.environment(),
            pass_fds=(here, barrier),
        )
        for words in commands
    ]
    os.close(here)
    os.close(barrier)
    at_the_start = 0
    while at_the_start < len(racing) and (found := os.read(ready, len(racing))):
        at_the_start += len(found)
    os.close(go)
    os.close(ready)
    told = [one.communicate(timeout=120) for one in racing]
    assert at_the_start == len(racing), told
    return [Answer(one.returncode, out.decode(), err.decode()) for one, (out, err) in zip(racing, told, strict=True)]


def waiting(clinic: Clinic, count: int) -> list[str]:
    """So many patients, all on the list."""
    patients = []
    for number in range(count):
        mrn = f"SLOT-{number}"
        patients.append(clinic.patient(f"Name{number:02}, Given{number:02}", "1960-05-05", "--mrn", mrn))
        clinic.inject(patients[-1], "ut l lido 1% 1ml", "--on", "2026-10-01", "--next", "6w")
    assert on_the_list(clinic) == set(patients)
    return patients


def on_the_list(clinic: Clinic) -> set[str]:
    return {row["patient"] for row in clinic.ok("due", "--json").rows}


def winner(clinic: Clinic, answers: list[Answer]) -> int:
    """Which one got it; each of the others is told in one plain line, and a hint, that the time is taken."""
    assert sorted(answer.code for answer in answers) == [0] + [5] * (len(answers) - 1), answers
    for answer in answers:
        if answer.code:
            banner, line, hint = answer.err.splitlines()
            assert "TPI_TODAY" in banner
            assert line.startswith("tpi: ")
            assert "10:" in line
            assert hint.startswith("  hint: ")
            assert "clash" in hint
            assert answer.out == ""
            assert not any(word in answer.err for word in ("Name", "Given", "PT-", "SLOT", "Traceback", "locked"))
    return next(at for at, answer in enumerate(answers) if answer.code == 0)


def open_at(clinic: Clinic, on: str = "2026-11-24", wall: str = "10:") -> list[str]:
    """Whose appointments stand there."""
    listed = clinic.ok("appt", "list", on, "--status", "booked,arrived", "--json").rows
    return [row["patient"] for row in listed if row["time"].startswith(wall)]


def is_whole(clinic: Clinic, acts: list[tuple[int, str]]) -> None:
    """The store is sound, and what was done to appointments (by number) is this and nothing else."""
    with connect.reading(place(clinic)) as db:
        assert db.value("PRAGMA integrity_check") == "ok"
        assert list(db.rows("PRAGMA foreign_key_check")) == []
        log = db.rows(
            "SELECT number, act FROM appointment_act AS done JOIN appointment ON appointment.id = appointment_id"
            " ORDER BY number, done.recorded_at"
        )
        assert list(log) == acts
        assert db.value("SELECT COUNT(*) FROM appointment_act") == len(acts)
        numbers = [number for (number,) in db.rows("SELECT number FROM appointment ORDER BY number")]
        assert numbers == sorted({number for number, _ in acts})
        booked = dict(db.rows("SELECT number, booked_until FROM recall JOIN patient ON patient.id = patient_id"))
        held = dict(
            db.rows(
                "SELECT patient.number, MAX(on_date) FROM appointment JOIN patient ON patient.id = patient_id"
                " WHERE appointment.status = 'booked' GROUP BY patient.number"
            )
        )
        assert {number: until for number, until in booked.items() if until} == held, "the lists know of it"


def race_for_one_slot(clinic: Clinic, terminals: int, *whom: str) -> None:
    patients = waiting(clinic, terminals)
    answers = race(clinic, *(("book", patient, FREE, *whom) for patient in patients))
    lucky = patients[winner(clinic, answers)]
    assert open_at(clinic) == [lucky]
    is_whole(clinic, [(1, "book")])
    assert on_the_list(clinic) == set(patients) - {lucky}


@pytest.mark.parametrize("whom", [("--with", "DR"), ()], ids=["one-clinician", "nobody-named"])
def test_two_terminals_want_one_slot(clinic: Clinic, whom: tuple[str, ...]) -> None:
    race_for_one_slot(clinic, 2, *whom)


@pytest.mark.slow
@pytest.mark.parametrize("whom", [("--with", "DR"), ()], ids=["one-clinician", "nobody-named"])
def test_thirty_two_terminals_want_one_slot(clinic: Clinic, whom: tuple[str, ...]) -> None:
    race_for_one_slot(clinic, 32, *whom)


def test_one_with_a_clinician_and_one_without_cannot_both_have_it(clinic: Clinic) -> None:
    """Whoever is free may be that clinician."""
    patients = waiting(clinic, 2)
    answers = race(clinic, ("book", patients[0], FREE, "--with", "DR"), ("book", patients[1], FREE))
    lucky = patients[winner(clinic, answers)]
    assert open_at(clinic) == [lucky]
    is_whole(clinic, [(1, "book")])
    assert on_the_list(clinic) == set(patients) - {lucky}


def test_two_clinicians_have_a_patient_each(clinic: Clinic) -> None:
    """Nobody is in the way of anybody: both get what they asked for, each under a number of its own."""
    patients = waiting(clinic, 2)
    answers = race(clinic, *(("book", one, FREE, "--with", by) for one, by in zip(patients, ("DR", "JS"), strict=True)))
    assert [answer.code for answer in answers] == [0, 0], answers
    assert sorted(open_at(clinic)) == patients
    is_whole(clinic, [(1, "book"), (2, "book")])
    assert on_the_list(clinic) == set()


def test_eight_terminals_book_the_same_patient(clinic: Clinic) -> None:
    """At times that overlap, with a clinician each: the patient can only be in one place."""
    patient, other = waiting(clinic, 2)
    wishes = [("book", patient, f"2026-11-24 10:{5 * at:02}", "--for", "1h", "--with", f"C{at}") for at in range(8)]
    answers = race(clinic, *wishes)
    assert sorted(answer.code for answer in answers) == [0, *[5] * 7], answers
    for answer in answers:
        if answer.code:
            assert "tpi: the patient has A-" in answer.err
            assert other not in answer.err
    assert open_at(clinic) == [patient]
    is_whole(clinic, [(1, "book")])
    assert on_the_list(clinic) == {other}


def test_eight_terminals_move_into_one_free_slot(clinic: Clinic) -> None:
    """The losers keep the time they had."""
    patients = waiting(clinic, 9)
    *movers, idle = patients
    for hour, patient in enumerate(movers, 11):
        clinic.ok("book", patient, f"2026-11-25 {hour}:00", "--with", "DR")
    answers = race(clinic, *(("appt", "move", patient, FREE) for patient in movers))
    won = winner(clinic, answers)
    assert open_at(clinic) == [movers[won]]
    stayed = {row["patient"]: row["time"] for row in clinic.ok("appt", "list", "2026-11-25", "--json").rows}
    assert stayed == {patient: f"{hour}:00" for hour, patient in enumerate(movers, 11) if patient != movers[won]}
    is_whole(clinic, sorted([*((number, "book") for number in range(1, 9)), (won + 1, "move")]))
    with connect.reading(place(clinic)) as db:
        moved = dict(db.rows("SELECT number, sequence FROM appointment ORDER BY number"))
        assert moved == {number: int(number == won + 1) for number in range(1, 9)}, "a calendar hears of one change"
    assert on_the_list(clinic) == {idle}
    clinic.today = str(date(2026, 11, 26))
    assert on_the_list(clinic) == set(patients), "nobody came, and nobody said so: they are called again"
