"""Who works here, and what they may: every command that writes asks, whatever the caller says about who they are."""

import getpass
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, everything, made, rows, words
from tests.conftest import ME, Clinic, working_under
from tpi_cli.commands.lazy import TREE, Entry
from tpi_cli.reference.roles import permitted
from tpi_cli.reference.tables import column
from tpi_cli.rules import paper

DESKS = {"reception": "RC", "bkaufmann": "BK", "jsmith": "JS", "gone": "GO"}
"""Accounts of the test clinic, with whose they are."""


@pytest.fixture(scope="module")
def _staffed(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    """A clinician besides the maker, an assistant, an auditor, one who left; a patient with a session."""

    def build(clinic: Clinic) -> None:
        clinic.ok(*words("clinician add JS --name 'Jo Smith' --account jsmith"))
        clinic.ok(*words("clinician add RC --role assistant --account reception"))
        clinic.ok(*words("clinician add BK --role auditor --account bkaufmann"))
        clinic.ok(*words("clinician add GO --account gone"))
        clinic.ok(*words("clinician retire GO --on 2026-10-31"))
        clinic.patient()
        clinic.inject("1")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def staffed(tmp_path: Path, _staffed: Path) -> Clinic:
    return copied(_staffed, tmp_path)


# --- on file


def test_who_makes_a_store_is_its_first_clinician(clinic: Clinic) -> None:
    told = [
        {name: row[name] for name in ("clinician", "role", "account")}
        for row in clinic.ok("clinician", "list", "--json").rows
    ]
    assert told == [{"clinician": ME, "role": "clinician", "account": ME}]


def test_the_list_has_who_is_here_first(staffed: Clinic) -> None:
    answer = staffed.ok("clinician", "list", "--json")
    assert [row["clinician"] for row in answer.rows] == [*sorted(["BK", "JS", "RC", ME]), "GO"]
    assert answer.rows[-1]["retired_on"] == "2026-10-31"
    assert next(row for row in answer.rows if row["clinician"] == ME)["sessions"] == 1
    assert "5 on file, 4 with an account to work under" in staffed.ok("clinician", "list").err


def test_adding_again_changes_what_is_said_and_leaves_the_rest(staffed: Clinic) -> None:
    staffed.ok(*words("clinician add js --role auditor"))
    row = next(row for row in staffed.ok("clinician", "list", "--json").rows if row["clinician"] == "JS")
    assert (row["role"], row["name"], row["account"]) == ("auditor", "Jo Smith", "jsmith")


def test_who_left_is_back_when_added_again(staffed: Clinic) -> None:
    staffed.ok(*words("clinician add GO"))
    with working_under("gone"):
        staffed.ok(*words("call 1 no-answer"))


REFUSED = """
command                                       | exit | the line holds
clinician add 'J S'                           | 2 | 'J S' is not a code
clinician add ''                              | 2 | is not a code
clinician add -- -x                           | 2 | is not a code
clinician add ABCDEFGHIJKLMNOPQRSTU           | 2 | is not a code
clinician add J\u0405                         | 2 | is not a code
clinician add XX --role doctor                | 2 | --role cannot be 'doctor'
clinician add XX --account 'a b'              | 2 | 'a b' is not an account
clinician add XX --account '../x'             | 2 | is not an account
clinician add XX --account jsmith             | 5 | the account jsmith is JS's
clinician add XX --account gone               | 5 | the account gone is GO's
clinician add XX --on yesterday               | 2 | --on has no meaning here
clinician add JS --name 'Jo Smith'            | 5 | JS is on file so already
clinician retire ZZ                           | 3 | no clinician 'ZZ'
clinician retire GO                           | 5 | GO left on 2026-10-31 already
clinician retire JS --on tomorrow             | 2 | is in the future
"""


@pytest.mark.parametrize(("command", "code", "line"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused_changes_nothing(staffed: Clinic, command: str, code: str, line: str) -> None:
    before = everything(staffed)
    answer = staffed.run("--json", *words(command))
    assert (answer.code, answer.out) == (int(code), "")
    assert line in answer.error["message"]
    assert everything(staffed) == before


def test_a_dry_run_keeps_nothing(staffed: Clinic) -> None:
    before = staffed.bytes()
    staffed.ok(*words("clinician add XX --dry-run"))
    staffed.ok(*words("clinician retire JS --dry-run"))
    assert staffed.bytes() == before


@pytest.mark.parametrize(
    "command", ["clinician retire {} --yes", "clinician add {} --role assistant", "clinician add {} --role auditor"]
)
def test_the_last_clinician_with_an_account_stays(clinic: Clinic, command: str) -> None:
    """Somebody must remain who can add others."""
    clinic.ok(*words("clinician add AM"))  # without an account: nobody can work under that
    answer = clinic.run(*words(command.format(ME)), "--json")
    assert (answer.code, answer.error["kind"]) == (5, "conflict")
    assert "nobody would be left" in answer.error["message"]
    clinic.ok(*words("clinician add AM --account amara"))
    clinic.ok(*words(command.format(ME)))


# --- every command that writes asks


def writing(tree: dict[str, Any] = TREE, before: str = "") -> Iterator[str]:
    """The names of the commands that write, from the command tree itself: none is forgotten."""
    for name, entry in tree.items():
        if isinstance(entry, Entry):
            if entry.writes:
                yield f"{before}{name}"
        else:
            yield from writing(entry[2], f"{before}{name} ")


NOT_OF_THE_CLINIC = {"cron install"}
"""It writes into the account's own crontab and asks nobody."""
FREE = {"check", "cron install", "db migrate"}
"""Every role may; they record nothing of a patient."""
LINES = """
inject 1 ut l lido 1% 1ml --yes
again 1 --yes
outcome 1 3
call 1 no-answer
book 1 'tue 10:00'
appt move 1 'wed 10:00'
appt cancel 1
appt arrive 1
appt no-show 1
snooze 1 6w --reason abroad
stop 1 --reason other
resume 1
sign S-0018 --yes
undo --yes
patient add 'Ruiz, Ana' 1965-04-05 --allergy none --bleeding none
patient edit 1 --phone 0161
patient archive 1
patient merge 1 2 --yes
patient unmerge 2
patient erase 1 --authority 'letter 12' --yes
patient alert 1 add diabetes
patient elsewhere 1 triam 40mg
site add 1 gm r
site resolve 1 ut l
adverse add 1 infection
adverse close 1 1 --outcome resolved
session amend S-0018 --pain 6:2 --reason misread --yes
session void S-0018 --reason 'entered twice' --yes
agent add lidocaine 0.5%
rule set la_near_limit --level note --reason protocol
payer add acme --from 2027-01-01 --max-sessions 4 --reason letter
clinician add XX
clinician retire JS
import {csv}
config set recall.overdue 21
check 1 ut l lido 1% 1ml
db migrate
"""
COMMANDS = LINES.strip().splitlines()


def act_of(line: str) -> str:
    """The command a line is of."""
    return max((name for name in writing() if line.startswith(name)), key=len)


OF_KEYS_AND_BACKUPS = frozenset(
    [
        "backup",
        "restore",
        "db rekey",
        "key recover",
        "key rotate",
        "key passphrase",
        "key keyring",
        "db move",
        "db grant",
    ]
)
"""Their refusals stand in test_backup and test_key, and in tests/postgres."""


def test_every_command_that_writes_has_a_line_and_a_row_in_the_table_of_roles() -> None:
    named = set(writing())
    assert len(named) > 35
    assert {act_of(line) for line in COMMANDS} == named - NOT_OF_THE_CLINIC - OF_KEYS_AND_BACKUPS
    missing = {name for name in named if name not in column("roles", "roles")}
    assert missing == set()


def test_the_table_of_roles_names_no_command_that_is_not_there() -> None:
    """A verb of a command and an override have rows of their own."""
    acts = {re.sub(r" (--override|end|list)$", "", act) for act in column("roles", "roles")}
    assert acts - {"key check-recovery"} - set(writing()) == set()


def refused(clinic: Clinic, line: str) -> None:
    before = everything(clinic)
    answer = clinic.run(*words(line.format(csv=Path("sample_data/patients.csv").absolute())), "--json")
    assert (answer.code, answer.out) == (7, ""), (line, answer)
    assert answer.error["kind"] == "permission" and answer.error["hint"]
    assert everything(clinic) == before


GUARDED = [line for line in COMMANDS if act_of(line) not in FREE]


@pytest.mark.parametrize("account", ["stranger", "gone"])
@pytest.mark.parametrize("line", GUARDED, ids=[act_of(line) for line in GUARDED])
def test_who_is_nobody_here_or_left_writes_nothing(staffed: Clinic, line: str, account: str) -> None:
    _with_company(staffed, line)
    with working_under(account):
        refused(staffed, line)
        refused(staffed, f"{line} --as JS")


@pytest.mark.parametrize("line", GUARDED, ids=[act_of(line) for line in GUARDED])
def test_an_auditor_reads(staffed: Clinic, line: str) -> None:
    _with_company(staffed, line)
    with working_under("bkaufmann"):
        refused(staffed, line)
        refused(staffed, f"{line} --as JS")
        staffed.ok("due")
        staffed.ok("verify")


DECISIONS = [line for line in GUARDED if "assistant" not in permitted(act_of(line))]


@pytest.mark.parametrize("line", DECISIONS, ids=[act_of(line) for line in DECISIONS])
def test_an_assistant_makes_no_decisions(staffed: Clinic, line: str) -> None:
    _with_company(staffed, line)
    with working_under("reception"):
        refused(staffed, line)
        if act_of(line) not in {"inject", "again"}:
            refused(staffed, f"{line} --as JS")


def _with_company(clinic: Clinic, line: str) -> None:
    """What a command would meet before it asks for rights, were nothing there."""
    act = act_of(line)
    if act.startswith("appt"):
        clinic.ok(*words("book 1 'tue 10:00'"))
    if "merge" in act:
        clinic.patient("Tan, Mai", "1971-03-04")
    if act == "patient unmerge":
        clinic.ok(*words("patient merge 1 2 --yes"))
    if act == "adverse close":
        clinic.ok(*words("adverse add 1 infection"))
    if act == "resume":
        clinic.ok(*words("snooze 1 6w --reason abroad"))


def test_an_assistant_works_at_the_desk_and_writes_for_a_clinician(staffed: Clinic) -> None:
    with working_under("reception"):
        staffed.ok(*words("call 1 no-answer"))
        assert "--as CODE" in staffed.run(*words("inject 1 ut l lido 1% 1ml --consent written --yes")).err
        staffed.ok(*words("inject 1 ut l lido 1% 1ml --consent written --yes --as JS"))
    by = [row["by"] for row in staffed.ok("log", "--json").rows if row["act"] == "session recorded"]
    assert "reception as JS" in by


# --- nobody says who they are


@pytest.mark.parametrize("name", ["LOGNAME", "USER", "LNAME", "USERNAME", "TPI_USER"])
def test_a_variable_is_not_believed(clinic: Clinic, name: str) -> None:
    """getpass.getuser() would: any caller could be any account."""
    clinic.ok(*words("clinician add JS --account jsmith"))
    answer = clinic.process("patient", "edit", "1", "--phone", "1", **{name: "jsmith"})
    assert answer.code in {2, 3}, "there is no patient yet, and the account is the real one"
    clinic.ok(*words("clinician add OB --role auditor --account observer"))
    who = clinic.patient()
    assert (
        clinic.process(
            "patient", "edit", who, "--phone", "0161", **{name: ME if name == "TPI_USER" else "observer"}
        ).code
        == 0
    )
    told = clinic.ok("log", "--json").rows[0]["by"]
    assert told.split()[0] == ME


@pytest.mark.skipif(os.name != "posix", reason="accounts by number")
def test_the_variables_would_have_been_believed_by_the_usual_way() -> None:
    """The contrast that gives the test above its teeth."""
    done = subprocess.run([sys.executable, "-c", "import getpass; print(getpass.getuser())"], capture_output=True,
                          text=True, env={"LOGNAME": "jsmith", "PATH": os.environ["PATH"]}, check=True)  # fmt: skip
    assert done.stdout.strip() == "jsmith"
    assert getpass.getuser()


# --- the officer key instead of a clinician's right


@pytest.fixture
def orphaned(home: Clinic) -> Clinic:
    """A clinic whose accounts are all of another computer; its officer key lies in HOME."""
    answer = home.ok("init", "--json").json
    home.file("officer.key", answer["officer_key"])
    home.file("recovery.code", answer.get("recovery_code") or paper.write(paper.RECOVERY, bytes(32)))
    home.file("other.key", paper.write(paper.OFFICER, bytes(32)))
    return home


def test_the_officer_key_lets_a_stranger_add_a_clinician(orphaned: Clinic) -> None:
    key = str(orphaned.home / "officer.key")
    with working_under("newcomer"):
        refused(orphaned, "clinician add NC --account newcomer")
        orphaned.ok("clinician", "add", "NC", "--account", "newcomer", "--officer-key-file", key)
        orphaned.patient()


@pytest.mark.parametrize(("name", "code"), [("other.key", 7), ("recovery.code", 2), ("missing", 2), (".", 2)])
def test_another_key_does_not(orphaned: Clinic, name: str, code: int) -> None:
    before = everything(orphaned)
    with working_under("newcomer"):
        answer = orphaned.run("clinician", "add", "NC", "--officer-key-file", str(orphaned.home / name), "--json")
    assert (answer.code, answer.out) == (code, "")
    assert everything(orphaned) == before
    text = (orphaned.home / name).read_text() if (orphaned.home / name).is_file() else "no such text"
    assert text not in answer.err, "what is read is not repeated"


# --- what must be seen before it is done


def test_a_change_of_somebody_on_file_is_shown_and_asked(staffed: Clinic) -> None:
    """Two people with the same initials: the second must not become the first."""
    line = words("clinician add JS --name 'Jane Other' --account jane")
    before = everything(staffed)
    answer = staffed.run(*line)
    assert answer.code == 9
    assert "name: Jo Smith -> Jane Other" in answer.err and "account: jsmith -> jane" in answer.err
    assert everything(staffed) == before
    assert "JS" in staffed.ok(*line, "--yes").out


def test_whoever_retires_themselves_is_asked(staffed: Clinic) -> None:
    answer = staffed.run("clinician", "retire", ME)
    assert (answer.code, "this is you" in answer.err) == (9, True)
    staffed.ok("clinician", "retire", ME, "--yes")


def test_an_assistant_opens_an_alert_and_ends_none(staffed: Clinic) -> None:
    with working_under("reception"):
        staffed.ok(*words("patient alert 1 add pregnancy"))
        refused(staffed, "patient alert 1 end pregnancy")


def test_nobody_takes_back_what_they_may_not_do(staffed: Clinic) -> None:
    """The last act of an account is a clinician's; meanwhile the account is an assistant's."""
    staffed.ok(*words(f"clinician add {ME} --role assistant --yes"))
    refused(staffed, "undo --yes")
    staffed.ok("patient", "edit", "1", "--phone", "0161")
    staffed.ok("undo", "--yes")
