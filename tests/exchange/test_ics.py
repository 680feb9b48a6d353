"""`tpi export ics`: the appointments as a calendar program reads them, telling no more of a patient than asked for."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from tests.conftest import Answer, Clinic
from tests.shape.test_imports import loaded
from tests.store.places import records
from tpi_cli import clock

HOSTILE = 'Ann\r\nATTENDEE:mailto:x@example.org\n\x1b[31m; "b", c\\n d\u202e\x85e\x07 ' + "é痛" * 60


def book(clinic: Clinic, patient: str, when: str, *more: str) -> str:
    """Book at any hour; returns the appointment's id."""
    return str(clinic.ok("book", patient, when, "--yes", "--json", *more).json["appointment"])


def calendar(clinic: Clinic, *words: str) -> Calendar:
    return Calendar.from_ical(clinic.ok("export", "ics", *words).out)


def events(clinic: Clinic, *words: str) -> list[Event]:
    return [Event.from_ical(one.to_ical()) for one in calendar(clinic, *words).walk("VEVENT")]


def summaries(clinic: Clinic, *words: str) -> list[str]:
    return [str(one["summary"]) for one in calendar(clinic, *words).walk("VEVENT")]


@pytest.fixture
def booked(clinic: Clinic) -> Clinic:
    """Tan, Mei tomorrow at ten, with DR and a note; Khan, Sara a week later."""
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1", "--phone", "0161 555 0107")
    clinic.patient("Khan, Sara", "1988-03-30")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3")
    book(clinic, "1", "2026-11-24 10:00", "--with", "DR", "--note", "brings the MRI; asked, twice")
    book(clinic, "2", "2026-12-01 9:30", "--for", "45min")
    return clinic


# The file


def test_a_file_reads_like_this(booked: Clinic) -> None:
    """Everything but ids and stamps, line by line."""
    text = booked.ok("export", "ics").out
    assert text.count("\r\n") == text.count("\n") == text.count("\r")
    lines = text.replace("\r\n ", "").splitlines()
    hidden = ("UID", "DTSTAMP", "CREATED", "LAST-MODIFIED")
    assert (
        [line for line in lines if not line.startswith(hidden)]
        == """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tpi//tpi export ics//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Test Clinic
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:STANDARD
DTSTART:20251231T000000
TZNAME:GMT
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20260329T010000
RDATE:20270328T010000
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20261025T020000
RDATE:20271031T020000
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:PT-0001
DTSTART;TZID=Europe/London:20261124T100000
DTEND;TZID=Europe/London:20261124T103000
SEQUENCE:0
CATEGORIES:DR
CLASS:CONFIDENTIAL
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
SUMMARY:PT-0002
DTSTART;TZID=Europe/London:20261201T093000
DTEND;TZID=Europe/London:20261201T101500
SEQUENCE:0
CLASS:CONFIDENTIAL
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
""".splitlines()
    )


def test_ids_and_stamps_are_the_records_own(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The record's UUID, when it was booked, when it last changed: the moment of writing the file is nowhere in it."""
    clinic.patient()
    with monkeypatch.context() as then:
        then.setattr(clock, "stamp", lambda: "2026-11-20T08:15:00.000000Z")
        book(clinic, "1", "2026-11-24 10:00")
        then.setattr(clock, "stamp", lambda: "2026-11-21T09:30:59.999999Z")
        clinic.ok("appt", "move", "1", "2026-11-25 10:00", "--yes")
    tables = clinic.ok("export", "json").json["tables"]
    (event,) = events(clinic)
    assert event["uid"] == f"{tables['appointment'][0]['id']}@tpi.{tables['clinic'][0]['id']}"
    assert event["created"].to_ical() == b"20261120T081500Z"
    assert event["last-modified"].to_ical() == event["dtstamp"].to_ical() == b"20261121T093059Z"


def test_the_same_store_gives_the_same_bytes(booked: Clinic) -> None:
    before = records(booked)
    first = booked.ok("export", "ics", "--names").out
    booked.today = "2027-02-03"
    assert booked.ok("export", "ics", "--names").out == first
    assert records(booked) == before, "and the store stays as it was"


def test_into_a_file_for_its_owner_only(booked: Clinic) -> None:
    path = booked.home / "appointments.ics"
    answer = booked.ok("export", "ics", "-o", str(path))
    assert answer.out == ""
    assert "2 appointments written, not encrypted" in answer.err
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().decode() == booked.ok("export", "ics").out


def test_nobody_is_booked(clinic: Clinic) -> None:
    answer = clinic.ok("export", "ics")
    assert "0 appointments written" in answer.err
    assert Calendar.from_ical(answer.out).subcomponents == []


# What becomes of an appointment


def test_one_that_is_moved_stays_itself(booked: Clinic) -> None:
    before = events(booked, "--patient", "1")[0]
    booked.ok("appt", "move", "1", "2026-12-03 15:15", "--for", "1h", "--yes")
    after = events(booked, "--patient", "1")[0]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["dtstart"].to_ical() == b"20261203T151500"
    assert after["dtend"].dt - after["dtstart"].dt == timedelta(hours=1)
    assert after["last-modified"].dt >= before["last-modified"].dt


@pytest.mark.parametrize(
    ("act", "status", "transparency", "summary"),
    [
        (["appt", "cancel", "1"], "CANCELLED", "TRANSPARENT", "cancelled: PT-0001"),
        (["appt", "no-show", "1"], "CANCELLED", "TRANSPARENT", "no-show: PT-0001"),
        (["appt", "arrive", "1"], "CONFIRMED", "OPAQUE", "PT-0001"),
        (["patient", "archive", "1"], "CANCELLED", "TRANSPARENT", "cancelled: PT-0001"),
        (["inject", "1", "ut", "l", "lido", "1%", "1ml"], "CONFIRMED", "OPAQUE", "PT-0001"),
    ],
)
def test_what_becomes_of_it(booked: Clinic, act: list[str], status: str, transparency: str, summary: str) -> None:
    """A patient who did not come took nobody's time: cancelled, for a calendar. One who was treated did."""
    before = events(booked, "--patient", "1")[0]
    booked.today = "2026-11-24"
    booked.ok(*act, "--yes")
    after = events(booked, "--patient", "1")[0]
    assert after["uid"] == before["uid"]
    assert (after["status"], after["transp"], after["summary"]) == (status, transparency, summary)
    assert (after["sequence"] > before["sequence"]) == (status == "CANCELLED")
    assert after["dtstart"].to_ical() == before["dtstart"].to_ical()


# What is told of a patient


@pytest.mark.parametrize(
    ("words", "summary", "clinician", "note"),
    [
        ([], "PT-0001", True, False),
        (["--redact", "names"], "PT-0001", True, False),
        (["--redact", "all"], "appointment", False, False),
        (["--names"], "PT-0001 TAN, Mei, born 4 Mar 1971", True, True),
    ],
)
def test_no_more_is_told_than_asked_for(
    booked: Clinic, words: list[str], summary: str, clinician: bool, note: bool
) -> None:
    text = booked.ok("export", "ics", "--patient", "1", *words).out
    event = events(booked, "--patient", "1", *words)[0]
    assert event["summary"] == summary
    assert ("CATEGORIES:DR" in text, "MRI" in text, "1971" in text) == (clinician, note, note)
    assert ("Mei" in text) == note
    assert str(event.get("description", "")) == ("brings the MRI; asked, twice" if note else "")
    for secret in ("A1\r", "0107", "lido", "trapezius", "Khan", "pain"):
        assert secret not in text, "nothing clinical, and nobody else"


def test_names_that_are_to_be_kept_back(booked: Clinic) -> None:
    answer = booked.run("export", "ics", "--names", TPI_REDACT="names")
    assert (answer.code, answer.out) == (2, "")
    assert "--redact names keeps them back" in answer.err
    assert "TAN\\, Mei" in booked.ok("export", "ics", "--names", "--redact", "none", TPI_REDACT="names").out


def test_hostile_text_stays_text(clinic: Clinic) -> None:
    clinic.ok("config", "set", "clinic.name", HOSTILE)
    clinic.patient(HOSTILE, "1971-03-04")
    book(clinic, "1", "2026-11-24 10:00", "--note", HOSTILE, "--with", "D,R;\n")
    text = clinic.ok("export", "ics", "--names").out
    lines = text.split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert all(mark.isprintable() for line in lines for mark in line), "no control and no direction mark"
    assert not any(line.startswith("ATTENDEE") for line in lines)
    (event,) = events(clinic, "--names")
    plain = 'Ann ATTENDEE:mailto:x@example.org [31m; "b", c\\n d\\u202e e ' + "é痛" * 60
    assert event["description"] == plain
    assert Calendar.from_ical(text)["x-wr-calname"] == plain
    assert event["categories"].cats == ["D,R;"]
    assert "ATTENDEE" not in event


# Which of them


def test_from_a_day_on(booked: Clinic) -> None:
    assert summaries(booked, "--since", "2026-11-25") == ["PT-0002"]
    assert summaries(booked, "--since", "2026-12-01") == ["PT-0002"]
    assert summaries(booked, "--since", "2026-12-02") == []
    booked.ok("appt", "cancel", "2")
    assert summaries(booked, "--since", "2026-11-25") == ["cancelled: PT-0002"], "a calendar must hear of it"
    answer = booked.ok("export", "ics", "--since", "tomorrow")
    assert "2 appointments since Tue 24 Nov 2026 (tomorrow) written" in answer.err


def test_of_one_patient(booked: Clinic) -> None:
    assert summaries(booked, "--patient", "PT-0002") == summaries(booked, "--patient", "2") == ["PT-0002"]
    assert summaries(booked, "--patient", "mrn:A1") == ["PT-0001"]


def test_in_the_order_of_time_then_of_booking(booked: Clinic) -> None:
    book(booked, "2", "2026-11-24 9:00", "--with", "JS")
    book(booked, "2", "2026-11-24 10:00", "--with", "JS")
    assert summaries(booked) == ["PT-0002", "PT-0001", "PT-0002", "PT-0002"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("export ics --kind patients", 2, "--kind goes with csv"),
        ("export csv --since today", 2, "--since goes with ics"),
        ("export json --patient 1", 2, "--patient goes with ics"),
        ("export sqlite --names", 2, "--names goes with ics"),
        ("export ics --since 03/04/2026", 2, "2026-04-03"),
        ("export ics --patient 99", 3, "no patient"),
        ("export ics --patient Mei", 2, "is no patient id"),
        ("export ics -o /no/such/folder/a.ics", 1, "cannot write /no/such/folder/a.ics"),
    ],
)
def test_what_is_refused(booked: Clinic, words: str, code: int, said: str) -> None:
    answer = booked.run(*words.split())
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


# Which moment


def moments(clinic: Clinic) -> list[tuple[datetime, datetime]]:
    """Start and end of each, by the zone that the event names."""
    return [(one["dtstart"].dt.astimezone(UTC), one["dtend"].dt.astimezone(UTC)) for one in events(clinic)]


@pytest.mark.parametrize(
    ("when", "start", "written"),
    [
        ("2027-03-27 10:00", "2027-03-27T10:00Z", "20270327T100000"),  # the day before the clocks go forward
        ("2027-03-28 00:45", "2027-03-28T00:45Z", "20270328T004500"),
        ("2027-03-28 02:00", "2027-03-28T01:00Z", "20270328T020000"),
        ("2027-03-29 10:00", "2027-03-29T09:00Z", "20270329T100000"),
        ("2027-10-31 00:15", "2027-10-30T23:15Z", "20271031T001500"),  # they go back that night
        ("2027-10-31 01:30+01:00", "2027-10-31T00:30Z", "20271031T003000Z"),  # it ends at the second 01:00
        ("2027-10-31 01:15+01:00", "2027-10-31T00:15Z", "20271031T011500"),
        ("2027-10-31 01:30+00:00", "2027-10-31T01:30Z", "20271031T013000Z"),
        ("2027-10-31 02:00", "2027-10-31T02:00Z", "20271031T020000"),
        ("2027-11-01 10:00", "2027-11-01T10:00Z", "20271101T100000"),
    ],
)
def test_both_sides_of_a_change_of_the_clocks(clinic: Clinic, when: str, start: str, written: str) -> None:
    clinic.patient()
    book(clinic, "1", when)
    moment = datetime.fromisoformat(start)
    assert moments(clinic) == [(moment, moment + timedelta(minutes=30))]
    assert events(clinic)[0]["dtstart"].to_ical().decode() == written


@pytest.mark.parametrize("zone", ["UTC", "Etc/UTC"])
def test_a_clinic_on_utc_needs_no_zone(clinic: Clinic, zone: str) -> None:
    clinic.ok("config", "set", "clinic.zone", zone)
    clinic.patient()
    book(clinic, "1", "2027-07-24 10:00")
    assert calendar(clinic).walk("VTIMEZONE") == []
    assert events(clinic)[0]["dtstart"].to_ical() == b"20270724T100000Z"


def test_a_clinic_that_moves_to_another_zone(booked: Clinic) -> None:
    """What is open keeps its hour on the wall; what is over keeps its moment."""
    booked.ok("appt", "cancel", "2")
    booked.ok("config", "set", "clinic.zone", "America/New_York")
    assert [one["dtstart"].to_ical() for one in events(booked, "--patient", "1")] == [b"20261124T100000"]
    assert events(booked, "--patient", "1")[0]["sequence"] == 1
    assert [start for start, _ in moments(booked)][1] == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


ZONES = ("Europe/London", "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
         "Asia/Kolkata", "Pacific/Auckland", "Pacific/Chatham", "America/St_Johns", "Africa/Cairo")  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_the_zone_in_the_file_is_the_zone(clinic: Clinic, zone: str) -> None:
    """Every hour of the years of the calendar and the year after, by the letter of RFC 5545: an onset is what the
    clocks showed until then.
    """
    clinic.ok("config", "set", "clinic.zone", zone)
    clinic.patient()
    book(clinic, "1", "2027-01-01 0:30")
    book(clinic, "1", "2028-06-30 9:00")
    (found,) = calendar(clinic).walk("VTIMEZONE")
    assert found["tzid"] == zone
    onsets = sorted(
        (moment.dt if hasattr(moment, "dt") else moment, one["tzoffsetfrom"].td, one["tzoffsetto"].td)
        for one in found.subcomponents
        for moment in [one["dtstart"], *(one["rdate"].dts if "rdate" in one else [])]
    )
    changes = sorted((onset.replace(tzinfo=UTC) - before, after) for onset, before, after in onsets)
    moment, end = datetime(2026, 12, 31, 14, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    assert changes[0][0] <= moment
    while moment < end:
        holds = [after for since, after in changes if since <= moment][-1]
        assert holds == moment.astimezone(ZoneInfo(zone)).utcoffset(), moment
        moment += timedelta(hours=1)


# Without the extra


def stubbed(tmp_path: Path) -> str:
    """A folder in which `icalendar` cannot be imported, for PYTHONPATH."""
    folder = tmp_path / "stub"
    folder.mkdir()
    (folder / "icalendar.py").write_text("raise ModuleNotFoundError(\"No module named 'icalendar'\", name='icalendar')")
    return str(folder)


def test_without_icalendar_it_says_what_to_install(booked: Clinic, tmp_path: Path) -> None:
    path, stub = booked.home / "a.ics", stubbed(tmp_path)
    answer = booked.process("export", "ics", "-o", str(path), "--quiet", PYTHONPATH=stub, TPI_TODAY="")
    assert (answer.code, answer.out) == (6, "")
    assert answer.err.splitlines() == [
        "tpi: a calendar file needs icalendar, which is not installed",
        "  hint: run: pip install 'tpi-cli[ics]'",
    ]
    assert not path.exists()
    told = booked.process("export", "ics", "--json", PYTHONPATH=stub)
    assert told.error["code"] == 6
    assert told.error["kind"] == "missing-extra"
    others: Answer = booked.process("export", "csv", "--kind", "patients", PYTHONPATH=stub)
    assert others.code == 0


def test_only_a_calendar_loads_icalendar(booked: Clinic) -> None:
    assert "icalendar" not in loaded(booked, "export", "csv", "--kind", "patients")
    assert "icalendar" not in loaded(booked, "appt", "list")
    assert "icalendar" in loaded(booked, "export", "ics")


def test_a_calendar_sees_that_it_was_kept_after_all(clinic: Clinic) -> None:
    """Marked as missed, then treated: what was struck off is back, under a later number."""
    clinic.patient()
    book(clinic, "1", "today 10:00")
    clinic.ok("appt", "no-show", "1")
    (missed,) = events(clinic)
    clinic.inject("1", "ut l lido 1% 1ml")
    (kept,) = events(clinic)
    assert kept["sequence"] > missed["sequence"]
    assert (missed["status"], kept["status"]) == ("CANCELLED", "CONFIRMED")
