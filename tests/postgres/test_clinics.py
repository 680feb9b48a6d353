"""Two clinics' rows in one database, as on a group's server: each login sees and changes its own clinic's alone."""

import psycopg
import pytest
from sqlmodel import SQLModel

from tests.postgres.cluster import OWNER
from tests.postgres.house import ADMIN, AUDITOR, READER, WRITER, House
from tpi_cli.store import tables as _  # noqa: F401 - the list of them

pytestmark = pytest.mark.slow

TABLES = sorted(SQLModel.metadata.tables)
VIEWS = ["event_list", "injection_list", "recall_list"]
HIDDEN = {READER: {"ratchet", "history", "request", "numbering"}, AUDITOR: {"ratchet"}, WRITER: {"ratchet"}}
"""What a login gets to see nothing of at all."""
CHANGED = sorted({*TABLES} - {"ratchet", "audit", "history", "request", "numbering"})
REFUSED = psycopg.errors.InsufficientPrivilege
OTHER_WRITER, GROUP = "wanda", "greta"


class Two:
    """The house with two clinics, and a writer of the second."""

    def __init__(self, house: House) -> None:
        self.house, self.one, self.other = house, house.clinic_id, house.second_clinic()
        role = f"tpi_{self.other.replace('-', '')}"
        house.cluster.login(OTHER_WRITER)
        house.cluster.login(GROUP)
        house.cluster.sql(
            f"CREATE ROLE {role} NOLOGIN",
            f"GRANT tpi_writer, {role} TO {OTHER_WRITER}",
            f"GRANT tpi_auditor, tpi_group TO {GROUP}",
        )

    def seen(self, login: str, table: str) -> set[str]:
        """Whose rows a login sees in a table."""
        column = "id" if table == "clinic" else "clinic_id"
        return {clinic for (clinic,) in self.house.rows(login, f"SELECT DISTINCT {column} FROM {table}")}


@pytest.fixture(scope="module")
def two(shared_house: House) -> Two:
    return Two(shared_house)


def filled(two: Two) -> list[str]:
    return [table for table in TABLES if two.seen(ADMIN, table)]


def test_the_second_clinic_has_rows_wherever_the_first_has(two: Two) -> None:
    there = filled(two)
    assert len(there) > 15
    for table in there:
        assert two.seen(ADMIN, table) == {two.one, two.other}, table


@pytest.mark.parametrize("table", TABLES)
def test_a_login_reads_its_own_clinics_rows_alone(two: Two, table: str) -> None:
    there = bool(two.seen(ADMIN, table))
    for login, hidden in HIDDEN.items():
        if table not in hidden:
            assert two.seen(login, table) == ({two.one} if there else set()), login
    if table not in HIDDEN[WRITER]:
        assert two.seen(OTHER_WRITER, table) == ({two.other} if there else set())
        assert two.seen(GROUP, table) == ({two.one, two.other} if there else set())


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_shows_what_its_reader_may_see(two: Two, view: str) -> None:
    rows = {login: two.house.rows(login, f"SELECT * FROM {view}") for login in (READER, OTHER_WRITER, GROUP, ADMIN)}
    assert not set(rows[READER]) & set(rows[OTHER_WRITER])
    assert sorted(map(repr, rows[GROUP])) == sorted(map(repr, rows[READER] + rows[OTHER_WRITER]))
    assert sorted(map(repr, rows[ADMIN])) == sorted(map(repr, rows[GROUP]))
    if view != "event_list":
        assert rows[READER] and rows[OTHER_WRITER]


@pytest.mark.parametrize("table", CHANGED)
def test_a_writer_changes_its_own_clinics_rows_alone(two: Two, table: str) -> None:
    """Neither by UPDATE nor DELETE is another clinic's row touched; and no row is put, or moved, under another."""
    column = "id" if table == "clinic" else "clinic_id"
    others = f"SELECT * FROM {table} WHERE {column} = '{two.other}'"
    before = two.house.rows(ADMIN, others)
    with two.house.at(WRITER) as connection:
        touch = f"UPDATE {table} SET {column} = {column} WHERE {column} = '{two.other}'"
        assert connection.execute(touch).rowcount == 0
        assert connection.execute(f"DELETE FROM {table} WHERE {column} = '{two.other}'").rowcount == 0
        if two.seen(ADMIN, table):
            with pytest.raises(REFUSED):
                connection.execute(f"UPDATE {table} SET {column} = '{two.other}'")
        with pytest.raises(REFUSED):
            connection.execute(
                f"INSERT INTO {table} SELECT (json_populate_record(NULL::{table},"
                f" json_build_object('{column}', '{two.other}'))).*"
            )
    assert two.house.rows(ADMIN, others) == before


@pytest.mark.parametrize("table", ["history", "request", "numbering"])
def test_what_is_about_records_is_written_under_the_own_clinic_alone(two: Two, table: str) -> None:
    with two.house.at(WRITER) as connection, pytest.raises(REFUSED):
        connection.execute(
            f"INSERT INTO {table} SELECT (json_populate_record(NULL::{table},"
            f" json_build_object('clinic_id', '{two.other}'))).*"
        )


def test_no_clinic_is_made_under_a_name_that_a_role_has(two: Two) -> None:
    """Whoever is let in as tpi_writer is not thereby of a clinic called `writer`."""
    with two.house.at(WRITER) as connection:
        for name in ("writer", "group", two.other):
            with pytest.raises(psycopg.Error):
                connection.execute("UPDATE clinic SET id = %s", [name])
            with pytest.raises(psycopg.Error):
                connection.execute(
                    "INSERT INTO clinic SELECT (json_populate_record(one, json_build_object('id', %s))).*"
                    " FROM clinic AS one", [name],
                )  # fmt: skip
        assert connection.execute("SELECT * FROM clinics()").fetchall() == [(two.one,)]


def test_nobody_appends_to_another_clinics_log_or_sees_its_end(two: Two) -> None:
    put = "SELECT append_entry(%s, stamp(clock_timestamp()), NULL, 'why', NULL, NULL, 0, NULL, NULL)"
    for login, other in ((WRITER, two.other), (READER, two.other), (OTHER_WRITER, two.one)):
        with two.house.at(login) as connection:
            with pytest.raises(REFUSED):
                connection.execute(put, [other])
            ends = connection.execute("SELECT entry, digest FROM log_end()").fetchall()
            assert len(ends) == 1
    assert len(two.house.rows(GROUP, "SELECT * FROM log_end()")) == 2


def test_a_claim_of_one_clinic_is_nothing_to_another(two: Two) -> None:
    """Both clinics have an appointment at the same time: each claims its own people's."""
    two.house.sql(ADMIN, "UPDATE appointment SET status = 'cancelled'", "UPDATE appointment SET status = 'booked'")
    assert two.house.value("SELECT count(DISTINCT appointment_id) FROM claim") == 2


def test_a_login_of_another_store_of_the_server_is_let_in_nowhere_else(house: House) -> None:
    """Roles are the whole server's; that a login is a writer in one store says nothing of the next."""
    url = house.cluster.database(f"{house.name}_next")
    next_house = House(house.cluster, house.clinic.home, url)
    next_house.ok(OWNER, "init", "--name", "Next", "--zone", "UTC")
    try:
        for command in ("due", "find Tan", "log", "patient add X,Y 1950-01-02 --allergy none --bleeding none --yes"):
            answer = next_house.run(WRITER, *command.split())
            assert answer.code == 7 and "Traceback" not in answer.err, (command, answer)
        assert next_house.rows(WRITER, "SELECT * FROM clinic") == []
        assert next_house.rows(WRITER, "SELECT * FROM log_end()") == []
        answer = next_house.run(OWNER, "db", "grant", WRITER, "reader")
        assert answer.code == 5 and "and not as reader" in answer.err, answer  # it would be one in the first store too
        next_house.ok(OWNER, "db", "grant", WRITER, "writer")
        assert next_house.run(WRITER, "due").code == house.run(WRITER, "due").code == 0
        next_house.ok(OWNER, "db", "grant", WRITER, "none")
        assert (next_house.run(WRITER, "due").code, house.run(WRITER, "due").code) == (7, 0)
        house.ok(WRITER, "patient", "edit", "1", "--phone", "1")
    finally:
        house.cluster.sql(f"DROP DATABASE {house.name}_next WITH (FORCE)")
