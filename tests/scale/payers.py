"""What payer rules cost the due list: 10,000 patients with mixed payers against the same list without any.

`python -m tests.scale.payers` imports a made-up clinic (encrypted) twice, once with payers and once without, and
lists the same patients of both to a file: whole processes, in instructions (valgrind; no load moves them) and in
seconds (the median of several runs in turn). Prints both ratios; exits 1 when the first is over 1.1.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from tests.scale.startup import TPI, instructions

PATIENTS = 10_000
RUNS = 7
LIMIT = 1.1
TODAY = date(2026, 11, 23)
PAYERS = ("medicare_mac", "medicare_mac", "evicore", "bcbs_ma", "aetna", "self_pay", "")
SITES = (("trapezius_upper", "L"), ("levator_scapulae", "R"), ("infraspinatus", "L"), ("gluteus_medius", "R"))
STATUSES = "due,overdue,lapsed,reassess,capped"
"""Everybody whose day has come, held back by a payer or not: the same people in both stores."""


def files(folder: Path, chance: random.Random, *, paid: bool) -> list[str]:
    """Patients and injections as CSV; `paid` says whether they have payers."""
    people = ["mrn,name,born,payer"]
    shots = ["mrn,date,muscle,side,agent,strength,volume_ml,pain_before,follow_up,source_id"]
    for number in range(PATIENTS):
        payer = chance.choice(PAYERS)
        people.append(f"M{number},Patient {number},19{chance.randrange(30, 99)}-01-01,{payer if paid else ''}")
        muscle, side = chance.choice(SITES)
        for at, back in enumerate(chance.sample(range(1, 500), chance.randrange(1, 5))):
            day = TODAY - timedelta(days=back)
            shots.append(
                f"M{number},{day},{muscle},{side},lidocaine,1%,1,7,{chance.choice(('6w', '3mo'))},R{number}-{at}"
            )
    paths = [folder / "patients.csv", folder / "injections.csv"]
    for path, lines in zip(paths, (people, shots), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(path) for path in paths]


def store(home: str, *, paid: bool) -> dict[str, str]:
    """A clinic in a HOME of its own; returns the environment that names it."""
    environment = {"HOME": home, "PATH": os.environ["PATH"], "TPI_TODAY": str(TODAY), "PYTHONHASHSEED": "0"}
    made = files(Path(home), random.Random(7), paid=paid)
    for words in (("init",), ("import", *made)):
        subprocess.run(
            (*TPI, *words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
        )
    return environment


def seconds(words: tuple[str, ...], environment: dict[str, str]) -> float:
    """How long one run takes."""
    start = time.perf_counter()
    subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> int:
    """Print the ratios; 1 when payers cost more than they may."""
    if not shutil.which("valgrind"):
        sys.stdout.write("valgrind is not installed: apt-get install valgrind\n")
        return 1
    words = (*TPI, "due", "--status", STATUSES, "--format", "csv")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        paid, free = store(one, paid=True), store(other, paid=False)
        listed = [len(subprocess.run(words, env=where, capture_output=True, check=True).stdout.splitlines()) - 1
                  for where in (paid, free)]  # fmt: skip
        assert listed[0] == listed[1], listed
        timed = [(seconds(words, paid), seconds(words, free)) for _ in range(RUNS)]
        counted = (instructions(words, paid), instructions(words, free))
    ratio = counted[0] / counted[1]
    sys.stdout.write(f"{listed[0]} of {PATIENTS} patients listed\n")
    sys.stdout.write(f"instructions  {counted[0]:>15,} with payers, {counted[1]:>15,} without: {ratio:.3f}\n")
    sys.stdout.write(f"seconds       median ratio {median(with_ / without for with_, without in timed):.3f}\n")
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
