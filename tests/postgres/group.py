"""Three clinics, each on a server of its own, and one that they are read together at: set up as `tpi help scale` says.

The page's own lines are typed into a shell. What they take for granted is put in: where the servers are, and that on
the loopback nobody proves who they are.
"""

import os
import re
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.conftest import Answer
from tests.postgres.cluster import QUICK, Cluster, programs
from tests.postgres.desk import Desk, until

CLINICS = ("north", "south", "west")
REPORT = "report"
WORKERS = {"max_logical_replication_workers": "8", "max_worker_processes": "16"}
PAGE = (Path(__file__).parent.parent.parent / "tpi_cli" / "help" / "scale.txt").read_text(encoding="utf-8")
COPIED = "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'"
ZONES = {"north": "Pacific/Kiritimati", "south": "Europe/London", "west": "Pacific/Pago_Pago"}
"""The first and the last are 25 hours apart: they never have the same day."""


def commands(section: str) -> list[str]:
    """The shell commands under a heading of the page's part about groups, lines that belong together as one."""
    text = PAGE.partition("\nA GROUP\n")[2].partition(f"\n{section}\n")[2]
    text = re.split(r"\n(?=\S)", text, maxsplit=1)[0]
    blocks = re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)
    lines = re.sub(r"\\\n|(?<=\|)\n|\n(?=      )", " ", "".join(blocks)).splitlines()
    return [line.strip() for line in lines if line.split()[0] in {"psql", "createdb", "dropdb", "pg_dump"}]


class Group:
    """The servers, and a desk at each clinic."""

    def __init__(self, place: Path) -> None:
        self.servers = {name: Cluster(place / name, {**QUICK, **WORKERS}).make().start() for name in (*CLINICS, REPORT)}
        self.desks = {name: self._clinic(name, place) for name in CLINICS}
        self._home = place / "reader"
        every = commands("Setting it up")
        self._at_each = [line for line in every if "group_copy" in line]
        self._at_report = [line for line in every if "group_copy" not in line]

    def _clinic(self, name: str, place: Path) -> Desk:
        desk = Desk(place / f"desk-{name}", self.servers[name].database("clinic"))
        desk.home.mkdir()
        return desk.made(name.title(), ZONES[name])

    def let_copies_be_made(self) -> None:
        """At each clinic a login for the copies."""
        for name in CLINICS:
            self._type(next(line for line in self._at_each if "CREATE ROLE" in line), name)

    def set_up(self) -> None:
        """Everything at the reporting server, but for the roles, which outlive a database."""
        subscribe = next(line for line in self._at_each if "SUBSCRIPTION" in line)
        roles, *before = [line for line in self._at_report if "analyst" not in line and "srsubstate" not in line]
        if not self.report.value("SELECT 1 FROM pg_roles WHERE rolname = 'tpi_group'"):
            self._type(roles)
        for line in before:
            self._type(line)
        for name in CLINICS:
            self._type(subscribe, name)
        self.settled()
        if not self.report.value("SELECT 1 FROM pg_roles WHERE rolname = 'analyst'"):
            self._type(next(line for line in self._at_report if "ROLE analyst" in line))

    def take_down(self) -> None:
        """As before it is made anew."""
        drop, dropdb = commands("Made anew")
        for name in CLINICS:
            self._type(drop, name)
        self._type(dropdb)

    @property
    def report(self) -> Cluster:
        return self.servers[REPORT]

    def _type(self, line: str, name: str = "north") -> None:
        """A line of the page, for a clinic of that name, in a shell where the servers are on the loopback."""
        line = line.replace("north", name).replace(" sslmode=verify-full", "")
        for server, cluster in self.servers.items():
            line = line.replace(f"-h {server} ", f"-h 127.0.0.1 -p {cluster.port} ")
            line = line.replace(f"host={server} ", f"host=127.0.0.1 port={cluster.port} ")
        path = f"{programs()}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", line], env={**os.environ, "PATH": path, "PGUSER": "postgres",
                                                              "PGOPTIONS": "-c client_min_messages=warning"},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), (line, done)

    def settled(self) -> None:
        """Every table's first copy made, and whatever was written since there."""
        until(lambda: self.report.value(COPIED, REPORT) == 0, patience=120)
        until(lambda: all(self.rows(name, self.report) == self.rows(name) for name in CLINICS), patience=120)

    def rows(self, name: str, at: Cluster | None = None) -> list[tuple[str, int, str]]:
        """A clinic's rows at its own server, or where they are copied: by table how many, and a hash of all of them."""
        server, database = (at, REPORT) if at else (self.servers[name], "clinic")
        clinic = self.servers[name].value("SELECT id FROM tpi.clinic", "clinic")
        with server.admin(database) as db:
            return [self._hashed(db, table, clinic) for table in self.tables]

    @cached_property
    def tables(self) -> list[str]:
        """The tables that are copied."""
        sql = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_publication_tables"
        return str(self.servers["north"].value(sql, "clinic")).split()

    def _hashed(self, db: Any, table: str, clinic: str) -> tuple[str, int, str]:
        column = "id" if table == "clinic" else "clinic_id"
        sql = f"SELECT count(*), md5(string_agg(one::text, '|' ORDER BY one::text)) FROM tpi.{table} AS one"
        count, digest = db.execute(f"{sql} WHERE {column} = '{clinic}'").fetchone()
        return table, count, digest

    def reads(self, *words: str, login: str = "analyst", **more: str) -> Answer:
        """What a command says at the reporting server."""
        self._home.mkdir(exist_ok=True)
        return Desk(self._home, self.report.url(REPORT, login)).run(*words, **more)

    def stop(self) -> None:
        """All of them stopped."""
        for one in self.servers.values():
            one.stop()
