"""What `tpi cron` makes, under a real cron with its bare environment, and before systemd's own judge.

The crontab that was there before is put back, and a cron that was started is ended.
"""

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands.board import board
from tests.commands.reading import copied
from tests.conftest import Clinic

pytestmark = pytest.mark.slow

WITHIN = 150
"""Seconds: cron starts what is due at the full minute."""


def needs(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed here: nothing was tried for real")


@contextmanager
def crontab_kept() -> Iterator[None]:
    """This account's crontab as it was, whatever the test puts into it; one test at a time."""
    with open(f"/tmp/tpi-crontab-{os.getuid()}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = subprocess.run(["crontab", "-l"], capture_output=True, check=False)
        try:
            yield
        finally:
            if before.returncode == 0:
                put(before.stdout)
            else:
                subprocess.run(["crontab", "-r"], capture_output=True, check=False)


@contextmanager
def cron_running() -> Iterator[None]:
    """A cron of our own, unless one is running already (then it says so and ends)."""
    daemon = subprocess.Popen(["cron", "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield
    finally:
        daemon.terminate()
        daemon.communicate(timeout=30)


def put(table: bytes) -> None:
    done = subprocess.run(["crontab", "-"], input=table, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def table() -> str:
    return subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def real(_template: Path, tmp_path: Path) -> Clinic:
    """Three who are due on any day to come, in a folder whose name sh would misread."""
    home = tmp_path / "it's a $HOME"
    home.mkdir()
    return board(copied(_template, home), "Ann | 2020-08-23 | 3mo\nBea | 2020-08-10 | 3mo\nCal | 2020-08-01 | 3mo\n")


@pytest.fixture
def account() -> Iterator[None]:
    needs("cron", "crontab")
    if os.geteuid() != 0:
        pytest.skip("only root can start a cron: nothing was tried for real")
    with crontab_kept():
        yield


def every_minute(clinic: Clinic, told: Path) -> bytes:
    """The crontab as installed, but for the hour; what cron would mail goes into a file, and what it gave the run."""
    lines = table().splitlines()
    at = next(index for index, line in enumerate(lines) if line.startswith("0 7 * * 1-5 "))
    command = lines[at].removeprefix("0 7 * * 1-5 ")
    lines[at] = f"* * * * * {{ {command}; echo left with $?; env; echo end of run; }} >> '{told}' 2>&1"
    return "\n".join([f'HOME="{clinic.home}"', *lines, ""]).encode()


def runs(told: Path, count: int) -> list[list[str]]:
    """Of each of the first runs, once there were so many: what it said, and its exit code with its environment."""
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        text = told.read_text() if told.exists() else ""
        if text.count("end of run\n") >= count:
            return [run.split("left with ") for run in text.split("end of run\n")[:count]]
        time.sleep(1)
    raise AssertionError(f"cron did not run it: {told.read_text() if told.exists() else 'nothing was written'}")


@pytest.mark.usefixtures("account")
def test_under_cron_the_list_comes_once_and_then_only_what_changed(real: Clinic, tmp_path: Path) -> None:
    told = tmp_path / "told"
    mine = "# mine\n1 1 1 1 * true\n"
    put(mine.encode())
    real.ok("cron", "install", "--since-last", "--mailto", "nobody", "--yes")
    assert table().startswith(mine)
    before = real.bytes()
    put(every_minute(real, told))
    with cron_running():
        (first, world), (second, after) = runs(told, 2)
    for who in ("PT-0001", "PT-0002", "PT-0003"):
        assert who in first
    assert "Ann" not in first, "names are left out"
    assert "first report 'cron-due'" in first
    assert "XDG_" not in world and "TPI_" not in world, "what is named in the line is not in its world"
    assert (second, world[:2], after[:2]) == ("", "0\n", "0\n"), "the second has nothing to say, so no mail comes"
    assert real.bytes() == before


@pytest.mark.usefixtures("account")
def test_the_real_crontab_takes_the_block_and_keeps_the_rest(real: Clinic) -> None:
    mine = "# mine, é\nMAILTO=boss\n1 1 1 1 * true\n"
    put(mine.encode())
    real.ok("cron", "install", "--yes", "--mailto", "reception@example.org")
    real.ok("cron", "install", "--yes", "--report", "evening", "--at", "18:00")
    first, second = (real.ok("cron", "show", *more).out for more in (
        ("--mailto", "reception@example.org"), ("--report", "evening", "--at", "18:00")))  # fmt: skip
    owner = first.splitlines()[-2]
    assert table() == mine + first.replace(owner, "MAILTO=boss") + second
    assert "already" in real.ok("cron", "install", "--report", "evening", "--at", "18:00").out


@pytest.mark.usefixtures("account")
def test_an_account_without_a_crontab_gets_one(real: Clinic) -> None:
    subprocess.run(["crontab", "-r"], capture_output=True, check=False)
    real.ok("cron", "install", "--yes")
    assert table() == real.ok("cron", "show").out


UNITS = [(), ("--since-last", "--within", "1w"), ("--days", "fri-mon", "--at", "18:05"), ("--days", "mon-sun")]


def judged(path: Path, runtime: Path) -> str:
    """What systemd has to say against a unit."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(path)],
        capture_output=True, text=True, check=False, env={**os.environ, "XDG_RUNTIME_DIR": str(runtime)},
    )  # fmt: skip
    return done.stdout + done.stderr if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("more", UNITS, ids=" ".join)
def test_systemd_takes_the_units_without_a_word(real: Clinic, tmp_path: Path, more: tuple[str, ...]) -> None:
    needs("systemd-analyze")
    real.ok("cron", "install", "--systemd", "--yes", *more)
    units = sorted((real.home / "config" / "systemd" / "user").iterdir())
    assert [unit.name for unit in units] == ["tpi-due.service", "tpi-due.timer"]
    assert [judged(unit, tmp_path) for unit in units] == ["", ""]


def test_systemd_does_say_so_where_a_unit_is_wrong(real: Clinic, tmp_path: Path) -> None:
    """So that its silence above says something."""
    needs("systemd-analyze")
    real.ok("cron", "install", "--systemd", "--yes")
    service, timer = sorted((real.home / "config" / "systemd" / "user").iterdir())
    service.write_text(service.read_text().replace("UMask", "UMasque"))
    timer.write_text(timer.read_text().replace("07:00", "27:00"))
    assert "UMasque" in judged(service, tmp_path)
    assert "27:00" in judged(timer, tmp_path)


def test_the_calendar_reads_the_days_as_they_were_meant(real: Clinic) -> None:
    needs("systemd-analyze")
    (line,) = [one for one in real.ok("cron", "show", "--systemd", "--days", "sat-mon", "--at", "6:05").out.splitlines()
               if one.startswith("OnCalendar=")]  # fmt: skip
    done = subprocess.run(
        ["systemd-analyze", "calendar", line.partition("=")[2]], capture_output=True, text=True, check=True
    )
    assert "Mon,Sat,Sun *-*-* 06:05:00" in done.stdout
