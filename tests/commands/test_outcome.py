"""`tpi outcome`: a pain score some time after a session, measured against the pain before it."""

from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, words
from tests.conftest import Clinic

WHO = "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A1")
        clinic.inject("1", "ut l, ls l lido 1% 1ml each", "--on", "2026-10-01", "--pain", "7:3", "--next", "6w")
        clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-12", "--pain", "5:2", "--next", "6w")
        clinic.ok("site", "add", "1", "is", "r")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    """S-0018 of 1 October into sites 1 and 2, pain 7; S-002B of 12 November into site 1, pain 5; site 3 untreated."""
    return copied(_mei, tmp_path)


def scores(clinic: Clinic) -> list[dict[str, Any]]:
    """The later scores as stored."""
    found = clinic.ok("export", "json").json["tables"]["outcome"]
    return [row for row in found if row["phase"] == "later"]


SAID = """
command                                     | line
outcome 1 3                                 | pain 5 to 3: 40% relief since S-002B of 2026-11-12
outcome 1 0                                 | pain 5 to 0: 100% relief since S-002B of 2026-11-12
outcome 1 5                                 | pain 5 to 5: 0% relief since S-002B of 2026-11-12
outcome 1 6                                 | pain 5 to 6: worse by 20% since S-002B of 2026-11-12
outcome mrn:A1 3                            | pain 5 to 3: 40% relief since S-002B of 2026-11-12
outcome 1 3 --on 2026-11-12                 | pain 5 to 3: 40% relief since S-002B of 2026-11-12
outcome 1 3 --on 2026-11-11                 | pain 7 to 3: 57% relief since S-0018 of 2026-10-01
outcome 1 8 --on 2026-10-01                 | pain 7 to 8: worse by 14% since S-0018 of 2026-10-01
outcome 1 3 --site 2                        | pain 7 to 3: 57% relief since S-0018 of 2026-10-01
outcome 1 3 --site 'ls l'                   | pain 7 to 3: 57% relief since S-0018 of 2026-10-01
outcome 1 3 --site ut-l                     | pain 5 to 3: 40% relief since S-002B of 2026-11-12
outcome 1 3 --relief 50                     | pain 5 to 3: 40% relief since S-002B of 2026-11-12; patient says 50%
outcome 1 3 --relief 62.50%                 | pain 5 to 3: 40% relief since S-002B of 2026-11-12; patient says 62.5%
outcome 1 6 --relief -20                    | pain 5 to 6: worse by 20% since S-002B of 2026-11-12; patient says worse by 20%
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("command", "line"), rows(SAID), ids=[row[0] for row in rows(SAID)])
def test_a_score_is_measured_against_the_last_session_on_or_before_its_day(
    mei: Clinic, command: str, line: str
) -> None:
    told = mei.ok(*words(command)).out.splitlines()
    assert (told[0], told[-2]) == (f"recorded outcome of {WHO}", f"  {line}")
    assert len(scores(mei)) == 1


def test_the_site_and_an_earlier_day_are_said_back(mei: Clinic) -> None:
    told = mei.ok(*words("outcome 1 3 --site 2 --on yesterday")).out.splitlines()
    assert told[1] == "  site 2 levator scapulae L   on Sun 22 Nov 2026 (yesterday)"


def test_a_void_session_is_nothing_to_measure_against(mei: Clinic) -> None:
    mei.ok("session", "void", "S-002B", "--reason", "wrong patient", "--yes")
    assert "since S-0018" in mei.ok("outcome", "1", "3").out


@pytest.mark.parametrize("pain", [[], ["--pain", "0:0"]])
def test_without_a_pain_to_start_from_there_is_no_relief(clinic: Clinic, pain: list[str]) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-12", *pain)
    assert "  pain 3: no baseline on file, S-0018 of 2026-11-12\n" in clinic.ok("outcome", "1", "3", "-n").out
    assert clinic.ok("outcome", "1", "3", "--json").json["relief_pct"] is None


def test_the_baseline_of_a_site_is_its_own_and_of_the_patient_the_worst(clinic: Clinic) -> None:
    clinic.ok("import", clinic.file("p.csv", 'mrn,name,born\nA1,"Tan, Mei",1971-03-04\n'))
    head = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,pain_before\n"
    shots = "A1,2026-11-02,ut,L,lido,1%,1,6w,4\nA1,2026-11-02,ls,L,lido,1%,1,6w,8\n"
    clinic.ok("import", clinic.file("i.csv", head + shots))
    assert "pain 4 to 2: 50% relief" in clinic.ok("outcome", "1", "2", "--site", "ut l").out
    assert "pain 8 to 2: 75% relief" in clinic.ok("outcome", "1", "2").out


JSON = [
    ("outcome 1 3", "S-002B", "2026-11-23", None, 3, "40", False, 1, True),
    ("outcome 1 3 --site 2 --on yesterday", "S-0018", "2026-11-22", 2, 3, "57", False, 7, True),
    ("outcome 1 3 --relief 62.5", "S-002B", "2026-11-23", None, 3, "62.5", False, 1, True),
    ("outcome 1 6 --relief=-20.00", "S-002B", "2026-11-23", None, 6, "-20", False, None, False),
    ("outcome 1 0 --resolved", "S-002B", "2026-11-23", 1, 0, "100", True, 1, True),
]


@pytest.mark.parametrize("case", JSON, ids=[case[0] for case in JSON])
def test_programs_get_what_was_recorded(mei: Clinic, case: tuple[Any, ...]) -> None:
    found = envelope(mei.ok(*words(case[0]), "--json"), "outcome")
    assert list(found)[3:] == ["patient", "session", "date", "site", "pain", "relief_pct", "resolved", "relief_weeks",
                               "at_least"]  # fmt: skip
    assert tuple(found.values())[3:] == ("PT-0001", *case[1:])


def test_what_is_kept(mei: Clinic) -> None:
    mei.ok(*words("outcome 1 3 --site 2 --relief 60 --on yesterday --note 'by phone' --as JS"))
    (row,) = scores(mei)
    kept = ("on_date", "pain", "relief_pct", "resolved", "note", "source_id")
    assert [row[name] for name in kept] == ["2026-11-22", 3, "60", 0, "by phone", None]
    assert row["recorded_by"].endswith(" as JS")
    assert None not in (row["session_id"], row["site_id"])


def test_a_dry_run_keeps_nothing(mei: Clinic) -> None:
    before = everything(mei)
    answer = mei.ok(*words("outcome 1 0 --site 2 --resolved --adverse sore -n"))
    assert answer.out.startswith(f"would record outcome of {WHO}\n")
    assert answer.out.endswith("dry run: nothing was kept\n")
    assert everything(mei) == before


REFUSED = """
command                                    | code | line                                                    | hint
outcome 1 7:3                              | 2    | an outcome is one score, not 7:3                        | tpi outcome 1 3
outcome 1 11                               | 2    | pain is 0 to 10                                         | one score from 0 to 10
outcome 1 3.5                              | 2    | pain is a whole number                                  | one score from 0 to 10
outcome 1 much                             | 2    | 'much' is not a pain score                              | one score from 0 to 10
outcome 1 3 --relief 101                   | 2    | --relief '101' is no percentage from -100 to 100        | --relief 60
outcome 1 3 --relief=-100.5                | 2    | --relief '-100.5' is no percentage from -100 to 100     | --relief 60
outcome 1 3 --relief 62,5                  | 2    | --relief '62,5' is no percentage from -100 to 100       | --relief 60
outcome 1 3 --relief half                  | 2    | --relief 'half' is no percentage from -100 to 100       | --relief 60
outcome 1 3 --on tomorrow                  | 2    | Tue 24 Nov 2026 (tomorrow) is in the future             | --on
outcome 1 3 --on 1971-03-03                | 2    | is before PT-0001 was born (1971-03-04)                 | --on
outcome 1 3 --on 2026-09-30                | 5    | no session on or before 2026-09-30                      | tpi session list PT-0001
outcome 1 3 --site 2 --on 2026-09-30       | 5    | no session of this site on or before 2026-09-30         | tpi session list PT-0001
outcome 1 3 --site 3                       | 5    | no session of this site on or before 2026-11-23         | tpi session list PT-0001
outcome 1 3 --site 'gm r'                  | 3    | no site gluteus medius R on PT-0001                     | tpi site list PT-0001
outcome 1 3 --site 'ut both'               | 2    | both is two sites                                       | name one side
outcome 99 3                               | 3    | no patient PT-0099                                      | tpi find
outcome 1 3 --adverse hiccups              | 2    | 'hiccups' is no type of adverse event                 | soreness
outcome 1 0 --resolved --on 2026-10-20     | 2    | which of the 2 sites is resolved?                       | --site
outcome 1 0 --site 1 --resolved --on 2026-10-20 | 5 | treated again on 2026-11-12                           | --on
"""  # noqa: E501 - one case, one line


@pytest.mark.parametrize(("command", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused_says_why_and_what_to_type(mei: Clinic, command: str, code: str, line: str, hint: str) -> None:
    found, told, advice = refused(mei, *words(command))
    assert found == int(code)
    assert line in told
    assert hint in advice


def test_nobody_is_scored_without_a_session(clinic: Clinic) -> None:
    clinic.patient()
    code, line, _ = refused(clinic, "outcome", "1", "3")
    assert (code, line) == (5, "no session on or before 2026-11-23 to measure a score against")


def test_nobody_is_scored_after_death(mei: Clinic) -> None:
    mei.ok(*words("stop 1 --reason died --on 2026-11-20 --yes"))
    assert refused(mei, *words("outcome 1 3"))[:2] == (5, "PT-0001 died before 2026-11-23")
    assert mei.ok(*words("outcome 1 3 --on 2026-11-20"))


SECOND = {
    "the same": ("outcome 1 3", "outcome 1 3"),
    "another": ("outcome 1 3", "outcome 1 4"),
    "of a site": ("outcome 1 3 --site 1", "outcome 1 3 --site 'ut l'"),
    "another time said": ("outcome 1 3 --on yesterday", "outcome 1 3 --on 2026-11-22"),
}


@pytest.mark.parametrize("case", SECOND)
def test_there_is_one_score_a_day(mei: Clinic, case: str) -> None:
    first, second = SECOND[case]
    mei.ok(*words(first))
    code, line, hint = refused(mei, *words(second))
    assert (code, "already" in line, "one a day" in hint) == (5, True, True)


@pytest.mark.parametrize("second", ["outcome 1 3 --site 1", "outcome 1 3 --on yesterday"])
def test_another_site_or_day_is_another_score(mei: Clinic, second: str) -> None:
    mei.ok(*words("outcome 1 3"))
    mei.ok(*words(second))
    assert len(scores(mei)) == 2


def test_a_score_against_a_session_voided_since_does_not_stand_in_the_way(mei: Clinic) -> None:
    mei.ok("outcome", "1", "3")
    mei.ok("session", "void", "S-002B", "--reason", "wrong patient", "--yes")
    assert "since S-0018" in mei.ok("outcome", "1", "3").out
    assert len(scores(mei)) == 2


# Resolved


def sites(clinic: Clinic) -> dict[str, str | None]:
    return {row["muscle"]: row["closed"] for row in clinic.ok("site", "list", "1", "--json").rows}


def test_resolved_closes_the_only_site_of_the_last_session(mei: Clinic) -> None:
    told = mei.ok("outcome", "1", "0", "--resolved", "--note", "full movement").out.splitlines()
    assert told[1:] == [
        "  site 1 upper trapezius L",
        "  pain 5 to 0: 100% relief since S-002B of 2026-11-12",
        "  30% or more for at least 1 week",
        "  site 1 resolved: no recall until it is treated again",
    ]
    assert sites(mei) == {"trapezius_upper": "resolved", "levator_scapulae": None, "infraspinatus": None}
    assert "resolved 2026-11-23: full movement" in mei.ok("why", "1", "1").out


def test_resolved_closes_the_site_named(mei: Clinic) -> None:
    mei.ok(*words("outcome 1 0 --site 'ls l' --resolved"))
    assert sites(mei) == {"trapezius_upper": None, "levator_scapulae": "resolved", "infraspinatus": None}
    assert "levator_scapulae" not in str(mei.ok("due", "-w", "1y", "--json").rows)


def test_a_site_resolved_already_is_not_resolved_again_and_no_score_is_kept(mei: Clinic) -> None:
    mei.ok("site", "resolve", "1", "ls", "l")
    code, line, _ = refused(mei, *words("outcome 1 0 --site 2 --resolved"))
    assert (code, line) == (5, "the recall is resolved already")
    assert scores(mei) == []


def test_a_score_alone_leaves_the_due_dates(mei: Clinic) -> None:
    def dates() -> list[tuple[Any, ...]]:
        found = mei.ok("due", "-w", "1y", "--json").rows
        return [(row["due"], [site["muscle"] for site in row["sites"]]) for row in found]

    before = dates()
    mei.ok("outcome", "1", "0")
    assert dates() == before != []


# What went wrong, told later


def test_an_event_told_later_stands_with_its_session(mei: Clinic) -> None:
    mei.ok(*words("outcome 1 3 --adverse 'sore:two days' --adverse haematoma"))
    assert mei.ok("session", "show", "S-002B", "--json").json["adverse"] == [
        {"type": "haematoma", "text": None, "site": None},
        {"type": "soreness", "text": "two days", "site": None},
    ]
    found = mei.ok("export", "json").json["tables"]["adverse_event"]
    assert {row["on_date"] for row in found} == {"2026-11-23"}


# Kept back


@pytest.mark.parametrize(("redact", "gone"), [("names", ["Tan", "TAN", "1971"]), ("all", ["Tan", "40%", "pain 5"])])
def test_redacted(mei: Clinic, redact: str, gone: list[str]) -> None:
    answer = mei.ok("outcome", "1", "3", "--redact", redact)
    assert "PT-0001" in answer.out
    assert [word for word in gone if word in answer.out] == []


def test_redacted_for_programs(mei: Clinic) -> None:
    found = mei.ok("outcome", "1", "3", "--redact", "all", "--json").json
    assert (found["pain"], found["relief_pct"], found["session"]) == (None, None, "S-002B")


def test_the_relief_that_is_told_is_the_relief_that_counts(clinic: Clinic) -> None:
    """Two entries of one day that differ in the pain before: answer, `why` and the rules go by the same one."""
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-12", "--pain", "5", "--next", "6w")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-12", "--pain", "10")
    assert "pain 5 to 2: 60% relief" in clinic.ok("outcome", "1", "2").out
    assert "relief 60 % since 2026-11-12" in clinic.ok("why", "1").out
