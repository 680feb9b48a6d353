"""A busy reception: many processes record at once, none is turned away, no two records share a number."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.conftest import Answer, Clinic
from tests.store.places import place
from tpi_cli.store import connect

DESKS = 8


def at_the_desk(clinic: Clinic, desk: int, records: int) -> list[Answer]:
    """A patient added and sessions recorded, each in a process of its own, as fast as it goes."""
    mrn = f"DESK-{desk}"
    new = ["patient", "add", f"Patient {chr(64 + desk)}", "1960-05-05", "--mrn", mrn]
    out = [clinic.process(*new, "--allergy", "none", "--bleeding", "none", "--json")]
    for number in range(1, records):
        words = ["inject", f"mrn:{mrn}", "ut", "l", "lido", "1%", "1ml", "--next", f"{number}mo", "--yes", "--json"]
        out.append(clinic.process(*words, "--as", f"desk{desk}"))
    return out


def reading(clinic: Clinic, over: Event) -> list[Answer]:
    """The list, again and again, until the desks are done."""
    out = []
    while not over.is_set():
        out.append(clinic.process("due", "--status", "all", "--json"))
    return out


def run(clinic: Clinic, records: int) -> None:
    over = Event()
    with ThreadPoolExecutor(DESKS + 1) as desks:
        reader = desks.submit(reading, clinic, over)
        work = [desks.submit(at_the_desk, clinic, desk, records) for desk in range(1, DESKS + 1)]
        try:
            answers = [answer for one in work for answer in one.result()]
        finally:
            over.set()
        lists = reader.result()
    for answer in [*answers, *lists]:
        assert answer.code == 0, answer
        assert "locked" not in answer.err
    assert len(answers) == DESKS * records
    _is_all_there(clinic, records)
    counts = [answer.json["count"] for answer in lists]
    assert lists and counts == sorted(counts), "a list never goes back on an earlier one"


def _is_all_there(clinic: Clinic, records: int) -> None:
    patients = [row["patient"] for row in clinic.ok("patient", "list", "--json").rows]
    assert patients == [f"PT-{number:04}" for number in range(1, DESKS + 1)]
    sessions = clinic.ok("session", "list", "--json").rows
    assert len({row["session"] for row in sessions}) == len(sessions) == DESKS * (records - 1)
    with connect.reading(place(clinic)) as db:
        numbers = [number for (number,) in db.rows("SELECT number FROM session ORDER BY number")]
        assert numbers == list(range(1, len(sessions) + 1))
        assert db.value("PRAGMA integrity_check") == "ok"
        # the last word of each desk counts: a session of the same day replaces the plan before
        last = {f"{records - 1}mo"}
        assert {follow_up for (follow_up,) in db.rows("SELECT follow_up FROM recall")} == last
        assert db.value("SELECT COUNT(*) FROM recall") == DESKS


def test_eight_desks_record_at_once(clinic: Clinic) -> None:
    run(clinic, 2)


@pytest.mark.slow
def test_eight_desks_record_five_times_each(clinic: Clinic) -> None:
    run(clinic, 5)
