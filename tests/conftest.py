"""A clinic to test on: its own HOME, its own encrypted store, one clock, and the real command line."""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres.shelves import SHELVES
from tpi_cli.main import main
from tpi_cli.store import account, connect
from tpi_cli.store.place import find

ENGINES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=ENGINES, default=ENGINES[0], help="what keeps the test clinics' stores")


def pytest_configure(config: pytest.Config) -> None:
    Clinic.on_server = config.getoption("--engine") == "postgresql"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a server the tests about the file itself have nothing to look at."""
    if Clinic.on_server:
        about = [item for item in items if item.get_closest_marker("file")]
        config.hook.pytest_deselected(items=about)
        items[:] = [item for item in items if item not in about]


def pytest_sessionfinish() -> None:
    SHELVES.stop()


@pytest.fixture(autouse=True)
def _tidied(request: pytest.FixtureRequest) -> Iterator[None]:
    """The databases that a test makes in its own folder go with it; those of a module or a session stay."""
    yield
    folder = request.node.funcargs.get("tmp_path")
    if folder is not None:
        SHELVES.tidy(folder)


TODAY = "2026-11-23"
"""A Monday."""

ME = account.name()
"""The account of the operating system that the tests run under: whoever makes a store is its first clinician."""

settings.register_profile("tpi", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("tpi")


class Answer(NamedTuple):
    """What a command said: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.json["rows"]
        return rows

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.err)["error"]
        return found


class Clinic:
    """A folder that is HOME, with a store in it once `init` ran; with --engine postgresql it lies on a server."""

    on_server = False

    def __init__(self, home: Path) -> None:
        self.home = home
        self.today = TODAY

    @property
    def store(self) -> Path:
        return self.home / "data" / "tpi" / "tpi.db"

    @property
    def key(self) -> Path:
        return self.home / "config" / "tpi" / "tpi.key"

    def environment(self, **more: str) -> dict[str, str]:
        bare = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
        own = {
            "HOME": str(self.home),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "TPI_TODAY": self.today,
            "LC_ALL": "C.UTF-8",
            **({"TPI_DB": SHELVES.url(self.home, account.name())} if self.on_server else {}),
        }
        return {**bare, **own, **more}

    def run(self, *words: str, stdin: str = "", **more: str) -> Answer:
        """A command in this process, as `tpi WORDS` off a terminal; `more` are environment variables."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        before = (dict(os.environ), sys.stdout, sys.stderr, sys.stdin)
        os.environ.clear()
        os.environ.update(self.environment(**more))
        sys.stdout, sys.stderr = out, err
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        try:
            main(list(words))
            code = 0
        except SystemExit as leave:
            code = leave.code if isinstance(leave.code, int) else 0
        finally:
            os.environ.clear()
            os.environ.update(before[0])
            sys.stdout, sys.stderr, sys.stdin = before[1:]
        return Answer(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]

    def ok(self, *words: str, **more: str) -> Answer:
        """A command that must succeed."""
        answer = self.run(*words, **more)
        assert answer.code == 0, (words, answer)
        return answer

    def process(self, *words: str, stdin: str = "", **more: str) -> Answer:
        """The same in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "tpi_cli", *words],
            input=stdin.encode(),
            capture_output=True,
            env=self.environment(**more),
            check=False,
            timeout=120,
        )
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())

    def patient(self, name: str = "Tan, Mei", born: str = "1971-03-04", *more: str) -> str:
        """Add a patient; returns the id."""
        words = ("patient", "add", name, born, "--allergy", "none", "--bleeding", "none", "--json", *more)
        return str(self.ok(*words).json["patient"])

    def inject(self, patient: str, items: str = "ut l lido 1% 1ml", *more: str) -> str:
        """Record a session, with written consent unless something else is said of it; returns its id."""
        consent = () if any("consent" in word for word in more) else ("--consent", "written")
        return str(self.ok("inject", patient, *items.split(), "--yes", "--json", *consent, *more).json["session"])

    def file(self, name: str, text: str) -> str:
        """Write a file into HOME; returns its path."""
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def bytes(self) -> bytes:
        """The store as it lies on disk, to see that nothing moved; on a server, every row of it."""
        if not self.on_server:
            return self.store.read_bytes()
        with connect.reading(find(self.environment()["TPI_DB"])) as db:
            return repr({name: sorted(map(repr, db.rows(f"SELECT * FROM {name}"))) for name in db.tables()
                         if name != "ratchet"}).encode()  # fmt: skip


@contextmanager
def working_under(login: str) -> Iterator[None]:
    """Commands in this process as if another account of this computer typed them: tests cannot make accounts."""
    real, account.name = account.name, lambda: login
    try:
        yield
    finally:
        account.name = real


@pytest.fixture(scope="session")
def _shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh encrypted store as `tpi init` makes it, made once."""
    home = tmp_path_factory.mktemp("shipped")
    Clinic(home).ok("init", "--name", "Test Clinic", "--zone", "Europe/London")
    return home


ON_PAPER = ("consent_missing", "no_response")
"""What most test clinics keep on paper: tests about other things need neither consents nor scores."""


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory, _shipped: Path) -> Path:
    """The same for a clinic that keeps consents and scores on paper, and said so: these two rules are notes there."""
    home = tmp_path_factory.mktemp("template")
    shutil.copytree(_shipped, home, dirs_exist_ok=True)
    for rule in ON_PAPER:
        Clinic(home).ok("rule", "set", rule, "--level", "note", "--reason", "kept on paper")
    return home


@pytest.fixture
def home(tmp_path: Path) -> Clinic:
    """A HOME without a store."""
    return Clinic(tmp_path)


@pytest.fixture
def shipped(tmp_path: Path, _shipped: Path) -> Clinic:
    """A HOME with an empty encrypted store and every rule as it comes."""
    shutil.copytree(_shipped, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)


@pytest.fixture
def clinic(tmp_path: Path, _template: Path) -> Clinic:
    """A HOME with an empty encrypted store."""
    shutil.copytree(_template, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)


@pytest.fixture(scope="session")
def _sample(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    home = tmp_path_factory.mktemp("sample")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    folder = Path(__file__).parent.parent / "sample_data"
    Clinic(home).ok("import", *(str(folder / f"{kind}.csv") for kind in ("patients", "injections", "outcomes")))
    return home


@pytest.fixture
def sample(tmp_path: Path, _sample: Path) -> Clinic:
    """A HOME whose store holds the sample clinic, dates as written."""
    shutil.copytree(_sample, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)
