"""`--idempotency-key`: a network or a person may ask twice; it happens once, and the second gets the first's answer."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.commands.reading import copied, everything, made, rows, words
from tests.conftest import Answer, Clinic
from tpi_cli.commands import once

KEY = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
INJECT = "inject 1 ut l lido 1% 1ml --consent written --yes"


@pytest.fixture(scope="module")
def _two(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient()
        clinic.patient("Ruiz, Ana", "1965-04-05")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def two(tmp_path: Path, _two: Path) -> Clinic:
    return copied(_two, tmp_path)


def under(clinic: Clinic, command: str, key: str = KEY, *more: str, stdin: str = "") -> Answer:
    return clinic.run(*words(command), "--idempotency-key", key, "--json", *more, stdin=stdin)


def sessions(clinic: Clinic) -> int:
    return len(clinic.ok("session", "list", "--json").rows)


# --- the same once more

ACTS = """
command                                                | what the retry says
inject 1 ut l lido 1% 1ml --consent written --yes      | S-0018 PT-0001
patient add 'Khan, Sara' 1988-03-30 --allergy none --bleeding none | PT-0003
patient edit 1 --phone 0161                            | PT-0001
book 1 'tue 10:00'                                     | A-0018 PT-0001
call 1 no-answer --note twice                          | PT-0001
site add 1 gm r                                        | PT-0001
patient archive 2                                      | PT-0002
config set recall.overdue 21                           | config set
rule set la_near_limit --level note --reason protocol  | rule set
clinician add AM                                       | AM clinician
"""


@pytest.mark.parametrize(("command", "said"), rows(ACTS), ids=[row[0] for row in rows(ACTS)])
def test_a_retry_records_nothing_and_tells_what_was_recorded(two: Clinic, command: str, said: str) -> None:
    first = under(two, command)
    assert first.code == 0 and "repeated" not in first.json
    before = everything(two)
    plain = two.run(*words(command), "--idempotency-key", KEY)
    assert plain.code == 0
    assert plain.out.startswith(f"recorded before: {said}   (entry ")
    retry = under(two, command)
    assert retry.json["repeated"] is True
    codes = {name: first.json[name] for name in ("session", "appointment") if first.json.get(name)}
    assert codes.items() <= retry.json.items()
    assert everything(two) == before


def test_how_the_answer_is_wanted_is_no_part_of_what_is_asked(two: Clinic) -> None:
    assert under(two, INJECT).code == 0
    for more in (["--format", "plain"], ["--quiet"], ["--redact", "names"], ["--dry-run"]):
        assert two.run(*words(INJECT), "--idempotency-key", KEY, *more).code == 0, more
    assert sessions(two) == 1


def test_without_a_key_the_same_is_recorded_twice(two: Clinic) -> None:
    """The contrast."""
    for _ in range(2):
        assert two.run(*words("call 1 no-answer")).code == 0
    acts = Counter(row["act"] for row in two.ok("log", "1", "--json").rows)
    assert acts["call logged"] == 2


# --- something else under the same key

OTHERS = """
what is other       | command
another patient     | inject 2 ut l lido 1% 1ml --consent written --yes
another dose        | inject 1 ut l lido 1% 2ml --consent written --yes
another side        | inject 1 ut r lido 1% 1ml --consent written --yes
another day         | inject 1 ut l lido 1% 1ml --consent written --yes --on yesterday
a note              | inject 1 ut l lido 1% 1ml --consent written --yes --note x
another clinician   | inject 1 ut l lido 1% 1ml --consent written --yes --as JS
an option           | inject 1 ut l lido 1% 1ml --consent written --yes --next 3mo
another act         | patient edit 1 --phone 0161
"""


@pytest.mark.parametrize("command", [row[1] for row in rows(OTHERS)], ids=[row[0] for row in rows(OTHERS)])
def test_something_else_under_the_same_key_is_a_conflict(two: Clinic, command: str) -> None:
    assert under(two, INJECT).code == 0
    before = everything(two)
    answer = under(two, command)
    assert (answer.code, answer.out, answer.error["kind"]) == (5, "", "conflict")
    assert everything(two) == before


STDIN = """
command                                        | one                                           | the other
call 1 no-answer --note -                      | rang twice                                    | wants no more calls
inject 1 - --consent written --yes             | ut l lido 1% 1ml                              | ut l lido 1% 2ml
"""


@pytest.mark.parametrize(("command", "one", "other"), rows(STDIN), ids=[row[0] for row in rows(STDIN)])
def test_what_comes_on_stdin_is_part_of_what_is_asked(two: Clinic, command: str, one: str, other: str) -> None:
    """Else the second patient of a script that forgot to change its key would be lost without a word."""
    assert under(two, command, stdin=one).code == 0
    assert under(two, command, stdin=one).json["repeated"] is True
    before = everything(two)
    answer = under(two, command, stdin=other)
    assert (answer.code, answer.out) == (5, "")
    assert everything(two) == before


def test_a_new_key_is_a_new_act(two: Clinic) -> None:
    for number in range(3):
        assert under(two, "call 1 no-answer", f"{KEY}-{number}").code == 0
    assert Counter(row["act"] for row in two.ok("log", "1", "--json").rows)["call logged"] == 3


@pytest.mark.parametrize("key", ["", " ", "\t", "x" * 201, "a\x00b"])
def test_what_is_no_key(two: Clinic, key: str) -> None:
    before = everything(two)
    answer = two.run(*words("call 1 no-answer"), f"--idempotency-key={key}", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert everything(two) == before


@pytest.mark.parametrize("key", ["x", "x" * 200, "Übung 7", "-", "'; DROP TABLE request; --", "f81d4fae"])
def test_what_is_one(two: Clinic, key: str) -> None:
    for _ in range(2):
        assert two.run(*words("call 1 no-answer"), f"--idempotency-key={key}").code == 0
    assert Counter(row["act"] for row in two.ok("log", "1", "--json").rows)["call logged"] == 1


# --- what uses a key up


def test_a_dry_run_does_not(two: Clinic) -> None:
    before = two.bytes()
    assert under(two, INJECT, KEY, "--dry-run").code == 0
    assert two.bytes() == before
    assert "repeated" not in under(two, INJECT).json
    assert sessions(two) == 1


@pytest.mark.parametrize(
    "command", ["inject 99 ut l lido 1% 1ml --yes", "inject 1 nowhere lido 1% 1ml --yes", "stop 1 --reason resolved"]
)
def test_nor_does_what_is_refused(two: Clinic, command: str) -> None:
    assert under(two, command).code in {2, 3, 5}
    assert "repeated" not in under(two, INJECT).json


# --- at the same moment, and cut off


def test_ten_retries_at_once_are_one_record(two: Clinic) -> None:
    with ThreadPoolExecutor(5) as desks:
        line = [*words(INJECT), "--idempotency-key", KEY, "--json"]
        answers = list(desks.map(lambda _: two.process(*line), range(10)))
    assert {answer.code for answer in answers} <= {0, 5}, answers
    told = [answer.json for answer in answers if answer.code == 0]
    assert sum("repeated" not in one for one in told) == 1
    assert {one["session"] for one in told} == {"S-0018"}
    late = {answer.error["message"] for answer in answers if answer.code == 5}
    assert late <= {"the record of PT-0001 changed meanwhile", "this was recorded under the same key a moment ago"}
    assert two.run(*line).json["repeated"] is True, "who came too late is told to look, and gets the answer then"
    assert sessions(two) == 1
    assert two.ok("verify", "--json").json["ok"]


def test_one_who_looked_just_before_the_other_recorded_is_told(two: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "call 1 no-answer"
    assert under(two, line).code == 0
    before, looks, real = everything(two), iter([True]), once.Asked.done
    monkeypatch.setattr(once.Asked, "done", lambda asked, db: None if next(looks, False) else real(asked, db))
    answer = under(two, line)
    if two.on_server:  # there it is looked up again by itself
        assert (answer.code, answer.json["repeated"]) == (0, True)
    else:
        assert (answer.code, answer.out) == (5, "")
        assert answer.error["message"] == "this was recorded under the same key a moment ago"
    assert everything(two) == before


KILLED = """
import os, signal, sys
from tpi_cli.show.out import Out
Out.recorded = lambda *args: os.kill(os.getpid(), signal.SIGKILL)
from tpi_cli.main import main
main(sys.argv[1:])
"""


def test_killed_after_the_commit_and_before_the_answer(two: Clinic) -> None:
    line = [*words(INJECT), "--idempotency-key", KEY, "--json"]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *line], env=two.environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (-9, b"")
    retry = two.run(*line)
    assert (retry.json["session"], retry.json["repeated"]) == ("S-0018", True)
    assert sessions(two) == 1
    assert two.ok("verify", "--json").json["ok"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_an_answer_that_met_a_full_disk(two: Clinic) -> None:
    line = [*words(INJECT), "--idempotency-key", KEY]
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "tpi_cli", *line], env=two.environment(), stdout=full,
                              stderr=subprocess.PIPE, check=False)  # fmt: skip
    assert done.returncode == 11
    assert b"RECORDED S-0018" in done.stderr
    assert "recorded before: S-0018" in two.ok(*line).out
    assert sessions(two) == 1


def test_what_was_taken_back_since_is_not_answered_as_done(two: Clinic) -> None:
    two.ok("call", "1", "no-answer", "--idempotency-key", KEY)
    two.ok("undo", "--yes")
    answer = two.run("call", "1", "no-answer", "--idempotency-key", KEY)
    assert (answer.code, answer.out) == (5, "")
    assert "was taken back since" in answer.err


def test_a_file_on_stdin_is_brought_in_once(two: Clinic) -> None:
    """What is read as bytes is still there for the command after it was hashed."""
    text = 'mrn,name,born\nA1,"Ivánová, Éva",1980-01-02\n'
    line = ("import", "-", "--kind", "patients", "--idempotency-key", KEY)
    assert "1 new" in two.run(*line, stdin=text).out
    assert "recorded before" in two.run(*line, stdin=text).out
    other = two.run(*line, stdin=text.replace("A1", "A2"))
    assert other.code == 5
    assert len(two.ok("patient", "list", "--json").rows) == 3
