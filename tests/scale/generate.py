"""A clinic of any size, made up: `python -m tests.scale.generate --patients 1000000 --db big.db`.

`--per` injections a patient (10), `--seed` for chance (7), `--today` the day that all of it was written up to,
`--jobs` processes that work rows out while this one writes. The store is one as `tpi init` makes it, encrypted unless
`--plain`, its keys in files beside it (`big.key`, `big.officer.key`), with an entry of the log for every 1,000
patients, and `tpi --db big.db --key-file big.key verify` accepts it. Nothing is synced: a store killed half-way is
thrown away.
"""

import argparse
import gc
import os
import sys
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import date

from tests.scale.engines import Sink, sink
from tests.scale.records import BATCH, House, Wish, moment
from tests.scale.work import Batch, made
from tpi_cli.store import audit, chart, versions

ACT = "import"
TODAY = date(2026, 11, 23)
CLINICIANS = 4
"""At least; a clinician for each batch of patients, so that nobody is booked twice."""


def main() -> None:
    """Make the store and say how long it took."""
    asked = _asked()
    into = sink(asked.db, plain=asked.plain)
    began = time.monotonic()
    house = _house(into, asked)
    wish = Wish(asked.seed, asked.per, audit.head(into.db)[0])
    count = 0
    for number, found in enumerate(_batches(wish, house, asked, chart.House(into.db))):
        into.begin()
        for table, (names, rows) in found.rows.items():
            into.put(table, names, rows)
            count += len(rows) if table == "injection" else 0
        into.numbered(house.clinic, {**found.last, "patient": min(asked.patients, (number + 1) * BATCH)})
        audit.append(
            into.db, house.clinic, audit.Who("scale"), audit.Act(ACT, None, None, found.records, found.content)
        )
        into.commit()
        _told(min(asked.patients, (number + 1) * BATCH), asked.patients, count, time.monotonic() - began)
    into.close()
    sys.stderr.write("\n")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scale.generate", description=__doc__)
    parser.add_argument("--patients", type=int, required=True)
    parser.add_argument("--per", type=float, default=10)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--years", type=int, default=8)
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--db", required=True)
    return parser.parse_args()


def _house(into: Sink, asked: argparse.Namespace) -> House:
    """The clinic, with its clinicians on file under an entry of their own."""
    clinic = str(into.db.value("SELECT id FROM clinic"))
    count = max(CLINICIANS, -(-asked.patients // BATCH))
    entry = audit.next_entry(into.db)
    names = ("id", "clinic_id", "code", "name", "role", "created_at", "created_by", "entry", "salt")
    since = moment(date(asked.today.year - asked.years, 1, 1))
    rows = [(_id(at), clinic, f"C{at:04}", f"Dr {at}", "clinician", since, "scale", entry, versions.new_salt())
            for at in range(count)]  # fmt: skip
    into.begin()
    into.put("clinician", names, rows)
    into.entered(clinic, ACT)
    into.commit()
    return House(clinic, tuple((row[0], row[2]) for row in rows), asked.today, asked.years)


def _id(number: int) -> str:
    return f"018bcfe5-6800-7000-8000-{number:012x}"


def _batches(wish: Wish, house: House, asked: argparse.Namespace, rules: chart.House) -> Iterator[Batch]:
    """Batch after batch, a few of them worked out ahead."""
    waiting: deque[Future[Batch]] = deque()
    with ProcessPoolExecutor(asked.jobs, initializer=gc.disable) as pool:
        for number in range(-(-asked.patients // BATCH)):
            waiting.append(pool.submit(made, wish, house, rules, number, asked.patients))
            if len(waiting) > asked.jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _told(done: int, wanted: int, injections: int, seconds: float) -> None:
    left = seconds / done * (wanted - done)
    sys.stderr.write(
        f"\r{done:,} of {wanted:,} patients, {injections:,} injections, {seconds:.0f} s, {left:.0f} s left "
    )
    sys.stderr.flush()


if __name__ == "__main__":
    main()
