"""A server dies while eight write: what was acknowledged is there, once, and the log is whole (`tpi help scale`).

A primary, and a standby that each record waits for; both stand in the address. The primary is killed, the standby
promoted, and a new standby made of it in the dead one's place: five times over.
"""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres.cluster import Cluster, free_port
from tests.postgres.desk import Desk, folder, needs_a_server, until

pytestmark = [needs_a_server, pytest.mark.slow]
WRITERS = 8
ROUNDS = 5
RECORDS = 5_000
MINUTES = 3_600.0
"""Seconds that a share of the records is waited for, on a machine that others are busy on too."""
BESIDE = "beside"
"""What each standby calls itself."""
WAITED_FOR = f"ALTER SYSTEM SET synchronous_standby_names = '{BESIDE}'"
ALONE = "ALTER SYSTEM SET synchronous_standby_names = ''"
RELOAD = "SELECT pg_reload_conf()"
THERE = f"SELECT 1 FROM pg_stat_replication WHERE application_name = '{BESIDE}' AND sync_state = 'sync'"
SETTINGS = {"hot_standby_feedback": "on"}
"""A long list on the standby is not cut short by what the primary clears away."""


class Pair:
    """Two servers, of which one is the primary."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._ports = (free_port(), free_port())
        self._made = 0
        self.primary = self._new(0).make().start()
        self.primary.sql("CREATE ROLE standby LOGIN REPLICATION")
        self.standby = self._beside(1)

    def _new(self, host: int) -> Cluster:
        self._made += 1
        return Cluster(self._place / f"server{self._made}", SETTINGS, port=self._ports[host])

    def _beside(self, host: int) -> Cluster:
        """A standby of the primary on the other host, which from then on each record waits for."""
        made = self._new(host).follows(self.primary, BESIDE, "standby").start()
        self.primary.sql(WAITED_FOR, RELOAD)
        until(lambda: self.primary.value(THERE))
        return made

    def url(self, database: str, wanted: str = "", *, standby_first: bool = False) -> str:
        """The store's address, both hosts in it."""
        ports = (self.standby.port, self.primary.port) if standby_first else self._ports
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        return f"postgresql://clinic_owner@{hosts}/{database}" + (f"?target_session_attrs={wanted}" if wanted else "")

    def die(self) -> None:
        """The primary killed, the standby promoted; it works on alone."""
        self.primary.kill()
        self.standby.sql("SELECT pg_promote()")
        self.standby.sql(ALONE, RELOAD)

    def mend(self) -> None:
        """What was the standby is the primary, and a new one is made in the dead one's place."""
        dead, self.primary = self.primary, self.standby
        self.standby = self._beside(self._ports.index(dead.port))

    def stop(self) -> None:
        """Both stopped."""
        self.primary.stop()
        self.standby.stop()


@pytest.fixture
def pair() -> Iterator[Pair]:
    with folder() as place:
        made = Pair(place)
        yield made
        made.stop()


@pytest.fixture
def desk(pair: Pair, tmp_path: Path) -> Desk:
    pair.primary.database("clinic")
    return Desk(tmp_path, pair.url("clinic")).made()


@contextmanager
def writers(desk: Desk) -> Iterator[None]:
    """Eight who write while the block runs."""
    command = [sys.executable, "-m", "tests.postgres.writing"]
    root = Path(__file__).parent.parent.parent
    started = [
        subprocess.Popen([*command, f"w{number}", str(desk.home)], env=desk.environment(), cwd=root)
        for number in range(WRITERS)
    ]
    try:
        yield
    finally:
        (desk.home / "enough").touch()
        codes = [one.wait(timeout=120) for one in started]
    assert codes == [0] * WRITERS


def noted(desk: Desk, ending: str) -> list[list[str]]:
    """What the writers wrote down: the key, and what came of it."""
    return [line.split(maxsplit=1) for path in desk.home.glob(f"w*.{ending}") for line in path.read_text().splitlines()]


def acknowledged(desk: Desk) -> list[str]:
    return [key for key, _ in noted(desk, "acknowledged")]


def test_five_primaries_die_under_eight_writers_and_nothing_acknowledged_is_lost(
    pair: Pair, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = []
    with writers(desk):
        for number in range(1, ROUNDS + 1):
            until(lambda n=number: len(acknowledged(desk)) >= n * RECORDS // (ROUNDS + 1), patience=MINUTES)
            killed = time.time()
            pair.die()
            pair.mend()
            until(lambda k=killed: any(float(at) > k for _, at in noted(desk, "acknowledged")))
            silent.append(min(float(at) for _, at in noted(desk, "acknowledged") if float(at) > killed + 0.05) - killed)
        until(lambda: len(acknowledged(desk)) >= RECORDS, patience=MINUTES)
    keys = acknowledged(desk)
    with capsys.disabled():
        told = ", ".join(f"{one:.1f}" for one in silent)
        sys.stdout.write(f"\n{len(keys)} acknowledged; seconds from each kill to the next one: {told}\n")
    assert noted(desk, "refused") == []
    assert len(keys) == len(set(keys)) >= RECORDS
    _are_there_once(pair.primary, desk, keys)
    _are_there_once(pair.standby, desk, keys)


def _are_there_once(server: Cluster, desk: Desk, keys: list[str]) -> None:
    alone = server.url("clinic")
    verified = desk.process("verify", TPI_DB=alone)
    assert (verified.code, "nothing is wrong" in verified.out) == (0, True), verified
    with server.admin("clinic") as db:
        records = db.execute("SELECT note FROM tpi.patient UNION ALL SELECT note FROM tpi.contact").fetchall()
        requests = db.execute("SELECT key FROM tpi.request").fetchall()
    assert Counter(note for (note,) in records) == Counter(key for (key,) in requests) == Counter(keys)


def test_a_report_is_read_at_the_standby_and_a_chart_read_there_is_logged_at_the_primary(
    pair: Pair, desk: Desk
) -> None:
    who = desk.patient()
    before = pair.primary.value("SELECT count(*) FROM tpi.audit", "clinic")
    until(lambda: pair.standby.value("SELECT count(*) FROM tpi.patient", "clinic") == 1)
    for wanted in ("standby", "prefer-standby"):
        there = Desk(desk.home, pair.url("clinic", wanted))
        assert '"standby": "yes"' in there.ok("doctor", "--json").out.replace("'", '"')
        assert there.ok("due", "--status", "all", "--json").json["count"] == 0
        assert there.ok("patient", "show", who, "--json").json["patient"] == who
        assert there.run("call", who, "reached").code == 0, "what is written goes to the primary"
    entries = pair.primary.value("SELECT string_agg(act, ', ' ORDER BY entry) FROM tpi.audit WHERE entry > 2", "clinic")
    assert (before, entries) == (2, "patient show, call, patient show, call")
    pair.standby.stop("fast")
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(desk.process, "call", who, "reached")
        until(lambda: pair.primary.value("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
        pair.primary.sql(ALONE, RELOAD)
        assert said.result().code == 0, "what waited for the standby that is gone waits no longer"
    assert Desk(desk.home, pair.url("clinic", "prefer-standby")).ok("due", "--json").json["count"] == 0
    assert Desk(desk.home, pair.url("clinic", "standby")).run("due").code == 6


def test_who_writes_reads_where_it_is_written_however_far_the_standby_is_behind(pair: Pair, desk: Desk) -> None:
    ahead = Desk(desk.home, pair.url("clinic", standby_first=True))
    until(lambda: ahead.run("due").code == 0)  # on a busy machine the standby takes a while to have the store at all
    pair.standby.sql("SELECT pg_wal_replay_pause()")
    who = ahead.patient()
    assert ahead.run("patient", "show", who).code == 3, "the standby, which is named first, does not know yet"
    line = ("call", who, "reached", "--idempotency-key", "k")
    assert ahead.run(*line).code == 0
    assert ahead.ok(*line, "--json").json["repeated"] is True
    pair.standby.sql("SELECT pg_wal_replay_resume()")
    until(lambda: ahead.run("patient", "show", who).code == 0)
