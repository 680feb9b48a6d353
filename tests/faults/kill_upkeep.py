"""kill -9 at every system call of what moves a whole store: migration, a new key, restore, backup.

Whatever the call, the store opens, is what its log says and holds every record; a backup that has its name is whole,
and a store that was put aside is there. What was begun can be begun again, and comes to its end: that is tried wherever
other files are left than before, and at every tenth call.
"""

import json
import os
import re
import shlex
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Answer, Clinic
from tests.faults import prepared, state, strace
from tests.faults.plan import MISSED, reckoned
from tests.faults.script import Asked, Tally, each, main, spread
from tests.store.older import older
from tests.store.places import place
from tpi_cli.errors import TpiError
from tpi_cli.rules import paper
from tpi_cli.store import connect, keys
from tpi_cli.store.place import Place

UNREADABLE, LOST, STUCK = "unreadable", "lost", "stuck"
OFTEN = 10
"""Each so-many-th call is begun again whatever it left."""
UPKEEP = (
    "db migrate from 1",
    "db migrate from 2",
    "db migrate from 3",
    "db migrate from 4",
    "key rotate",
    "restore",
    "backup",
)
LOG = frozenset(["audit", "history", "ratchet", "numbering", "request", "clinician", "alembic_version"])
"""Tables that upkeep itself writes to."""

Held = dict[str, frozenset[str]]
"""The ids of the records of every table."""


class Upkeep(NamedTuple):
    """A command, the clinic in which it is killed, what its store holds once it is done, and what else must be so."""

    name: str
    start: Clinic
    line: str
    before: Held
    after: Held
    beside: Callable[[Clinic], str]
    calls: list[strace.Call]


Counted = Callable[[str | None], Upkeep]
"""What runs a command whole, of the program or of a broken one, and knows its calls then."""


def run(asked: Asked, folder: Path, names: Iterable[str] = UPKEEP) -> Tally:
    """So many kills, evenly spread over the commands named and their calls."""
    strace.needed()
    _seen.clear()
    tally = Tally()
    wanted = (made for name, made in _upkeep(folder) if name in names)
    every = list(each(lambda made: made(asked.broken), wanted, asked.jobs))
    points = spread([(one, call) for one in every for call in one.calls], asked.points)
    places = ((one, call, folder / f"kill-{number}") for number, (one, call) in enumerate(points))
    tally.seen["points"] = 0
    for killed, fault in each(lambda point: _killed(*point, asked.broken), places, asked.jobs):
        tally.seen["points" if killed else MISSED] += 1
        if fault:
            tally.fault(*fault)
    tally.seen["commands"] = len(every)
    reckoned(tally, len(points))
    return tally


def _upkeep(folder: Path) -> Iterator[tuple[str, Counted]]:
    """The commands, each to be counted where it is killed."""
    full = prepared.prepared(folder / "full")
    full.ok("backup", str(full.home / "b.db"))
    full.ok(*shlex.split("patient add 'Kerr, Kim' 1971-11-11 --allergy none --bleeding none"))
    for then in range(1, connect.SCHEMA):
        old = prepared.copied(full, folder / f"schema-{then}")
        older(old, then)
        yield _counting(f"db migrate from {then}", old, "db migrate", _nothing)
    yield _counting("key rotate", full, "key rotate --yes", _nothing)
    yield _counting("restore", full, "restore {home}/b.db --yes", _aside)
    yield _counting("backup", full, "backup", _backups)


def _counting(name: str, start: Clinic, line: str, beside: Callable[[Clinic], str]) -> tuple[str, Counted]:
    return name, lambda broken: _counted(name, start, line, beside, broken)


def _counted(name: str, start: Clinic, line: str, beside: Callable[[Clinic], str], broken: str | None) -> Upkeep:
    """Run it whole twice, the first time for Python to compile what it loads."""
    own = prepared.copied(start, start.home.with_name(name.replace(" ", "-")))
    log = own.home.with_suffix(".log")
    for _ in range(2):
        own = prepared.copied(start, own.home)
        answer = prepared.run(own, prepared.words(line, own), broken, strace.traced(log, strace.CHANGING))
        assert answer.code == 0, (name, answer)
    after = held(place(own))
    return Upkeep(name, start, line, held(place(start)), after, beside, strace.calls(log, own.home))


def held(where: Place) -> Held:
    """The records of a store that opens and is whole. Raises state.Damaged."""
    try:
        with closing(connect.open_any(where)) as connection:
            if connection.execute("PRAGMA user_version").fetchone()[0] == connect.SCHEMA:
                state.sound(connection)
            else:
                _whole(connection)
            return {table: frozenset(ids) for table, ids in _records(connection)}
    except (TpiError, connect.Driver.Error) as fault:
        raise state.Damaged(f"{type(fault).__name__}: {fault}") from None


def _whole(connection: connect.Driver.Connection) -> None:
    """What can be said of a store without a log."""
    found = [*connection.execute("PRAGMA integrity_check"), *connection.execute("PRAGMA foreign_key_check")]
    if found != [("ok",)]:
        raise state.Damaged(f"{found[:3]}")


def _records(connection: connect.Driver.Connection) -> Iterator[tuple[str, list[str]]]:
    sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    for (table,) in connection.execute(sql).fetchall():
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        if table not in LOG and "id" in columns:
            yield table, [row[0] for row in connection.execute(f"SELECT id FROM {table}")]


def _killed(upkeep: Upkeep, call: strace.Call, folder: Path, broken: str | None) -> tuple[bool, tuple[str, str] | None]:
    """Whether the call was reached, and what was wrong afterwards."""
    own = prepared.copied(upkeep.start, folder)
    under = strace.injected(call.name, "signal=SIGKILL", str(call.number), Path(os.devnull))
    answer = prepared.run(own, prepared.words(upkeep.line, own), broken, under)
    anew = call.number % OFTEN == 0 or _new(upkeep, own)
    kind, why = _wrong(upkeep, own, answer) if not anew else _twice(upkeep, own, answer)
    prepared.gone(own)
    fault = (kind, f"{upkeep.name}, killed at {call}: {why}") if kind else None
    return answer.code == -signal.SIGKILL, fault


_seen: set[tuple[str, tuple[str, ...]]] = set()


def _new(upkeep: Upkeep, own: Clinic) -> bool:
    """Whether a kill of this command left no such files yet; numbers in their names count for nothing."""
    names = (str(path.relative_to(own.home)) for path in own.home.rglob("*"))
    left = upkeep.name, tuple(sorted(re.sub(r"[0-9a-f]{8}|[0-9]+", "#", name) for name in names))
    found = left not in _seen
    _seen.add(left)
    return found


def _wrong(upkeep: Upkeep, own: Clinic, answer: Answer) -> tuple[str, str]:
    """Of which kind, and what, as the kill left it; empty for nothing."""
    try:
        found = held(place(own))
    except state.Damaged as fault:
        return UNREADABLE, str(fault)
    if not any(_holds(found, ends) for ends in (upkeep.before, upkeep.after)):
        return LOST, "neither what it held before nor what it holds after"
    if not _holds(found, upkeep.before) and (why := upkeep.beside(own)):
        return LOST, why
    if "recovery_code" in answer.out and not _opens(own, answer):
        return LOST, "the recovery code that was printed does not open the store"
    return "", ""


def _twice(upkeep: Upkeep, own: Clinic, answer: Answer) -> tuple[str, str]:
    """The same, and after the command was done again."""
    kind, why = _wrong(upkeep, own, answer)
    if kind:
        return kind, why
    again = prepared.run(own, [*prepared.words(upkeep.line, own), "--json"])
    try:
        done = again.code == 0 and _holds(held(place(own)), upkeep.after) and not upkeep.beside(own)
    except state.Damaged as fault:
        return UNREADABLE, f"after it was done again: {fault}"
    if not done or ("recovery_code" in again.out and not _opens(own, again)):
        return STUCK, f"exit {again.code}, {again.err.splitlines()[-2:]}"
    return "", ""


def _holds(found: Held, wanted: Held) -> bool:
    """Whether every table that both schemas have holds the same."""
    return all(found[table] == wanted[table] for table in found.keys() & wanted.keys())


def _opens(own: Clinic, answer: Answer) -> bool:
    """Whether the code that was printed is of the key in use."""
    code = paper.read(paper.RECOVERY, json.loads(answer.out)["recovery_code"])
    return code is not None and code.hex() == keys.read_key(str(own.key))


def _nothing(own: Clinic) -> str:
    return ""


def _aside(own: Clinic) -> str:
    """What a restore puts aside opens."""
    return _damaged(own, own.store.parent.glob("tpi.db.before-*Z"))


def _backups(own: Clinic) -> str:
    """A backup that has its name opens."""
    return _damaged(own, (own.store.parent / "backups").glob("tpi-*Z.db"))


def _damaged(own: Clinic, paths: Iterable[Path]) -> str:
    for path in paths:
        try:
            held(Place(str(path), str(own.key)))
        except state.Damaged as fault:
            return f"{path.name}: {fault}"
    return ""


if __name__ == "__main__":
    main(run, points=10_000, broken="hasty", names=(UNREADABLE, LOST, STUCK, MISSED))
