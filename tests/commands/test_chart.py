"""`tpi chart`: the body with a patient's sites, and the same in words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.commands.reading import copied, envelope, made, rows, words
from tests.conftest import Clinic
from tests.show.payloads import ELEMENTS

LATER = "2026-09-20"


@pytest.fixture(scope="module")
def _treated(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """Mei: upper trapezius left and gluteus medius right, treated twice; a site that was never treated."""

    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.inject("1", "ut l, gm r lido 1% 1ml each", "--on", "2026-05-23", "--next", "3mo", "--pain", "8:4")
        clinic.inject("1", "ut l, gm r lido 1% 1ml each", "--on", "2026-08-23", "--next", "3mo", "--pain", "7:3")
        clinic.ok(*words(f"outcome 1 2 --site 'ut l' --on {LATER}"))
        clinic.ok(*words("site add 1 masseter l"))

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def treated(tmp_path: Path, _treated: Path) -> Clinic:
    return copied(_treated, tmp_path)


LEGEND = """
site | muscle           | side | last       | pain | scored     | trend     | due        | status
1    | upper trapezius  | L    | 2026-08-23 | 2    | 2026-09-20 | 8 4 7 3 2 | 2026-11-23 | due
2    | gluteus medius   | R    | 2026-08-23 | 3    | 2026-08-23 | 8 4 7 3   | 2026-11-23 | due
3    | masseter         | L    | -          | -    | -          | -         | -          | unplanned
"""


def test_the_legend_says_of_each_number_what_it_stands_for(treated: Clinic) -> None:
    found = treated.ok("chart", "1", "--format", "csv").out.splitlines()
    told = [tuple(cell or "-" for cell in line.split(",")) for line in found[1:]]
    assert told == rows(LEGEND)
    assert found[0].split(",") == [cell.strip() for cell in LEGEND.split("\n")[1].split("|")]


def test_a_site_that_is_closed_has_no_due_date(treated: Clinic) -> None:
    treated.ok("site", "resolve", "1", "ut", "l")
    row = treated.ok("chart", "1", "--json").rows[0]
    assert (row["due"], row["status"]) == (None, "resolved")


def test_the_picture_has_the_sites_numbers_and_both_sides(treated: Clinic) -> None:
    lines = treated.ok("chart", "1", "--ascii").out.splitlines()
    assert lines[0].startswith("PT-0001  TAN, Mei   born 4 Mar 1971")
    assert lines[1].split() == ["R", "FRONT", "L", "L", "BACK", "R"]
    picture = "\n".join(lines[1 : lines.index("L and R are the patient's left and right")])
    assert sorted(re.findall(r"\d+", picture)) == ["1", "2", "3"]
    assert picture.isascii()


def test_every_session_that_counts_is_told_below(treated: Clinic) -> None:
    first = treated.ok("session", "list", "1", "--json").rows[-1]["session"]
    treated.ok("session", "void", first, "--reason", "wrong day", "--yes")
    assert len(treated.ok("chart", "1", "--json").json["sessions"]) == 1
    told = treated.ok("chart", "1").out.partition("\nsessions\n")[2].splitlines()
    assert told == ["2026-08-23  S-004H  UT-L GM-R  lidocaine  pain 7 to 3".replace("S-004H", told[0].split()[1])]


def test_programs_get_where_each_site_is_drawn(treated: Clinic) -> None:
    found = envelope(treated.ok("chart", "1", "--json"), "chart")
    assert (found["patient"], len(found["sessions"])) == ("PT-0001", 2)
    at = {row["site"]: row["drawn"] for row in found["rows"]}
    assert at[1]["view"] == "back"
    assert float(at[1]["x"]) < 0, "the left, seen from behind, is on the left"
    assert float(at[2]["x"]) > 0
    assert at[3]["view"] == "front"
    assert float(at[3]["x"]) > 0, "the left, seen from before, is on the right"


def test_the_svg_says_the_same(treated: Clinic) -> None:
    treated.ok("chart", "1", "--svg", str(treated.home / "body.svg"))
    text = (treated.home / "body.svg").read_text()
    root = ElementTree.fromstring(text)
    told = " ".join("".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text"))
    for part in (
        "TAN, Mei",
        "born 4 Mar 1971",
        "upper trapezius L",
        "treated 2026-08-23",
        "pain 2",
        "due 2026-11-23, due",
    ):
        assert part in told
    assert not re.search(r"<script|href|url\(|@import|http(?!://www.w3.org/2000/svg\")", text)
    assert (treated.home / "body.svg").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("payload", ELEMENTS)
def test_no_name_gets_out_of_its_element(clinic: Clinic, payload: str) -> None:
    clinic.patient(payload)
    clinic.inject("1")
    clinic.ok("chart", "1", "--svg", str(clinic.home / "body.svg"))
    plain = ElementTree.fromstring((clinic.home / "body.svg").read_text())
    assert {one.tag.partition("}")[2] for one in plain.iter()} <= {
        "svg", "rect", "text", "title", "desc", "g", "path", "circle", "line"}  # fmt: skip


def test_what_redact_keeps_back_is_not_drawn(treated: Clinic) -> None:
    assert "TAN" not in treated.ok("chart", "1", "--redact", "names").out
    told = treated.ok("chart", "1", "--redact", "all").out
    assert "trapezius" not in told and "FRONT" not in told and "UT-L" not in told
    answer = treated.run("chart", "1", "--redact", "all", "--svg", "x.svg")
    assert (answer.code, answer.out) == (2, "")


def test_a_plain_style_has_words_alone(treated: Clinic) -> None:
    treated.ok("config", "set", "ui.style", "plain")
    told = treated.ok("chart", "1").out
    assert told.isascii() and "FRONT" not in told and "upper trapezius" in told
    assert "FRONT" in treated.ok("chart", "1", "--ascii").out, "who asks for it gets it"


def test_nobody_treated_yet_has_no_picture(clinic: Clinic) -> None:
    clinic.patient()
    answer = clinic.ok("chart", "1")
    assert "FRONT" not in answer.out
    assert "no site on file" in answer.err
