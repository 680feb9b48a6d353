"""`tpi due --since-last`: what is new or changed since the last report of that name, and that nothing gets lost.

Today is Monday 2026-11-23. Cal, Bea and Ann are due, Ned is not yet; what each report shows depends on the ones
before it.
"""

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import sleep

import pytest

from tests.commands.board import board
from tests.commands.reading import copied, made, one_line, rows, talk, words
from tests.conftest import Answer, Clinic
from tpi_cli.store import connect
from tpi_cli.store.keys import read_key

WARD = """
Ann | 2026-08-23 | 3mo
Bea | 2026-08-10 | 3mo
Cal | 2026-08-01 | 3mo
Ned | 2026-09-07 | 3mo
"""


@pytest.fixture(scope="module")
def _ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    return made(tmp_path_factory, _template, lambda clinic: board(clinic, WARD))


@pytest.fixture
def ward(_ward: Path, tmp_path: Path) -> Clinic:
    return copied(_ward, tmp_path)


def listed(clinic: Clinic, command: str = "due --since-last", **more: str) -> str:
    return " ".join(row["name"] for row in clinic.ok(*words(command), "--json", **more).rows)


def states(clinic: Clinic) -> list[Path]:
    return sorted((clinic.home / ".local" / "state" / "tpi" / "reports").iterdir())


# --- what is shown


def test_the_first_report_is_the_whole_list_and_says_so(ward: Clinic) -> None:
    whole = ward.ok("due").out
    answer = ward.ok("due", "--since-last")
    assert answer.out == whole
    assert talk(answer) == [
        "3 due by 2026-11-23 (2 late, 1 today); first report 'due', with none before to compare"
    ]  # fmt: skip


def test_the_second_shows_nothing_where_nothing_changed(ward: Clinic) -> None:
    ward.ok("due", "--since-last")
    answer = ward.ok("due", "--since-last")
    assert answer.out == ""
    (line,) = talk(answer)
    assert re.fullmatch(r"nobody new or changed since \d{4}-\d\d-\d\d \d\d:\d\d, due by 2026-11-23", line)


CHANGES = """
what happened                                  | who is shown | gone
patient edit 2 --phone '0161 496 0999'         |              | 0
patient alert 2 add needle-phobia              | Bea          | 0
outcome 2 5                                    |              | 0
snooze 2 6w --reason exams                     |              | 1
stop 2 --reason died --yes                     |              | 1
inject 2 ut l lido 1% 1ml --next 3mo           |              | 1
inject 2 ut l lido 1% 1ml --next 1d --on 2026-11-10 | Bea     | 0
inject 2 gm r lido 1% 1ml --next 1d --on 2026-11-10 | Bea     | 0
rule set no_response --level warn --reason x    | Ann Bea Cal| 0
config set recall.overdue 10                   | Bea          | 0
patient add Zoe 1980-01-02 --allergy none --bleeding none |   | 0
"""


@pytest.mark.parametrize(("happened", "who", "gone"), rows(CHANGES), ids=[row[0] for row in rows(CHANGES)])
def test_what_counts_as_a_change(ward: Clinic, happened: str, who: str, gone: str) -> None:
    ward.ok("due", "--since-last")
    consent = ["--consent", "written", "--yes"] if happened.startswith("inject") else []
    ward.ok(*words(happened), *consent)
    answer = ward.ok("due", "--since-last", "--json")
    assert (sorted(row["name"] for row in answer.rows), answer.json["gone"]) == (who.split(), int(gone))


def test_a_day_later_only_who_became_due_is_shown(ward: Clinic) -> None:
    """Everybody is a day later than yesterday; that is no news."""
    ward.ok("due", "--since-last")
    assert listed(ward, TPI_TODAY="2026-11-23") == ""
    assert listed(ward, TPI_TODAY="2026-12-07") == "Bea Ann Ned", "Bea became lapsed, Ann overdue, Ned due"
    assert listed(ward, TPI_TODAY="2026-12-08") == ""


def test_who_comes_back_is_new_again(ward: Clinic) -> None:
    ward.ok("due", "--since-last")
    ward.ok("snooze", "2", "6w", "--reason", "exams")
    assert listed(ward) == ""
    ward.ok("resume", "2")
    assert listed(ward) == "Bea"


def test_the_footer_and_the_json_count_who_is_gone(ward: Clinic) -> None:
    first = ward.ok("due", "--since-last", "--json").json
    assert (first["since"], first["gone"], first["count"]) == (None, 0, 3)
    ward.ok("stop", "2", "--reason", "moved")
    copy = states(ward)[0].read_bytes()
    found = ward.ok("due", "--since-last", "--json").json
    assert (found["gone"], found["count"], found["held_back"]) == (1, 0, {"stopped": 1})
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", found["since"])
    states(ward)[0].write_bytes(copy)
    (line,) = talk(ward.ok("due", "--since-last"))
    assert line.endswith("; held back: 1 stopped; 1 no longer listed")


def test_without_it_nothing_is_different_and_nothing_is_kept(ward: Clinic) -> None:
    assert list(ward.ok("due", "--json").json)[-1] == "held_back"
    assert not (ward.home / ".local").exists()


# --- names


BARE = """
command                                   | report
due --since-last                          | due
due --since-last --if-any                 | due
due --since-last=                         | due
due --since-last due                      | due
due --since-last morning                  | morning
due --since-last=morning                  | morning
due 1 2 3 --since-last --json             | due
due --since-last 2-floor --json 1         | 2-floor
"""


@pytest.mark.parametrize(("command", "report"), rows(BARE), ids=[row[0] for row in rows(BARE)])
def test_a_report_may_have_a_name(ward: Clinic, command: str, report: str) -> None:
    ward.ok(*words(command))
    (file,) = states(ward)
    assert re.fullmatch(f"{report}-[0-9a-f]{{12}}.seen", file.name)


@pytest.mark.parametrize("name", ["Morning", "-x", "../x", "a b", "a" * 41, "é", "7", "pt-7", "PT-0007", "a.b", "a/b"])
def test_what_is_no_name_is_refused(ward: Clinic, name: str) -> None:
    """A number after --since-last was meant as a patient: it must not become a report of the whole list."""
    answer = ward.run("due", f"--since-last={name}")
    assert (answer.code, answer.out) == (2, "")
    one_line(answer)
    assert not (ward.home / ".local").exists()


def test_each_name_has_a_memory_of_its_own(ward: Clinic) -> None:
    assert listed(ward, "due --since-last morning") == "Cal Bea Ann"
    assert listed(ward, "due --since-last evening") == "Cal Bea Ann"
    ward.ok("patient", "alert", "2", "add", "needle-phobia")
    assert listed(ward, "due --since-last morning") == "Bea"
    assert listed(ward, "due --since-last morning") == ""
    assert listed(ward, "due --since-last evening") == "Bea"


@pytest.mark.file
def test_each_store_has_a_memory_of_its_own(ward: Clinic) -> None:
    other = ward.home / "other.db"
    other.write_bytes(ward.bytes())
    assert listed(ward) == listed(ward, f"due --since-last --db {other}") == "Cal Bea Ann"
    assert len(states(ward)) == 2


FILTERS = """
due --since-last -w 1w
due --since-last --overdue
due --since-last --status due
due --since-last --payer medicare_mac
due --since-last --clinician AM
due --since-last --muscle ut
due --since-last --agent lido
due 2 3 --since-last
"""


@pytest.mark.parametrize("command", FILTERS.split("\n")[1:-1])
def test_a_list_of_other_patients_is_no_successor(ward: Clinic, command: str) -> None:
    """Else everybody whom the other filter leaves out would count as gone, and nobody as new."""
    ward.ok("due", "--since-last")
    answer = ward.ok(*words(command))
    assert talk(answer)[0] == "the last report 'due' had other filters: everything is listed, as in a first report"
    assert answer.out == ward.ok(*words(command.replace("--since-last", ""))).out
    assert talk(ward.ok(*words(command)))[0].startswith("nobody new or changed since"), "the next one has the same"


@pytest.mark.parametrize("command", ["--sort name", "--redact all", "--columns due", "--explain", "--format tsv"])
def test_how_it_is_shown_is_no_filter(ward: Clinic, command: str) -> None:
    ward.ok("due", "--since-last")
    assert "new or changed since" in talk(ward.ok("due", "--since-last", *words(command)))[0]


# --- for cron


def test_if_any_prints_nothing_where_nothing_changed(ward: Clinic) -> None:
    assert ward.ok("due", "--since-last", "--if-any").out
    answer = ward.ok("due", "--since-last", "--if-any")
    assert (answer.out, talk(answer)) == ("", [])
    assert ward.ok("due", "--since-last", "--if-any", "--json").out == ""


def test_if_any_speaks_where_somebody_is_gone(ward: Clinic) -> None:
    ward.ok("due", "--since-last")
    ward.ok("stop", "2", "--reason", "moved")
    answer = ward.ok("due", "--since-last", "--if-any")
    assert talk(answer)[0].endswith("1 no longer listed")
    assert talk(ward.ok("due", "--since-last", "--if-any")) == [], "once"


def test_if_any_on_a_first_report_of_nobody(clinic: Clinic) -> None:
    answer = clinic.ok("due", "--since-last", "--if-any")
    assert (answer.out, talk(answer)) == ("", [])
    board(clinic, WARD)
    assert listed(clinic) == "Cal Bea Ann"


def test_the_exit_code_says_whether_rows_were_listed(ward: Clinic) -> None:
    codes = [ward.run("due", "--since-last", "--exit-code", "--if-any").code for _ in range(2)]
    assert codes == [10, 0]
    ward.ok("stop", "2", "--reason", "moved")
    assert ward.run("due", "--since-last", "--exit-code").code == 0, "gone is not listed"


def test_what_a_limit_cuts_off_comes_the_next_time(ward: Clinic) -> None:
    answer = ward.ok("due", "--since-last", "--limit", "1")
    assert "the first 1 due by 2026-11-23 (1 late, 0 today); more are not shown" in talk(answer)[0]
    assert listed(ward, "due --since-last --limit 1") == "Bea"
    assert listed(ward) == "Ann"
    ward.ok("patient", "alert", "1", "add", "needle-phobia")
    ward.ok("patient", "alert", "2", "add", "needle-phobia")
    cut = ward.ok("due", "--since-last", "--limit", "1", "--json")
    assert ([row["name"] for row in cut.rows], cut.json["gone"]) == (["Bea"], 0), "Ann is not shown, but not gone"
    assert listed(ward) == "Ann"


# --- that no row gets lost


LOST = ["due --since-last -o {home}/no/such/folder.txt", "due --since-last --columns nonsense",
        "due --since-last --format json -o /dev/full"]  # fmt: skip


@pytest.mark.parametrize("command", LOST)
def test_a_list_that_was_not_written_was_not_shown(ward: Clinic, command: str) -> None:
    assert ward.run(*words(command.format(home=ward.home))).code in {1, 2}
    assert listed(ward) == "Cal Bea Ann"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full stands for a full disk")
def test_nor_one_that_did_not_reach_its_reader(ward: Clinic) -> None:
    tpi = f"{sys.executable} -m tpi_cli due --since-last"
    for line in (f"{tpi} > /dev/full", f"{tpi} >&-", f"(sleep 0.3; exec {tpi}) | true"):
        subprocess.run(["sh", "-c", line], env=ward.environment(), capture_output=True, check=False, timeout=60)
        assert not (ward.home / ".local").exists(), line
    assert listed(ward) == "Cal Bea Ann"


def test_a_memory_that_cannot_be_kept_is_told_after_the_list(ward: Clinic) -> None:
    whole = ward.ok("due").out
    blocked = ward.file("blocked", "a file where the folder should be")
    answer = ward.run("due", "--since-last", XDG_STATE_HOME=blocked)
    assert (answer.code, answer.out) == (6, whole)
    assert "cannot make the folder" in answer.err


def test_the_folder_a_distribution_names_is_used(ward: Clinic) -> None:
    ward.ok("due", "--since-last", XDG_STATE_HOME=str(ward.home / "var"))
    assert len(list((ward.home / "var" / "tpi" / "reports").iterdir())) == 1


# --- the file


def test_the_file_is_private_and_names_no_patient(ward: Clinic) -> None:
    old = os.umask(0)
    try:
        ward.ok("due", "--since-last")
    finally:
        os.umask(old)
    (file,) = states(ward)
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    text = file.read_text()
    for word in ("Ann", "PT-", "1971", "2026-11-1", "trapezius", "lidocaine", "0161", "M1", "due"):
        assert word not in text, word
    assert len(text.splitlines()) == 3 + 6


@pytest.mark.file
def test_who_has_the_file_and_not_the_key_can_guess_nobody(ward: Clinic) -> None:
    """There are few patient numbers: a digest without the store's key would be undone by trying them all."""
    from hashlib import blake2b

    ward.ok("due", "--since-last")
    lines = states(ward)[0].read_text().splitlines()
    salt = bytes.fromhex(lines[3])
    guesses = {
        blake2b(str(number).encode(), digest_size=16, salt=salt, person=b"tpi patient").hexdigest()
        for number in range(1, 100)
    }
    assert guesses & set(" ".join(lines).split()) == set()


def _cut(text: str) -> str:
    return text[:-10]


def _one_digit(text: str) -> str:
    lines = text.splitlines(keepends=True)
    lines[6] = lines[6].replace(lines[6][0], "0" if lines[6][0] != "0" else "1", 1)
    return "".join(lines)


def _row_taken_out(text: str) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[:6] + lines[7:])


DAMAGE: list[Callable[[str], str]] = [
    _cut, _one_digit, _row_taken_out, lambda text: "", lambda text: "\x00" * 100, lambda text: "é" + text,
    lambda text: text + "\n", lambda text: text.replace("tpi-report-1", "tpi-report-9"),
    lambda text: text.replace("T", "t", 1),
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_memory_is_said_and_counts_as_none(ward: Clinic, damage: Callable[[str], str]) -> None:
    ward.ok("due", "--since-last")
    (file,) = states(ward)
    file.write_text(damage(file.read_text()))
    answer = ward.ok("due", "--since-last")
    assert answer.out == ward.ok("due").out
    assert talk(answer)[0] == f"{file} is damaged or not this store's: everything is listed, as in a first report"
    assert listed(ward) == "", "and it is whole again"


def test_a_folder_in_its_place_is_said_too(ward: Clinic) -> None:
    ward.ok("due", "--since-last")
    (file,) = states(ward)
    file.unlink()
    file.mkdir()
    answer = ward.run("due", "--since-last")
    assert (answer.code, answer.out) == (6, ward.ok("due").out)
    assert "is damaged" in talk(answer)[0]
    assert [path.name for path in states(ward)] == [file.name], "nothing half written stays behind"


@pytest.mark.file
def test_another_clinics_store_in_the_same_place_is_no_successor(ward: Clinic) -> None:
    ward.ok("due", "--since-last")
    ward.store.unlink()
    ward.ok("init")
    answer = ward.ok("due", "--since-last")
    assert "is another clinic's: everything is listed, as in a first report" in talk(answer)[0]


def test_a_doubt_is_said_beside_json_as_well(ward: Clinic) -> None:
    ward.ok("due", "--since-last")
    states(ward)[0].write_text("damaged")
    answer = ward.ok("due", "--since-last", "--json")
    assert "everything is listed" in answer.err
    assert (json.loads(answer.out)["since"], json.loads(answer.out)["count"]) == (None, 3)


@pytest.mark.file
def test_a_plain_store_has_a_memory_too(home: Clinic) -> None:
    home.ok("init", "--plain")
    board(home, WARD)
    assert (listed(home), listed(home)) == ("Cal Bea Ann", "")


# --- the store is only read


def test_the_store_is_as_it_was(ward: Clinic) -> None:
    before = ward.bytes()
    ward.ok("due", "--since-last")
    ward.ok("due", "--since-last")
    assert ward.bytes() == before


@pytest.mark.file
def test_a_store_of_an_older_schema_is_refused_and_left_alone(ward: Clinic) -> None:
    with closing(connect.connect(str(ward.store), read_key(str(ward.key)))) as store:
        store.execute(f"PRAGMA user_version={connect.SCHEMA - 1}")
    before = ward.bytes()
    answer = ward.run("due", "--since-last", "--if-any")
    assert (answer.code, answer.out) == (6, "")
    assert "older schema" in answer.err
    assert ward.bytes() == before
    assert not (ward.home / ".local").exists()


@pytest.mark.file
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="/proc tells whether the report is at the store")
@pytest.mark.parametrize("lock", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_report_waits_for_a_busy_writer_and_then_answers(ward: Clinic, lock: str) -> None:
    """With a rollback journal, where a writer that commits keeps every reader out."""
    with closing(connect.connect(str(ward.store), read_key(str(ward.key)))) as writer:
        assert writer.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        before = ward.bytes()
        writer.execute(f"BEGIN {lock}")
        report = _started(ward)
        while report.poll() is None and str(ward.store) not in _opened(report.pid):
            sleep(0.01)
        sleep(0.5)
        waits = report.poll() is None
        writer.execute("ROLLBACK")
        out, err = report.communicate(timeout=60)
    assert waits or lock == "IMMEDIATE", "a lock to write keeps no reader out"
    assert (report.returncode, [row["name"] for row in json.loads(out)["rows"]]) == (0, ["Cal", "Bea", "Ann"]), err
    assert ward.bytes() == before


def _started(clinic: Clinic) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "tpi_cli", "due", "--since-last", "--json"],
        env=clinic.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def _opened(pid: int) -> set[str]:
    out = set()
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        try:
            out.add(os.readlink(link))
        except OSError:
            continue
    return out


def test_two_at_once_lose_nothing(ward: Clinic) -> None:
    reports = [_started(ward) for _ in range(2)]
    answers = [Answer(report.wait(60), *map(bytes.decode, report.communicate())) for report in reports]
    assert [answer.code for answer in answers] == [0, 0]
    shown = [{row["name"] for row in json.loads(answer.out)["rows"]} for answer in answers]
    assert set().union(*shown) == {"Ann", "Bea", "Cal"}
    assert listed(ward) == ""
