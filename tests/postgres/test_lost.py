"""A write whose connection is lost, or that met another: what is said of it, and what a key makes of it.

What happens to the connection is done by the server itself: an administrator ends the session at a known point.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Answer
from tests.postgres.cluster import QUICK, Cluster
from tests.postgres.desk import Desk, folder, needs_a_server, until
from tests.transcripts.terminal import Terminal
from tpi_cli.commands import once
from tpi_cli.store import server
from tpi_cli.store.place import find

pytestmark = needs_a_server
DATABASE = "clinic"
CALL = ("call", "1", "no-answer")
KEY = ("--idempotency-key", "form-12")
LOCK = "SELECT pg_advisory_lock(x'747069'::int)"
ENDED = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'tpi' AND wait_event = '{}'"
)
NOBODY = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'"
SOMEBODY = "ALTER SYSTEM RESET synchronous_standby_names"
RELOAD = "SELECT pg_reload_conf()"
BREAKABLE = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from tpi_cli.main import main; sys.argv = ['tpi', *sys.argv[1:]]; main()"
)
"""Where a shell put the tests behind, Ctrl-C is ignored."""

AT_END = """
CREATE FUNCTION tpi.at_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
  IF nextval('tpi.tries') = 1 THEN {} END IF;
  RETURN NULL;
END $$;
CREATE SEQUENCE tpi.tries;
CREATE CONSTRAINT TRIGGER at_end AFTER INSERT ON tpi.contact DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION tpi.at_end()
"""
"""The first call of all fails, or waits, while the transaction is being committed."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with folder() as place:
        made = Cluster(place / "server", QUICK).make().start()
        yield made
        made.stop()


@pytest.fixture
def desk(cluster: Cluster, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path, cluster.database(DATABASE)).made()
    made.patient()
    yield made
    cluster.sql(SOMEBODY, RELOAD, f"DROP DATABASE {DATABASE} WITH (FORCE)")


def calls(desk: Desk) -> int:
    return [row["act"] for row in desk.ok("log", "1", "--json").rows].count("call logged")


def ended(cluster: Cluster, waiting_for: str) -> None:
    """The session of a command ended by the administrator, once it waits for something."""
    until(lambda: cluster.value(ENDED.format(waiting_for)))


# --- before the end: nothing was recorded


def lost_before_the_end(cluster: Cluster, desk: Desk, *words: str) -> Answer:
    """What a call says whose session is ended while it waits for its turn; then the others are done."""
    with ThreadPoolExecutor(1) as pool, closing(cluster.admin(DATABASE)) as other:
        other.execute(LOCK)
        said = pool.submit(desk.process, *CALL, *words)
        ended(cluster, "advisory")
        other.close()
        return said.result()


def test_a_write_that_lost_its_connection_recorded_nothing(cluster: Cluster, desk: Desk) -> None:
    said = lost_before_the_end(cluster, desk)
    assert (said.code, said.out) == (6, "")
    assert "was lost; nothing was recorded" in said.err
    assert calls(desk) == 0


def test_with_a_key_it_is_recorded_all_the_same(cluster: Cluster, desk: Desk) -> None:
    said = lost_before_the_end(cluster, desk, *KEY)
    assert said.code == 0, said
    assert said.err.count("nothing was recorded: trying again for up to 60 seconds") == 1
    assert calls(desk) == 1


def test_what_came_on_stdin_comes_again(cluster: Cluster, desk: Desk) -> None:
    with ThreadPoolExecutor(1) as pool, closing(cluster.admin(DATABASE)) as other:
        other.execute(LOCK)
        said = pool.submit(desk.process, *CALL, "--note", "-", *KEY, stdin="rang twice")
        ended(cluster, "advisory")
        other.close()
        assert said.result().code == 0
    assert cluster.value("SELECT note FROM tpi.contact", DATABASE) == "rang twice"


# --- at the end: nobody knows


def lost_at_the_end(cluster: Cluster, desk: Desk, *words: str) -> Answer:
    """What a call says whose session is ended while it waits for a standby: it is on file, and cannot know."""
    cluster.sql(NOBODY, RELOAD)
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(desk.process, *CALL, *words)
        ended(cluster, "SyncRep")
        cluster.sql(SOMEBODY, RELOAD)
        return said.result()


def test_of_a_commit_without_an_answer_it_is_said_that_nobody_knows(cluster: Cluster, desk: Desk) -> None:
    said = lost_at_the_end(cluster, desk, "--json")
    assert (said.code, said.out, said.error["kind"]) == (6, "", "unsettled")
    assert "whether it was recorded is not known" in said.error["message"]
    assert "nothing was recorded" not in said.err
    assert calls(desk) == 1


def test_with_a_key_it_is_looked_up(cluster: Cluster, desk: Desk) -> None:
    said = lost_at_the_end(cluster, desk, *KEY, "--json")
    assert (said.code, said.json["repeated"]) == (0, True), said
    assert calls(desk) == 1


def test_a_commit_that_came_to_nothing_is_done_again_under_its_key(cluster: Cluster, desk: Desk) -> None:
    """The same moment, and the other outcome: the session ends inside COMMIT, before anything is kept."""
    cluster.sql(AT_END.format("PERFORM pg_sleep(60);"), database=DATABASE)
    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(desk.process, *CALL, *KEY)
        ended(cluster, "PgSleep")
        assert said.result().code == 0
    assert "is not known: trying again" in said.result().err
    assert calls(desk) == 1


def test_who_breaks_off_a_commit_that_waits_for_a_standby_has_recorded_it(cluster: Cluster, desk: Desk) -> None:
    """As tpi help exit-codes has it: after 130, look before it is done again."""
    cluster.sql(NOBODY, RELOAD)
    started = subprocess.Popen(
        [sys.executable, "-c", BREAKABLE, *CALL], env=desk.environment(), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until(lambda: cluster.value("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=60) == 130
    cluster.sql(SOMEBODY, RELOAD)
    assert calls(desk) == 1


# --- two changes that met


@pytest.mark.parametrize("met", ["serialization_failure", "deadlock_detected"])
def test_changes_that_met_record_nothing(cluster: Cluster, desk: Desk, met: str) -> None:
    cluster.sql(AT_END.format(f"RAISE {met};"), database=DATABASE)
    said = desk.run(*CALL)
    assert (said.code, said.out) == (6, "")
    assert "two changes met in the store; nothing was recorded" in said.err
    assert calls(desk) == 0


@pytest.mark.parametrize("met", ["serialization_failure", "deadlock_detected"])
def test_with_a_key_the_second_try_records_it(cluster: Cluster, desk: Desk, met: str) -> None:
    cluster.sql(AT_END.format(f"RAISE {met};"), database=DATABASE)
    said = desk.run(*CALL, *KEY)
    assert said.code == 0, said
    assert calls(desk) == 1


def test_where_somebody_sits_who_might_be_asked_they_try_again_themselves(cluster: Cluster, desk: Desk) -> None:
    cluster.sql(AT_END.format("RAISE deadlock_detected;"), database=DATABASE)
    assert Terminal(desk, *CALL, *KEY).end() == 6
    assert Terminal(desk, *CALL, *KEY, "--yes").end() == 0
    assert calls(desk) == 1


# --- no server


def test_a_server_that_falls_silent_is_given_up_after_25_seconds(desk: Desk) -> None:
    """A computer without power does not say that it goes: what the system is told to do then."""
    asked = {"idle": (socket.TCP_KEEPIDLE, 10), "interval": (socket.TCP_KEEPINTVL, 5), "count": (socket.TCP_KEEPCNT, 3),
             "unanswered": (socket.TCP_USER_TIMEOUT, 25_000)}  # fmt: skip
    with (
        closing(server.connect(find(desk.url))) as connection,
        socket.socket(fileno=os.dup(connection.fileno())) as one,
    ):
        found = {name: one.getsockopt(socket.IPPROTO_TCP, option) for name, (option, _) in asked.items()}
    assert found == {name: value for name, (_, value) in asked.items()}


def test_a_server_that_is_not_there_is_waited_for_under_a_key(cluster: Cluster, desk: Desk) -> None:
    cluster.stop("fast")
    said = desk.run(*CALL)
    assert (said.code, "cannot be reached" in said.err) == (6, True)
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(desk.process, *CALL, *KEY)
        time.sleep(1.0)
        cluster.start()
        assert later.result().code == 0, later.result()
    assert calls(desk) == 1


def test_what_no_waiting_mends_is_told_at_once(cluster: Cluster, desk: Desk) -> None:
    began = time.monotonic()
    said = desk.run(*CALL, *KEY, TPI_DB=cluster.url("nowhere"))
    assert (said.code, "has no such database" in said.err) == (6, True)
    assert time.monotonic() - began < once.PATIENT / 2
