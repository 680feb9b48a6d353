"""Streams that end early, are full or are closed: no traceback, an exit code that tells, and no record lost unseen."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.reading import everything, rows
from tests.conftest import Clinic
from tests.store.places import records

pytestmark = [
    pytest.mark.skipif(shutil.which("bash") is None, reason="the shell's own pipes are needed"),
    pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full stands for a full disk"),
]


def shell(clinic: Clinic, line: str, **more: str) -> tuple[list[int], str, str]:
    """A line of bash with `tpi` in it: the exit codes of its parts, stdout, stderr."""
    tpi = f'tpi() {{ "{sys.executable}" -m tpi_cli "$@"; }}'
    run = f'{tpi}\n{line}\ncodes="${{PIPESTATUS[@]}}"\necho "codes $codes" >&3\n'
    done = subprocess.run(
        ["bash", "-c", f"exec 3>{clinic.home}/codes\n{run}"],
        capture_output=True, text=True, env=clinic.environment(**more), timeout=60, check=False,
    )  # fmt: skip
    codes = (clinic.home / "codes").read_text().split()[1:]
    (clinic.home / "codes").unlink()
    return [int(code) for code in codes], done.stdout, done.stderr


READERS = [
    ("tpi due --status all | true", 141),
    ("tpi due --status all --json | true", 141),
    ("tpi why 1 | true", 141),
    ("tpi export json | head -n 1", 141),
    ("tpi export fhir | head -n 1", 141),
    ("tpi help items | true", 141),
    ("tpi --help | true", 141),
    ("tpi due --status all > /dev/full", 1),
    ("tpi due --json > /dev/full", 1),
    ("tpi export json > /dev/full", 1),
    ("tpi export fhir > /dev/full", 1),
    ("tpi export csv --kind patients > /dev/full", 1),
    ("tpi due -o /dev/full", 1),
    ("tpi due >&-", 1),
    ("tpi inject 1 ut l dry -n > /dev/full", 1),
    ("tpi due 2>&-", 0),
    ("tpi due 2> /dev/full", 0),
    ("tpi due < /dev/null", 0),
    ("tpi due <&-", 0),
]


@pytest.mark.parametrize(("line", "code"), READERS, ids=[row[0] for row in READERS])
def test_a_reader_that_goes_away(sample: Clinic, line: str, code: int) -> None:
    before = records(sample)
    codes, _, err = shell(sample, line)
    assert codes[0] == code, err
    assert "Traceback" not in err
    assert "Exception ignored" not in err
    assert records(sample) == before
    if code == 1:
        assert re.search(r"cannot write (stdout|/dev/full): ", err), err


WRITES = """
command                                                         | what
inject 1 ut l lido 1% 1ml --yes                                 | S-003E
patient add 'Ruiz, Ana' 1965-04-05 --allergy none --bleeding none | PT-0004
stop 1 --reason other                                           | PT-0001
site add 1 gm r                                                 | site 3
session void S-0018 --reason twice --yes                        | S-0018
agent add lidocaine 1%                                          | lidocaine
config set user JS                                              | user
"""


@pytest.mark.parametrize(("command", "what"), rows(WRITES), ids=[row[0] for row in rows(WRITES)])
def test_a_record_whose_answer_got_lost_says_so(practice: Clinic, command: str, what: str) -> None:
    before = everything(practice)
    codes, out, err = shell(practice, f"tpi {command} > /dev/full")
    assert (codes, out) == ([11], "")
    line, hint = err.splitlines()[-2:]
    assert line == f"tpi: RECORDED {what}, output failed"
    assert hint == "  hint: it is on file: do not enter it again"
    assert everything(practice) != before, "the record is there"


LOST = """
how                               | exit
> /dev/full                       | 11
>&-                               | 11
-o /no/such/folder/answer.txt     | 11
--json > /dev/full                | 11
"""


@pytest.mark.parametrize(("how", "code"), [(row[0], row[1]) for row in rows(LOST)])
def test_however_the_answer_gets_lost(practice: Clinic, how: str, code: str) -> None:
    codes, _, err = shell(practice, f"tpi inject 1 ut l lido 1% 1ml --yes {how}")
    assert codes == [int(code)], err
    assert "RECORDED S-003E, output failed" in err
    assert "Traceback" not in err
    assert practice.ok("session", "show", "S-003E", "--json").json["patient"] == "PT-0001"


def test_a_closed_pipe_after_a_record(practice: Clinic) -> None:
    """The reader is gone before tpi starts: `sleep` sees to that."""
    codes, _, err = shell(
        practice, '(sleep 0.3; exec "' + sys.executable + '" -m tpi_cli inject 1 ut l dry --yes) | true'
    )
    assert codes[0] == 11, err
    assert "RECORDED S-003E, output failed" in err
    assert practice.run("session", "show", "S-003E").code == 0


def test_an_answer_on_a_pipe_counts_where_the_preview_was_seen(practice: Clinic) -> None:
    codes, out, err = shell(practice, "echo y | tpi inject 1 ut l dry")
    assert codes == [0, 0]
    assert "recorded S-003E" in out
    assert "Record? [y/N/e]" in err


def test_colours_do_not_go_down_a_pipe(practice: Clinic) -> None:
    """Off a terminal the list is plain, and plain has no colours, whatever was asked; a table asked for has them."""
    _, plain, _ = shell(practice, "tpi due --color always | cat", TERM="xterm-256color")
    assert plain == practice.ok("due").out
    _, table, _ = shell(practice, "tpi due --color always --format table | cat", TERM="xterm-256color")
    assert "\x1b[1mDUE" in table
    _, table, _ = shell(practice, "tpi due --format table | cat", TERM="xterm-256color")
    assert "\x1b" not in table


def test_cron_without_an_environment(practice: Clinic) -> None:
    """What cron gives: HOME, no terminal, no locale."""
    line = f"env -i HOME={practice.home} XDG_DATA_HOME={practice.home}/data XDG_CONFIG_HOME={practice.home}/config"
    codes, out, err = shell(
        practice, f"{line} {sys.executable} -m tpi_cli due --redact names --status all -w 20y < /dev/null"
    )
    assert codes == [0], err
    assert "PT-0001" in out
    assert "Tan" not in out
