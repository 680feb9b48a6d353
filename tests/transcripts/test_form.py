"""The line-by-line form of `tpi inject`, as it stands on an 80 by 24 terminal when it is done.

What was typed is what follows the questions; the rest tpi printed.
"""

import re

import pytest

from tests.commands.reading import everything
from tests.conftest import Clinic
from tests.transcripts.terminal import CTRL_C, CTRL_D, terminal

SESSION = """\
today is 2026-11-23: TPI_TODAY sets the clock
PT-0003  KHAN, Sara   born 12 Nov 1996 (30 y)
One line at a time: < back, . end, ? help, Ctrl-C leaves without recording.
Injection 1: ?
Sites, then the mix: ut l, ls l lido 1% 1ml each. A dry needle is dry. Enter or
    . when done.
Injection 1: .
tpi: no injection yet
  hint: ut l lido 1% 1ml, or Ctrl-C to leave
Injection 1: ut l, ls l lido 1% 1ml
tpi: 1 mL for each of 2 sites, or 1 mL in total?
  ut l, ls l lido 1% 1ml
             ^^^^^^^^^^^
  hint: add 'each' or 'total'
Injection 1: ut l, ls l lido 1% 1ml each
Injection 2 (. ends): gm r lido 2% 1ml
Injection 3 (. ends): <
Injection 2 (. ends): is l x3 dry
Injection 3 (. ends): .
Pain before:after (Enter: not said): 11
tpi: pain is 0 to 10
  11
  ^^
  hint: write 7, or 7:3 for before and after
Pain before:after (Enter: not said): 7:2
Next (Enter: not said): <
Pain before:after (Enter: not said): 7:3
Next (Enter: not said): ?
3mo, 6w, 2027-02-23 or none. Enter carries the site's last interval on, if it
    has one.
Next (Enter: not said): 3m
tpi: 3m could be minutes or months
  3m
   ^
  hint: 3mo for months
Next (Enter: not said): 3mo
Consent (Enter: not said): w
Note (Enter: not said): lay down afterwards
PT-0003  KHAN, Sara   born 12 Nov 1996 (30 y)
  1  upper trapezius L   lidocaine 10 mg/mL  1 mL = 10 mg  (new site)
  2  levator scapulae L  lidocaine 10 mg/mL  1 mL = 10 mg  (new site)
  3  infraspinatus L     dry needle  3 passes  (new site)
  total lidocaine 20 mg (0.07 of the limit)   pain 7 to 3   next Tue 23 Feb
      2027 (3 months)
  consent written
  remark: lay down afterwards
  warning  pneumothorax_site: upper trapezius L (moderate), levator scapulae L
      (moderate). The lung is near: mind the needle, and say when to come back
      [pneumothorax-sites +4]
  warning  no_diagnosis: upper trapezius L, levator scapulae L, infraspinatus
      L. Examination not on file (taut band, tender spot, referred pain);
      payers ask for it before a first injection [delphi-2018 +1]
Record? [y/N/e] y
recorded S-003E  PT-0003  KHAN, Sara   born 12 Nov 1996 (30 y)
  3 sites   next Tue 23 Feb 2027 (in 3 months)
"""


def _typed(transcript: str) -> list[tuple[str, str]]:
    """The questions of a transcript with what was answered: what stands behind the last colon or bracket."""
    asked = re.compile(r"(Injection 1:|(?:Injection|Pain|Next|Consent|Note) .*?\):|Record\? \[y/N/e\])(?: (.*))?")
    return [match.groups("") for line in transcript.splitlines() if (match := asked.fullmatch(line))]  # type: ignore[misc]


def test_a_session_line_by_line(practice: Clinic) -> None:
    with terminal(practice, "inject", "3") as screen:
        for question, answer in _typed(SESSION):
            screen.answer(question, answer)
        assert screen.end() == 0
    assert screen.screen.splitlines() == SESSION.splitlines()
    found = practice.ok("session", "show", "S-003E", "--json").json
    assert (found["pain"], found["consent"], found["note"]) == (
        {"before": 7, "after": 3}, "written", "lay down afterwards",
    )  # fmt: skip
    assert [(row["muscle"], row["passes"]) for row in found["injections"]] == [
        ("trapezius_upper", None), ("levator_scapulae", None), ("infraspinatus", 3),
    ]  # fmt: skip


def test_a_dot_ends_the_form_where_the_rest_does_not_matter(practice: Clinic) -> None:
    with terminal(practice, "inject", "3", "--next", "6w") as screen:
        screen.answer("Injection 1:", "ut l dry").answer("Injection 2 (. ends):", "").answer("not said):", ".")
        screen.answer("Record? [y/N/e]", "y")
        assert screen.end() == 0
    (row,) = practice.ok("due", "3", "-w", "1y", "--json").rows
    assert row["due"] == "2027-01-04"


def test_what_was_given_as_an_option_is_kept_by_enter(practice: Clinic) -> None:
    with terminal(practice, "inject", "3", "--pain", "6:2", "--consent", "verbal") as screen:
        screen.answer("Injection 1:", "ut l dry").answer("Injection 2 (. ends):", ".")
        screen.answer("Pain before:after (Enter keeps 6:2):", "").answer("Next (Enter: not said):", "none")
        screen.answer("Consent (Enter keeps verbal):", "written").answer("Note (Enter: not said):", "")
        screen.answer("Record? [y/N/e]", "y")
        assert screen.end() == 0
    found = practice.ok("session", "show", "S-003E", "--json").json
    assert (found["pain"], found["consent"], found["note"]) == ({"before": 6, "after": 2}, "written", None)


LEAVING = [
    ("Ctrl-C at the first question", [], CTRL_C, 130),
    ("Ctrl-C half way", ["ut l lido 1% 1ml", ".", "7:3"], CTRL_C, 130),
    ("Ctrl-D at the first question", [], CTRL_D, 9),
    ("Ctrl-D half way", ["ut l lido 1% 1ml", "."], CTRL_D, 9),
]


@pytest.mark.parametrize(("how", "answers", "key", "code"), LEAVING, ids=[row[0] for row in LEAVING])
def test_leaving_the_form_records_nothing(practice: Clinic, how: str, answers: list[str], key: str, code: int) -> None:
    before = everything(practice)
    with terminal(practice, "inject", "3") as screen:
        for answer in answers:
            screen.answer(":", answer)
        screen.answer(":", enter=key)
        assert screen.end() == code
    assert everything(practice) == before
    assert "Traceback" not in screen.screen
    assert ("nothing recorded" in screen.screen) == (code == 9)
