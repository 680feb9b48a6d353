"""A desk whose store lies on a server: a HOME of its own, and the address that its commands are given."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.postgres.cluster import programs

needs_a_server = pytest.mark.skipif(
    programs() is None,
    reason="NO POSTGRESQL SERVER IS INSTALLED, so nothing here was tested: apt-get install postgresql",
)
PATIENCE = 30.0
"""Seconds: only a test that fails waits so long."""


class Desk(Clinic):
    """Commands for the store at an address."""

    def __init__(self, home: Path, url: str) -> None:
        super().__init__(home)
        self.url = url

    def environment(self, **more: str) -> dict[str, str]:
        return {**super().environment(), "TPI_DB": self.url, **more}

    def made(self, name: str = "Test Clinic", zone: str = "Europe/London") -> "Desk":
        """A store made there."""
        self.ok("init", "--name", name, "--zone", zone)
        return self


def until(true: Callable[[], object], patience: float = PATIENCE) -> None:
    """Wait for something to come about."""
    end = time.monotonic() + patience
    while not true():
        assert time.monotonic() < end, f"did not come about in {patience:.0f} seconds"
        time.sleep(0.05)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for servers, gone at the end; not one of pytest's, which another run shuts to the server's account."""
    with tempfile.TemporaryDirectory(prefix="tpi-pg-") as made:
        yield Path(made)
