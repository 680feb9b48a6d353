"""One time, one patient, one clinician: held by the server itself, and let go where an act knows better."""

import threading
from collections import Counter
from collections.abc import Callable

import psycopg
import pytest

from tests.postgres.house import ADMIN, WRITER, House
from tpi_cli.rules import identity

pytestmark = pytest.mark.slow

TAKEN = psycopg.errors.ExclusionViolation
RACERS = 32
BOOK = """
INSERT INTO appointment (id, clinic_id, number, patient_id, clinician_id, on_date, wall, starts_at, ends_at, minutes,
                         status, sequence, recorded_at, recorded_by, changed_at)
SELECT gen_random_uuid()::text, clinic.id, {number}, patient.id, {clinician}, '2026-11-25', '09:00',
       '2026-11-25T{starts}:00.000000Z', '2026-11-25T{ends}:00.000000Z', 30, '{status}', 0, 'x', 'x', 'x'
  FROM clinic, patient WHERE patient.number = {patient}
"""
AN = "(SELECT id FROM clinician WHERE code = 'AN')"
OWNER_OF_STORE = "(SELECT id FROM clinician WHERE code <> 'AN')"


def book(number: int, patient: int = 1, clinician: str = AN, starts: str = "09:00", ends: str = "09:30",
         status: str = "booked") -> str:  # fmt: skip
    return BOOK.format(number=number, patient=patient, clinician=clinician, starts=starts, ends=ends, status=status)


def code(number: int) -> str:
    return identity.appointment(number)


NEXT = {
    "the same clinician": (book(12, 2), True),
    "the same patient, another clinician": (book(12, 1, OWNER_OF_STORE), True),
    "another of both": (book(12, 2, OWNER_OF_STORE), False),
    "no clinician named: anybody's": (book(12, 2, "NULL"), True),
    "half over": (book(12, 2, starts="09:15", ends="09:45"), True),
    "right after": (book(12, 2, starts="09:30", ends="10:00"), False),
    "right before": (book(12, 2, starts="08:30", ends="09:00"), False),
    "called off": (book(12, 2, status="cancelled"), False),
    "missed": (book(12, 2, status="no-show"), False),
    "arrived": (book(12, 2, status="arrived"), True),
}


@pytest.mark.parametrize("what", NEXT)
def test_beside_an_appointment_at_nine_the_server_refuses(house: House, what: str) -> None:
    sql, refused = NEXT[what]
    house.sql(WRITER, book(11))
    if refused:
        with pytest.raises(TAKEN):
            house.sql(WRITER, sql)
    else:
        house.sql(WRITER, sql)


def test_two_with_no_clinician_named_are_in_each_others_way(house: House) -> None:
    house.sql(WRITER, book(11, 1, "NULL"))
    with pytest.raises(TAKEN):
        house.sql(WRITER, book(12, 2, "NULL"))


def test_what_is_called_off_moved_or_removed_gives_its_time_back(house: House) -> None:
    house.sql(WRITER, book(11), "UPDATE appointment SET status = 'cancelled' WHERE number = 11", book(12, 2))
    with pytest.raises(TAKEN):
        house.sql(WRITER, "UPDATE appointment SET status = 'booked' WHERE number = 11")
    later = "SET starts_at = replace(starts_at, 'T09', 'T10'), ends_at = replace(ends_at, 'T09', 'T10')"
    house.sql(WRITER, f"UPDATE appointment {later} WHERE number = 12")
    house.sql(WRITER, "UPDATE appointment SET status = 'booked' WHERE number = 11")
    house.sql(WRITER, "DELETE FROM appointment WHERE number = 11", book(13, 2))


def raced(house: House, run: Callable[[int], str]) -> Counter[str]:
    """What became of so many who tried at once."""
    gate, done = threading.Barrier(RACERS), list[str]()

    def one(racer: int) -> None:
        gate.wait()
        done.append(run(racer))

    threads = [threading.Thread(target=one, args=(racer,)) for racer in range(RACERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(done)


@pytest.mark.parametrize("clinician", [AN, "NULL"])
def test_of_racers_with_raw_sql_one_wins(house: House, clinician: str) -> None:
    """No lock of the program's is held: the constraint alone decides. All are patients of their own.

    Racers through the program: tests/store/test_many_hands.py.
    """
    house.sql(WRITER, *(_patient(number) for number in range(100, 100 + RACERS)))

    def run(racer: int) -> str:
        try:
            house.sql(WRITER, book(1000 + racer, 100 + racer, clinician))
        except TAKEN:
            return "refused"
        except psycopg.errors.DeadlockDetected:  # two that wait for each other's claim: the server ends one of them
            return "refused"
        return "won"

    assert raced(house, run) == {"won": 1, "refused": RACERS - 1}


def _patient(number: int) -> str:
    return (
        "INSERT INTO patient SELECT (json_populate_record(one, json_build_object('id', gen_random_uuid(),"
        f" 'number', {number}, 'mrn', NULL))).* FROM patient AS one WHERE number = 1"
    )


def claims(house: House) -> int:
    return int(house.value("SELECT count(*) FROM claim"))


def overlapped(house: House) -> None:
    """Patients 1 and 2 with the same clinician at nine tomorrow, for a reason."""
    answer = house.run(WRITER, "book", "2", "tomorrow", "09:00", "--with", "AN")
    assert answer.code == 5, answer
    house.ok(WRITER, "book", "2", "tomorrow", "09:00", "--with", "AN", "--override", "clash=both come together")


def test_an_overlap_with_a_reason_stands_and_goes_its_way(house: House) -> None:
    """It arrives, is moved off and back, and is called off like any other."""
    overlapped(house)
    assert claims(house) == 3
    house.clinic.today = "2026-11-24"
    try:
        house.ok(WRITER, "appt", "arrive", code(2))
        house.ok(WRITER, "appt", "arrive", code(1))
        house.ok(WRITER, "undo", "--yes")
        house.ok(WRITER, "appt", "move", code(2), "today", "10:00")
        assert claims(house) == 4
        assert house.run(WRITER, "appt", "move", code(2), "today", "09:15").code == 5
        house.ok(WRITER, "appt", "move", code(2), "today", "09:15", "--override", "clash=again")
        house.ok(WRITER, "appt", "cancel", code(2), "--reason", "ill")
        house.ok(WRITER, "undo", "--yes")
        house.ok(WRITER, "undo", "--yes")
        assert house.findings() == set()
    finally:
        house.clinic.today = "2026-11-23"


def test_a_voided_session_reopens_what_overlapped_before(house: House) -> None:
    overlapped(house)
    house.clinic.today = "2026-11-24"
    try:
        house.ok(WRITER, "inject", "2", "ut", "l", "lido", "1%", "1ml", "--yes")
        status = "SELECT status FROM appointment WHERE number = 2"
        assert house.value(status) == "done"
        house.ok(WRITER, "undo", "--yes")
        assert house.value(status) == "booked"
        assert house.findings() == set()
    finally:
        house.clinic.today = "2026-11-23"


def test_an_undo_does_not_take_a_time_back_that_was_given_away(house: House) -> None:
    house.ok(WRITER, "appt", "cancel", code(1), "--reason", "ill")
    house.ok(WRITER, "book", "2", "tomorrow", "09:00", "--with", "AN")
    house.ok(WRITER, "undo", "--yes")
    house.ok(WRITER, "undo", "--yes")
    assert house.value("SELECT status FROM appointment WHERE number = 1") == "booked"
    house.ok(WRITER, "appt", "cancel", code(1), "--reason", "ill")
    house.ok("clinic_owner", "book", "2", "tomorrow", "09:00", "--with", "AN")
    answer = house.run(WRITER, "undo", "--yes")
    assert answer.code == 5 and "given away" in answer.err, answer


def test_a_merge_may_bring_two_of_a_persons_appointments_together(house: House) -> None:
    house.ok(WRITER, "book", "2", "tomorrow", "09:00", "--with", "clinic_owner")
    house.ok(WRITER, "patient", "merge", "1", "2", "--yes")
    assert house.value("SELECT count(DISTINCT patient_id) FROM appointment WHERE status = 'booked'") == 1
    house.ok(WRITER, "patient", "unmerge", "2", "--yes")
    assert house.value("SELECT count(DISTINCT patient_id) FROM appointment WHERE status = 'booked'") == 2
    assert house.findings() == set()


def test_a_file_brings_in_what_overlapped_elsewhere(house: House) -> None:
    for patient in ("1", "2"):
        house.ok(WRITER, "patient", "edit", patient, "--mrn", f"M{patient}")
    lines = "M1,2026-12-01T09:00,AN\nM2,2026-12-01T09:10,AN\n"
    path = house.clinic.file("appointments.csv", f"mrn,start,clinician\n{lines}")
    answer = house.run(WRITER, "import", path)
    assert answer.code == 0, answer
    assert house.value("SELECT count(*) FROM appointment WHERE on_date = '2026-12-01'") == 2
    assert house.findings() == set()


def test_a_move_to_another_zone_moves_every_claim_along(house: House) -> None:
    """One after the other they pass through each other's time; in the end each has its own."""
    for hour in ("09:30", "10:00", "14:00", "14:30", "15:00"):
        house.ok(WRITER, "book", "2", "tomorrow", hour, "--with", "AN")
    assert claims(house) == 12
    for zone in ("America/New_York", "Asia/Tokyo", "Europe/London"):
        house.ok(WRITER, "config", "set", "clinic.zone", zone)
        assert claims(house) == 12
        assert _as_they_stand(house)
    assert house.run(WRITER, "book", "1", "tomorrow", "14:15", "--with", "AN").code == 5
    with pytest.raises(TAKEN):
        house.sql(WRITER, book(99, 1).replace("2026-11-25", "2026-11-24"))
    assert house.findings() == set()


def _as_they_stand(house: House) -> bool:
    """Whether every claim is of its appointment's time."""
    return not house.rows(ADMIN, """
        SELECT 1 FROM claim JOIN appointment ON appointment.id = appointment_id
         WHERE during <> tsrange(left(starts_at, 26)::timestamp, left(ends_at, 26)::timestamp)""")  # fmt: skip


def test_the_program_tells_of_a_time_that_another_program_took(house: House) -> None:
    """What the program's own check does not see, the constraint does: one line, exit 5, nothing recorded."""
    everybody = "whose('clinician ' || clinic_id || ' ', 'clinician ' || clinic_id || '~')"
    time = "tsrange('2026-11-26 09:00', '2026-11-26 10:00')"
    house.sql(ADMIN, f"INSERT INTO claim SELECT id, {everybody}, {time} FROM appointment")
    answer = house.run(WRITER, "book", "2", "thu", "09:30", "--with", "AN")
    assert answer.code == 5 and "was taken meanwhile" in answer.err and "Traceback" not in answer.err, answer
    assert house.value("SELECT count(*) FROM appointment") == 1
