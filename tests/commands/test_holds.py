"""`tpi snooze|stop|resume`: a recall held, ended, reopened; counted all the while, and kept in the reasons."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, one_line, rows, words
from tests.conftest import Clinic

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


HOLDS = """
command                          | status   | says                                   | why
stop 1 --reason resolved         | resolved | stopped (resolved)                     | stopped 2026-11-23 (resolved)
stop 1 --reason declined         | declined | stopped (declined)                     | stopped 2026-11-23 (declined)
stop 1 --reason moved            | stopped  | stopped (moved)                        | stopped 2026-11-23 (moved)
stop 1 --reason other            | stopped  | stopped (other)                        | stopped 2026-11-23 (other)
stop 1 --reason died --yes       | deceased | stopped (died)                         | the patient is deceased since 2026-11-23
snooze 1 6w --reason exams       | snoozed  | held until Mon 4 Jan 2027 (in 6 weeks) | held on 2026-11-23 until 2027-01-04: exams
snooze 1 4 Jan --reason exams    | snoozed  | held until Mon 4 Jan 2027 (in 6 weeks) | held on 2026-11-23 until 2027-01-04: exams
snooze 1 tomorrow --reason exams | snoozed  | held until Tue 24 Nov 2026 (tomorrow)  | held on 2026-11-23 until 2026-11-24: exams
patient archive 1                | archived | archived                               | the patient is archived since 2026-11-23
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("command", "status", "says", "why"), rows(HOLDS), ids=[row[0] for row in rows(HOLDS)])
def test_a_hold_takes_off_the_list_and_is_counted(mei: Clinic, command: str, status: str, says: str, why: str) -> None:
    assert len(mei.ok("due", "--json").rows) == 1
    answer = mei.ok(*words(command))
    assert says in answer.out
    assert WHO in answer.out
    found = mei.ok("due", "--json").json
    assert (found["rows"], found["held_back"]) == ([], {status: 1})
    (row,) = mei.ok("due", "--status", status, "--json").rows
    assert (row["patient"], row["status"], row["due"]) == ("PT-0001", status, "2026-11-12")
    assert why in mei.ok("why", "1").out


def test_a_snooze_ends_by_itself(mei: Clinic) -> None:
    mei.ok("snooze", "1", "2026-12-01", "--reason", "exams")
    mei.today = "2026-11-30"
    assert mei.ok("due", "--json").rows == []
    mei.today = "2026-12-01"
    (row,) = mei.ok("due", "--json").rows
    assert (row["due"], row["late_days"]) == ("2026-11-12", 19), "the due date stays what it was"


def test_one_site_stopped_leaves_the_other(mei: Clinic) -> None:
    answer = mei.ok("stop", "1", "ut", "l", "--reason", "resolved")
    assert answer.out == f"stopped (resolved) site 1: {WHO}\n"
    (row,) = mei.ok("due", "--json").rows
    assert [site["muscle"] for site in row["sites"]] == ["levator_scapulae"]


@pytest.mark.parametrize("site", [["1"], ["ut", "l"], ["ut-l"], ["upper trapezius L"]])
def test_a_site_goes_by_number_or_by_name(mei: Clinic, site: list[str]) -> None:
    found = envelope(mei.ok("stop", "1", *site, "--reason", "resolved", "--json"), "stop")
    assert (found["patient"], found["site"]) == ("PT-0001", 1)


RESUMED = """
held by
stop 1 --reason declined
stop 1 --reason moved
stop 1 ut l --reason declined
snooze 1 6w --reason exams
"""


@pytest.mark.parametrize("command", [row[0] for row in rows(RESUMED)])
def test_resuming_brings_the_last_plan_back(mei: Clinic, command: str) -> None:
    before = mei.ok("due", "--json").rows[0]["sites"]
    mei.ok(*words(command))
    answer = mei.ok("resume", "1", "--note", "called, wants to come")
    assert answer.out == f"reopened: {WHO}\n"
    found = mei.ok("due", "--json").rows[0]["sites"]
    assert found == before
    assert "reopened 2026-11-23: called, wants to come" in mei.ok("why", "1").out


@pytest.mark.parametrize("command", ["stop 1 ut l --reason resolved", "site resolve 1 ut l"])
@pytest.mark.parametrize("held", ["snooze 1 6w --reason exams", "stop 1 --reason declined"])
def test_a_resolved_site_does_not_come_back_with_the_patient(mei: Clinic, command: str, held: str) -> None:
    """Nothing left to treat there: taking back what held the patient does not change it."""
    mei.ok(*words(command))
    mei.ok(*words(held))
    mei.ok("resume", "1")
    assert [site["site"] for site in mei.ok("due", "--json").rows[0]["sites"]] == [2]
    assert mei.ok("resume", "1", "ut", "l").out == f"reopened site 1: {WHO}\n"
    assert [site["site"] for site in mei.ok("due", "--json").rows[0]["sites"]] == [1, 2]


def test_resuming_one_site(mei: Clinic) -> None:
    mei.ok("stop", "1", "--reason", "declined")
    mei.ok("resume", "1", "2")
    (row,) = mei.ok("due", "--json").rows
    assert [site["site"] for site in row["sites"]] == [2]


def test_nothing_held_is_a_conflict(mei: Clinic) -> None:
    answer = mei.run("resume", "1")
    assert (answer.code, one_line(answer)[0]) == (5, "nothing is held here")
    mei.ok("stop", "1", "--reason", "declined")
    mei.ok("resume", "1")
    assert mei.run("resume", "1").code == 5


def test_the_dead_are_not_resumed(mei: Clinic) -> None:
    mei.ok(*words("stop 1 --reason died --yes"))
    answer = mei.run("resume", "1")
    assert (answer.code, one_line(answer)) == (
        5, ("the patient is deceased", "tpi patient edit PATIENT --status active"),
    )  # fmt: skip


def test_a_death_is_asked_about(mei: Clinic) -> None:
    before = everything(mei)
    for stdin in ("n\n", "\n", ""):
        answer = mei.run("stop", "1", "--reason", "died", stdin=stdin)
        assert answer.code == 9
        assert "PT-0001 Tan, Mei born 1971-03-04 has died: mark as deceased?" in answer.err
        assert everything(mei) == before
    assert mei.run("stop", "1", "--reason", "died", stdin="y\n").code == 0
    assert mei.ok("patient", "show", "1", "--json").json["status"] == "deceased"


def test_a_later_session_starts_the_recall_anew(mei: Clinic) -> None:
    mei.ok("stop", "1", "--reason", "declined")
    mei.inject("1", "ut l lido 1% 1ml", "--next", "1d")
    mei.today = "2026-11-24"
    (row,) = mei.ok("due", "--json").rows
    assert [site["site"] for site in row["sites"]] == [1]


def test_every_decision_stays_in_the_reasons(mei: Clinic) -> None:
    mei.ok(*words("snooze 1 6w --reason exams --on 2026-11-15"))
    mei.ok(*words("resume 1 --on 2026-11-16 --note 'came early'"))
    mei.ok(*words("stop 1 --reason moved --note 'to Leeds'"))
    text = mei.ok("why", "1", "1").out
    parts = ("held on 2026-11-15 until", "exams", "reopened 2026-11-16: came early", "recall.snoozed",
             "stopped 2026-11-23 (moved): to Leeds", "recall.reopened", "recall.stopped")  # fmt: skip
    assert [part for part in parts if part not in text] == []


@pytest.mark.parametrize(
    "command", ["snooze 1 6w --reason exams", "stop 1 --reason declined", "stop 1 ut l --reason other"]
)
def test_a_dry_run_of_holding(mei: Clinic, command: str) -> None:
    before = everything(mei)
    for option in ("-n", "--dry-run"):
        answer = mei.ok(*words(command), option)
        assert answer.out.startswith("would be ")
        assert answer.out.endswith("dry run: nothing was kept\n")
    assert mei.ok(*words(command), "-n", "--json").json["dry_run"] is True
    assert everything(mei) == before


def test_a_dry_run_of_resuming(mei: Clinic) -> None:
    mei.ok("stop", "1", "--reason", "declined")
    before = everything(mei)
    assert mei.ok("resume", "1", "-n").out.startswith("would be reopened")
    assert everything(mei) == before


# --- what a patient's resume is meant for


def test_after_calls_in_vain_a_site_that_was_resolved_stays_so(mei: Clinic) -> None:
    mei.ok("site", "resolve", "1", "ut", "l")
    for channel, on in (("sms", "2026-11-20"), ("phone", "2026-11-21"), ("phone", "2026-11-22")):
        mei.ok("call", "1", "message", "--by", channel, "--on", on)
    assert mei.ok("due", "--json").rows == []
    mei.ok("resume", "1")
    assert [one["site"] for one in mei.ok("due", "--json").rows[0]["sites"]] == [2]


def test_a_resolved_site_beside_an_open_one_is_named_to_be_reopened(mei: Clinic) -> None:
    mei.ok("site", "resolve", "1", "ut", "l")
    answer = mei.run("resume", "1")
    assert answer.code == 5
    assert "nothing is held for the patient; closed by itself: site 1" in answer.err
    assert "tpi resume PATIENT 1" in answer.err


def test_where_every_site_is_resolved_the_patient_is_meant(mei: Clinic) -> None:
    mei.ok("site", "resolve", "1", "ut", "l")
    mei.ok("site", "resolve", "1", "2")
    mei.ok("resume", "1")
    assert [one["site"] for one in mei.ok("due", "--json").rows[0]["sites"]] == [1, 2]


def test_the_clinics_hold_outlives_a_call_and_a_visit(mei: Clinic) -> None:
    mei.ok("snooze", "1", "2026-11-28", "--reason", "MRI on 28 Nov")
    mei.ok("call", "1", "message")
    mei.inject("1", "gm r lido 1% 1ml", "--next", "6w")
    assert mei.ok("why", "1", "1", "--json").rows[0]["status"] == "snoozed"
    assert "off the list until Sat 28 Nov 2026" in mei.ok("call", "1", "reached", "tomorrow").out


def test_the_same_hold_twice_is_said_to_be_the_same(mei: Clinic) -> None:
    mei.ok("snooze", "1", "6w", "--reason", "exams")
    assert "it stands so already" in mei.run("snooze", "1", "6w", "--reason", "exams").err


def test_a_hold_in_the_place_of_a_call_is_a_change(mei: Clinic) -> None:
    """The day is the same, but nobody is to call again."""
    mei.ok("call", "1", "no-answer")
    mei.ok("snooze", "1", "tomorrow", "--reason", "MRI tomorrow")


def test_a_site_found_today_is_not_held_by_what_was_decided_before(mei: Clinic) -> None:
    """However long the patient has had it, and if it was decided the same morning."""
    mei.ok("call", "1", "declined")
    mei.ok("site", "add", "1", "gm", "r", "--taut-band", "--since", "2026-10-01")
    assert mei.ok("why", "1", "gm", "r", "--json").rows[0]["status"] == "unplanned"
