"""`tpi lots`: who had a lot. Whoever had it is listed, whatever was said of the session since; nobody else is."""

from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, rows
from tests.conftest import Answer, Clinic

SESSIONS = """
who     | items                                  | lots
PT-0001 | ut l, ls l lido 1% 1ml each            | lido=L-1
PT-0001 | gm r lido 1% 2ml + triam 40mg/ml 0.5ml | lido=L-2 triam=T9@2027-03-31
PT-0002 | is r lido 1% 1ml                       | lido=l-1
PT-0002 | is l bupi 0.25% 1ml                    | bupi=L-1
PT-0003 | ut r lido 1% 1ml                       | lido=L-11
"""


@pytest.fixture(scope="module")
def _given(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        for name, born in (("Tan, Mei", "1971-03-04"), ("Khan, Sara", "1988-03-30"), ("Ruiz, Ana", "1965-03-04")):
            clinic.patient(name, born)
        for at, (who, items, lots) in enumerate(rows(SESSIONS)):
            told = [word for lot in lots.split() for word in ("--lot", lot)]
            clinic.inject(who, items, "--on", f"2026-10-{20 + at}", "--next", "6w", *told)

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def given(tmp_path: Path, _given: Path) -> Clinic:
    return copied(_given, tmp_path)


def told(answer: Answer) -> list[tuple[object, ...]]:
    """Day, patient, agent, sites, void, newest first."""
    return [
        (row["date"], row["patient"], row["agent"],
         " ".join(f"{where['muscle']} {where['side']}" for where in row["sites"]), row["void"])
        for row in envelope(answer, "lots")["rows"]
    ]  # fmt: skip


WHO_HAD = """
lot    | dates and patients
L-1    | 2026-10-23 PT-0002, 2026-10-22 PT-0002, 2026-10-20 PT-0001
l - 1  | 2026-10-23 PT-0002, 2026-10-22 PT-0002, 2026-10-20 PT-0001
l-2    | 2026-10-21 PT-0001
T9     | 2026-10-21 PT-0001
L-11   | 2026-10-24 PT-0003
"""


@pytest.mark.parametrize(("lot", "listed"), rows(WHO_HAD))
def test_who_had_a_lot(given: Clinic, lot: str, listed: str) -> None:
    found = told(given.ok("lots", *lot.split(), "--json"))
    assert ", ".join(f"{on} {who}" for on, who, *_ in found) == listed


def test_what_is_told_of_it(given: Clinic) -> None:
    assert told(given.ok("lots", "L-1", "--json")) == [
        ("2026-10-23", "PT-0002", "bupivacaine", "infraspinatus L", False),
        ("2026-10-22", "PT-0002", "lidocaine", "infraspinatus R", False),
        ("2026-10-20", "PT-0001", "lidocaine", "trapezius_upper L levator_scapulae L", False),
    ]
    (row,) = envelope(given.ok("lots", "T9", "--json"), "lots")["rows"]
    assert (row["lot"], row["expiry"], row["name"], row["born"]) == ("T9", "2027-03-31", "Tan, Mei", "1971-03-04")
    shown = given.ok("lots", "L-1")
    assert "2026-10-20  PT-0001  Tan, Mei" in shown.out
    assert "2 patients had lot L-1, in 3 sessions" in shown.err


def test_a_void_session_is_listed_and_says_so(given: Clinic) -> None:
    """Entered wrongly or not: the vial was opened for somebody."""
    given.ok("session", "void", envelope(given.ok("lots", "T9", "--json"), "lots")["rows"][0]["session"],
             "--reason", "wrong patient", "--yes")  # fmt: skip
    assert [row[-1] for row in told(given.ok("lots", "t9", "--json"))] == [True]
    shown = given.ok("lots", "t9")
    assert "void" in shown.out
    assert "1 patient had lot t9, in 1 session (1 void)" in shown.err


def test_an_amended_lot_is_the_one_that_counts(given: Clinic) -> None:
    session = envelope(given.ok("lots", "L-2", "--json"), "lots")["rows"][0]["session"]
    given.ok("session", "amend", session, "--lot", "lido=L-3", "--reason", "misread", "--yes")
    assert given.run("lots", "L-2").code == 3
    assert told(given.ok("lots", "L-3", "--json"))[0][1] == "PT-0001"


@pytest.mark.parametrize(("lot", "hint"), [("L-111", "L-11"), ("ZZ-9999", "session show")])
def test_a_lot_that_nobody_had(given: Clinic, lot: str, hint: str) -> None:
    before = everything(given)
    answer = given.run("lots", lot)
    assert (answer.code, answer.out) == (3, "")
    assert f"nobody on file had lot {lot}" in answer.err
    assert hint in answer.err
    assert everything(given) == before


def test_names_can_be_kept_back(given: Clinic) -> None:
    for redact in ("names", "all"):
        answer = given.ok("lots", "L-1", "--redact", redact, "--wide")
        assert "PT-0001" in answer.out
        assert "Tan" not in answer.out + answer.err
        assert "1971" not in answer.out + answer.err
