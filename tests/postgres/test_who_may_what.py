"""Who may do what in a store on a server: by raw SQL, where the server alone stands in the way, and by commands."""

import re

import psycopg
import pytest

from tests.postgres.cluster import OWNER
from tests.postgres.house import ADMIN, AUDITOR, LET_IN, READER, STRANGER, WRITER, House
from tpi_cli.rules import identity

pytestmark = pytest.mark.slow

REFUSED = psycopg.errors.InsufficientPrivilege
KEPT = psycopg.errors.IntegrityConstraintViolation
NOBODY, EVERYBODY = "", "WRA"
"""The initials of the roles that may: writer, reader, auditor."""
LOGINS = {"W": WRITER, "R": READER, "A": AUDITOR}

MAY = {
    # records
    "SELECT * FROM patient": EVERYBODY,
    "SELECT * FROM recall_list": EVERYBODY,
    "SELECT * FROM event_list": EVERYBODY,
    "SELECT * FROM injection_list": EVERYBODY,
    "UPDATE patient SET note = 'x'": "W",
    "INSERT INTO setting (clinic_id, key, value, set_by, set_at) SELECT id, 'k', 'v', 'x', 'x' FROM clinic": "W",
    "DELETE FROM finding": "W",
    "TRUNCATE patient CASCADE": NOBODY,
    "TRUNCATE finding": NOBODY,
    # the log
    "SELECT * FROM audit": EVERYBODY,
    "SELECT * FROM log_end()": EVERYBODY,
    "INSERT INTO audit SELECT * FROM audit": NOBODY,
    "UPDATE audit SET act = 'x'": NOBODY,
    "DELETE FROM audit": NOBODY,
    "TRUNCATE audit": NOBODY,
    # what records were before
    "SELECT * FROM history": "WA",
    "SELECT content FROM history": "WA",
    "SELECT record, key, entry, ended_by FROM history": EVERYBODY,
    "UPDATE history SET salt = NULL, content = NULL, leaf = 'x' WHERE false": "W",
    "UPDATE history SET ended_by = 1 WHERE false": NOBODY,
    "DELETE FROM history": NOBODY,
    "TRUNCATE history": NOBODY,
    # the key of the log, and who has which time
    "SELECT * FROM ratchet": NOBODY,
    "SELECT key FROM ratchet": NOBODY,
    "SELECT count(*) FROM ratchet": NOBODY,
    "UPDATE ratchet SET key = 'x'": NOBODY,
    "DELETE FROM ratchet": NOBODY,
    "SELECT * FROM claim": NOBODY,
    "DELETE FROM claim": NOBODY,
    # numbers and idempotency keys
    "SELECT * FROM numbering": "WA",
    "UPDATE numbering SET last = last": "W",
    "DELETE FROM numbering": NOBODY,
    "SELECT * FROM request": "WA",
    "DELETE FROM request": "W",
    "UPDATE request SET entry = 1": NOBODY,
    # the schema
    "SELECT * FROM alembic_version": EVERYBODY,
    "UPDATE alembic_version SET version_num = '1'": NOBODY,
    "CREATE TABLE mine (id int)": NOBODY,
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'": NOBODY,
    "CREATE OR REPLACE FUNCTION owns() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'": NOBODY,
    "CREATE OR REPLACE VIEW event_list AS SELECT 1": NOBODY,
    "CREATE TRIGGER mine BEFORE INSERT ON patient FOR EACH ROW EXECUTE FUNCTION only_grows()": NOBODY,
    "CREATE RULE mine AS ON INSERT TO patient DO INSTEAD NOTHING": NOBODY,
    "CREATE POLICY mine ON patient USING (true)": NOBODY,
    "DROP POLICY of_clinic ON patient": NOBODY,
    "DROP TABLE finding": NOBODY,
    "ALTER TABLE patient DISABLE ROW LEVEL SECURITY": NOBODY,
    "ALTER TABLE audit DISABLE TRIGGER ALL": NOBODY,
    "SET session_replication_role = replica": NOBODY,
    "SET ROLE tpi_group": NOBODY,
    f"SET ROLE {OWNER}": NOBODY,
    f"SET SESSION AUTHORIZATION {OWNER}": NOBODY,
    f"GRANT tpi_group TO {WRITER}": NOBODY,
    f"GRANT ALL ON ratchet TO {WRITER}": NOBODY,
    # what only the server's own functions call
    "SELECT as_json('x')": NOBODY,
    "SELECT hmac_sha256('x'::bytea, 'x')": NOBODY,
    "SELECT only_reads('why')": NOBODY,
}


def _allowed(house: House, login: str, sql: str) -> bool:
    with house.at(login) as connection:
        connection.execute("BEGIN")
        try:
            connection.execute(sql)
        except REFUSED:
            return False
        finally:
            connection.execute("ROLLBACK")
    return True


@pytest.mark.parametrize("sql", MAY)
def test_what_a_login_may_do_by_raw_sql(shared_house: House, sql: str) -> None:
    may = "".join(initial for initial, login in LOGINS.items() if _allowed(shared_house, login, sql))
    assert may == "".join(initial for initial in LOGINS if initial in MAY[sql])


def test_a_login_that_is_let_in_nowhere_sees_no_table_at_all(shared_house: House) -> None:
    with shared_house.at(STRANGER) as connection:
        for table in ("patient", "audit", "ratchet", "alembic_version", "recall_list"):
            with pytest.raises(REFUSED):
                connection.execute(f"SELECT * FROM tpi.{table}")
        with pytest.raises(REFUSED):
            connection.execute("SELECT * FROM tpi.log_end()")


WHOLE = ("audit", "history")


@pytest.mark.parametrize("table", WHOLE)
@pytest.mark.parametrize("sql", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET clinic_id = 'x'"])
def test_the_log_and_the_history_only_grow_even_for_the_owner(house: House, table: str, sql: str) -> None:
    before = house.rows(ADMIN, f"SELECT * FROM {table}")
    assert before
    with pytest.raises(KEPT):
        house.sql(OWNER, sql.format(table))
    assert house.rows(ADMIN, f"SELECT * FROM {table}") == before


def test_no_entry_is_put_between_or_over_others_even_by_the_owner(house: House) -> None:
    with pytest.raises(KEPT):
        house.sql(OWNER, "INSERT INTO audit SELECT * FROM audit WHERE entry = 2")


APPEND = """
SELECT append_entry({clinic}, {moment}, {acting}, {act}, NULL, {subject}, {records}, {content}, {structure})
"""
USUAL = {"clinic": "(SELECT id FROM clinic)", "moment": "stamp(clock_timestamp())", "acting": "NULL", "act": "'why'",
         "subject": "NULL", "records": "0", "content": "NULL", "structure": "NULL"}  # fmt: skip
HEX = "repeat('a', 64)"


def _append(house: House, login: str, **other: str) -> None:
    house.sql(login, APPEND.format(**{**USUAL, **other}))


def test_whoever_appends_an_entry_is_the_login_whatever_the_client_says(house: House) -> None:
    for login in (WRITER, READER, AUDITOR):
        with house.at(login) as connection:
            connection.execute(f"SET ROLE tpi_{LET_IN[login]}")  # another name for the rest of the session
            connection.execute(APPEND.format(**{**USUAL, "acting": "'boss'"}))
    told = house.rows(ADMIN, "SELECT account, acting FROM audit ORDER BY entry DESC LIMIT 3")
    assert told == [(AUDITOR, "boss"), (READER, "boss"), (WRITER, "boss")]
    assert house.findings() == set()


def test_commands_are_the_logins_too_whatever_account_of_the_computer_types_them(house: House) -> None:
    house.ok(WRITER, "patient", "edit", "1", "--phone", "1234", USER="boss", LOGNAME="boss", PGUSER="boss")
    house.ok(READER, "why", "1", USER="boss")
    told = house.rows(ADMIN, "SELECT account, act FROM audit ORDER BY entry DESC LIMIT 2")
    assert told == [(READER, "why"), (WRITER, "patient edit")]


NOT_TAKEN = {
    "another clinic": (WRITER, {"clinic": "'0190a0a0-0000-7000-8000-000000000000'"}, REFUSED),
    "no clinic": (WRITER, {"clinic": "NULL"}, psycopg.Error),
    "a moment before the transaction": (
        WRITER, {"moment": "stamp(clock_timestamp() - interval '1 second')"}, psycopg.errors.CheckViolation),
    "a moment to come": (
        WRITER, {"moment": "stamp(clock_timestamp() + interval '1 second')"}, psycopg.errors.CheckViolation),
    "a moment that is none, between two that are": (
        WRITER, {"moment": "left(stamp(transaction_timestamp()), 26) || 'zzz'"}, psycopg.errors.CheckViolation),
    "no moment": (WRITER, {"moment": "NULL"}, psycopg.Error),
    "a schema, by a writer": (WRITER, {"structure": HEX}, REFUSED),
    "a schema, by a reader": (READER, {"structure": HEX}, REFUSED),
    "a schema, by an auditor": (AUDITOR, {"structure": HEX}, REFUSED),
    "records, by a reader": (READER, {"records": "1", "content": HEX}, REFUSED),
    "records, by an auditor": (AUDITOR, {"records": "1", "content": HEX}, REFUSED),
    "fewer records than none": (READER, {"records": "-1", "content": HEX}, REFUSED),
    "fewer records than none, by a writer": (
        WRITER, {"records": "-1", "content": HEX}, psycopg.errors.CheckViolation),
    "no number of records": (WRITER, {"records": "NULL"}, psycopg.Error),
    "records without their hash": (WRITER, {"records": "1"}, psycopg.errors.CheckViolation),
    "a hash of no records": (READER, {"content": HEX}, psycopg.errors.CheckViolation),
    "an undo, by a reader": (READER, {"act": "'undo'", "subject": "'#3'"}, REFUSED),
    "an erasure, by a reader": (READER, {"act": "'patient erase'"}, REFUSED),
    "a merge, by an auditor": (AUDITOR, {"act": "'patient merge'", "subject": "'from PT-0001'"}, REFUSED),
    "no act": (READER, {"act": "NULL"}, psycopg.Error),
    "an entry of whoever is not let in": (STRANGER, {"clinic": "'x'"}, psycopg.Error),
}  # fmt: skip


@pytest.mark.parametrize("what", NOT_TAKEN)
def test_the_log_takes_no_entry_of(house: House, what: str) -> None:
    login, other, refusal = NOT_TAKEN[what]
    before = house.rows(ADMIN, "SELECT * FROM audit")
    with pytest.raises(refusal):
        _append(house, login, **other)
    assert house.rows(ADMIN, "SELECT * FROM audit") == before


READINGS = ["why 1", "patient show 1", "site list 1", "session list 1", "session show S-0018", "exposure 1",
            "adverse list 1", "patient alert 1 list", "session show S-0018 --history"]  # fmt: skip


@pytest.mark.parametrize("login", [READER, AUDITOR, WRITER])
def test_what_is_read_of_a_chart_is_logged_under_the_login(house: House, login: str) -> None:
    """Every command that logs a reading: the server takes what it calls itself."""
    before = house.value("SELECT max(entry) FROM audit")
    may = [command for command in READINGS if login != READER or "--history" not in command]
    for command in may:
        answer = house.ok(login, *command.split())
        assert "could not be logged" not in answer.err, command
    told = house.rows(ADMIN, f"SELECT account, act, patient, records FROM audit WHERE entry > {before} ORDER BY entry")
    assert told == [(login, " ".join(re.findall("[a-z]{3,}", command.partition(" S-")[0])), 1, 0) for command in may]
    assert house.findings() == set()


LOOKS = ["due --status all", "due --format csv", "day", "find Tan", "stats", "check 1 ut l lido 1% 1ml",
         "clinician list", "config list", "appt list", "bill", "muscle list", "rule list", "payer list",
         "agent list", "patient duplicates", "patient list", "db status", "doctor", "load"]  # fmt: skip


@pytest.mark.parametrize("login", [READER, AUDITOR])
def test_a_reader_and_an_auditor_look_at_lists_and_leave_nothing_behind(shared_house: House, login: str) -> None:
    tables = ("patient", "audit", "history", "request", "recall", "setting")
    before = [shared_house.rows(ADMIN, f"SELECT * FROM {table}") for table in tables]
    for command in LOOKS:
        answer = shared_house.run(login, *command.split())
        assert answer.code in {0, 4, 10}, (command, answer)
    assert [shared_house.rows(ADMIN, f"SELECT * FROM {table}") for table in tables] == before


WRITES = ["patient add X,Y 1950-01-02 --allergy none --bleeding none", "patient edit 1 --phone 1", "outcome 1 3",
          "inject 2 ut l lido 1% 1ml --yes", "book 2 tomorrow 10:00", "appt cancel A-0018 --reason x", "undo --yes",
          "call 1 no-answer", "sign S-0018 --yes", "config set clinic.name Mine",
          "rule set consent_missing --level note --reason x",
          "patient merge 1 2 --yes", "patient erase 2 --authority x --yes", "clinician add ZZ",
          "db grant nemo writer"]  # fmt: skip


@pytest.mark.parametrize("login", [READER, AUDITOR, STRANGER])
def test_commands_record_nothing_for_who_is_no_writer(house: House, login: str) -> None:
    """Not even for somebody whom the clinic has as a clinician: the login is let in to look."""
    house.ok(OWNER, "clinician", "add", "BN", "--account", login)
    before = house.rows(ADMIN, "SELECT * FROM audit")
    for command in WRITES:
        answer = house.run(login, *command.split(), "--no-input")
        assert answer.code in ({3, 7} if command == "undo --yes" else {7}), (command, answer)
    assert house.rows(ADMIN, "SELECT * FROM audit") == before


def test_a_reader_is_told_what_only_an_auditor_may(house: House) -> None:
    for command in ("log", "verify", "export json", "session show S-0018 --history"):
        answer = house.run(READER, *command.split())
        assert answer.code == 7 and "may not do this" in answer.err, answer


ACTS = """
patient add Lim,Sue 1980-05-06 --allergy none --bleeding none --mrn M1
patient edit 3 --phone 020
patient alert 3 add anticoagulant apixaban
patient alert 3 end anticoagulant --on today
site add 3 ls r
inject 3 ls r lido 1% 2ml --next 4w
again 3 --override interval_short=asked --consent verbal
outcome 3 4
outcome 3 2 --site 1
session amend S-0018 --reason slip --note left
sign S-0018
session void {session} --reason wrong
adverse add 3 soreness
book 3 tomorrow 11:00 --with AN
appt move {appointment} tomorrow 12:00
appt cancel {appointment} --reason ill
undo
call 1 no-answer
snooze 1 2w --reason away
stop 1 --reason moved
resume 1
patient elsewhere 3 triamcinolone 40mg --on 2026-10-01
config set clinic.name Harbour
config set recall.overdue 21
rule set interval_short --level note --reason local
clinician add CD --account cdoe
clinician retire CD
patient merge 1 2
patient unmerge 2
patient archive 2
patient erase 2 --authority asked
"""


def test_a_writers_every_act_works_and_the_log_stands(house: House) -> None:
    acts = ACTS.format(session=identity.session(2), appointment=identity.appointment(2)).strip().splitlines()
    done = {command: house.run(WRITER, *command.split(), "--yes") for command in acts}
    assert {command: answer for command, answer in done.items() if answer.code} == {}
    accounts = house.rows(ADMIN, "SELECT DISTINCT account FROM audit WHERE entry > 12")
    assert accounts == [(WRITER,)]
    assert house.findings() == set()


def test_a_writer_brings_files_in_and_retries_under_a_key(house: House) -> None:
    path = house.clinic.file("people.csv", 'mrn,name,born\nQ1,"Ode, Ada",1970-01-01\nQ2,"Poe, Bob",1971-01-01\n')
    house.ok(WRITER, "import", path)
    for _ in range(2):
        house.ok(WRITER, "outcome", "1", "3", "--idempotency-key", "k1")
    assert house.value("SELECT count(*) FROM outcome") == 1
    assert house.findings() == set()


def test_only_the_owner_lets_in_and_a_login_is_one_thing_at_a_time(house: House) -> None:
    assert house.run(WRITER, "db", "grant", STRANGER, "reader").code == 7
    assert house.run(STRANGER, "due").code == 7
    for role, reads, writes in (("writer", 0, 0), ("reader", 0, 7), ("auditor", 0, 7), ("none", 7, 7)):
        house.ok(OWNER, "db", "grant", STRANGER, role)
        assert house.run(STRANGER, "due").code == reads, role
        may = _allowed(house, STRANGER, "UPDATE tpi.patient SET note = 'x'")
        assert may == (writes == 0), role
    told = house.rows(ADMIN, "SELECT account, act, subject FROM audit ORDER BY entry DESC LIMIT 2")
    assert told == [(OWNER, "db grant", "nemo none"), (OWNER, "db grant", "nemo auditor")]
    assert house.run(OWNER, "db", "grant", "nobody-knows", "reader").code == 3
    assert house.run(OWNER, "db", "grant", STRANGER, "owner").code == 2
