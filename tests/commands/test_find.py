"""`tpi find`: by part of a name, by phone, by mrn; a name that is only alike is marked `~` and never taken for it."""

import shutil
from pathlib import Path

import pytest

from tests.commands.reading import envelope, rows, talk
from tests.conftest import Clinic

PEOPLE = """
Tan, Mei          | 1971-03-04 | A12   | 0161 555 0107
Tan, Mei          | 1990-01-02 | A13   |
Tann, May         | 1980-05-06 | B7    | 07700 900123
Müller, Jörg      | 1960-07-08 | C1    |
O'Neill, Siobhán  | 1984-06-19 | C2    |
王秀英             | 1964-10-10 | C3    |
Παπαδοπούλου, Ελένη | 1957-02-09 | C4  |
Nguyễn, Thị Lan   | 1975-12-11 | C5    |
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    for name, born, mrn, phone in rows("header\n" + PEOPLE):
        clinic.patient(name, born, "--mrn", mrn, *(("--phone", phone) if phone else ()))
    return clinic


FOUND = """
typed               | exactly         | alike
tan                 | 1 2 3           |
TAN                 | 1 2 3           |
mei tan             | 1 2             |
tan, mei            | 1 2             |
tann                | 3               | 1 2
muller              | 4               |
Müller              | 4               |
mueller             |                 | 4
o'neill             | 5               |
siobhan             | 5               |
王秀英               | 6               |
王                   | 6               |
ελενη               | 7               |
nguyen              | 8               |
thi lan             | 8               |
A12                 | 1               |
a12                 | 1               |
A1                  |                 |
B7                  | 3               |
PT-0004             | 4               |
0161 555 0107       | 1               |
01615550107         | 1               |
555-0107            | 1               |
0107                | 1               |
900123              | 3               |
107                 |                 |
zzzz                |                 |
%                   |                 |
_                   |                 |
"""


@pytest.mark.parametrize(("typed", "exactly", "alike"), rows(FOUND), ids=[row[0] for row in rows(FOUND)])
def test_who_is_found(ward: Clinic, typed: str, exactly: str, alike: str) -> None:
    found = envelope(ward.ok("find", typed, "--json"), "find")
    told = {
        flag: [str(int(row["patient"][3:])) for row in found["rows"] if row["similar"] is flag]
        for flag in (False, True)
    }
    assert (sorted(told[False]), sorted(told[True])) == (exactly.split(), alike.split())


def test_words_need_no_quotes(ward: Clinic) -> None:
    assert ward.ok("find", "tan", "mei", "--json").rows == ward.ok("find", "tan mei", "--json").rows


def test_a_name_that_is_only_alike_is_marked(ward: Clinic) -> None:
    answer = ward.ok("find", "mueller")
    heading, line = answer.out.splitlines()
    assert heading.split() == ["SIMILAR", "PATIENT", "MRN", "NAME", "BORN", "PHONE", "STATUS"]
    assert line.startswith("~ ")
    assert talk(answer) == ["1 found"]


@pytest.mark.parametrize("born", ["1990-01-02", "2 Jan 1990"])
def test_namesakes_are_told_apart_by_birth_date(ward: Clinic, born: str) -> None:
    assert [row["patient"] for row in ward.ok("find", "tan", "mei", "--born", born, "--json").rows] == ["PT-0002"]


@pytest.mark.parametrize("typed", ["", " ", "-", "'"])
def test_nothing_typed_finds_nobody(ward: Clinic, typed: str) -> None:
    assert ward.ok("find", "--json", "--", typed).rows == []


def test_nobody_without_an_mrn_is_found_by_nothing(clinic: Clinic) -> None:
    clinic.patient()
    assert clinic.ok("find", "", "--json").rows == []


def test_archived_patients_are_found_too(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("patient", "archive", "1")
    assert [row["status"] for row in clinic.ok("find", "tan", "--json").rows] == ["archived"]
