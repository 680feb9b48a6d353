"""`tpi export ics --due`: a day in the calendar for everybody who is due, under one UID whatever becomes of it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from tests.conftest import Clinic
from tests.exchange.test_ics import book
from tests.store.places import records
from tpi_cli import clock

STAMPED = ("UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE")


def dues(clinic: Clinic, *words: str) -> list[Event]:
    """The due dates alone, in the order of the file."""
    whole = Calendar.from_ical(clinic.ok("export", "ics", "--due", "only", *words).out)
    return [Event.from_ical(one.to_ical()) for one in whole.walk("VEVENT")]


def told(clinic: Clinic, *words: str) -> list[tuple[str, str]]:
    return [(str(one["dtstart"].dt), str(one["summary"])) for one in dues(clinic, *words)]


def listed(clinic: Clinic) -> list[tuple[str, str]]:
    """What `tpi due` shows, as far as there are plans."""
    rows = clinic.ok("due", "-w", "2199-12-31", "--json").rows
    return [(row["due"], f"due {row['patient']}") for row in rows]


@pytest.fixture
def planned(clinic: Clinic) -> Clinic:
    """Mei was due on 5 November, Sara is on 23 February; Per was never to come again, and Ines never came."""
    clinic.patient("Tan, Mei", "1971-03-04", "--phone", "0161 555 0107")
    clinic.patient("Khan, Sara", "1988-03-30")
    clinic.patient("Holm, Per", "1960-01-01")
    clinic.patient("Sousa, Ines", "1990-01-01")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-05", "--next", "3mo", "--pain", "7:3")
    clinic.inject("2", "ut l lido 1% 1ml", "--next", "3mo", "--pain", "7:3")
    clinic.inject("3", "ut l lido 1% 1ml", "--next", "none", "--pain", "7:3")
    return clinic


# The event


def test_a_due_date_reads_like_this(planned: Clinic) -> None:
    """A whole day that takes nobody's time; no zone, no appointment and nothing clinical."""
    lines = planned.ok("export", "ics", "--due", "only", "--patient", "1").out.replace("\r\n ", "").splitlines()
    assert (
        [line for line in lines if not line.startswith(STAMPED)]
        == """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tpi//tpi export ics//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Test Clinic: due
BEGIN:VEVENT
SUMMARY:due PT-0001
DTSTART;VALUE=DATE:20261105
DTEND;VALUE=DATE:20261106
CLASS:CONFIDENTIAL
STATUS:CONFIRMED
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
""".splitlines()
    )


def test_ids_and_stamps_are_the_stores_own(planned: Clinic) -> None:
    """The patient's UUID; the entry that moved it last, and its stamp: the moment of writing is nowhere in it."""
    tables = planned.ok("export", "json").json["tables"]
    entry = next(one for one in tables["audit"] if one["act"] == "inject")
    (event,) = dues(planned, "--patient", "1")
    assert event["uid"] == f"due.{tables['patient'][0]['id']}@tpi.{tables['clinic'][0]['id']}"
    assert event["sequence"] == 100 * entry["entry"]
    stamp = clock.unstamped(entry["at"]).replace(microsecond=0)
    assert event["dtstamp"].dt == event["last-modified"].dt == stamp


def test_the_same_store_gives_the_same_bytes(planned: Clinic) -> None:
    """Reading and writing out are in the log, and raise nothing."""
    before = records(planned)
    first = planned.ok("export", "ics", "--due", "--names").out
    planned.ok("patient", "show", "1")
    planned.today = "2026-12-03"
    assert planned.ok("export", "ics", "--due", "--names").out == first
    assert records(planned) == before, "and the store stays as it was"


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        ([], "due PT-0001"),
        (["--redact", "names"], "due PT-0001"),
        (["--redact", "all"], "due"),
        (["--names"], "due PT-0001 TAN, Mei, born 4 Mar 1971"),
    ],
)
def test_no_more_is_told_than_asked_for(planned: Clinic, words: list[str], summary: str) -> None:
    text = planned.ok("export", "ics", "--due", "--patient", "1", *words).out
    assert [str(one["summary"]) for one in Calendar.from_ical(text).walk("VEVENT")] == [summary]
    for secret in ("0107", "lido", "trapezius", "Khan", "reassess", "overdue"):
        assert secret not in text, "nothing clinical, and nobody else"


# Which


def test_everybody_with_a_plan_and_nobody_else(planned: Clinic) -> None:
    assert told(planned) == listed(planned) == [("2026-11-05", "due PT-0001"), ("2027-02-23", "due PT-0002")]


def test_the_sample_clinic_as_its_list_has_it(sample: Clinic) -> None:
    """Every day and every patient of `tpi due`; who is held back is there as cancelled, and nobody twice."""
    events = dues(sample)
    on = [(str(one["dtstart"].dt), str(one["summary"])) for one in events if one["status"] == "CONFIRMED"]
    assert sorted(on) == sorted(listed(sample)) and len(on) > 40
    off = {str(one["summary"]).removeprefix("cancelled: due ") for one in events if one["status"] == "CANCELLED"}
    held = {row["patient"] for row in sample.ok("due", "--status", "all", "--json").rows} - {one[-7:] for _, one in on}
    unplanned = {row["patient"] for row in sample.ok("due", "--status", "unplanned", "--json").rows}
    assert held - unplanned <= off
    assert len({one["uid"] for one in events}) == len(events)


def test_one_day_a_patient_the_earliest(planned: Clinic) -> None:
    """As `tpi due` has it: a row a patient, whichever sites are due."""
    planned.inject("1", "tfl r lido 1% 1ml", "--next", "1mo", "--pain", "7:3")
    assert told(planned, "--patient", "1") == [("2026-11-05", "due PT-0001")]
    planned.inject("1", "ut l lido 1% 1ml", "--next", "6mo", "--pain", "7:3")
    assert told(planned, "--patient", "1") == [("2026-12-23", "due PT-0001")]


def test_with_the_appointments_or_alone(planned: Clinic) -> None:
    book(planned, "3", "2026-11-24 10:00")
    both = planned.ok("export", "ics", "--due")
    assert "1 appointment, 2 due dates written, not encrypted" in both.err
    assert both.out.count("BEGIN:VEVENT") == 3 and both.out.count("BEGIN:VTIMEZONE") == 1
    assert "X-WR-CALNAME:Test Clinic\r\n" in both.out
    assert "due" not in planned.ok("export", "ics").out
    alone = planned.ok("export", "ics", "--due", "only")
    assert "2 due dates written, not encrypted" in alone.err
    assert alone.out.count("BEGIN:VEVENT") == 2


def test_as_far_as_asked_for(planned: Clinic) -> None:
    mei, sara = listed(planned)
    assert told(planned, "--within", "2027-02-22") == told(planned, "-w", "1mo") == [mei]
    assert told(planned, "--within", "2027-02-23") == told(planned, "--within", "3mo") == [mei, sara]


def test_from_a_day_on(planned: Clinic) -> None:
    mei, sara = listed(planned)
    assert told(planned, "--since", "2026-11-05") == [mei, sara]
    assert told(planned, "--since", "2026-11-06") == told(planned, "--since", "2027-02-23") == [sara]
    assert told(planned, "--since", "2027-02-24") == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("export ics --due soon", 2, "--due cannot be 'soon'"),
        ("export ics --within 3mo", 2, "--within goes with --due"),
        ("export ics --due --within yesterday", 2, "is past"),
        ("export csv --due", 2, "--due goes with ics"),
        ("export json --within 3mo", 2, "--within goes with ics"),
        ("export sqlite --split v", 2, "--split goes with ics"),
        ("export ics --split v -o a.ics", 2, "--split writes into its folder"),
        ("export ics --split /dev/null/v", 1, "cannot write /dev/null/v"),
        ("export ics --split /proc/v", 1, "cannot write /proc/v"),
    ],
)
def test_what_is_refused(planned: Clinic, words: str, code: int, said: str) -> None:
    answer = planned.run(*words.split())
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


# What becomes of it


def treat(clinic: Clinic) -> None:
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo", "--pain", "7:3")


def treat_for_good(clinic: Clinic) -> None:
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "none", "--pain", "7:3")


def void(clinic: Clinic) -> None:
    code = clinic.ok("session", "list", "1", "--json").rows[0]["session"]
    clinic.ok("session", "void", code, "--reason", "another patient", "--yes")


def amend(clinic: Clinic) -> None:
    code = clinic.ok("session", "list", "1", "--json").rows[0]["session"]
    clinic.ok("session", "amend", code, "--next", "4mo", "--reason", "misread", "--yes")


def typed(*words: str) -> Callable[[Clinic], None]:
    def act(clinic: Clinic) -> None:
        clinic.ok(*words)

    return act


BECOMES: dict[str, tuple[Callable[[Clinic], None], str | None, bool]] = {
    "treated": (treat, "2027-02-23", True),
    "treated for good": (treat_for_good, None, False),
    "voided": (void, None, False),
    "amended": (amend, "2026-12-05", True),
    "booked": (lambda clinic: str(book(clinic, "1", "2026-11-30 10:00")) and None, "2026-11-05", False),
    "stopped": (typed("stop", "1", "--reason", "moved", "--yes"), "2026-11-05", False),
    "declined": (typed("call", "1", "declined", "--yes"), "2026-11-05", False),
    "snoozed": (typed("snooze", "1", "2026-12-24", "--reason", "away", "--yes"), "2026-11-05", False),
    "archived": (typed("patient", "archive", "1", "--yes"), "2026-11-05", False),
    "merged": (typed("patient", "merge", "4", "1", "--yes"), None, False),
    "erased": (typed("patient", "erase", "1", "--authority", "court order", "--yes"), None, False),
    "another name": (typed("patient", "edit", "1", "--name", "Tan, May", "--reason", "typo", "-y"), "2026-11-05", True),
}  # fmt: skip
"""What is done, the day it lies on afterwards (None: the day of the change), and whether it stands."""


@pytest.mark.parametrize("act", BECOMES)
def test_one_that_moves_or_goes_stays_itself(planned: Clinic, monkeypatch: pytest.MonkeyPatch, act: str) -> None:
    """The same UID under a higher SEQUENCE and a later stamp; nobody else's moves."""
    do, on, stands = BECOMES[act]
    before, other = dues(planned)
    with monkeypatch.context() as later:
        later.setattr(clock, "stamp", lambda: "2026-12-31T23:30:00.000000Z")
        do(planned)
    after = next(one for one in dues(planned) if one["uid"] == before["uid"])
    assert after["sequence"] > before["sequence"]
    assert after["last-modified"].dt == after["dtstamp"].dt == datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert str(after["dtstart"].dt) == (on or "2026-12-31")
    assert after["dtend"].dt - after["dtstart"].dt == timedelta(days=1)
    assert (after["status"], after["summary"]) == (
        ("CONFIRMED", "due PT-0001") if stands else ("CANCELLED", "cancelled: due PT-0001")
    )
    same = next(one for one in dues(planned) if one["uid"] == other["uid"])
    assert same.to_ical() == other.to_ical()


def test_what_is_erased_is_told_of_nobody(planned: Clinic) -> None:
    planned.ok("patient", "erase", "1", "--authority", "court order", "--yes")
    text = planned.ok("export", "ics", "--due", "--names").out
    assert "SUMMARY:cancelled: due PT-0001\r\n" in text and "1900" not in text


def test_what_comes_back_stands_again(planned: Clinic) -> None:
    (first,) = dues(planned, "--patient", "1")
    planned.ok("stop", "1", "--reason", "moved", "--yes")
    (off,) = dues(planned, "--patient", "1")
    planned.ok("resume", "1", "--yes")
    (on,) = dues(planned, "--patient", "1")
    assert first["sequence"] < off["sequence"] < on["sequence"]
    assert [one["status"] for one in (first, off, on)] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert on["dtstart"].to_ical() == first["dtstart"].to_ical()


@pytest.mark.parametrize(
    ("hold", "last_held", "freed"),
    [
        (["snooze", "1", "2026-12-24", "--reason", "away", "--yes"], "2026-12-23", "2026-12-24"),
        (["book", "1", "2026-11-30 10:00", "--yes"], "2026-11-30", "2026-12-01"),
    ],
)
def test_what_the_days_alone_bring_back_is_a_change_too(
    planned: Clinic, monkeypatch: pytest.MonkeyPatch, hold: list[str], last_held: str, freed: str
) -> None:
    """Nothing is written that morning, and every calendar must hear of it: a higher SEQUENCE, the day's beginning."""
    monkeypatch.setattr(clock, "stamp", lambda: "2026-11-23T09:00:00.000000Z")
    planned.ok(*hold)
    planned.today = last_held
    (off,) = dues(planned, "--patient", "1")
    planned.today = freed
    (on,) = dues(planned, "--patient", "1")
    assert (off["status"], on["status"]) == ("CANCELLED", "CONFIRMED")
    assert on["sequence"] > off["sequence"]
    assert off["last-modified"].dt == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert on["last-modified"].dt == datetime.combine(date.fromisoformat(freed), datetime.min.time(), UTC)
    planned.ok("snooze", "1", "2027-01-24", "--reason", "away", "--yes")
    (again,) = dues(planned, "--patient", "1")
    assert (again["status"], again["sequence"] > on["sequence"]) == ("CANCELLED", True)


def test_what_a_payer_does_not_pay_yet_is_off_until_it_does(clinic: Clinic) -> None:
    """The list has it as capped from its due date on; a calendar hears of both mornings."""
    clinic.patient("Tan, Mei", "1971-03-04", "--payer", "cigna")
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "2w", "--pain", "7:3")
    due, paid = "2026-12-07", "2026-12-14"
    (row,) = clinic.ok("due", "-w", due, "--json").rows
    assert (row["due"], row["eligible_from"]) == (due, paid)
    found = []
    for clinic.today in ("2026-12-06", due, "2026-12-13", paid):
        found += dues(clinic)
    assert [one["status"] for one in found] == ["CONFIRMED", "CANCELLED", "CANCELLED", "CONFIRMED"]
    first = found[0]["sequence"]
    assert [one["sequence"] - first for one in found] == [0, 1, 1, 2]
    assert {str(one["dtstart"].dt) for one in found} == {due}


def test_a_change_about_nobody_in_particular_may_have_moved_anybodys(planned: Clinic) -> None:
    before = dues(planned)
    planned.ok("config", "set", "clinic.zone", "America/New_York")
    for earlier, later in zip(before, dues(planned), strict=True):
        assert later["sequence"] > earlier["sequence"]
        assert later["dtstart"].to_ical() == earlier["dtstart"].to_ical(), "a due date is a day, whatever the zone"


# A file for each


def test_a_file_for_each_under_its_own_name(planned: Clinic, tmp_path: Path) -> None:
    book(planned, "3", "2026-11-24 10:00")
    folder = tmp_path / "new" / "calendar"
    answer = planned.ok("export", "ics", "--due", "--split", str(folder))
    assert answer.out == ""
    assert "1 appointment, 2 due dates written, not encrypted: 3 new or changed in" in answer.err
    whole = Calendar.from_ical(planned.ok("export", "ics", "--due").out)
    assert {path.name for path in folder.iterdir()} == {f"{one['uid']}.ics" for one in whole.walk("VEVENT")}
    for event in whole.walk("VEVENT"):
        path = folder / f"{event['uid']}.ics"
        (alone,) = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
        assert alone.to_ical() == event.to_ical()
        assert b"METHOD" not in path.read_bytes()
        assert (b"BEGIN:VTIMEZONE" in path.read_bytes()) == (b"TZID=" in path.read_bytes())
        assert path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_only_what_changed_is_written_again(planned: Clinic, tmp_path: Path) -> None:
    """So a program that keeps a folder and a server alike sends only that."""
    words = ("export", "ics", "--due", "--split", str(tmp_path / "v"))
    book(planned, "3", "2026-11-24 10:00")
    planned.ok(*words)
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "v").iterdir()}
    assert "0 new or changed" in planned.ok(*words).err
    book(planned, "3", "2027-07-24 10:00")
    planned.ok("stop", "1", "--reason", "moved", "--yes")
    assert "2 new or changed in" in planned.ok(*words).err
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "v").iterdir()}
    assert len(after) == len(before) + 1
    assert len([name for name in before if after[name] != before[name]]) == 1, "Mei's due date"


def test_one_that_is_off_is_told_to_who_has_it(planned: Clinic, tmp_path: Path) -> None:
    """A server that never got it need not hear of it; one that did does, until somebody deletes the file."""
    words = ("export", "ics", "--due", "--split", str(tmp_path))
    code = book(planned, "3", "2026-11-24 10:00")
    planned.ok("stop", "1", "--reason", "moved", "--yes")
    assert "1 appointment, 1 due date written" in planned.ok(*words).err
    planned.ok("appt", "cancel", code, "--yes")
    planned.ok("stop", "2", "--reason", "moved", "--yes")
    assert "1 appointment, 1 due date (1 cancelled) written, not encrypted: 2 new or changed" in planned.ok(*words).err
    assert all("STATUS:CANCELLED" in path.read_text() for path in tmp_path.glob("*@tpi.*.ics"))
    for path in tmp_path.glob("*@tpi.*.ics"):
        path.unlink()
    assert "0 appointments, 0 due dates written" in planned.ok(*words).err
    planned.ok("resume", "1", "--yes")
    assert "1 due date written, not encrypted: 1 new or changed" in planned.ok(*words).err


def test_what_lies_in_the_folder_stays(planned: Clinic, tmp_path: Path) -> None:
    (tmp_path / "other.ics").write_text("somebody else's")
    planned.ok("export", "ics", "--due", "--split", str(tmp_path))
    assert (tmp_path / "other.ics").read_text() == "somebody else's"
