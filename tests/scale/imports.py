"""How fast a file comes in: `tpi import` against a bare `executemany` of the very rows it wrote, in one run.

`python -m tests.scale.imports [rows]` writes a made-up clinic as CSV (seeded; `rows` injections, 20,000 without a
number), imports it into an encrypted store in a process of its own, then copies every row of every table into an empty
store of the same schema: one transaction, the same cipher and pragmas, one `executemany` a table and chunk, the rows
read beforehand. Prints rows, seconds, both rates, their ratio, and the most memory an import takes at two sizes; exits
1 when the ratio is under 0.4.

The rate of the import is that of the whole process, start-up, reading, checking, rules, due dates and audit included.
Seconds are those of the clock and, beside them, of the processor alone: another process on the machine moves the first.
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from tests.scale.startup import TPI
from tpi_cli.store import connect
from tpi_cli.store.database import Database
from tpi_cli.store.place import Place

ROWS = 20_000
LIMIT = 0.4
CHUNK = 20_000
TODAY = date(2026, 11, 23)
PAYERS = ("medicare_mac", "medicare_mac", "evicore", "bcbs_ma", "aetna", "self_pay", "", "")
SITES = tuple(
    (muscle, side)
    for muscle in ("trapezius_upper", "levator_scapulae", "infraspinatus", "gluteus_medius", "quadratus_lumborum",
                   "splenius_capitis", "supraspinatus", "piriformis")
    for side in "LR"
)  # fmt: skip
ALERTS = ("allergy-none;bleeding-none", "allergy-none;bleeding-none", "anticoagulant:warfarin", "")
FIRST, LAST = ("Mei", "Ann", "Tom", "Ida", "Rao", "Eli"), ("Tan", "Berg", "Cole", "Diaz", "Ek", "Fox")
MIXES = (("lidocaine", "1%", "1"), ("lidocaine", "1%", "0.5"), ("bupivacaine", "0.25%", "1"), ("dry_needling", "", ""),
         ("lidocaine+triamcinolone", "1%+40mg/mL", "1+0.25"))  # fmt: skip
PEOPLE = "mrn,name,born,sex,weight_kg,height_cm,phone,email,payer,alerts,status"
SHOTS = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,passes,pain_before,pain_after,follow_up,lot,source_id"


class Spent(NamedTuple):
    """Seconds by the clock, seconds of the processor, and the most memory in MB."""

    clock: float
    processor: float
    memory: float


def files(folder: Path, rows: int) -> list[str]:
    """A clinic of so many injections: patients of one to eight sessions, each of one to four sites."""
    chance = random.Random(rows)
    paths = [folder / "patients.csv", folder / "injections.csv"]
    with paths[0].open("w", encoding="utf-8") as people, paths[1].open("w", encoding="utf-8") as shots:
        people.write(f"{PEOPLE}\n")
        shots.write(f"{SHOTS}\n")
        left, number = rows, 0
        while left:
            number += 1
            people.write(_person(chance, number))
            for line in list(_given(chance, number))[:left]:
                shots.write(f"{line},R{left}\n")
                left -= 1
    return [str(path) for path in paths]


def _person(chance: random.Random, number: int) -> str:
    name = f'"{chance.choice(LAST)}{number % 997}, {chance.choice(FIRST)}"'
    born = date(1930, 1, 1) + timedelta(days=chance.randrange(27_000))
    body = f"{chance.choice(('female', 'male'))},{chance.randrange(45, 110)},{chance.randrange(150, 195)}"
    rest = f"0{7_000_000_000 + number},,{chance.choice(PAYERS)},{chance.choice(ALERTS)},active"
    return f"M{number},{name},{born},{body},{rest}\n"


def _given(chance: random.Random, number: int) -> Iterator[str]:
    """The rows of a patient but for their ids."""
    usual = chance.sample(SITES, 4)
    for back in chance.sample(range(1, 1500), chance.randrange(1, 9)):
        agent, strength, volume = chance.choice(MIXES)
        clinician, plan, lot = chance.choice(("AM", "JS", "KL")), chance.choice(("6w", "3mo", "90d")), f"L{back % 50}"
        for muscle, side in chance.sample(usual, chance.randrange(1, 5)):
            before = chance.randrange(3, 10)
            what = f"{agent},{strength},{volume},{chance.choice(('', '2', '4'))}"
            told = f"{before},{max(before - 3, 0)},{plan},{lot if strength and '+' not in agent else ''}"
            yield f"M{number},{TODAY - timedelta(days=back)},{clinician},{muscle},{side},{what},{told}"


def environment(home: str) -> dict[str, str]:
    """One HOME, one clock."""
    return {"HOME": home, "PATH": os.environ["PATH"], "TPI_TODAY": str(TODAY), "PYTHONHASHSEED": "0"}


def run(words: tuple[str, ...], home: str) -> Spent:
    """A process from beginning to end. Raises SystemExit where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(words, env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(words)} failed")
    return Spent(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def place(home: str) -> Place:
    """The store of a HOME."""
    data = Path(home)
    return Place(str(data / ".local/share/tpi/tpi.db"), str(data / ".config/tpi/tpi.key"))


def brought(rows: int, home: str, empty: str) -> Spent:
    """Import a clinic of so many injections into the store of `home`; `empty` gets the store as it was before."""
    run((*TPI, "init"), home)
    shutil.copytree(home, empty, dirs_exist_ok=True)
    return run((*TPI, "import", *files(Path(home), rows)), home)


def copied(home: str, empty: str) -> tuple[dict[str, int], Spent]:
    """Copy what the import wrote into the empty store; how many rows of each table, and what it took."""
    with closing(connect.open_store(place(home))) as source, closing(connect.open_store(place(empty))) as target:
        connect.durable(target)
        Database(target).make_room()  # as the import does
        counts, spent = {}, Spent(0, 0, 0)
        target.execute("BEGIN IMMEDIATE")
        for table in _parents_first(source):
            counts[table], took = _copy(source, target, table)
            spent = _sum(spent, took)
        spent = _sum(spent, _timed(lambda: target.execute("COMMIT")))
    return {table: count for table, count in counts.items() if count}, spent


def _parents_first(source: Any) -> list[str]:
    """The tables, each after those it refers to."""
    names = [name for (name,) in source.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    of = {name: {row[2] for row in source.execute(f"PRAGMA foreign_key_list({name})")} - {name} for name in names}
    out: list[str] = []
    while len(out) < len(names):
        out += [name for name in names if name not in out and of[name] <= set(out)]
    return out


def _copy(source: Any, target: Any, table: str) -> tuple[int, Spent]:
    """What the empty store does not hold of a table, written by `executemany`; only the writing is timed."""
    keys = [row[1] for row in source.execute(f"PRAGMA table_info({table})") if row[5]]
    there = set(target.execute(f"SELECT {', '.join(keys)} FROM {table}"))
    rows = source.execute(f"SELECT * FROM {table} ORDER BY rowid")
    names = [column[0] for column in rows.description]
    at = [names.index(key) for key in keys]
    new = (row for row in rows if tuple(row[one] for one in at) not in there)
    insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    count, spent = 0, Spent(0, 0, 0)
    while chunk := list(islice(new, CHUNK)):
        count += len(chunk)
        spent = _sum(spent, _timed(lambda chunk=chunk: target.executemany(insert, chunk)))
    return count, spent


def _timed(do: Any) -> Spent:
    clock, processor = time.perf_counter(), time.process_time()
    do()
    return Spent(time.perf_counter() - clock, time.process_time() - processor, 0)


def _sum(one: Spent, other: Spent) -> Spent:
    return Spent(one.clock + other.clock, one.processor + other.processor, 0)


def main() -> int:
    """Print the figures; 1 when an import is slower than it may be."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as small_empty:
        less = brought(rows // 4, small, small_empty)
    with tempfile.TemporaryDirectory() as home, tempfile.TemporaryDirectory() as empty:
        full = brought(rows, home, empty)
        counts, bare = copied(home, empty)
    total = sum(counts.values())
    sys.stdout.write(f"{', '.join(f'{count} {table}' for table, count in counts.items())}\n")
    sys.stdout.write(f"{rows} injections, {total} rows of {len(counts)} tables\n")
    for what, spent in (("import", full), ("bare executemany", bare)):
        lines = f"{rows / spent.clock:,.0f} injections a second, {1e3 * spent.clock / rows:.3f} ms each"
        sys.stdout.write(f"{what:<17} {spent.clock:8.2f} s ({spent.processor:.2f} of the processor): {lines}\n")
    ratio = bare.clock / full.clock
    sys.stdout.write(f"ratio {ratio:.3f} (of the processor {bare.processor / full.processor:.3f})\n")
    sys.stdout.write(f"memory {less.memory:.0f} MB at {rows // 4}, {full.memory:.0f} MB at {rows}\n")
    return int(ratio < LIMIT)


if __name__ == "__main__":
    sys.exit(main())
