"""`tpi adverse`: what went wrong, what was done, how it ended; some want a look."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, words
from tests.conftest import Clinic

WHO = "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-20", "--next", "3mo")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    """A session S-0018 three days ago."""
    return copied(_mei, tmp_path)


def listed(clinic: Clinic) -> list[str]:
    return [row["status"] for row in clinic.ok("due", "--json").rows]


ADDED = """
command                                         | list    | second line
adverse add 1 'infection:red and warm'          | adverse | on the list from Mon 23 Nov 2026 (today) until tpi adverse close
adverse add 1 bruise                            | adverse | on the list from Mon 23 Nov 2026 (today) until tpi adverse close
adverse add 1 infection --on yesterday          | adverse | on the list from Sun 22 Nov 2026 (yesterday) until tpi adverse close
adverse add 1 infection --look 3d               |         | on the list from Thu 26 Nov 2026 (in 3 days) until tpi adverse close
adverse add 1 soreness                          |         | wants no look
adverse add 1 soreness --look today             | adverse | on the list from Mon 23 Nov 2026 (today) until tpi adverse close
adverse add 1 infection --look none             |         | wants no look
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("command", "status", "line"), rows(ADDED), ids=[row[0] for row in rows(ADDED)])
def test_which_events_want_a_look(mei: Clinic, command: str, status: str, line: str) -> None:
    told = mei.ok(*words(command)).out.splitlines()
    assert told[0].startswith("recorded adverse event 1: ")
    assert told[1:] == [f"  {WHO}", f"  {line}"]
    assert listed(mei) == ([status] if status else [])


@pytest.mark.parametrize("command", ["inject 1 gm r lido 1% 1ml --adverse pneumothorax --consent written --yes",
                                     "outcome 1 3 --adverse 'infection:red'"])  # fmt: skip
def test_told_with_a_session_or_a_score_it_wants_a_look_as_well(mei: Clinic, command: str) -> None:
    mei.ok(*words(command))
    assert listed(mei) == ["adverse"]


def test_an_imported_one_is_history(mei: Clinic) -> None:
    header = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,adverse"
    mei.ok("patient", "edit", "1", "--mrn", "A1")
    mei.ok("import", mei.file("log.csv", f"{header}\nA1,2026-05-01,is,L,lidocaine,1%,1,none,infection:red\n"))
    assert listed(mei) == []
    assert len(mei.ok("adverse", "list", "--json").rows) == 1


def test_closing_it(mei: Clinic) -> None:
    mei.ok("adverse", "add", "1", "infection:red", "--action", "antibiotic")
    answer = mei.ok("adverse", "close", "1", "1", "--outcome", "healed")
    assert answer.out.splitlines() == ["recorded adverse event 1: infection (red); closed: healed", f"  {WHO}"]
    (row,) = envelope(mei.ok("adverse", "list", "--json"), "adverse-list")["rows"]
    told = {
        key: row[key] for key in ("event", "patient", "adverse", "text", "session", "closed_on", "action", "outcome")
    }
    assert told == {"event": 1, "patient": "PT-0001", "adverse": "infection", "text": "red", "session": "S-0018",
                    "closed_on": "2026-11-23", "action": "antibiotic", "outcome": "healed"}  # fmt: skip
    assert mei.ok("adverse", "list", "--open", "--json").rows == []
    assert refused(mei, "adverse", "close", "1", "1", "--outcome", "x")[0] == 5


def test_why_and_the_patient_name_it(mei: Clinic) -> None:
    mei.ok("adverse", "add", "1", "infection:red and warm")
    line = "adverse event 1  infection (red and warm) of 2026-11-23: on the list from 2026-11-23, whatever else"
    assert line in mei.ok("why", "1").out
    shown = mei.ok("patient", "show", "1").out
    assert "  adverse   1 infection (red and warm) of 2026-11-23, wants a look from 2026-11-23" in shown


@pytest.mark.parametrize("command", ["adverse list", "why 1", "patient show 1", "due --explain", "due --json", "log",
                                     "adverse list --json", "session show S-0018"])  # fmt: skip
def test_its_free_text_is_kept_back_with_the_names(mei: Clinic, command: str) -> None:
    mei.ok("adverse", "add", "1", "infection:of the Tan family", "--action", "rang Mei's mother")
    answer = mei.ok(*words(command), "--redact", "names")
    assert "family" not in answer.out
    assert "mother" not in answer.out


REFUSED = """
command                                       | code | says
adverse add 1 headache                        | 2    | 'headache' is no type of adverse event
adverse add 9 infection                       | 3    | no patient PT-0009
adverse add 1 infection --look yesterday      | 2    | Sun 22 Nov 2026 (yesterday) is before the event
adverse close 1 1                             | 2    | how did it end?
adverse close 1 7 --outcome healed            | 3    | the patient has no adverse event 7
adverse close 1 1 --outcome x --on 2026-11-20 | 5    | 2026-11-20 is before the event (2026-11-23)
"""


@pytest.mark.parametrize(("command", "code", "says"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused_leaves_no_trace(mei: Clinic, command: str, code: str, says: str) -> None:
    mei.ok("adverse", "add", "1", "infection")
    before = everything(mei)
    assert refused(mei, *words(command))[:2] == (int(code), says)
    assert everything(mei) == before
