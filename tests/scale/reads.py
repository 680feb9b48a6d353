"""What reading costs beside the bare driver: `python -m tests.scale.reads --db big.db`.

The same list, `tpi due --within 1w` to a file, by the program and by `tests/scale/bare.py`, which runs the same SQL
and writes the same bytes: whole processes in turn, CPU time (user and system) and peak memory, medians of the `--runs`.
`--limit` lists at most so many, so that stores of different sizes list the same number; `--quiet` leaves out the
footer, which counts who is held back and so grows with the store. Prints a table, and exits 1 where a ratio is over
its limit.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.scale.engines import place_of
from tpi_cli.reference.tables import column
from tpi_cli.rules import standing
from tpi_cli.show.due import COLUMNS
from tpi_cli.store import connect, keys
from tpi_cli.store.database import ROOM_KB, Database
from tpi_cli.store.place import is_plain
from tpi_cli.store.read import due
from tpi_cli.store.read.clinic import clinic

TPI = str(Path(sys.executable).with_name("tpi"))
BARE = str(Path(__file__).with_name("bare.py"))
RUNS = 5
WHOLE, QUERY = 1.4, 1.1
"""The most that the program may cost against the bare script, whole and for the query alone."""


class Run(NamedTuple):
    """A process: seconds of CPU time, MB of memory at most, lines written."""

    seconds: float
    megabytes: float
    lines: int = 0


def main() -> int:
    """Print the table; 1 where a ratio is over its limit."""
    asked = _asked()
    place = place_of(asked.db)
    with connect.reading(place) as db:
        query = _query(db, date.fromisoformat(asked.today))
        whole = [_whole(db, place, query, form, asked) for form in asked.formats.split(",")]
        alone = _alone(db, query)
    sys.stdout.write(f"{alone:.2f}  query alone\n")
    return int(max(whole) > WHOLE or alone > QUERY)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scale.reads", description=__doc__)
    parser.add_argument("--db", required=True)
    parser.add_argument("--today", default="2026-11-23")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--formats", default="plain,tsv")
    return parser.parse_args()


def _query(db: Database, today: date) -> due.Query:
    office = clinic(db)
    statuses = frozenset({*standing.LISTED, "upcoming"})
    return due.Query(today=today, at=office.thresholds, statuses=statuses, until=today + timedelta(days=7),
                     clinic=office.id)  # fmt: skip


def _config(db: Database, place: Any, query: due.Query, form: str, asked: argparse.Namespace) -> dict[str, Any]:
    """What the bare script is told."""
    parts = list(due.parts_of(query))
    seen: list[str] = []
    due.held_back(_Noting(db, seen), query)  # type: ignore[arg-type]
    key = [] if is_plain(place) else [f"key=\"x'{keys.key_of(place).digits}'\""]
    return {
        "path": place.path,
        "pragmas": [
            *key,
            "foreign_keys=ON",
            "secure_delete=ON",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            "query_only=ON",
            f"cache_size=-{ROOM_KB}",
        ],
        "values": due.values_of(query),
        "ordering": due.ordering(query, parts),
        "picking": due.picking(query, parts, "{among}"),
        "last": due.LAST,
        "batch": due.BATCH,
        "limit": asked.limit,
        "counts": []
        if asked.quiet
        else [*seen, "SELECT entry || ':' || substr(hash, 1, 16) FROM audit ORDER BY entry DESC LIMIT 1"],
        "headings": [one.heading for one in COLUMNS],
        "short": column("muscles", "short"),
        "flags": [pair for pair in column("alerts", "flag").items() if pair[1]],
        "thresholds": [(name, getattr(query.at, name)) for name in reversed(standing.LATE)],
        "format": form,
    }


class _Noting:
    """A database that notes the statements it is asked."""

    def __init__(self, db: Database, seen: list[str]) -> None:
        self._db, self._seen = db, seen

    def value(self, sql: str, **values: Any) -> Any:
        self._seen.append(sql)
        return self._db.value(sql, **values)

    def rows(self, sql: str, **values: Any) -> Any:
        self._seen.append(sql)
        return self._db.rows(sql, **values)


def _whole(db: Database, place: Any, query: due.Query, form: str, asked: argparse.Namespace) -> float:
    """The program's list to a file against the bare script's, in turn; returns the ratio of CPU time."""
    with tempfile.TemporaryDirectory() as folder:
        config, ours, theirs = (str(Path(folder) / name) for name in ("config.json", "ours", "theirs"))
        Path(config).write_text(json.dumps(_config(db, place, query, form, asked)), encoding="utf-8")
        tpi = (
            TPI,
            "--db",
            place.path,
            "--key-file",
            place.key_path,
            "due",
            "--within",
            "1w",
            "--format",
            form,
            "-o",
            ours,
            *(("--limit", str(asked.limit)) if asked.limit else ()),
            *(("--quiet",) if asked.quiet else ()),
        )
        bare = (sys.executable, BARE, config, theirs)
        environment = {"HOME": folder, "PATH": os.environ["PATH"], "TPI_TODAY": str(query.today)}
        pairs = [(_run(tpi, environment, ours), _run(bare, environment, theirs)) for _ in range(asked.runs)]
        same = Path(ours).read_bytes() == Path(theirs).read_bytes()
    one, other = ([median(run[at] for run in side) for at in (0, 1)] for side in zip(*pairs, strict=True))
    ratio = median(tpi.seconds / bare.seconds for tpi, bare in pairs)
    sys.stdout.write(
        f"{ratio:.2f}  due to a file, {form}{', --quiet' if asked.quiet else ''}: {pairs[0][0].lines - 1:,} rows"
        f" on {query.today}, "
        f"tpi {one[0]:.2f} s {one[1]:.0f} MB, bare {other[0]:.2f} s {other[1]:.0f} MB, "
        f"{'the same bytes' if same else 'OTHER BYTES'}\n"
    )
    return ratio


_MEASURED = """
import os, sys
null = os.open(os.devnull, os.O_WRONLY)
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ,
                       file_actions=[(os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
_, status, used = os.wait4(child, 0)
print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Starts the process from a small one: on Linux a new process begins with the peak of the one that started it."""


def _run(words: tuple[str, ...], environment: dict[str, str], path: str) -> Run:
    start = (sys.executable, "-S", "-c", _MEASURED, *words)
    done = subprocess.run(start, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split())
    with open(path, encoding="utf-8") as file:
        return Run(seconds, megabytes, sum(1 for _ in file))


def _alone(db: Database, query: due.Query) -> float:
    """The rows of the query through the program's reader against the driver's own cursor, in this process."""
    parts = list(due.parts_of(query))
    sql, values = due.ordering(query, parts), due.values_of(query)

    def ours() -> int:
        return sum(1 for _ in db.rows(sql, **values))

    def bare() -> int:
        return sum(1 for _ in db.connection.execute(sql, values))

    return median(_seconds(ours) / _seconds(bare) for _ in range(RUNS))


def _seconds(work: Callable[[], int]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    sys.exit(main())
