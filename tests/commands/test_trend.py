"""`tpi trend`: every score in words below the plot, of a site or of the patient as a whole."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, made, rows, words
from tests.conftest import Clinic


@pytest.fixture(scope="module")
def _scored(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.inject("1", "ut l, gm r lido 1% 1ml each", "--on", "2026-05-23", "--next", "3mo", "--pain", "8:4")
        clinic.ok(*words("outcome 1 2 --site 'ut l' --on 2026-06-20"))
        clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3")
        clinic.ok(*words("outcome 1 1 --on 2026-10-04"))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def scored(tmp_path: Path, _scored: Path) -> Clinic:
    return copied(_scored, tmp_path)


OF_THE_SITE = """
date       | when   | pain | relief | session
2026-05-23 | before | 8    | -      | 2026-05-23
2026-05-23 | after  | 4    | 50%    | 2026-05-23
2026-06-20 | later  | 2    | 75%    | 2026-05-23
2026-08-23 | before | 7    | -      | 2026-08-23
2026-08-23 | after  | 3    | 57%    | 2026-08-23
2026-10-04 | later  | 1    | 86%    | 2026-08-23
"""


def test_the_scores_of_a_site(scored: Clinic) -> None:
    told = scored.ok("trend", "1", "--site", "ut l", "--format", "csv").out.splitlines()
    assert [tuple(cell or "-" for cell in line.split(",")) for line in told[1:]] == rows(OF_THE_SITE)
    assert scored.ok("trend", "1", "--site", "1", "--format", "csv").out.splitlines() == told


def test_another_site_has_what_was_said_of_the_whole_on_its_days(scored: Clinic) -> None:
    found = scored.ok("trend", "1", "--site", "gm r", "--json").rows
    assert [(row["date"], row["pain"]) for row in found] == [("2026-05-23", 8), ("2026-05-23", 4)]


def test_the_plot_stands_above_the_scores(scored: Clinic) -> None:
    answer = scored.ok("trend", "1", "--site", "ut l", "--width", "60")
    lines = answer.out.splitlines()
    assert lines[0].startswith("PT-0001  TAN, Mei   born")
    assert lines[1] == "pain of upper trapezius L"
    assert [line.split()[0] for line in lines[3:14]] == [str(pain) for pain in range(10, -1, -1)]
    assert "B before  A after  o later" in answer.out
    assert answer.out.isascii()
    assert "relief enough: 30 % of the pain before" in answer.err
    assert "longest without a score: 9 weeks, 2026-06-20 to 2026-08-23" in answer.err


def test_programs_get_levels_and_gaps(scored: Clinic) -> None:
    found = envelope(scored.ok("trend", "1", "--site", "ut l", "--json"), "trend")
    assert (found["patient"], found["site"], found["count"]) == ("PT-0001", 1, 6)
    assert found["threshold"]["relief_pct"] == "30"
    assert [(one["from"], one["until"], one["pain"]) for one in found["threshold"]["levels"]] == [
        ("2026-05-23", "2026-08-22", 5),
        ("2026-08-23", "2026-11-23", 4),
    ]
    assert found["gaps"] == [{"from": "2026-06-20", "until": "2026-08-23", "weeks": 9}]


def test_a_payer_that_asks_for_more_moves_the_line(scored: Clinic) -> None:
    scored.ok(*words("payer add harbour --min-relief 75 --reason 'their letter of May' --from 2026-01-01"))
    scored.ok("patient", "edit", "1", "--payer", "harbour")
    levels = scored.ok("trend", "1", "--json").json["threshold"]["levels"]
    assert [one["pain"] for one in levels] == [2, 1]


def test_who_was_never_asked_has_no_plot(clinic: Clinic) -> None:
    clinic.patient()
    answer = clinic.ok("trend", "1")
    assert "no score on file" in answer.err
    assert "B before" not in answer.out


def test_a_site_that_is_not_there(scored: Clinic) -> None:
    answer = scored.run("trend", "1", "--site", "ls r")
    assert (answer.code, answer.out) == (3, "")


def test_what_redact_keeps_back(scored: Clinic) -> None:
    told = scored.ok("trend", "1", "--site", "ut l", "--redact", "all").out
    assert "trapezius" not in told and "B before" not in told and "TAN" not in told
    assert [line.split()[2] for line in told.splitlines()[2:]] == ["-"] * 6


def test_a_plain_style_has_the_scores_alone(scored: Clinic) -> None:
    told = scored.ok("trend", "1", TPI_STYLE="plain").out
    assert "B before" not in told and "86%" in told
