"""A server for the tests of servers, and a store on it with a login in each role."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres.cluster import OWNER, QUICK, Cluster, programs
from tests.postgres.house import House


def wanted() -> None:
    """Skip loudly where no server is installed; where everything must be tested, fail."""
    if programs() is None:
        words = "NOT TESTED: no PostgreSQL server here (Debian: apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(words)
        pytest.skip(words)


@contextmanager
def place() -> Iterator[Path]:
    """A folder for a server, gone afterwards: pytest closes its own to other accounts whenever another run begins."""
    folder = Path(tempfile.mkdtemp(prefix="tpi-pg-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A server of this test run's own, on the loopback."""
    wanted()
    with place() as folder:
        made = Cluster(folder / "c", QUICK).make()
        try:
            made.start().login(OWNER, "CREATEROLE", "CREATEDB")
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="session")
def _furnished(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A store with people in it, made once."""
    return House(cluster, tmp_path_factory.mktemp("furnished"), cluster.database("furnished")).furnished()


@pytest.fixture
def house(_furnished: House, cluster: Cluster) -> Iterator[House]:
    """A copy of the furnished store, gone afterwards."""
    with _furnished.copied() as found:
        yield found


@pytest.fixture(scope="module")
def shared_house(_furnished: House, cluster: Cluster) -> Iterator[House]:
    """A copy for tests that leave it as it is."""
    with _furnished.copied() as found:
        yield found
