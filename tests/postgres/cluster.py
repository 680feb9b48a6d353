"""A PostgreSQL cluster of the tests' own: made in a folder, on a free port of the loopback, stopped at the end.

Debian's package is what `.ci/run` installs; elsewhere its programs are looked for on the PATH and under
/usr/lib/postgresql. The server refuses to run as root, so root runs it as the account `postgres`.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg

QUICK = {"fsync": "off", "full_page_writes": "off"}
"""For tests of anything but what outlives a power cut."""
BASE = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "120",
    "wal_level": "logical",
    "max_wal_senders": "10",
    "max_replication_slots": "10",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
    "jit": "off",
}
OWNER = "clinic_owner"
"""The login that makes the stores: no superuser, so that the tests see what an owner may."""


def programs() -> Path | None:
    """The folder of the server's programs, the newest; None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def free_port() -> int:
    """A port of the loopback that nobody has just now."""
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Cluster:
    """A server with its folder; `settings` go into its configuration. Its port is a free one, unless one is given."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None, port: int = 0) -> None:
        self.folder, self.port = folder, port or free_port()
        self.data = folder / "data"
        self._bin = programs()
        self._settings = {**BASE, **(settings or {}), "port": str(self.port), "unix_socket_directories": str(folder)}

    def make(self) -> "Cluster":
        """A fresh cluster; not started."""
        self._ours()
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        return self.configured()

    def follows(self, other: "Cluster", name: str, login: str = "postgres") -> "Cluster":
        """A copy of another, running one that stays a standby of it."""
        self._ours()
        source = f"host=127.0.0.1 port={other.port} user={login} application_name={name}"
        self._run("pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-X", "stream", "-c", "fast")
        return self.configured()

    def _ours(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
            for parent in self.folder.parents:  # pytest's own folders let nobody else through
                if parent.stat().st_uid == 0 and parent != Path("/"):
                    parent.chmod(parent.stat().st_mode | 0o011)

    def configured(self, **more: str) -> "Cluster":
        """Its settings written, with some more."""
        self._settings.update(more)
        lines = "".join(f"{name} = '{value}'\n" for name, value in self._settings.items())
        (self.data / "tests.conf").write_text(lines, encoding="utf-8")
        conf = self.data / "postgresql.conf"
        text = conf.read_text(encoding="utf-8")
        if "tests.conf" not in text:
            conf.write_text(f"{text}\ninclude 'tests.conf'\n", encoding="utf-8")
        if os.getuid() == 0:
            shutil.chown(self.data / "tests.conf", "postgres")
        return self

    def start(self) -> "Cluster":
        """Started, and answering."""
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-t", "60", "start")
        return self

    def stop(self, mode: str = "immediate") -> None:
        """Stopped; `immediate` as in a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "stop", check=False)

    def kill(self) -> None:
        """As if the machine had lost its power: every process at once."""
        pid = int((self.data / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        for one in (pid, *map(int, children)):
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._gone(pid)

    def _gone(self, pid: int) -> None:
        for _ in range(200):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.02)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def promote(self) -> None:
        """A standby that is one no longer."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "promote")

    def _run(self, program: str, *words: str, check: bool = True) -> None:
        assert self._bin is not None, "whoever makes a cluster asked for `programs` first"
        own = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []
        # a file and not a pipe: the server that is started keeps it open
        with (self.folder / "said").open("wb") as said:
            done = subprocess.run(
                [*own, str(self._bin / program), *words], stdout=said, stderr=said, stdin=subprocess.DEVNULL,
                cwd=self.folder, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}, timeout=120,
            )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"{program}: {(self.folder / 'said').read_text(errors='replace')}")

    def url(self, database: str, login: str = OWNER) -> str:
        """A store's address there."""
        return f"postgresql://{login}@127.0.0.1:{self.port}/{database}"

    def admin(self, database: str = "postgres") -> Any:
        """A connection as the server's administrator."""
        return psycopg.connect(self.url(database, "postgres"), autocommit=True)

    def sql(self, *statements: str, database: str = "postgres") -> None:
        """Statements of the administrator's."""
        with closing(self.admin(database)) as connection:
            for one in statements:
                connection.execute(one)

    def value(self, sql: str, database: str = "postgres") -> Any:
        """What the administrator reads."""
        with closing(self.admin(database)) as connection:
            found = connection.execute(sql).fetchone()
        return found[0] if found else None

    def login(self, name: str, *more: str) -> None:
        """A login that may connect, made where there is none."""
        if not self.value(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'"):
            self.sql(f'CREATE ROLE "{name}" LOGIN {" ".join(more)}')

    def database(self, name: str, template: str = "template0") -> str:
        """A new database that the owner may make a store in; returns its address."""
        self.login(OWNER, "CREATEROLE", "CREATEDB")
        self.sql(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")
        return self.url(name)
