"""`tpi patient erase`: on an authority's word a patient goes for good; a number, hashes and the log remain."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, made, refused, rows, words
from tests.commands.trust import content, due, sound
from tests.conftest import Clinic
from tests.transcripts.terminal import terminal

ALL = """
patient alert 2 add allergy-steroid hivesxa
patient alert 2 add diabetes typexb
site add 2 'gm r' --tender-spot --note swollenxc
inject 2 gm r, ls l lido 1% 1ml each --on 2026-09-20 --pain 8:4 --next 1mo --lot lido=LOTXD --note visitxe --yes {}
session amend S-002B --note rewrittenxf --lot lido=LOTXG --reason misreadxh --yes
session amend S-002B gm r lido 1% 1ml --lot lido=LOTXI --reason onesitexk --yes
outcome 2 3 --site 'gm r' --on 2026-10-12 --note scorexl
call 2 no-answer --by sms --note callxm
stop 2 'ls l' --reason resolved --note stopxn
adverse add 2 infection:redxo --on 2026-10-27 --action doctorxp
patient elsewhere 2 triam 40mg --site 'gm r' --on 2026-10-05 --note kneexq
book 2 '2026-12-01 09:00' --note bookxr
appt cancel 2 --reason illxs
inject 2 rh l dry --on 2026-11-05 --pain 5 --next 6w --note voidedxt --yes {}
session void S-003E --reason wrongxu --yes
patient edit 2 --phone 555-0188 --note personxv
patient edit 2 --name 'Tanxw, Mey'
patient edit 2 --email undonexx@tan.example
undo --yes
site add 2 'ql l' --note removedxy
undo --yes
inject 2 ut l lido 1% 1ml --on 2026-11-20 --note undonexz --yes {}
undo --yes
"""
CONSENT = "--consent written --override interval_short=agreed"
WORDS = [
    "hivesxa",
    "typexb",
    "swollenxc",
    "LOTXD",
    "visitxe",
    "rewrittenxf",
    "LOTXG",
    "misreadxh",
    "LOTXI",
    "onesitexk",
    "scorexl",
    "callxm",
    "stopxn",
    "redxo",
    "doctorxp",
    "kneexq",
    "bookxr",
    "illxs",
    "voidedxt",
    "wrongxu",
    "personxv",
    "Tanxw",
    "tanxw",
    "undonexx",
    "removedxy",
    "undonexz",
    "B77XA",
    "Meyxb",
    "meyxb",
    "555-0188",
    "555-0199",
    "1971-03-05",
    "first@tan.example",
]
"""Everything that was ever said of the patient, in the end or on the way."""


@pytest.fixture(scope="module")
def _clinic(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Ruiz, Ana", "1965-04-05", "--mrn", "C1", "--phone", "555-0100")
        clinic.inject("1", "gm r lido 1% 1ml", "--on", "2026-10-15", "--pain", "8", "--next", "1mo", "--note", "kept")
        clinic.patient("Tan, Meyxb", "1971-03-05", "--mrn", "B77XA", "--phone", "555-0199", "--email",
                       "first@tan.example")  # fmt: skip
        for command in ALL.strip().splitlines():
            clinic.ok(*words(command.format(CONSENT)))
        clinic.patient("Lee, Bo", "1980-01-01")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def clinic(tmp_path: Path, _clinic: Path) -> Clinic:
    """PT-0002 with records of every kind, amended, void and undone; PT-0001 and PT-0003 are others."""
    return copied(_clinic, tmp_path)


ERASE = ("patient", "erase", "2", "--authority", "request of 2026-11-02", "--yes")


def held(clinic: Clinic, told: list[str]) -> list[str]:
    """Which of these words the store still holds anywhere, in a plain copy or in the store decrypted whole."""
    copy = clinic.home / "copy.db"
    copy.unlink(missing_ok=True)
    clinic.ok("export", "sqlite", "-o", str(copy))
    raw = copy.read_bytes()
    with sqlite3.connect(copy) as db:
        dump = "\n".join(db.iterdump())
    return [word for word in told if word.encode() in raw or word in dump]


def test_before_it_every_word_is_there(clinic: Clinic) -> None:
    """The search finds what there is to find."""
    assert held(clinic, WORDS) == WORDS


def test_no_word_is_left(clinic: Clinic) -> None:
    clinic.ok(*ERASE)
    assert held(clinic, WORDS) == []
    assert held(clinic, ["Ruiz", "C1", "kept", "request of 2026-11-02"]) == [
        "Ruiz",
        "C1",
        "kept",
        "request of 2026-11-02",
    ]
    sound(clinic)


def test_nobody_else_is_touched(clinic: Clinic) -> None:
    def others() -> list[str]:
        shown = [clinic.ok("patient", "show", who).out for who in ("1", "3")]
        return [*shown, clinic.ok("session", "show", "S-0018", "--history").out, json.dumps(due(clinic)[-1:])]

    before = others()
    clinic.ok(*ERASE)
    assert others() == before
    assert len(content(clinic)["patient"]) == 3


AUTHORITY = [(), ("--authority", ""), ("--authority", "  ")]


@pytest.mark.parametrize("more", AUTHORITY, ids=["none", "empty", "blank"])
def test_it_needs_an_authority(clinic: Clinic, more: tuple[str, ...]) -> None:
    assert refused(clinic, "patient", "erase", "2", "--yes", *more)[:2] == (2, "erasing needs an authority")


@pytest.mark.parametrize("typed", ["", "y", "yes", "PT-0001", "2", "pt-00022"])
def test_a_yes_is_not_enough(clinic: Clinic, typed: str) -> None:
    before = everything(clinic)
    answer = clinic.run(*ERASE[:-1], stdin=typed + "\n")
    assert (answer.code, answer.out) == (9, "")
    assert "erase PT-0002" in answer.err
    assert "lose every word, for good" in answer.err
    assert everything(clinic) == before


def test_on_a_terminal_the_id_is_typed(clinic: Clinic) -> None:
    with terminal(clinic, *ERASE[:-1]) as one:
        one.answer("type PT-0002 to erase it:", "pt-0002")
        assert one.end() == 0
    assert "erased: PT-0002" in one.screen
    assert clinic.run("patient", "show", "2").code == 3


def test_a_dry_run_keeps_everything(clinic: Clinic) -> None:
    before = everything(clinic)
    assert clinic.ok(*ERASE, "-n").out.startswith("would be erased: PT-0002  TANXW, Mey")
    assert everything(clinic) == before


def test_what_scripts_lean_on(clinic: Clinic) -> None:
    found = envelope(clinic.ok(*ERASE, "--json"), "patient-erase")
    assert found["patient"] == "PT-0002"
    assert found["records"] > 30


def test_redacted_it_asks_without_a_name(clinic: Clinic) -> None:
    answer = clinic.run(*ERASE[:-1], "--redact", "names", stdin="\n")
    assert not [word for word in WORDS if word in answer.err]


COMMANDS = """
command
patient show 2
patient edit 2 --phone 1
patient alert 2 list
site list 2
inject 2 ut l lido 1% 1ml --consent written --yes
outcome 2 3
call 2 reached
book 2 'tue 10:00'
snooze 2 6w --reason x
resume 2
adverse list 2
session list 2
due 2
why 2
exposure 2
log 2
patient merge 1 2 --yes
patient merge 2 1 --yes
patient unmerge 2 --yes
patient erase 2 --authority x --yes
patient show mrn:B77XA
session show S-002B
session amend S-002B --pain 3 --reason x --yes
sign S-002B
"""


def test_whoever_is_erased_is_found_nowhere(clinic: Clinic) -> None:
    clinic.ok(*ERASE)
    before = everything(clinic)
    for (command,) in rows(COMMANDS):
        answer = clinic.run(*words(command))
        assert (answer.code, answer.out) == (3, ""), (command, answer)
    assert everything(clinic) == before
    for command in ("patient list --status all", "find tan", "find erased", "due --status all", "patient duplicates",
                    "exposure", "session list", "appt list --status all", "stats"):  # fmt: skip
        assert "PT-0002" not in clinic.ok(*words(command)).out, command
    assert "PT-0002" not in clinic.ok("export", "csv", "--kind", "patients").out


def test_numbers_are_not_given_again(clinic: Clinic) -> None:
    last = clinic.inject("3", "ut l lido 1% 1ml")
    clinic.ok(*words("patient erase 3 --authority x --yes"))
    assert clinic.patient("New, Bo", "1990-01-01") == "PT-0004"
    assert clinic.inject("4", "ut l lido 1% 1ml") > last
    sound(clinic)


def test_the_log_still_holds_against_the_officer_key_and_an_earlier_head(home: Clinic) -> None:
    told = home.ok("init", "--name", "T", "--zone", "Europe/London").out
    found = re.search(r"officer key\s+(\S+)", told)
    assert found
    key = home.file("officer.key", found[1])
    home.patient("Tan, Mei")
    home.ok(*words("inject 1 ut l lido 1% 1ml --consent written --yes"))
    home.ok(*words("session amend S-0018 --pain 5 --reason x --yes"))
    head = home.ok("verify", "--json").json["chain"]["head"]
    home.ok(*words("patient erase 1 --authority 'court order' --yes"))
    answer = home.run("verify", "--officer-key-file", key, "--anchor", head, "--json")
    assert (answer.code, answer.json["findings"]) == (0, []), answer
    assert held(home, ["Tan", "trapezius"]) == []


# --- merged, before and after


def into(clinic: Clinic, keep: str, drop: str) -> None:
    clinic.ok("patient", "merge", keep, drop, "--yes")


def test_with_a_survivor_go_the_records_that_were_merged_into_it(clinic: Clinic) -> None:
    into(clinic, "3", "2")
    clinic.ok(*words("patient erase 3 --authority x --yes"))
    assert held(clinic, [*WORDS, "Lee", "1980-01-01"]) == []
    assert clinic.run("patient", "show", "2").code == 3
    sound(clinic)


def test_by_way_of_another_too(clinic: Clinic) -> None:
    """A chain of tombstones: every one of them is the same person."""
    clinic.patient("Day, Jo", "1955-05-05")
    into(clinic, "3", "2")
    into(clinic, "4", "3")
    clinic.ok(*words("patient erase 4 --authority x --yes"))
    assert held(clinic, [*WORDS, "Lee", "1980-01-01", "Day, Jo", "1955-05-05"]) == []
    sound(clinic)


def test_what_a_merge_lent_and_an_unmerge_took_back_goes_too(clinic: Clinic) -> None:
    """The other had the mrn and the mail for a while: that version of it is forgotten, and nothing else of it."""
    clinic.ok(*words("patient edit 3 --note beforezz"))
    into(clinic, "3", "2")
    clinic.ok(*words("patient unmerge 2 --yes"))
    clinic.ok(*ERASE)
    assert held(clinic, WORDS) == []
    assert clinic.ok("patient", "show", "3", "--json").json["name"] == "Lee, Bo"
    assert held(clinic, ["beforezz"]) == ["beforezz"]
    sound(clinic)


def test_the_other_of_an_unmerged_pair_keeps_its_history(clinic: Clinic) -> None:
    into(clinic, "3", "2")
    clinic.ok(*words("patient unmerge 2 --yes"))
    before = clinic.ok("session", "show", "S-002B", "--history").out
    told = held(clinic, WORDS)
    clinic.ok(*words("patient erase 3 --authority x --yes"))
    assert clinic.ok("session", "show", "S-002B", "--history").out == before
    assert held(clinic, WORDS) == told
    assert held(clinic, ["Lee", "1980-01-01"]) == []
    sound(clinic)
