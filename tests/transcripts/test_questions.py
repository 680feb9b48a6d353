"""Questions on a terminal: record or not, mend the line, which of two namesakes, what must be asked."""

import pytest

from tests.commands.reading import everything, words
from tests.conftest import Clinic
from tests.transcripts.terminal import CTRL_C, CTRL_D, CTRL_U, terminal

PREVIEW = """\
today is 2026-11-23: TPI_TODAY sets the clock
PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)   ANTICOAG apixaban
  1  upper trapezius L   lidocaine 10 mg/mL  1 mL = 10 mg
  2  levator scapulae L  lidocaine 10 mg/mL  1 mL = 10 mg
  total lidocaine 20 mg (0.07 of the limit)   pain 6 to 2   next Tue 23 Feb
      2027 (3 months, as last time)
  warning  anticoagulant: apixaban. On an anticoagulant or antiplatelet drug.
      Low bleeding risk, usually not stopped; an older source says not to
      inject [uptodate-narouze +3]
  warning  pneumothorax_site: upper trapezius L (moderate), levator scapulae L
      (moderate). The lung is near: mind the needle, and say when to come back
      [pneumothorax-sites +4]
  note     consent_missing: No consent is documented for this session
      [from-memory]
  note     no_response: upper trapezius L no outcome score since 2026-08-23;
      levator scapulae L no outcome score since 2026-08-23. A repeat is not
      automatic: the last session has no outcome score, or too little relief
      [payer-rules +1]
Record? [y/N/e]\
"""

ANSWERS = [
    ("y", "\n", 0),
    ("n", "\n", 9),
    ("", "\n", 9),
    ("", CTRL_D, 9),
    ("", CTRL_C, 130),
    ("y", CTRL_C, 130),
]


@pytest.mark.parametrize(("typed", "enter", "code"), ANSWERS, ids=[repr(f"{row[0]}{row[1]}") for row in ANSWERS])
def test_record_or_not(practice: Clinic, typed: str, enter: str, code: int) -> None:
    before = everything(practice)
    with terminal(practice, "again", "1", "--pain", "6:2") as screen:
        screen.answer("Record? [y/N/e]", typed, enter=enter)
        assert screen.end() == code
    assert screen.screen.startswith(PREVIEW)
    assert "Traceback" not in screen.screen
    assert ("recorded S-003E" in screen.screen) == (code == 0)
    if code:
        assert everything(practice) == before


def test_mending_the_line_before_recording(practice: Clinic) -> None:
    """e: the items come back ready to be changed; the preview is shown anew."""
    with terminal(practice, "again", "1") as screen:
        screen.answer("Record? [y/N/e]", "e")
        screen.answer(
            "items: upper trapezius L, levator scapulae L lidocaine 1% 1 mL each", CTRL_U, "ut r lido 2% 0.5ml"
        )
        screen.answer("Record? [y/N/e]", "y")
        assert screen.end() == 0
    assert "  3  upper trapezius R  lidocaine 20 mg/mL  0.5 mL = 10 mg  (new site)" in screen.screen
    assert screen.screen.count("Record? [y/N/e]") == 2
    (row,) = practice.ok("session", "show", "S-003E", "--json").json["injections"]
    assert (row["muscle"], row["side"], row["volume_ml"]) == ("trapezius_upper", "R", "0.5")


def test_leaving_while_mending_records_nothing(practice: Clinic) -> None:
    before = everything(practice)
    for key, code in ((CTRL_C, 130), (CTRL_U + CTRL_D, 9)):
        with terminal(practice, "again", "1") as screen:
            screen.answer("Record? [y/N/e]", "e").answer("each", enter=key, after=0.3)
            assert screen.end(again=key) == code, screen.screen
        assert everything(practice) == before


def test_namesakes_are_told_apart_by_their_birth_dates(practice: Clinic) -> None:
    with terminal(practice, "why", "khan") as screen:
        screen.answer("Which? [1-2]", "1")
        assert screen.end() == 0
    lines = screen.screen.splitlines()
    assert lines[1:5] == [
        "  1  PT-0002  KHAN, Sara   born 30 Mar 1988 (38 y)",
        "  2  PT-0003  KHAN, Sara   born 12 Nov 1996 (30 y)",
        "Which? [1-2] 1",
        "PT-0002  KHAN, Sara   born 30 Mar 1988 (38 y)",
    ]


@pytest.mark.parametrize("options", [[], ["-q"]])
def test_one_name_is_asked_about_too(practice: Clinic, options: list[str]) -> None:
    """Never taken for granted, and never asked blindly."""
    with terminal(practice, "patient", "show", "tan", *options) as screen:
        screen.answer("Which? [1-1]", "1")
        assert screen.end() == 0
    assert "  1  PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)" in screen.screen


@pytest.mark.parametrize("typed", ["0", "3", "", "PT-0002"])
def test_a_number_that_is_none_picks_nobody(practice: Clinic, typed: str) -> None:
    before = everything(practice)
    with terminal(practice, "stop", "khan", "--reason", "other") as screen:
        screen.answer("Which? [1-2]", typed)
        assert screen.end() == 2
    assert "tpi: nobody picked" in screen.screen
    assert everything(practice) == before


def test_a_name_nobody_has(practice: Clinic) -> None:
    with terminal(practice, "why", "zzzz") as screen:
        assert screen.end() == 3
    assert "tpi: nobody is called 'zzzz'" in screen.screen


def test_no_input_refuses_a_name_on_a_terminal_too(practice: Clinic) -> None:
    for more in ({"TPI_NO_INPUT": "1"}, {}):
        with terminal(practice, "why", "khan", *(() if more else ("--no-input",)), **more) as screen:
            assert screen.end() == 2
        assert "'khan' is no patient id" in screen.screen


def test_screening_questions_are_asked_until_answered(practice: Clinic) -> None:
    with terminal(practice, "patient", "add", "Ruiz, Ana", "1965-04-05") as screen:
        screen.answer("Allergies? SUBSTANCE[:REACTION], or none:", "")
        screen.answer("Allergies? SUBSTANCE[:REACTION], or none:", "lidocaine:rash")
        screen.answer("Bleeding disorder or blood thinner? TEXT, or none:", "none")
        assert screen.end() == 0
    kinds = [alert["kind"] for alert in practice.ok("patient", "show", "4", "--json").json["alerts"]]
    assert sorted(kinds) == ["allergy-amide", "bleeding-none"]


def test_an_appointment_is_named_by_its_patient(practice: Clinic) -> None:
    practice.ok("book", "1", "wed 10:00")
    with terminal(practice, "appt", "cancel", "tan") as screen:
        screen.answer("Which? [1-1]", "1")
        assert screen.end() == 0
    assert "cancelled: Wed 25 Nov 2026 10:00" in " ".join(screen.screen.split())


def test_what_cannot_be_is_refused_before_anything_is_asked(practice: Clinic) -> None:
    with terminal(practice, "patient", "add", "Bell, Rosa", "12/05/1966") as screen:
        assert screen.end() == 2
    assert "Allergies?" not in screen.screen
    assert "'12/05/1966'" in screen.screen


def test_leaving_the_questions_adds_nobody(practice: Clinic) -> None:
    before = everything(practice)
    for key, code in ((CTRL_C, 130), (CTRL_D, 9)):
        with terminal(practice, "patient", "add", "Ruiz, Ana", "1965-04-05") as screen:
            screen.answer("or none:", enter=key)
            assert screen.end() == code
        assert everything(practice) == before


ASKED = [
    ("session void S-0018 --reason 'wrong patient'",
     "void S-0018 of 2026-08-23, PT-0001 Tan, Mei born 4 Mar 1971, pain 7:3? [y/N]"),
    ("stop 1 --reason died", "PT-0001 Tan, Mei born 1971-03-04 has died: mark as deceased? [y/N]"),
]  # fmt: skip


@pytest.mark.parametrize(("command", "question"), ASKED, ids=[row[0] for row in ASKED])
def test_what_cannot_be_taken_back_lightly_is_asked_about(practice: Clinic, command: str, question: str) -> None:
    before = everything(practice)
    for enter, code in (("\n", 9), (CTRL_C, 130)):
        with terminal(practice, *words(command)) as screen:
            screen.answer("[y/N]", enter=enter)
            assert screen.end() == code
        assert question in " ".join(screen.screen.split())
        assert everything(practice) == before
    with terminal(practice, *words(command)) as screen:
        screen.answer("[y/N]", "y")
        assert screen.end() == 0
    assert everything(practice) != before
