"""A store on a server with a login in each role, worked in by raw SQL and by commands."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import ON_PAPER, Answer, Clinic
from tests.postgres.cluster import OWNER, Cluster

WRITER, READER, AUDITOR, STRANGER = "anna", "rita", "otto", "nemo"
"""Let in as what their names begin with, but for the last, who is not let in."""
LET_IN = {WRITER: "writer", READER: "reader", AUDITOR: "auditor"}
ADMIN = "postgres"
_MADE = [0]
SECRET = "geheim-7"
"""A password."""


def said(answer: Answer, code: int, words: str) -> None:
    """One line, and one that tells what to do; no driver's words, no traceback."""
    lines = [line for line in answer.err.splitlines() if "TPI_TODAY" not in line]
    assert answer.code == code, answer
    assert len(lines) == 2 and lines[0].startswith("tpi: ") and lines[1].startswith("  hint: "), answer
    assert words in lines[0], answer
    assert not {"Traceback", "psycopg", "FATAL", SECRET} & set(answer.err.replace(":", " ").split())


class House:
    """A database with a store, and a HOME from where logins reach it."""

    def __init__(self, cluster: Cluster, home: Path, url: str, officer: str = "") -> None:
        self.cluster, self.clinic, self.officer = cluster, Clinic(home), officer
        self.name = url.rpartition("/")[2]

    def furnished(self) -> "House":
        """A clinic with two patients, a session and an appointment, and the logins in their roles."""
        made = self.ok(OWNER, "init", "--name", "House", "--zone", "Europe/London", "--json")
        self.officer = made.json["officer_key"]
        for rule in ON_PAPER:
            self.ok(OWNER, "rule", "set", rule, "--level", "note", "--reason", "kept on paper")
        for login, role in LET_IN.items():
            self.cluster.login(login)
            self.ok(OWNER, "db", "grant", login, role)
        self.cluster.login(STRANGER)
        self.ok(OWNER, "clinician", "add", "AN", "--account", WRITER)
        none = ("--allergy", "none", "--bleeding", "none")
        self.ok(WRITER, "patient", "add", "Tan, Mei", "1971-03-04", *none)
        self.ok(WRITER, "patient", "add", "Roe, Ann", "1961-03-04", *none)
        self.ok(WRITER, "inject", "1", "ut", "l", "lido", "1%", "1ml", "--next", "6w", "--yes")
        self.ok(WRITER, "book", "1", "tomorrow", "09:00", "--with", "AN")
        self.ok(WRITER, "patient", "edit", "2", "--phone", "07700 900123")
        return self

    @contextmanager
    def copied(self) -> Iterator["House"]:
        """The same in a database of its own."""
        _MADE[0] += 1
        name = f"{self.name}_{_MADE[0]}"
        url = self.cluster.database(name, template=self.name)
        try:
            yield House(self.cluster, self.clinic.home, url, self.officer)
        finally:
            self.cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, login: str) -> str:
        return self.cluster.url(self.name, login)

    def run(self, login: str, *words: str, stdin: str = "", **more: str) -> Answer:
        """A command of whoever has the login."""
        return self.clinic.run(*words, stdin=stdin, **{"TPI_DB": self.url(login), **more})

    def ok(self, login: str, *words: str, **more: str) -> Answer:
        answer = self.run(login, *words, **more)
        assert answer.code == 0, (login, words, answer)
        return answer

    @contextmanager
    def at(self, login: str) -> Iterator[Any]:
        """A raw connection of a login's, each statement for itself."""
        with closing(psycopg.connect(self.url(login), autocommit=True)) as connection:
            connection.execute("SET search_path = tpi, pg_temp")
            yield connection

    def sql(self, login: str, *statements: str) -> None:
        """Statements of a login's, one after the other on one connection."""
        with self.at(login) as connection:
            for one in statements:
                connection.execute(one)

    def rows(self, login: str, sql: str) -> list[tuple[Any, ...]]:
        with self.at(login) as connection:
            found: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
            return found

    def value(self, sql: str, login: str = ADMIN) -> Any:
        return self.rows(login, sql)[0][0]

    @property
    def clinic_id(self) -> str:
        return str(self.value("SELECT id FROM clinic"))

    def findings(self, login: str = AUDITOR, *, by_key: bool = True) -> set[str]:
        """The checks that `tpi verify` is not content with."""
        words = ("--officer-key-file", "-") if by_key else ()
        answer = self.run(login, "verify", "--json", *words, stdin=self.officer)
        assert answer.code in {0, 8}, answer
        return {one["kind"] for one in answer.json["findings"]}

    def second_clinic(self) -> str:
        """The rows of this clinic once more, under other ids and another clinic's: as a group's server has them.

        Whoever is let into the house sees nothing of it. Returns the clinic's id.
        """
        other = str(uuid.uuid5(uuid.NAMESPACE_OID, self.name))
        self.cluster.sql(_twin(self.clinic_id, other), database=self.name)
        return other


def _twin(clinic: str, other: str) -> str:
    """Every row with each of its UUIDs made another; short numbers stay, the log's entries have higher ones."""
    return f"""
DO $$
DECLARE
  one text;
BEGIN
  SET LOCAL session_replication_role = replica;
  SET LOCAL search_path = tpi, public;
  FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'tpi'::regnamespace AND relkind = 'r'
                AND relname NOT IN ('alembic_version', 'claim') LOOP
    EXECUTE format('INSERT INTO %1$I SELECT (json_populate_record(NULL::%1$I, regexp_replace(regexp_replace(replace(
      row_to_json(old)::text, %2$L, %3$L), %4$L, %5$L, %6$L), %7$L, %8$L)::json)).* FROM %1$I AS old',
      one, '{clinic}', '{other}', '([0-9a-f]{{8}}-[0-9a-f]{{4}}-)7([0-9a-f]{{3}}-[0-9a-f]{{4}}-[0-9a-f]{{12}})',
      '\\18\\2', 'g', '"entry":', CASE one WHEN 'audit' THEN '"entry":9000' ELSE '"entry":' END);
  END LOOP;
END $$"""
