"""One random bit turned over in a store, counted: what `tpi verify` finds.

    python -m tests.faults.bit_flips [--points N] [--seed S] [--broken]

The points lie in a store that is closed, everywhere in its file and on purpose in its first 16 bytes (the salt), in
the part of a page that holds its mac, and in free pages; in a backup of it; and in a store with the journal (WAL) that
a killed process left, in the journal and in those pages that it does not replace. Each must make `verify` exit 8.

A journal is SQLite's: it ends where its sums stop fitting, without a word, as after a power cut. What was recorded
last is then gone from a store that is right in itself, so flips in a journal are looked for with the head that was
printed last (`--anchor`), and how many are found without it is told beside it, as is what is found in plain stores.
`--broken` takes the pages' macs and the hashes of records out of `verify`: flips must then be missed.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from unittest import mock

from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.store import connect, verify

PAGE = 4096
SALT = 16
RESERVE = 80
"""Bytes at a page's end: 16 of the cipher's and 64 of its mac."""
WAL_HEADER, FRAME_HEADER = 32, 24
SHARES = {"anywhere": 8, "backup": 8, "salt": 1, "page mac": 3, "free page": 3, "journal": 10, "beside the journal": 5}
"""Of 38 points, how many lie where."""


BACKUP = "backup.db"


class Store(NamedTuple):
    """A folder with a store, the head of its log, and where in its files a flip of each kind may lie."""

    home: Path
    head: str
    ranges: dict[str, list[tuple[str, range]]]


def closed(home: Path, *, plain: bool = False) -> Store:
    """A store that nobody has open, with free pages at its end."""
    clinic = Clinic(home)
    clinic.ok("init", "--name", "Test Clinic", "--zone", "Europe/London", *(["--plain"] if plain else []))
    fill(clinic)
    with closing(connect.open_store(place(clinic))) as connection:
        used = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute("CREATE TABLE junk (text TEXT)")
        connection.executemany("INSERT INTO junk VALUES (?)", [("x" * 3000,)] * 40)
        connection.execute("DROP TABLE junk")
    name = str(clinic.store.relative_to(home))
    pages = clinic.store.stat().st_size // PAGE
    assert pages > used + 30, "there are free pages"
    clinic.ok("backup", str(home / BACKUP))
    ranges = {
        "backup": [(BACKUP, range((home / BACKUP).stat().st_size))],
        "anywhere": [(name, range(pages * PAGE))],
        "salt": [(name, range(SALT))],
        "page mac": [(name, range((page + 1) * PAGE - RESERVE, (page + 1) * PAGE)) for page in range(pages)],
        "free page": [(name, range(page * PAGE, (page + 1) * PAGE)) for page in range(used, pages)],
    }
    return Store(home, _head(clinic), ranges)


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli.rules import chain
from tpi_cli.store import audit, connect
clinic = Clinic(Path(sys.argv[1]))
held = connect.open_store(place(clinic))  # as long as somebody has it open the journal is not taken in
held.execute("SELECT count(*) FROM patient").fetchone()
for number in range(6):
    clinic.ok("patient", "edit", "1", "--phone", f"555-{number:04}")
clinic.inject("1", "gm r lido 1% 1ml")
entry, digest = audit.head(connect.Database(held))  # not by `verify`, which takes the journal in
print(chain.head(entry, digest), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed(home: Path) -> Store:
    """A store with the journal of a process that was killed."""
    clinic = Clinic(home)
    clinic.ok("init", "--name", "Test Clinic", "--zone", "Europe/London")
    fill(clinic)
    done = subprocess.run([sys.executable, "-c", KILLED, home], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    name = str(clinic.store.relative_to(home))
    journal = (home / f"{name}-wal").read_bytes()
    replaced = set(_pages(journal))
    pages = [page for page in range(clinic.store.stat().st_size // PAGE) if page + 1 not in replaced]
    assert replaced, "there is a journal"
    ranges = {
        "journal": [(f"{name}-wal", range(len(journal)))],
        "beside the journal": [(name, range(page * PAGE, (page + 1) * PAGE)) for page in pages],
    }
    (home / f"{name}-shm").unlink(missing_ok=True)
    return Store(home, done.stdout.strip(), ranges)


def _pages(journal: bytes) -> Iterator[int]:
    """The numbers of the pages in a journal."""
    for at in range(WAL_HEADER, len(journal), FRAME_HEADER + PAGE):
        yield int.from_bytes(journal[at : at + 4])


def _head(clinic: Clinic) -> str:
    return str(clinic.ok("verify", "--json").json["chain"]["head"])


def flipped(store: Store, where: str, random: Random, home: Path) -> None:
    """A copy of a store with one bit turned over in a place of that kind."""
    shutil.copytree(store.home, home, dirs_exist_ok=True)
    name, span = random.choice(store.ranges[where])
    at, bit = random.choice(span), random.randrange(8)
    with (home / name).open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1 << bit]))


def looked_at(store: Store, where: str, random: Random, *anchor: str) -> int:
    """The exit code of `tpi verify` on such a copy."""
    home = Path(tempfile.mkdtemp(prefix="tpi-flipped-"))
    try:
        flipped(store, where, random, home)
        which = ("--db", str(home / BACKUP)) if where == "backup" else ()
        return Clinic(home).run(*which, "verify", "--json", *anchor).code
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def broken(on: bool) -> Iterator[None]:
    """`verify` without the pages' macs and without the hashes of records."""
    database = verify._CHECKS["database"]

    class Blind(connect.Database):
        def rows(self, sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
            return iter(()) if "cipher_integrity_check" in sql else super().rows(sql, **values)

    checks = {
        "database": lambda db, *more: database(Blind(db.connection), *more),
        "records": lambda *_: iter(()),
    }
    with mock.patch.dict(verify._CHECKS, checks if on else {}):  # type: ignore[arg-type]
        yield


class Count(NamedTuple):
    """Exit codes by where the bit lay; those of journals without an anchor, and of plain stores, apart."""

    codes: dict[str, Counter[int]]
    unanchored: Counter[int]
    plain: Counter[int]

    @property
    def missed(self) -> int:
        """How many flips did not end in exit 8."""
        return sum(count for codes in self.codes.values() for code, count in codes.items() if code != 8)


def run(points: int, seed: int, *, blind: bool = False) -> Count:
    """So many flips, and a tenth as many in a plain store and in a journal without an anchor."""
    with ExitStack() as stack:
        homes = [Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tpi-whole-"))) for _ in range(3)]
        whole, cut, plain = closed(homes[0]), killed(homes[1]), closed(homes[2], plain=True)
        stack.enter_context(broken(blind))
        _are_right(whole, cut, plain)
        random = Random(seed)
        count = Count({where: Counter() for where in SHARES}, Counter(), Counter())
        for where in random.choices(list(SHARES), list(SHARES.values()), k=points):
            store = whole if where in whole.ranges else cut
            anchor = ("--anchor", store.head) if where == "journal" else ()
            count.codes[where][looked_at(store, where, random, *anchor)] += 1
        for _ in range(max(1, points // 10)):
            count.unanchored[looked_at(cut, "journal", random)] += 1
            count.plain[looked_at(plain, "anywhere", random)] += 1
    return count


def _are_right(*stores: Store) -> None:
    """Raises AssertionError where a store is found wrong before anything was turned over in it."""
    for one in stores:
        with tempfile.TemporaryDirectory() as home:
            shutil.copytree(one.home, home, dirs_exist_ok=True)
            answer = Clinic(Path(home)).run("verify", "--anchor", one.head)
            assert answer.code == 0, answer


def told(count: Count) -> str:
    """The one line."""
    parts = [f"{where} {codes[8]} of {codes.total()}" for where, codes in count.codes.items()]
    other = sum((codes for codes in count.codes.values()), Counter[int]())
    exits = ", ".join(f"exit {code}: {number}" for code, number in sorted(other.items()) if code != 8)
    found, total = other[8], other.total()
    return (
        f"bit flips: {found} of {total} found ({', '.join(parts)}){'; ' + exits if exits else ''}; for comparison:"
        f" journal without an anchor {count.unanchored[8]} of {count.unanchored.total()},"
        f" plain store {count.plain[8]} of {count.plain.total()}"
    )


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.faults.bit_flips")
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broken", action="store_true")
    asked = parser.parse_args(words)
    count = run(asked.points, asked.seed, blind=asked.broken)
    sys.stdout.write(f"{told(count)}\n")
    return int(count.missed > 0)


if __name__ == "__main__":
    sys.exit(main())
