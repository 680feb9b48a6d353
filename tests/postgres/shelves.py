"""Test clinics whose stores lie on a server: a database for each HOME, and a copy of it for each copy of a HOME.

A HOME notes its database in a file; where the file tells of another HOME, the folder was copied, and so is the
database. What a test made is dropped when it ends.
"""

import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from threading import Lock

from tests.postgres.cluster import QUICK, Cluster, programs
from tpi_cli.store import account

NOTE = "database.json"
ME = account.name()


class Shelves:
    """The server of this test run, started when it is first asked for."""

    def __init__(self) -> None:
        self._cluster: Cluster | None = None
        self._made = 0
        self._let: set[tuple[str, str]] = set()
        self._turn = Lock()
        self.here: dict[str, Path] = {}

    @property
    def cluster(self) -> Cluster:
        if self._cluster is None:
            assert programs(), "no PostgreSQL server is installed: apt-get install postgresql"
            self._cluster = Cluster(Path(tempfile.mkdtemp(prefix="tpi-pg-")) / "cluster", QUICK).make().start()
            self._cluster.login(ME, "CREATEROLE", "CREATEDB")
        return self._cluster

    def url(self, home: Path, login: str) -> str:
        """The address of a HOME's store for whoever works there; several threads may ask for it at once."""
        with self._turn:
            name = self._of(home)
        if login != ME:
            self._let_in(name, login)
        return self.cluster.url(name, login)

    def _of(self, home: Path) -> str:
        note = home / NOTE
        with suppress(FileNotFoundError):
            told = json.loads(note.read_text())
            if told["home"] == str(home):
                return str(told["database"])
            return self._new(home, told["database"])
        return self._new(home, "template0")

    def _new(self, home: Path, template: str) -> str:
        self._made += 1
        name = f"t{self._made}"
        self.cluster.sql(f'CREATE DATABASE {name} OWNER "{ME}" TEMPLATE {template}')
        self.here[name] = home
        home.mkdir(parents=True, exist_ok=True)
        (home / NOTE).write_text(json.dumps({"home": str(home), "database": name}))
        return name

    def _let_in(self, name: str, login: str) -> None:
        """Into the clinic of this very store: each `tpi init` makes one with a role of its own."""
        self.cluster.login(login)
        if (name, login) not in self._let and self.cluster.value("SELECT to_regclass('tpi.clinic') IS NOT NULL", name):
            clinic = self.cluster.value("SELECT id FROM tpi.clinic", name)
            self.cluster.sql(f'GRANT tpi_writer, tpi_{clinic.replace("-", "")} TO "{login}"')
            self._let.add((name, login))

    def forget(self, home: Path) -> None:
        """Take a HOME's database away, if it has one."""
        if (home / NOTE).exists():
            self.drop([str(json.loads((home / NOTE).read_text())["database"])])

    def tidy(self, folder: Path) -> None:
        """Take away the databases of every HOME in a folder."""
        self.drop([name for name, home in self.here.items() if home.is_relative_to(folder)])

    def drop(self, names: list[str]) -> None:
        """Take databases away."""
        for name in names:
            del self.here[name]
            self.cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """The server stopped, and its folder gone."""
        if self._cluster is not None:
            self._cluster.stop()
            shutil.rmtree(self._cluster.folder.parent, ignore_errors=True)
            self._cluster = None


SHELVES = Shelves()
