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
    "config set user JS", "init --name Clinic --zone Europe/London", "config set user JS",
    "config set clinic.name House",    "patient add Tan,_Mei 1971-03-04 --allergy none --bleeding none --yes",
    "inject 1 ut_l_lido_1%_1ml --consent written --yes", "book 1 2026-12-09_9:30", "due --since-last morning",
    "backup copy.db", "backup", "export csv -o made/a/csv", "export csv --kind patients -o one.csv",
    "export json -o all.json", "export ics -o all.ics", "export sqlite -o all.db", "due -o due.txt",
    "export fhir -o fhir.json", "export fhir --ndjson made/b/lines", "export fhir --bundle transaction -o made/c/sent/",
    "due --json -o due.json", "log -o log.txt", "verify -o verify.txt", "due -o there.txt",
    "import bad.csv --on-error skip", "demo", "cron install --systemd --yes", "completion install bash",
    "init --plain --db made/plain/p.db", "key rotate --yes", "db rekey --yes", "restore copy.db --yes",
)  # fmt: skip
"""What makes files and folders, `_` for a blank."""


def checked(home: Path) -> tuple[int, list[str]]:
    """How many files and folders were made, and those that others may read, write or enter."""
    home.mkdir(mode=0o700)
    (home / "there.txt").touch(0o644)
    (home / "bad.csv").write_text("mrn,name,born\nA7,Tan Bo,1971-33-04\n")
    clinic = Clinic(home)
    (home / "bad.csv").chmod(0o600)
    before = set(ward.seen(home))
    wrong: dict[str, str] = {}
    with _umask(0):
        for step in STEPS:
            run(clinic, [word.replace("_", " ") for word in step.split(" ")], at=home)
            for one in _open(home, before):
                wrong.setdefault(one, step)
        for one in (*_journals(clinic, before), *_open(home, before - {str(home / "there.txt")})):
            wrong.setdefault(one, "everything")
    return len(set(ward.seen(home)) - before), [f"{one}, after {step}" for one, step in wrong.items()]


def _journals(clinic: Clinic, before: set[str]) -> Iterator[str]:
    """The journal, and the memory that its users share: they are there only while somebody writes."""
    with closing(connect.open_store(ward.place(clinic))) as store:
        store.execute("BEGIN IMMEDIATE")
        store.execute("UPDATE numbering SET last = last + 1")
        if not list(clinic.store.parent.glob("tpi.db-*")):
            yield "no journal is there while somebody writes"
        yield from _open(clinic.home, before)
        store.execute("ROLLBACK")


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
