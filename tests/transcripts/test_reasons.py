"""What the screening stops is asked about on a terminal, one question a rule, before anything is recorded."""

import pytest

from tests.commands.reading import everything, words
from tests.conftest import Clinic
from tests.transcripts.terminal import CTRL_C, CTRL_D, terminal

CONSENT = "Consent: written, verbal, or why it is not documented (Enter stops):"
RED_FLAG = "red_flag: why it was done all the same (Enter stops):"
RECORD = "Record? [y/N/e]"
ITEMS = ("inject", "1", "gm", "r", "lido", "1%", "1ml")


@pytest.fixture
def strict(shipped: Clinic) -> Clinic:
    """PT-0001 Mei, PT-0002 Sara with a red flag, in a clinic with every rule as it comes."""
    shipped.patient()
    shipped.patient("Khan, Sara", "1988-03-30")
    shipped.ok(*words("patient alert 2 add red-flag 'weight loss'"))
    return shipped


def kept(clinic: Clinic) -> tuple[str | None, dict[str, str]]:
    """The consent of the session recorded, and the reasons kept with it by rule."""
    found = clinic.ok("session", "show", "S-0018", "--json").json
    return found["consent"], {one["rule"]: one["reason"] for one in found["findings"] if one["reason"]}


ANSWERED = [
    ("w", ("written", {})),
    ("written", ("written", {})),
    ("V", ("verbal", {})),
    (" Verbal ", ("verbal", {})),
    ("signed form is on paper", (None, {"consent_missing": "signed form is on paper"})),
    ("sick", (None, {"consent_missing": "sick"})),
]


@pytest.mark.parametrize(("typed", "told"), ANSWERED, ids=[row[0].strip() for row in ANSWERED])
def test_consent_or_why_it_is_not_documented(
    strict: Clinic, typed: str, told: tuple[str | None, dict[str, str]]
) -> None:
    with terminal(strict, *ITEMS) as screen:
        screen.answer(CONSENT, typed).answer(RECORD, "y")
        assert screen.end() == 0
    assert "REASON   consent_missing: No consent is documented for this session" in screen.screen
    assert "recorded S-0018" in screen.screen
    assert kept(strict) == told


def test_every_rule_is_asked_about_once_worst_first(strict: Clinic) -> None:
    with terminal(strict, "inject", "2", *ITEMS[2:]) as screen:
        screen.answer(RED_FLAG, "MRI was clear").answer(CONSENT, "v").answer(RECORD, "y")
        assert screen.end() == 0
    assert kept(strict) == ("verbal", {"red_flag": "MRI was clear"})
    assert screen.screen.count("(Enter stops):") == 2


def test_what_was_given_as_an_option_is_not_asked_for(strict: Clinic) -> None:
    with terminal(strict, "inject", "2", *ITEMS[2:], "--override", "red_flag=MRI was clear") as screen:
        screen.answer(CONSENT, "w").answer(RECORD, "y")
        assert screen.end() == 0
    assert RED_FLAG not in screen.screen
    assert kept(strict) == ("written", {"red_flag": "MRI was clear"})


STOPPED = [
    ("Enter", ["\n"], 9),
    ("a blank", [" \n"], 9),
    ("Ctrl-D", [CTRL_D], 9),
    ("Ctrl-C", [CTRL_C], 130),
    ("a reason for one rule, Enter at the next", ["MRI was clear\n", "\n"], 9),
]


@pytest.mark.parametrize(("how", "keys", "code"), STOPPED, ids=[row[0] for row in STOPPED])
def test_without_an_answer_nothing_is_recorded(strict: Clinic, how: str, keys: list[str], code: int) -> None:
    before = everything(strict)
    with terminal(strict, "inject", "2", *ITEMS[2:]) as screen:
        for key in keys:
            screen.answer("(Enter stops):", enter=key)
        assert screen.end() == code
    assert everything(strict) == before
    assert RECORD not in screen.screen
    assert "Traceback" not in screen.screen
    assert ("nothing recorded" in screen.screen) == (code == 9)


def test_a_reason_alone_does_not_record(strict: Clinic) -> None:
    before = everything(strict)
    with terminal(strict, *ITEMS) as screen:
        screen.answer(CONSENT, "w").answer(RECORD, "n")
        assert screen.end() == 9
    assert everything(strict) == before


@pytest.mark.parametrize("option", ["--yes", "--no-input"])
def test_who_wants_no_question_gets_none_and_records_nothing(strict: Clinic, option: str) -> None:
    before = everything(strict)
    with terminal(strict, *ITEMS, option) as screen:
        assert screen.end() == 4
    assert "Enter stops" not in screen.screen
    assert "tpi: consent_missing needs a reason; nothing was recorded" in screen.screen
    assert "  hint: --consent written (or --override consent_missing='why')" in screen.screen
    assert everything(strict) == before


def test_after_mending_the_line_the_reason_still_holds(strict: Clinic) -> None:
    with terminal(strict, *ITEMS) as screen:
        screen.answer(CONSENT, "on paper").answer(RECORD, "e").answer("1 mL", " + bupi 0.25% 1ml").answer(RECORD, "y")
        assert screen.end() == 0
    assert screen.screen.count(CONSENT) == 1
    assert "recorded all the same: on paper" in screen.screen
    assert kept(strict) == (None, {"consent_missing": "on paper"})
    assert len(strict.ok("session", "show", "S-0018", "--json").json["injections"]) == 2


def test_the_form_asks_again_where_consent_was_passed_over(strict: Clinic) -> None:
    with terminal(strict, "inject", "1", "--next", "6w", "--pain", "7") as screen:
        screen.answer("Injection 1:", "gm r dry").answer("Injection 2 (. ends):", ".")
        screen.answer("Pain before:after (Enter keeps 7):", "").answer("Next (Enter keeps 6w):", "")
        screen.answer("Consent (Enter: not said):", "").answer("Note (Enter: not said):", "")
        screen.answer(CONSENT, "v").answer(RECORD, "y")
        assert screen.end() == 0
    assert kept(strict) == ("verbal", {})


@pytest.mark.parametrize("typed", ["y", "yes", "ok", "."])
def test_a_yes_is_no_reason_and_is_asked_again(strict: Clinic, typed: str) -> None:
    with terminal(strict, *ITEMS) as screen:
        screen.answer(CONSENT, typed).answer(CONSENT, "form is on paper").answer(RECORD, "y")
        assert screen.end() == 0
    assert "a reason in words, please" in screen.screen
    assert kept(strict) == (None, {"consent_missing": "form is on paper"})


@pytest.mark.parametrize("typed", ["n", "No"])
def test_a_no_stops(strict: Clinic, typed: str) -> None:
    with terminal(strict, *ITEMS) as screen:
        screen.answer(CONSENT, typed)
        assert screen.end() == 9
    assert strict.ok("session", "list", "--json").rows == []


@pytest.mark.parametrize("kind", ["anticoagulant", "allergy-amide"])
def test_what_came_in_while_the_question_waited_is_not_recorded_unseen(strict: Clinic, kind: str) -> None:
    with terminal(strict, *ITEMS) as screen:
        screen.waits(CONSENT, lambda: strict.ok("patient", "alert", "1", "add", kind)).types("w")
        assert screen.end() == 5
    assert "changed meanwhile" in screen.screen
    assert strict.ok("session", "list", "--json").rows == []
