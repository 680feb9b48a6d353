"""`tpi day` and `tpi load`: what the clinic has before it."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, made, refused, rows
from tests.conftest import Clinic


@pytest.fixture(scope="module")
def _clinic_day(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.today = "2026-11-20"
        for name in ("Able, Ann", "Baker, Bob", "Cole, Cid", "Dunn, Dora", "Early, Eve", "Fox, Fay"):
            clinic.patient(name, "1970-01-01", "--phone", "0161 496 0107")
        for who in "123456":
            later = "3mo" if who == "5" else "6w"
            clinic.inject(who, "ut l lido 1% 1ml", "--on", "2026-10-01", "--next", later, "--as", "DR")
        clinic.ok("patient", "alert", "2", "add", "anticoagulant", "apixaban")
        clinic.ok("call", "3", "message")  # to be called again on 27 November
        clinic.ok("call", "4", "no-answer", "--note", "after six, she works")  # on the 21st
        clinic.ok("call", "5", "later", "2026-11-23")  # asked to be called, and is not due yet
        clinic.ok("book", "6", "today 16:00")  # nobody wrote down what became of it
        clinic.today = "2026-11-23"
        clinic.ok("book", "1", "today 9:30", "--with", "DR")
        clinic.inject("6", "gm r lido 1% 1ml", "--next", "3mo", "--as", "AB")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def day(tmp_path: Path, _clinic_day: Path) -> Clinic:
    """Ann is booked, Bob due, Cid and Dora were called, Eve asked to be called, Fay was treated."""
    return copied(_clinic_day, tmp_path)


def lines(clinic: Clinic, *more: str) -> list[tuple[str, str, str]]:
    return [(row["section"], row["when"], row["name"]) for row in clinic.ok("day", *more, "--json").rows]


def test_the_day_has_everybody_once(day: Clinic) -> None:
    assert lines(day) == [
        ("booked", "09:30", "Able, Ann"),
        ("due", "2026-11-12", "Baker, Bob"),
        ("due", "2026-11-12", "Fox, Fay"),
        ("call-back", "2026-11-21", "Dunn, Dora"),
        ("call-back", "2026-11-23", "Early, Eve"),
        ("left-open", "2026-11-20 16:00", "Fox, Fay"),
        ("unsigned", "2026-11-23", "Fox, Fay"),
    ]


def test_as_it_is_read(day: Clinic) -> None:
    answer = day.ok("day")
    heads, first, second, *_ = answer.out.splitlines()
    columns = "WHAT WHEN PATIENT NAME BORN PHONE SITES CLINICIAN STATUS ALERTS RECORD NOTE"
    assert heads.split() == columns.split()
    assert first.split()[:5] == ["booked", "09:30", "PT-0001", "Able,", "Ann"]
    assert "anticoagulant apixaban" in second, "alerts in words"
    assert answer.err.splitlines()[-1] == (
        "2026-11-23: 1 booked, 2 due and not booked, 2 to call back, 1 appointment left open, 1 session not signed"
    )


def test_another_day(day: Clinic) -> None:
    """By Friday Cid's message is a week old, and Ann will have been here."""
    found = lines(day, "27 Nov")
    assert [(what, name) for what, _, name in found] == [
        ("due", "Baker, Bob"),
        ("due", "Fox, Fay"),
        ("call-back", "Dunn, Dora"),
        ("call-back", "Early, Eve"),
        ("call-back", "Cole, Cid"),
        ("left-open", "Fox, Fay"),
    ]


def test_who_is_booked_before_that_day_is_due_again_if_it_comes_to_nothing(day: Clinic) -> None:
    day.ok("appt", "no-show", "1")
    assert ("due", "2026-11-12", "Able, Ann") in lines(day, "27 Nov")


def test_nobody_without_a_plan_is_lost_by_missing_an_appointment(day: Clinic) -> None:
    """No recall brings Gil back, who was never treated: the day names him until somebody does something."""
    day.patient("Gray, Gil", "1970-01-01")
    day.ok("book", "7", "today 11:00")
    missed = ("missed", "2026-11-23 11:00", "Gray, Gil")
    assert missed not in lines(day)
    day.ok("appt", "no-show", "7")
    assert missed in lines(day)
    day.ok("call", "7", "wrong-number")
    assert missed in lines(day), "nobody was reached, and no day was named"
    day.ok("call", "7", "no-answer")
    assert missed not in lines(day)
    day.today = "2026-11-24"
    assert ("call-back", "2026-11-24", "Gray, Gil") in lines(day)
    day.ok("call", "7", "declined")
    assert "Gray, Gil" not in {name for _, _, name in lines(day)}


def test_a_missed_appointment_is_named_for_four_weeks(day: Clinic) -> None:
    day.patient("Gray, Gil", "1970-01-01")
    day.ok("book", "7", "today 11:00")
    day.ok("appt", "no-show", "7")
    for today, named in (("2026-12-21", True), ("2026-12-22", False)):
        day.today = today
        assert ("missed" in {what for what, _, _ in lines(day)}) is named


def test_a_call_back_is_promised_to_whoever_it_is(day: Clinic) -> None:
    """Without a site, or with a recall that is closed: no list would bring these back."""
    day.patient("Gray, Gil", "1970-01-01")
    day.ok("call", "7", "later", "2026-11-30", "--note", "new here")
    day.ok("stop", "2", "--reason", "moved")
    day.ok("call", "2", "later", "2026-11-30", "--note", "back in town")
    assert (
        day.ok("call", "2", "later", "2026-11-30")
        .out.splitlines()[0]
        .endswith("no recall is open; to be called back Mon 30 Nov 2026 (in 1 week)")
    )
    day.today = "2026-11-30"
    named = {(what, name) for what, _, name in lines(day)}
    assert named >= {("call-back", "Gray, Gil"), ("call-back", "Baker, Bob")}
    day.ok("book", "7", "wed 10:00")
    day.ok("appt", "cancel", "7")
    day.ok("call", "2", "declined")
    assert not {"Gray, Gil", "Baker, Bob"} & {name for what, _, name in lines(day) if what == "call-back"}


def test_nobody_who_was_given_up_is_to_be_called_back(day: Clinic) -> None:
    """One site is closed by itself, at the others nobody could be reached: the day of the last call is void."""
    day.inject("2", "gm r lido 1% 1ml", "--next", "6w", "--as", "DR", "--on", "2026-11-01")
    day.ok("site", "resolve", "2", "gm", "r", "--on", "2026-11-02")
    for channel, on in (("sms", "2026-11-18"), ("phone", "2026-11-19"), ("phone", "2026-11-20")):
        day.ok("call", "2", "message", "--by", channel, "--on", on)
    day.today = "2026-12-05"
    assert "Baker, Bob" not in {name for _, _, name in lines(day)}


def test_a_reminder_of_an_appointment_is_no_call_back(day: Clinic) -> None:
    day.ok("book", "2", "wed 10:00")
    day.ok("call", "2", "message", "--by", "sms")
    assert "Baker, Bob" not in {name for _, _, name in lines(day, "2026-12-01")}


def test_an_event_hides_no_promised_call(day: Clinic) -> None:
    day.ok("adverse", "add", "2", "infection:warm")
    day.ok("call", "2", "later", "2026-11-24", "--note", "ring her at noon")
    day.today = "2026-11-24"
    assert [what for what, _, name in lines(day) if name == "Baker, Bob"] == ["adverse", "call-back"]


def test_whom_a_plan_brings_back_is_not_named_twice(day: Clinic) -> None:
    day.ok("appt", "no-show", "1")
    assert [what for what, _, name in lines(day) if name == "Able, Ann"] == ["due"]


def test_an_event_that_wants_a_look_has_a_section_of_its_own(day: Clinic) -> None:
    day.ok("adverse", "add", "2", "infection:red and warm")
    rows = day.ok("day", "--json").rows
    assert [(row["section"], row["name"], row["note"]) for row in rows][1] == (
        "adverse", "Baker, Bob", "infection of 2026-11-23, wants a look from 2026-11-23: red and warm",
    )  # fmt: skip
    (back,) = [row for row in rows if row["name"] == "Dunn, Dora"]
    assert back["note"] == "after six, she works", "why to ring"


def test_tomorrow_nothing_of_today_is_left_open_yet(day: Clinic) -> None:
    assert [row for row in lines(day, "tomorrow") if row[0] == "left-open"] == [
        ("left-open", "2026-11-20 16:00", "Fox, Fay")
    ]


def test_of_one_clinician(day: Clinic) -> None:
    assert lines(day, "--clinician", "AB") == [("unsigned", "2026-11-23", "Fox, Fay")]


def test_redacted(day: Clinic) -> None:
    names = day.ok("day", "--redact", "names").out
    assert "Able" not in names
    assert "0161" not in names
    for form in ("plain", "csv", "json"):
        told = day.ok("day", "--redact", "names", "--format", form).out
        assert "apixaban" not in told
        assert "after six" not in told
    assert "PT-0002" in names
    everything_back = day.ok("day", "--redact", "all").out
    assert "apixaban" not in everything_back
    assert "UT-L" not in everything_back


def test_nobody_at_all(clinic: Clinic) -> None:
    answer = clinic.ok("day")
    assert (answer.out, answer.err.splitlines()[-1]) == ("", "2026-11-23: 0 booked, 0 due and not booked")
    assert envelope(clinic.ok("day", "--json"), "day")["rows"] == []


def test_a_day_that_is_none(clinic: Clinic) -> None:
    assert refused(clinic, "day", "03/04/2026")[0] == 2


# --- the weeks ahead


def test_the_weeks_ahead(day: Clinic) -> None:
    answer = day.ok("load", "--weeks", "2")
    assert [line.split() for line in answer.out.splitlines()] == [
        ["WEEK", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN", "DUE", "BOOKED", "CAPACITY"],
        ["2026-11-23", "3+1", ".", ".", ".", "1+0", ".", ".", "4", "1", "-"],
        ["2026-11-30", ".", ".", ".", ".", ".", ".", ".", "0", "0", "-"],
    ]
    assert answer.err.splitlines()[-1] == "due+booked a day; 3 late count today; no capacity set"
    assert len(day.ok("load", "--json").rows) == 13


def test_against_capacity(day: Clinic) -> None:
    day.ok("config", "set", "clinic.hours", "mon-fri 09:00-12:00 13:00-17:00")
    day.ok("config", "set", "clinic.closed", "2026-11-25")
    (week,) = day.ok("load", "--weeks", "1", "--json").rows
    assert [one["capacity"] for one in week["days"]] == [14, 14, 0, 14, 14, 0, 0]
    assert week["capacity"] == 56
    day.ok("config", "set", "clinic.capacity", "10")
    (week,) = day.ok("load", "--weeks", "1", "--json").rows
    assert [one["capacity"] for one in week["days"]] == [10, 10, 0, 10, 10, 0, 0]


FULLNESS = """
capacity | monday | says
5        | 3+1    | due+booked a day; 3 late count today
4        | 3+1=   | due+booked a day; 3 late count today; = full: 1 day
3        | 3+1!   | due+booked a day; 3 late count today; ! over capacity: 1 day
"""


@pytest.mark.parametrize(("capacity", "monday", "says"), rows(FULLNESS))
def test_a_full_day_is_marked_in_words_too(day: Clinic, capacity: str, monday: str, says: str) -> None:
    day.ok("config", "set", "clinic.capacity", capacity)
    answer = day.ok("load", "--weeks", "1")
    assert answer.out.splitlines()[1].split()[1] == monday
    assert answer.err.splitlines()[-1] == says


def test_a_short_day_is_as_full_as_its_own_hours_say(day: Clinic) -> None:
    """Of the 14 that a weekday holds, one on Friday is little; of the two that a short Friday holds, it is half."""
    little, half = "\x1b[38;5;16m\x1b[48;5;153m1+0", "\x1b[38;5;16m\x1b[48;5;75m1+0"
    shown = ("load", "--weeks", "1", "--format", "table", "--color", "always")
    day.ok("config", "set", "clinic.hours", "mon-fri 09:00-12:00 13:00-17:00")
    assert little in day.ok(*shown).out
    day.ok("config", "set", "clinic.hours", "mon-thu 09:00-12:00 13:00-17:00, fri 09:00-10:00")
    assert half in day.ok(*shown).out


def test_a_closed_day_without_anybody_is_not_full(day: Clinic) -> None:
    day.ok("config", "set", "clinic.hours", "mon-fri 09:00-17:00")
    assert "full" not in day.ok("load", "--weeks", "1").err


def test_the_shade_is_of_the_cell_alone_and_darker_the_fuller(day: Clinic) -> None:
    day.ok("config", "set", "clinic.capacity", "4")
    monday = day.ok("load", "--weeks", "1", "--format", "table", "--color", "always").out.splitlines()[1]
    few, much, over = "\x1b[38;5;16m\x1b[48;5;153m", "\x1b[38;5;231m\x1b[48;5;25m", "\x1b[48;5;160m"
    assert f"{much}3+1=\x1b[0m  " in monday and f"{few}1+0\x1b[0m  " in monday
    assert over not in monday
    day.ok("config", "set", "clinic.capacity", "3")
    assert over in day.ok("load", "--weeks", "1", "--format", "table", "--color", "always").out


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("clinic.hours", "mon 9-5", "clinic.hours: "),
        ("clinic.closed", "christmas", "clinic.closed: "),
        ("clinic.capacity", "many", "clinic.capacity is a number of patients"),
        ("appointment.minutes", "4", "appointment.minutes is a number of minutes"),
        ("call.message", "soon", "call.message is a number of days"),
    ],
)
def test_settings_that_cannot_be(day: Clinic, key: str, value: str, says: str) -> None:
    code, line, _ = refused(day, "config", "set", key, value)
    assert (code, line[: len(says)]) == (2, says)
