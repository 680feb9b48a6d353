"""`tpi again`: the last session's sites and mix as a draft; pain, lots, consent and adverse events never."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, everything, made, rows, talk
from tests.conftest import Clinic


@pytest.fixture(scope="module")
def _mei(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient()

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def mei(tmp_path: Path, _mei: Path) -> Clinic:
    return copied(_mei, tmp_path)


COPIED = """
typed                                   | the day after that needs a reason
ut l lido 1% 1ml                        | -
ut l, ls l lido 1% 1ml each             | -
ut l, ls l lido 1% 1ml total            | -
ut l, ls l, is l lido 1% 1ml total      | -
ut l x3, ls l dry                       | -
scm r botox 20units                     | units_over_limit
ut l lido 1% 1ml + triam 40mg/ml 0.25ml | steroid_interval
ut l lido 1% epi 1:200000 1ml           | -
ut l lido 10mg, gm r dry                | -
ut both lido 0.5% 0.3ml each, ql l dry  | -
"""


@pytest.mark.parametrize(("typed", "rule"), rows(COPIED), ids=[row[0] for row in rows(COPIED)])
def test_the_same_sites_and_mix(mei: Clinic, typed: str, rule: str) -> None:
    first = mei.inject("1", typed, "--on", "yesterday")
    if rule != "-":
        before = everything(mei)
        stopped = mei.run("again", "1", "--yes")
        assert (stopped.code, everything(mei)) == (4, before)
        assert talk(stopped)[-2:] == [
            f"tpi: {rule} needs a reason; nothing was recorded", f"  hint: --override {rule}='why'",
        ]  # fmt: skip
    reason = () if rule == "-" else ("--override", f"{rule}=at her own wish")
    second = mei.ok("again", "1", "--yes", "--json", *reason).json["session"]
    assert _given(mei, second) == _given(mei, first)


def _given(clinic: Clinic, session: str) -> list[dict[str, object]]:
    keys = ("muscle", "side", "passes", "sharing", "agent", "strength", "strength_unit", "volume_ml", "mass",
            "mass_unit", "epinephrine")  # fmt: skip
    return [
        {key: row[key] for key in keys} for row in clinic.ok("session", "show", session, "--json").json["injections"]
    ]


def test_pain_lots_consent_and_the_rest_are_never_copied(mei: Clinic) -> None:
    mei.inject(
        "1", "ut l lido 1% 1ml", "--on", "yesterday", "--pain", "7:3", "--consent", "written",
        "--lot", "lido=LX2409A@2027-03-31", "--adverse", "vasovagal:felt faint", "--twitch", "ut l",
        "--note", "lay down", "--position", "prone", "--with", "massage", "--dx", "M79.18",
        "--needle", "25Gx38mm", "--guidance", "ultrasound",
    )  # fmt: skip
    session = mei.ok("again", "1", "--yes", "--json").json["session"]
    found = mei.ok("session", "show", session, "--json").json
    assert found["pain"] == {"before": None, "after": None}
    assert (found["consent"], found["note"]) == (None, None)
    (row,) = found["injections"]
    assert [row[key] for key in ("lot", "expiry", "twitch")] == [None, None, None]
    (line,) = [
        line for line in mei.ok("export", "csv", "--kind", "injections").out.splitlines() if ",2026-11-23," in line
    ]
    assert "vasovagal" not in line


def test_options_are_those_of_inject(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-12", "--next", "6w")
    found = mei.ok("again", "1", "--pain", "6:2", "--next", "3mo", "--consent", "verbal", "--yes", "--json").json
    assert found["next"] == "2027-02-23"
    shown = mei.ok("session", "show", found["session"], "--json").json
    assert (shown["pain"], shown["consent"]) == ({"before": 6, "after": 2}, "verbal")


def test_the_interval_goes_on_as_last_time(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-12", "--next", "6w")
    answer = mei.ok("again", "1", "-n")
    assert "next Mon 4 Jan 2027 (6 weeks, as last time)" in answer.out
    assert answer.out.endswith("dry run: nothing was kept\n")


def test_it_asks_like_inject(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "yesterday")
    before = everything(mei)
    answer = mei.run("again", "1", stdin="n\n")
    assert (answer.code, everything(mei)) == (9, before)
    assert talk(answer)[-1] == "Record? [y/N/e] tpi: nothing recorded"
    assert mei.run("again", "1", stdin="").code == 9
    assert everything(mei) == before
    answer = mei.run("again", "1", stdin="y\n")
    assert (answer.code, everything(mei) != before) == (0, True)


def test_the_last_session_that_counts(mei: Clinic) -> None:
    older = mei.inject("1", "gm r lido 1% 1ml", "--on", "2026-09-01")
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-01")
    wrong = mei.inject("1", "ls l lido 1% 1ml", "--on", "2026-11-01")
    mei.ok("session", "void", wrong, "--reason", "wrong patient", "--yes")
    assert [site["muscle"] for site in mei.ok("again", "1", "-n", "--json").json["sites"]] == ["trapezius_upper"]
    found = mei.ok("again", "1", "--from", older.lower(), "-n", "--json").json
    assert [site["muscle"] for site in found["sites"]] == ["gluteus_medius"]


def test_the_schema_is_its_own(mei: Clinic) -> None:
    mei.inject("1", "ut l lido 1% 1ml", "--on", "yesterday")
    assert mei.ok("again", "1", "-n", "--json").json["schema"] == "tpi.again/1"
