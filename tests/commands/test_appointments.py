"""`tpi book` and `tpi appt`: a time taken once, moved, called off, missed, kept; the list follows."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, words
from tests.conftest import Clinic

WHO = "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"


@pytest.fixture(scope="module")
def _two(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
        clinic.patient("Khan, Sara", "1988-03-30")
        for who in ("1", "2"):
            clinic.inject(who, "ut l lido 1% 1ml", "--on", "2026-10-01", "--next", "6w")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def two(tmp_path: Path, _two: Path) -> Clinic:
    """Mei (1) and Sara (2), both due since 2026-11-12."""
    return copied(_two, tmp_path)


def listed(clinic: Clinic) -> list[str]:
    return [row["patient"] for row in clinic.ok("due", "--json").rows]


def slots(clinic: Clinic, *more: str) -> list[tuple[str, str, str]]:
    """Id, start, status."""
    return [
        (row["appointment"], row["start"], row["status"]) for row in clinic.ok("appt", "list", *more, "--json").rows
    ]


# --- booking

WHEN = """
typed                         | start                     | minutes
tue 10:00                     | 2026-11-24T10:00:00+00:00 | 30
2026-12-31 9:30 --for 45min   | 2026-12-31T09:30:00+00:00 | 45
2pm tomorrow --for 1h30       | 2026-11-24T14:00:00+00:00 | 90
in 40w 10:00                  | 2027-08-30T10:00:00+01:00 | 30
today 8:00                    | 2026-11-23T08:00:00+00:00 | 30
"""


@pytest.mark.parametrize(("typed", "start", "minutes"), rows(WHEN), ids=[row[0] for row in rows(WHEN)])
def test_a_time_is_booked_as_the_clock_on_the_wall_shows_it(two: Clinic, typed: str, start: str, minutes: str) -> None:
    found = envelope(two.ok("book", "1", *words(typed), "--json"), "book")
    assert (found["appointment"], found["patient"], found["start"], found["minutes"], found["status"]) == (
        "A-0018", "PT-0001", start, int(minutes), "booked",
    )  # fmt: skip
    assert listed(two) == ["PT-0002"]
    assert two.ok("due", "--json").json["held_back"] == {"booked": 1}
    assert slots(two, "--status", "all") == [("A-0018", start, "booked")]


def test_it_says_what_was_understood(two: Clinic) -> None:
    answer = two.ok("book", "1", "tue 10:00", "--with", "DR", "--note", "brings the MRI")
    assert answer.out.splitlines() == [
        "booked Tue 24 Nov 2026 10:00 (tomorrow) for 30 min with DR: A-0018",
        f"  {WHO}",
        "  note: DR is a new clinician here",
    ]
    assert "  booked    2026-11-24 10:00 for 30 min with DR (A-0018)" in two.ok("patient", "show", "1").out
    assert "booked for 2026-11-24, held back from the list; due 2026-11-12" in two.ok("why", "1").out
    assert "booked for 2026-11-24 10:00   [recall.booked; appointment A-0018]" in two.ok("why", "1").out


CLASHES = """
booked                    | tried                       | says
1 'tue 10:00' --with DR   | 2 'tue 10:15' --with DR     | DR has an appointment at 10:00 for 30 min that day
1 'tue 10:00' --with DR   | 2 'tue 9:45' --with DR      | DR has an appointment at 10:00 for 30 min that day
1 'tue 10:00' --with DR   | 1 'tue 10:15' --with AB     | the patient has A-0018 at 10:00 for 30 min that day
1 'tue 10:00'             | 2 'tue 10:29'               | an appointment with no clinician named stands at 10:00 for 30 min that day
1 'tue 10:00'             | 2 'tue 10:29' --with DR     | an appointment with no clinician named stands at 10:00 for 30 min that day
1 'tue 10:00' --with DR   | 2 'tue 10:29'               | DR has an appointment at 10:00 for 30 min that day
1 'tue 10:00' --for 2h    | 2 'tue 11:59'               | an appointment with no clinician named stands at 10:00 for 120 min that day
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("booked", "tried", "says"), rows(CLASHES))
def test_an_overlap_is_refused(two: Clinic, booked: str, tried: str, says: str) -> None:
    two.ok("book", *words(booked))
    before = everything(two)
    code, line, hint = refused(two, "book", *words(tried))
    assert (code, line, hint) == (5, says, "name another time, or --override clash='why'")
    assert everything(two) == before
    two.ok("book", *words(tried), "--override", "clash=a second room is free")
    assert len(slots(two)) == 2
    assert "clash: a second room is free" in two.ok("log").out


FREE = """
booked                    | tried
1 'tue 10:00' --with DR   | 2 'tue 10:00' --with AB
1 'tue 10:00' --with DR   | 2 'tue 10:30' --with DR
1 'tue 10:00' --with DR   | 2 'tue 9:30' --with DR
1 'tue 10:00'             | 2 'wed 10:00'
1 'tue 10:00'             | 1 'wed 10:00'
"""


@pytest.mark.parametrize(("booked", "tried"), rows(FREE))
def test_what_only_touches_does_not_overlap(two: Clinic, booked: str, tried: str) -> None:
    two.ok("book", *words(booked))
    two.ok("book", *words(tried))
    assert len(slots(two)) == 2


@pytest.mark.parametrize("act", ["cancel", "no-show"])
def test_a_time_that_was_given_up_is_free_again(two: Clinic, act: str) -> None:
    two.ok("book", "1", "today 16:00", "--with", "DR")
    two.ok("appt", act, "1")
    two.ok("book", "2", "today 16:00", "--with", "DR")


HOURS = """
when              | says
sat 13:00         | outside Sat 09:00-12:00
sat 11:45         | outside Sat 09:00-12:00
sun 10:00         | closed on Sundays
2026-12-25 10:00  | closed on Fri 25 Dec 2026
tue 7:30          | outside Tue 08:00-18:00
tue 2:00          | outside Tue 08:00-18:00
"""


@pytest.mark.parametrize(("when", "says"), rows(HOURS))
def test_outside_the_opening_hours_it_is_refused_too(two: Clinic, when: str, says: str) -> None:
    two.ok("config", "set", "clinic.hours", "mon-fri 08:00-18:00, sat 09:00-12:00")
    two.ok("config", "set", "clinic.closed", "2026-12-25")
    assert refused(two, "book", "1", when) == (5, says, "name another time, or --override hours='why'")
    two.ok("book", "1", when, "--override", "hours=emergency")
    two.ok("book", "2", "tue 8:00")


def test_new_hours_name_the_appointments_that_stand_outside_them(two: Clinic) -> None:
    """Nobody is called off by a setting, and nobody stands before a shut door unseen."""
    two.ok("book", "1", "2026-12-01 10:00")
    two.ok("book", "2", "2026-12-02 17:45")
    answer = two.ok("config", "set", "clinic.closed", "2026-12-01")
    assert answer.out.splitlines() == [
        "set clinic.closed = 2026-12-01",
        "  note: A-0018 of 2026-12-01 10:00 stands: closed on Tue 1 Dec 2026; tpi appt move A-0018",
    ]
    assert "outside Wed 08:00-18:00" in two.ok("config", "set", "clinic.hours", "mon-fri 08:00-18:00").out
    two.ok("appt", "cancel", "2")
    two.ok("config", "set", "clinic.closed", "")
    assert two.ok("config", "set", "clinic.hours", "mon-fri 08:00-18:00").out.count("\n") == 1


# --- the clocks change


def test_a_time_that_never_comes_is_refused(two: Clinic) -> None:
    code, line, hint = refused(two, "book", "1", "2027-03-28 1:30")
    assert (code, hint) == (2, "write 00:30 or 02:30")
    assert line == "01:30 does not exist on Sun 28 Mar 2027: the clocks go from 01:00 to 02:00"


def test_a_time_that_comes_twice_is_asked_about(two: Clinic) -> None:
    before = everything(two)
    code, line, hint = refused(two, "book", "1", "2027-10-31 1:30")
    assert (code, line) == (2, "01:30 comes twice on Sun 31 Oct 2027: which one?")
    assert hint == "write 01:30+01:00 or 01:30+00:00"
    assert everything(two) == before
    two.ok("book", "1", "2027-10-31 1:30+01:00")
    two.ok("book", "2", "2027-10-31 1:30+00:00")
    told = two.ok("appt", "list", "--columns", "time,patient").out.splitlines()
    assert [line.split() for line in told[1:]] == [["01:30+01:00", "PT-0001"], ["01:30+00:00", "PT-0002"]]
    starts = [start for _, start, _ in slots(two)]
    assert starts == ["2027-10-31T01:30:00+01:00", "2027-10-31T01:30:00+00:00"], "an hour apart: no clash"


def test_the_hour_on_the_wall_is_what_was_agreed(two: Clinic) -> None:
    """A zone that was set wrongly is mended without moving anybody."""
    two.ok("book", "1", "tue 10:00")
    two.ok("config", "set", "clinic.zone", "America/New_York")
    assert slots(two) == [("A-0018", "2026-11-24T10:00:00-05:00", "booked")]
    assert refused(two, "book", "2", "tue 10:15")[0] == 5


def test_the_due_dates_follow_a_zone_that_was_mended(two: Clinic) -> None:
    two.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    two.ok("book", "1", "tomorrow", "09:00")
    two.ok("config", "set", "clinic.zone", "America/New_York")
    assert two.run("verify", "--json").json["findings"] == []


# --- what becomes of it

BECOMES = """
command                             | status    | listed          | says
appt cancel A-0018 --reason ill     | cancelled | PT-0001 PT-0002 | cancelled: Mon 23 Nov 2026 16:00 (today) for 30 min: A-0018
appt no-show 1                      | no-show   | PT-0001 PT-0002 | marked as missed: Mon 23 Nov 2026 16:00 (today) for 30 min: A-0018
appt arrive mrn:A1                  | arrived   | PT-0002         | marked as arrived: Mon 23 Nov 2026 16:00 (today) for 30 min: A-0018
appt move 1 'wed 9:00' --for 1h     | booked    | PT-0002         | moved to Wed 25 Nov 2026 09:00 (in 2 days) for 60 min: A-0018 (was 2026-11-23 16:00)
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("command", "status", "back", "says"), rows(BECOMES), ids=[row[0] for row in rows(BECOMES)])
def test_what_becomes_of_an_appointment(two: Clinic, command: str, status: str, back: str, says: str) -> None:
    two.ok("book", "1", "today 16:00")
    answer = two.ok(*words(command))
    again = ["  due Thu 12 Nov 2026 (11 days ago)"] if status in {"cancelled", "no-show"} else []
    assert answer.out.splitlines() == [says, f"  {WHO}", *again]
    assert [row[2] for row in slots(two, "--status", "all")] == [status]
    assert listed(two) == back.split()


def test_cancelled_booking(two: Clinic) -> None:
    """A booking that is off brings the patient back at once, and `why` keeps it."""
    two.ok("call", "1", "message")
    two.ok("book", "1", "2026-12-01 10:00")
    assert listed(two) == ["PT-0002"]
    two.ok("appt", "cancel", "1", "--reason", "car broke down")
    assert listed(two) == ["PT-0001", "PT-0002"], "the message of before does not hide it"
    assert "appointment A-0018 of 2026-12-01 10:00, cancelled 2026-11-23: car broke down" in two.ok("why", "1").out
    assert "car broke down" not in two.ok("why", "1", "--redact", "names").out


def test_booked_elsewhere(two: Clinic) -> None:
    """An appointment for one site holds back the patient, all sites of hers; those it did not treat come back."""
    two.inject("1", "gm r lido 1% 1ml", "--on", "2026-10-05", "--next", "6w")
    two.ok("book", "1", "today 16:00")
    assert two.ok("due", "--json").json["held_back"] == {"booked": 1}
    two.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    (row,) = [row for row in two.ok("due", "--json").rows if row["patient"] == "PT-0001"]
    assert [(site["muscle"], site["due"]) for site in row["sites"]] == [("gluteus_medius", "2026-11-16")]


def test_the_session_closes_the_appointment_of_its_day(two: Clinic) -> None:
    two.ok("book", "1", "today 16:00")
    two.ok("book", "1", "wed 10:00")
    code = two.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    assert [(row["status"], row["session"]) for row in two.ok("appt", "list", "--patient", "1", "--json").rows] == [
        ("done", code), ("booked", None),
    ]  # fmt: skip
    two.ok("session", "void", code, "--reason", "wrong patient", "--yes")
    assert [row[2] for row in slots(two, "--patient", "1")] == ["booked", "booked"]


def test_a_second_entry_of_the_day_stands_for_a_void_one(two: Clinic) -> None:
    two.ok("book", "1", "today 16:00")
    first = two.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    second = two.inject("1", "gm r lido 1% 1ml", "--next", "6w")
    two.ok("session", "void", first, "--reason", "entered twice", "--yes")
    (row,) = two.ok("appt", "list", "--patient", "1", "--json").rows
    assert (row["status"], row["session"]) == ("done", second)


def test_who_was_treated_did_not_stay_away(two: Clinic) -> None:
    two.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    two.ok("book", "1", "today 16:00")
    assert refused(two, "appt", "no-show", "1")[:2] == (5, "the patient was treated that day")


def test_a_second_appointment_is_remarked_on(two: Clinic) -> None:
    two.ok("book", "1", "wed 10:00")
    note = "  note: A-0018 of 2026-11-25 10:00 is open too: tpi appt move A-0018 moves it"
    assert note in two.ok("book", "1", "thu 10:00").out.splitlines()
    assert note in two.ok("call", "1", "booked", "fri 10:00").out.splitlines()


def test_the_preview_says_what_becomes_of_the_appointments(two: Clinic) -> None:
    two.ok("book", "1", "today 16:00")
    two.ok("book", "1", "wed 10:00")
    shown = two.ok("inject", "1", "gm", "r", "dry", "--consent", "written", "--dry-run")
    assert "  note: closes the appointment of 16:00 (A-0018)\n" in shown.out
    assert "  note: booked for 2026-11-25 10:00 (A-002B): that stays\n" in shown.out


def test_a_session_entered_late_closes_the_appointment_of_then(two: Clinic) -> None:
    two.ok("book", "1", "today 16:00")
    two.today = "2026-11-25"
    assert listed(two) == ["PT-0001", "PT-0002"], "nobody wrote down what became of it"
    two.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-23", "--next", "6w")
    assert [row[2] for row in slots(two, "--patient", "1")] == ["done"]


@pytest.mark.parametrize("command", ["stop 1 --reason died --yes", "patient archive 1"])
def test_who_comes_no_more_has_no_appointment(two: Clinic, command: str) -> None:
    two.ok("book", "1", "wed 10:00")
    two.ok(*words(command))
    assert [row[2] for row in slots(two, "--status", "all")] == ["cancelled"]


REFUSED = """
command                          | code | says
book 1 tomorrow                  | 2    | at what time?
book 1 10:00                     | 2    | on which day?
book 1 'yesterday 10:00'         | 2    | Sun 22 Nov 2026 (yesterday) is past
book 1 'tue 10:00' --for 30      | 2    | 30 what?
book 1 'tue 10:00' --override x=y | 2   | --override cannot be 'x'
book 1 'tue 10:00' --override clash= | 2 | the reason has no word in it
book 9 'tue 10:00'               | 3    | no patient PT-0009
appt cancel 2                    | 3    | PT-0002 has no appointment open
appt cancel A-0099               | 3    | no appointment A-0099
appt move 1 'today 16:00'        | 5    | it stands there already
appt list --status gone          | 2    | --status cannot be 'gone'
"""


@pytest.mark.parametrize(("command", "code", "says"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused_leaves_no_trace(two: Clinic, command: str, code: str, says: str) -> None:
    two.ok("book", "1", "today 16:00")
    before = everything(two)
    assert refused(two, *words(command))[:2] == (int(code), says)
    assert everything(two) == before


def test_what_is_over_is_over(two: Clinic) -> None:
    two.ok("book", "1", "wed 10:00")
    assert refused(two, *words("appt arrive 1"))[:2] == (5, "it is for 2026-11-25 10:00, not today")
    assert refused(two, *words("appt no-show 1"))[:2] == (5, "it is still to come: 2026-11-25 10:00")
    two.ok("appt", "cancel", "1")
    for act in ("cancel", "arrive", "no-show"):
        assert refused(two, "appt", act, "A-0018")[:2] == (5, "A-0018 is cancelled already")


def test_of_several_appointments_one_is_named(two: Clinic) -> None:
    two.ok("book", "1", "tue 10:00")
    two.ok("book", "1", "wed 10:00")
    code, line, hint = refused(two, "appt", "cancel", "1")
    assert (code, line) == (5, "PT-0001 has 2 appointments open")
    assert hint == "name one: A-0018 of 2026-11-24, A-002B of 2026-11-25"


# --- the list


def test_the_list_of_appointments(two: Clinic) -> None:
    two.ok("book", "1", "tue 10:00", "--with", "DR")
    two.ok("book", "2", "wed 9:00", "--with", "AB")
    two.ok("book", "1", "2026-12-01 9:00", "--with", "AB")
    two.ok("appt", "cancel", "A-002B")
    assert [row[0] for row in slots(two)] == ["A-0018", "A-003E"], "what is open from today on"
    assert [row[0] for row in slots(two, "tomorrow")] == ["A-0018"]
    assert [row[0] for row in slots(two, "2026-11")] == ["A-0018", "A-002B"]
    assert [row[0] for row in slots(two, "--clinician", "AB")] == ["A-003E"]
    assert [row[0] for row in slots(two, "--status", "cancelled")] == ["A-002B"]
    assert [row[0] for row in slots(two, "--patient", "2")] == ["A-002B"]
    found = envelope(two.ok("appt", "list", "--json"), "appt-list")
    assert list(found["rows"][0])[:7] == ["appointment", "patient", "mrn", "name", "born", "start", "date"]
    assert "2 appointments" in two.ok("appt", "list").err
    hidden = two.ok("appt", "list", "--redact", "names").out
    assert "Tan" not in hidden
    assert "PT-0001" in hidden


# --- what a slip of the finger would do


def test_capitals_make_no_other_clinician(two: Clinic) -> None:
    two.ok("book", "1", "fri 10:00", "--with", "AM")
    assert refused(two, "book", "2", "fri 10:00", "--with", "am")[:2] == (
        5,
        "AM has an appointment at 10:00 for 30 min that day",
    )


def test_booking_says_what_it_takes_back(two: Clinic) -> None:
    two.inject("1", "ut l lido 1% 1ml", "--next", "3mo")
    two.ok("snooze", "1", "2027-03-01", "--reason", "pregnant")
    assert "  note: ends the hold until Mon 1 Mar 2027 (in 14 weeks)" in two.ok("book", "1", "fri 10:00").out
    cancelled = two.ok("appt", "cancel", "1").out.splitlines()
    assert cancelled[-1] == "  due Tue 23 Feb 2027 (in 3 months)"
    two.ok("call", "1", "declined")
    assert "  note: declined before; the recall is open again" in two.ok("call", "1", "booked", "fri 10:00").out


def test_booking_says_what_the_payer_does_not_allow_yet(two: Clinic) -> None:
    two.ok("patient", "edit", "1", "--payer", "medicare_mac")
    two.inject("1", "ut l lido 1% 1ml", "--next", "1w", "--on", "2026-11-16")
    assert "  note: the payer allows a repeat from 2026-12-28 only: tpi why" in two.ok("book", "1", "fri 10:00").out
    assert "note" not in two.ok("appt", "cancel", "1").out
    assert "payer" not in two.ok("book", "1", "2026-12-28 10:00").out


def test_archiving_names_the_appointments_it_calls_off(two: Clinic) -> None:
    two.ok("book", "1", "fri 10:00")
    off = "  note: A-0018 of 2026-11-27 10:00 is called off with it"
    assert off in two.ok("patient", "archive", "1", "-n").out
    assert off in two.ok("patient", "archive", "1").out
    stays = "  note: A-0018 of 2026-11-27 10:00 stays called off: tpi book"
    assert stays in two.ok("patient", "edit", "1", "--status", "active").out


def test_who_has_arrived_did_not_stay_away(two: Clinic) -> None:
    two.ok("book", "1", "today 10:00")
    two.ok("appt", "arrive", "1")
    assert refused(two, "appt", "no-show", "1") == (
        5,
        "the patient was marked as arrived",
        "if that was a slip: tpi appt cancel",
    )


def test_moving_the_length_alone_does_not_send_the_patient_away(two: Clinic) -> None:
    two.ok("book", "1", "today 10:00")
    two.ok("appt", "arrive", "1")
    two.ok("appt", "move", "1", "--for", "45min")
    assert slots(two, "today")[0][-1] == "arrived"


def test_whoever_is_treated_came_after_all(two: Clinic) -> None:
    """Marked as missed at ten, here at twenty past: the session closes the appointment."""
    two.ok("book", "1", "today 10:00")
    two.ok("appt", "no-show", "1")
    two.inject("1", "ut l lido 1% 1ml")
    assert slots(two, "today")[0][-1] == "done"


def test_a_day_to_call_again_is_no_hold_that_a_booking_ends(two: Clinic) -> None:
    two.inject("1", "ut l lido 1% 1ml", "--next", "1w", "--on", "2026-11-01")
    two.ok("call", "1", "no-answer")
    assert "note" not in two.ok("book", "1", "fri 10:00").out


def test_an_appointment_beside_another_is_open_again_after_a_mistaken_session(two: Clinic) -> None:
    """It stood there on purpose: only what was put into its time since takes it."""
    two.ok("book", "2", "today 10:00", "--with", "AM")
    two.ok("book", "1", "today 10:00", "--with", "AM", "--override", "clash=second room")
    session = two.inject("1", "ut l lido 1% 1ml")
    assert "is booked now" in two.ok("session", "void", session, "--reason", "wrong patient", "-y").out


def test_a_setting_says_what_it_was(two: Clinic) -> None:
    two.ok("config", "set", "clinic.closed", "2026-12-25")
    answer = two.ok("config", "set", "clinic.closed", "2026-12-10")
    assert answer.out.splitlines() == ["set clinic.closed = 2026-12-10", "  was 2026-12-25"]


def test_moving_to_a_clinician_nobody_knows_is_remarked_upon(two: Clinic) -> None:
    two.ok("book", "1", "fri 10:00")
    assert "  note: AN is a new clinician here" in two.ok("appt", "move", "1", "--with", "AN").out


def test_the_note_of_a_move_stands_with_its_reason(two: Clinic) -> None:
    two.ok("book", "1", "fri 10:00")
    two.ok("appt", "move", "1", "fri 11:00", "--note", "asked for an hour more")
    assert "asked for an hour more" in two.ok("log").out


def test_a_void_session_speaks_of_the_appointments_it_closed_alone(two: Clinic) -> None:
    two.ok("book", "1", "today 9:00")
    two.ok("appt", "cancel", "1")
    two.ok("book", "1", "today 10:00")
    session = two.inject("1", "ut l lido 1% 1ml")
    answer = two.ok("session", "void", session, "--reason", "wrong patient", "-y")
    assert [line for line in answer.out.splitlines() if "appointment" in line] == [
        "  appointment A-002B of 10:00 is booked now"
    ]
