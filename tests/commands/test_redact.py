"""`--redact names` leaves no name, birth date, phone, mrn or note; `--redact all` no muscle and no agent either."""

import shutil
from pathlib import Path

import pytest

from tests.commands.reading import words
from tests.conftest import Clinic

PERSON = ("Zzyzx", "ZZYZX", "1933-05-17", "17 May 1933", "0161 555 7777", "zz@example.org", "MRN-Z9", "Znote")
"""Who somebody is, as it stands on file: each appears in what is not redacted."""
CLINICAL = ("trapezius", "UT-L", "infraspinatus", "IS-R", "lidocaine", "triamcinolone", "apixaban", "ANTICOAG",
            "anticoagulant", "vasovagal", "temple", "M79.18", "LX2409A")  # fmt: skip
"""What somebody has and was given."""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    clinic.ok(*words("patient add 'Zzyzx, Mei' 1933-05-17 --phone '0161 555 7777' --email zz@example.org --mrn MRN-Z9"
                     " --note Znote --weight 62 --allergy none --bleeding apixaban"))  # fmt: skip
    clinic.ok(*words("site add 1 ut l --taut-band --referred temple"))
    clinic.ok(*words("patient alert 1 add red-flag Znote"))
    clinic.ok(*words("patient alert 1 add needle-phobia Znote"))
    clinic.ok(*words("inject 1 ut l lido 1% 1ml, is r triam 40mg/ml 0.5ml --next 1mo --on 2026-10-01 --pain 7:3 --yes"
                     " --note Znote --adverse vasovagal:Znote --dx M79.18 --lot lido=LX2409A"
                     " --override red_flag=Znote"))  # fmt: skip
    session = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-09-01", "--note", "Znote",
                            "--override", "red_flag=Znote")  # fmt: skip
    clinic.ok("session", "void", session, "--reason", "Znote", "--yes")
    clinic.ok(*words("snooze 1 tomorrow --reason Znote"))
    clinic.ok(*words("resume 1 --note Znote"))
    clinic.ok(*words("patient alert 1 end red-flag"))
    return clinic


READS = ["due", "due --explain", "due --status all -w 1y", "why 1", "why 1 ut l", "find zzyzx", "find MRN-Z9",
         "patient list", "patient list --status all", "patient show 1", "session list", "session list 1",
         "session show S-0018", "session show S-002B", "site list 1", "log 1",
         "patient alert 1 list --all"]  # fmt: skip
FORMATS = ["plain", "table", "csv", "tsv", "json", "ndjson"]


def _told(clinic: Clinic, command: str, form: str, redact: str) -> str:
    answer = clinic.ok(*words(command), "--format", form, "--redact", redact, "--wide")
    return answer.out + answer.err


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", READS)
def test_names_are_left_out_of_every_answer(ward: Clinic, command: str, form: str) -> None:
    text = _told(ward, command, form, "names")
    assert "PT-0001" in text or "S-0018" in text or "site list" in command, "the id stays"
    assert [word for word in PERSON if word in text] == []


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", READS)
def test_all_leaves_out_what_was_done_as_well(ward: Clinic, command: str, form: str) -> None:
    text = _told(ward, command, form, "all")
    assert [word for word in (*PERSON, *CLINICAL) if word in text] == []


def test_nothing_is_left_out_unasked(ward: Clinic) -> None:
    """The other tests would pass on a clinic that had none of it."""
    text = "".join(_told(ward, command, form, "none") for command in READS for form in ("plain", "json"))
    assert [word for word in (*PERSON, *CLINICAL) if word not in text] == []


@pytest.mark.parametrize("level", ["names", "all"])
def test_fields_stay_and_are_empty(ward: Clinic, level: str) -> None:
    """A script finds every field it knows, without a value."""
    whole = ward.ok("due", "--json").rows[0]
    part = ward.ok("due", "--json", "--redact", level).rows[0]
    assert list(part) == list(whole)
    assert [part[key] for key in ("name", "born", "phone", "mrn")] == [None] * 4
    assert (part["agents"] is None) == (level == "all")
    assert (part["patient"], part["due"], part["status"]) == (whole["patient"], whole["due"], whole["status"])


@pytest.mark.parametrize("command", ["patient edit 1 --weight 63 -n", "stop 1 --reason other -n", "session void S-0018"
                                     " --reason x -n", "inject 1 ut l dry -n",
                                     "again 1 -n --override steroid_interval=Znote",
                                     "check 1 ut l, is l lido 1% 1ml each", "site add 1 gm r -n",
                                     "patient archive 1 -n", "snooze 1 6w --reason x -n"])  # fmt: skip
def test_the_answers_to_writes_leave_names_out_too(ward: Clinic, command: str) -> None:
    for level in ("names", "all"):
        for form in ("plain", "json"):
            answer = ward.ok(*words(command), "--redact", level, "--format", form)
            assert "PT-0001" in answer.out
            assert [word for word in PERSON if word in answer.out + answer.err] == []


def test_the_question_before_a_write_leaves_names_out_too(ward: Clinic) -> None:
    for command in ("inject 1 ut l dry", "again 1 --override steroid_interval=Znote",
                    "session void S-0018 --reason x", "stop 1 --reason died"):  # fmt: skip
        answer = ward.run(*words(command), "--redact", "names", stdin="n\n")
        assert answer.code == 9
        assert [word for word in PERSON if word in answer.out + answer.err] == [], command


def test_what_lies_deeper_is_left_out_as_well() -> None:
    """A note on an injection, in a list, in a session."""
    from tpi_cli.show.report import redacted

    row = {"id": "S-0018", "rows": [{"note": "Znote", "agent": "lidocaine", "within": ({"name": "Zzyzx", "n": 1},)}]}
    assert redacted(row, "names") == {
        "id": "S-0018",
        "rows": [{"note": None, "agent": "lidocaine", "within": [{"name": None, "n": 1}]}],
    }
    assert redacted(row, "all")["rows"] == [{"note": None, "agent": None, "within": [{"name": None, "n": 1}]}]
    assert redacted(row, "none") is row


def test_an_export_is_never_half(ward: Clinic) -> None:
    for command in ("export csv --kind patients", "export json"):
        answer = ward.run(*words(command), "--redact", "names")
        assert (answer.code, answer.out) == (2, "")
