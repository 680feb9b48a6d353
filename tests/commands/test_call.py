"""`tpi call`: an attempt to reach a patient is logged, and the list follows by itself."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, words
from tests.conftest import ME, Clinic

WHO = "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--on", "2026-10-01", "--next", "6w")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    """Two sites, both due since 2026-11-12."""
    return copied(_mei, tmp_path)


def standing(clinic: Clinic, day: str | None = None) -> str:
    """Where the patient is: the status on the list, or the reason held back."""
    clinic.today = day or clinic.today
    found: dict[str, Any] = clinic.ok("due", "--json").json
    listed = [row["status"] for row in found["rows"]]
    (where,) = [*listed, *found["held_back"]]
    return str(where)


RESULTS = """
command                                | today   | back on the list | says
call 1 no-answer                       | snoozed | 2026-11-24       | logged call: no answer; off the list until Tue 24 Nov 2026 (tomorrow)
call 1 message --by sms                | snoozed | 2026-11-30       | logged call: message; off the list until Mon 30 Nov 2026 (in 1 week)
call 1 message 3d --by email           | snoozed | 2026-11-26       | logged call: message; off the list until Thu 26 Nov 2026 (in 3 days)
call 1 reached                         | snoozed | 2026-11-30       | logged call: reached; off the list until Mon 30 Nov 2026 (in 1 week)
call 1 later 6w --by mail              | snoozed | 2027-01-04       | logged call: later; off the list until Mon 4 Jan 2027 (in 6 weeks)
call 1 later 10 Jan                    | snoozed | 2027-01-10       | logged call: later; off the list until Sun 10 Jan 2027 (in 48 days)
call 1 wrong-number                    | overdue | 2026-11-30       | logged call: wrong number; the list stays as it is
call 1 no-answer --on 2026-11-20       | overdue | 2026-11-26       | logged call: no answer; the list stays as it is
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("command", "today", "back", "says"), rows(RESULTS), ids=[row[0] for row in rows(RESULTS)])
def test_a_call_holds_the_recall_for_as_long_as_its_result_says(
    mei: Clinic, command: str, today: str, back: str, says: str
) -> None:
    assert standing(mei) == "due"
    answer = mei.ok(*words(command))
    assert answer.out.splitlines() == [says, f"  {WHO}"]
    assert standing(mei) == today.replace("overdue", "due")
    assert standing(mei, back) in {"due", "overdue"}


def test_the_days_are_the_clinics(mei: Clinic) -> None:
    mei.ok("config", "set", "call.no-answer", "0")
    mei.ok("config", "set", "call.reached", "3")
    mei.ok("call", "1", "no-answer")
    assert standing(mei) == "due"
    mei.ok("call", "1", "reached")
    assert standing(mei, "2026-11-25") == "snoozed"
    assert standing(mei, "2026-11-26") == "overdue"


def test_booked_in_the_same_step(mei: Clinic) -> None:
    answer = mei.ok("call", "1", "booked", "tue 10:00", "--for", "45min", "--with", "DR")
    assert answer.out.splitlines() == [
        "logged call: booked",
        f"  {WHO}",
        "  booked Tue 24 Nov 2026 10:00 (tomorrow) for 45 min with DR: A-0018",
        "  note: DR is a new clinician here",
    ]
    assert standing(mei) == "booked"
    assert standing(mei, "2026-11-24") == "booked"
    assert standing(mei, "2026-11-25") == "due", "nobody wrote down what became of it: back on the list"


def test_for_programs(mei: Clinic) -> None:
    found = envelope(mei.ok("call", "1", "booked", "tue 10:00", "--json"), "call")
    told = {name: found[name] for name in ("patient", "result", "appointment", "start", "minutes")}
    assert told == {"patient": "PT-0001", "result": "booked", "appointment": "A-0018",
                    "start": "2026-11-24T10:00:00+00:00", "minutes": 30}  # fmt: skip
    found = envelope(mei.ok("call", "1", "no-answer", "--json"), "call")
    assert (found["result"], found["appointment"]) == ("no-answer", None)


def test_a_dry_run_keeps_nothing(mei: Clinic) -> None:
    before = everything(mei)
    answer = mei.ok("call", "1", "booked", "tue 10:00", "--dry-run")
    assert answer.out.splitlines()[0] == "would log call: booked"
    assert answer.out.splitlines()[-1] == "dry run: nothing was kept"
    assert everything(mei) == before


# --- unreachable

ATTEMPTS = """
attempts                                         | standing
no-answer                                        | due
no-answer, no-answer, no-answer                  | due
no-answer, no-answer sms                         | due
no-answer, no-answer, no-answer sms              | unreachable
wrong-number, message email, message mail        | unreachable
no-answer, reached, no-answer sms, no-answer     | due
no-answer, no-answer sms, later 1d, no-answer    | due
no-answer, no-answer sms, no-answer, reached     | due
no-answer sms, message, no-answer, later 1d      | due
"""


@pytest.mark.parametrize(("attempts", "expected"), rows(ATTEMPTS))
def test_three_attempts_over_two_channels_at_least(mei: Clinic, attempts: str, expected: str) -> None:
    for result in ("no-answer", "message", "reached"):
        mei.ok("config", "set", f"call.{result}", "0")
    for attempt in attempts.split(", "):
        result, *more = attempt.split()
        by = [word for word in more if word in {"sms", "mail", "email"}]
        when = [word for word in more if word not in by]
        mei.ok("call", "1", result, *when, *(["--by", by[0]] if by else []))
    assert standing(mei, "2026-11-25") == expected


def unreachable(clinic: Clinic) -> None:
    for by in ("phone", "sms", "mail"):
        clinic.ok("call", "1", "no-answer", "--by", by)
    assert standing(clinic) == "unreachable"


def test_an_unreachable_patient_is_counted_and_can_be_listed(mei: Clinic) -> None:
    unreachable(mei)
    answer = mei.ok("due")
    assert "held back: 1 unreachable" in answer.err
    (row,) = mei.ok("due", "--status", "unreachable", "--json").rows
    assert (row["patient"], row["status"]) == ("PT-0001", "unreachable")
    assert (
        "unreachable since 2026-11-23: 3 attempts over 2 channels or more   [recall.unreachable; recall-attempts]"
        in (mei.ok("why", "1").out)
    )


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("resume 1", "due"),
        ("call 1 reached tomorrow", "snoozed"),
        ("book 1 'tue 10:00'", "booked"),
        ("snooze 1 6w --reason 'tries again after the holidays'", "snoozed"),
        ("stop 1 --reason moved", "stopped"),
        ("inject 1 gm r dry --consent written --yes", "due"),
    ],
)
def test_what_brings_an_unreachable_patient_back(mei: Clinic, command: str, expected: str) -> None:
    """Whoever was reached, or came, is not unreachable any more, at any site."""
    unreachable(mei)
    mei.ok(*words(command))
    found = mei.ok("due", "--json", "--status", "all").rows
    assert expected in {row["status"] for row in found}
    assert "unreachable" not in mei.ok("due", "--json").json["held_back"]


def test_reminders_of_an_appointment_to_come_do_not_make_unreachable(mei: Clinic) -> None:
    mei.ok("book", "1", "2026-12-15 10:00")
    for by in ("phone", "sms", "mail"):
        mei.ok("call", "1", "no-answer", "--by", by)
    assert standing(mei) == "booked"
    mei.ok("appt", "cancel", "1")
    assert standing(mei) == "due", "cancelled: back at once, whatever the reminders said"


# --- declined


def test_declined_holds_for_this_episode_only(mei: Clinic) -> None:
    answer = mei.ok("call", "1", "declined", "--note", "too far away")
    assert answer.out.splitlines()[0] == "logged call: declined; off the list for this episode (tpi resume brings back)"
    assert standing(mei) == "declined"
    assert standing(mei, "2027-11-23") == "declined"
    mei.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    found = {row["sites"][0]["site"]: row["status"] for row in mei.ok("why", "1", "--json").rows}
    assert found == {1: "upcoming", 2: "declined"}, "treated again: the site's recall starts anew"


@pytest.mark.parametrize(("command", "expected"), [("resume 1", "due"), ("call 1 later 6w", "snoozed"),
                                                   ("call 1 booked 'tue 10:00'", "booked")])  # fmt: skip
def test_declined_then_reopened(mei: Clinic, command: str, expected: str) -> None:
    mei.ok("call", "1", "declined")
    mei.ok(*words(command))
    assert standing(mei) == expected


def test_an_appointment_is_not_called_off_by_a_no_on_the_phone(mei: Clinic) -> None:
    mei.ok("book", "1", "wed 10:00")
    answer = mei.ok("call", "1", "declined")
    assert "  note: A-0018 of 2026-11-25 10:00 is still booked: tpi appt cancel A-0018" in answer.out.splitlines()


# --- beside other decisions


def test_a_longer_hold_of_the_clinics_is_not_cut_short(mei: Clinic) -> None:
    mei.ok("snooze", "1", "2027-01-10", "--reason", "abroad")
    answer = mei.ok("call", "1", "no-answer")
    assert answer.out.splitlines()[0] == "logged call: no answer; off the list until Sun 10 Jan 2027 (in 48 days)"
    assert standing(mei, "2026-12-24") == "snoozed"


def test_why_tells_every_call(mei: Clinic) -> None:
    mei.ok("call", "1", "no-answer", "--note", "rang twice", "--as", "JS")
    text = mei.ok("why", "1", "1").out
    assert f"called 2026-11-23 (phone), no answer, again 2026-11-24: rang twice   [recall.called; {ME} as JS]" in text
    assert "rang twice" not in mei.ok("why", "1", "1", "--redact", "names").out
    shown = mei.ok("patient", "show", "1").out
    assert "  called    2026-11-23 by phone, no answer, again 2026-11-24: rang twice" in shown
    assert "rang twice" not in mei.ok("patient", "show", "1", "--redact", "names").out


REFUSED = """
command                                | code | says
call 1 spoke                           | 2    | RESULT cannot be 'spoke'
call 1 no-answer --by fax              | 2    | --by cannot be 'fax'
call 1 booked                          | 2    | booked for when?
call 1 booked tomorrow                 | 2    | at what time?
call 1 later                           | 2    | later: when?
call 1 later today                     | 2    | Mon 23 Nov 2026 (today) is not ahead
call 1 declined 6w                     | 2    | declined takes no day
call 1 no-answer --with DR             | 2    | --for, --with and --override go with booked, not no-answer
call 9 no-answer                       | 3    | no patient PT-0009
call 1 no-answer --on tomorrow         | 2    | Tue 24 Nov 2026 (tomorrow) is in the future
call 1 no-answer --on 1970-01-01       | 5    | 1970-01-01 is before the birth date
"""


@pytest.mark.parametrize(("command", "code", "says"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_a_call_that_is_refused_leaves_no_trace(mei: Clinic, command: str, code: str, says: str) -> None:
    before = everything(mei)
    assert refused(mei, *words(command))[:2] == (int(code), says)
    assert everything(mei) == before


def test_nobody_calls_the_dead(mei: Clinic) -> None:
    mei.ok("stop", "1", "--reason", "died", "--yes")
    assert refused(mei, "call", "1", "no-answer")[:2] == (5, "the patient is deceased: nobody is to be called")


def test_a_booking_that_clashes_takes_its_call_back_with_it(mei: Clinic) -> None:
    mei.patient("Khan, Sara", "1988-03-30")
    mei.ok("book", "2", "tue 10:00", "--with", "DR")
    before = everything(mei)
    assert refused(mei, "call", "1", "booked", "tue 10:15", "--with", "DR")[0] == 5
    assert everything(mei) == before


def test_a_note_from_stdin_is_the_calls(mei: Clinic) -> None:
    """And not the appointment's, which a calendar program shows."""
    mei.ok("call", "1", "booked", "wed 10:00", "--note", "-", stdin="prefers mornings")
    assert "prefers mornings" in mei.ok("why", "1").out
    assert mei.ok("appt", "list", "--json").rows[0]["note"] is None


def test_declined_says_what_it_did(mei: Clinic) -> None:
    mei.ok("stop", "1", "--reason", "moved")
    assert mei.ok("call", "1", "declined").out.splitlines()[0] == "logged call: declined; the list stays as it is"


def test_a_later_day_names_the_appointment_that_stands(mei: Clinic) -> None:
    mei.ok("book", "1", "wed 10:00")
    assert "is still booked: tpi appt cancel A-0018" in mei.ok("call", "1", "later", "6w").out
    assert "off the list until Mon 4 Jan 2027" in mei.ok("appt", "cancel", "1").out
