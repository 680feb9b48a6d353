"""Everything that tpi makes under umask 0: files that their owner alone can read, in folders he alone can enter."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.conftest import Clinic
from tests.faults import ward
from tests.faults.inside import run
from tpi_cli.store import connect

FILE, FOLDER = 0o600, 0o700
SYSTEMD = 0o644
"""The units of tpi cron install: they hold paths and no patient, and systemd reads them."""

STEPS = (
    "config set user JS", "init --name Clinic --zone Europe/London", "config set user JS", "config set clinic.name House",
    "patient add Tan,_Mei 1971-03-04 --allergy none --bleeding none --yes",
    "inject 1 ut_l_lido_1%_1ml --consent written --yes", "book 1 2026-12-09_9:30", "due --since-last morning",
    "backup copy.db", "backup", "export csv -o made/a/csv", "export csv --kind patients -o one.csv",
    "export json -o all.json", "export ics -o all.ics", "export sqlite -o all.db", "due -o due.txt",
    "due --json -o due.json", "log -o log.txt", "verify -o verify.txt", "due -o there.txt",
    "import bad.csv --on-error skip", "demo", "cron install --systemd --yes", "completion install bash", "init --plain --db made/plain/p.db",
    "key rotate --yes", "db rekey --yes", "restore copy.db --yes",
)  # fmt: skip
"""What makes files and folders, `_` for a blank."""


def checked(home: Path) -> tuple[int, list[str]]:
    """How many files and folders were made, and those that others may read, write or enter."""
    home.mkdir(mode=0o700)
    (home / "there.txt").touch(0o644)
    (home / "bad.csv").write_text("mrn,name,born\nA7,Tan Bo,1971-33-04\n")
    clinic = Clinic(home)
    (home / "bad.csv").chmod(0o600)
    before = set(ward.seen(home)) - {str(home / "there.txt")}
    wrong: dict[str, None] = {}
    with _umask(0):
        for step in STEPS:
            run(clinic, [word.replace("_", " ") for word in step.split(" ")], at=home)
            wrong |= dict.fromkeys(f"{one}, after {step}" for one in _open(home, before) if one not in _told(wrong))
        wrong |= dict.fromkeys(_journals(clinic, before))
    return len(set(ward.seen(home)) - before), list(wrong)


def wrong(home: Path) -> list[str]:
    """Those alone that others may read, write or enter."""
    return checked(home)[1]


def _told(wrong: dict[str, None]) -> set[str]:
    """What was said of a file before; it is said once."""
    return {one.partition(", after")[0] for one in wrong}


def _journals(clinic: Clinic, before: set[str]) -> Iterator[str]:
    """The journal and the shared memory, which are there only while somebody has the store open."""
    with closing(connect.open_store(ward.place(clinic))) as store:
        store.execute("SELECT count(*) FROM patient").fetchone()
        run(clinic, ["patient", "edit", "1", "--weight", "62", "--yes"])
        if not list(clinic.store.parent.glob("*-wal")):
            yield "the store has no journal while it is open"
        yield from _open(clinic.home, before)


def _open(home: Path, before: set[str]) -> Iterator[str]:
    for path, (mode, *_) in ward.seen(home).items():
        wanted = {FOLDER} if stat.S_ISDIR(mode) else {FILE}
        wanted |= {SYSTEMD} if "/systemd/user/tpi-" in path else set()
        if path not in before and stat.S_IMODE(mode) not in wanted:
            yield f"{os.path.relpath(path, home)} is {stat.S_IMODE(mode):04o}"


@contextmanager
def _umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)
