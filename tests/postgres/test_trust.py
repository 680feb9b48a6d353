"""The log that the server keeps: the same hashes as a file's, and what was done past it is found."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.postgres.cluster import OWNER
from tests.postgres.house import ADMIN, AUDITOR, WRITER, House
from tpi_cli.rules import chain

pytestmark = pytest.mark.slow

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
"""What a server's text can hold: any letter but a half of a pair and NUL."""
HARD = st.sampled_from(['"', "\\", "\x7f", "\x1f", "\b\t\n\f\r", "/", "é", "\u2028", "\uffff", "\U00010000",
                        "\U0010ffff", "<>&'", "%s", ""])  # fmt: skip
TEXTS = st.lists(st.one_of(HARD, st.text(LETTERS, max_size=8)), max_size=6).map("".join)
many = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def admin(shared_house: House) -> Iterator[Any]:
    with shared_house.at(ADMIN) as connection:
        yield connection


@many
@given(TEXTS)
def test_the_server_writes_a_text_as_it_is_hashed(admin: Any, text: str) -> None:
    assert admin.execute("SELECT as_json(%s::text)", [text]).fetchone()[0] == chain.canonical(text).decode()


def test_nothing_is_null(admin: Any) -> None:
    assert admin.execute("SELECT as_json(NULL)").fetchone()[0] == "null"


@many
@given(st.binary(min_size=32, max_size=32), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_the_server_makes_the_same_mac(admin: Any, key: bytes, digest: str) -> None:
    assert admin.execute("SELECT hmac_sha256(%s, %s)", [key, digest]).fetchone()[0] == chain.mac(key, digest)


ENTRIES = st.fixed_dictionaries(
    {
        "acting": st.none() | TEXTS,
        "act": TEXTS,
        "patient": st.none() | st.integers(-1, 2**31 - 1),
        "subject": st.none() | TEXTS,
        "written": st.none() | st.tuples(st.integers(1, 2**31 - 1), TEXTS),
    }
)
_PUT = """
SELECT append_entry((SELECT id FROM clinic), stamp(clock_timestamp()), %(acting)s, %(act)s, %(patient)s, %(subject)s,
                    %(records)s, %(content)s, NULL)
"""
_COLUMNS = ", ".join(chain.Entry._fields).replace("clinic", "clinic_id")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES)
def test_the_server_hashes_an_entry_as_the_program_does_and_its_key_moves_on(shared_house: House, told: Any) -> None:
    records, content = told.pop("written") or (0, None)
    with shared_house.at(ADMIN) as admin, shared_house.at(WRITER) as writer:
        key = bytes.fromhex(admin.execute("SELECT key FROM ratchet").fetchone()[0])
        number = writer.execute(_PUT, {**told, "records": records, "content": content}).fetchone()[0]
        *columns, digest, mac = admin.execute(
            f"SELECT {_COLUMNS}, hash, mac FROM audit WHERE entry = %s", [number]
        ).fetchone()
        assert admin.execute("SELECT entry, key FROM ratchet").fetchone() == (number, chain.step(key).hex())
    entry = chain.Entry._make(columns)
    assert (entry.account, entry.records, entry.content) == (WRITER, records, content)
    assert (digest, mac) == (chain.entry_hash(entry), chain.mac(key, digest))


def test_a_sound_store_is_sound_to_an_auditor_by_the_officer_key(house: House) -> None:
    assert house.findings() == set()
    other = "04FY-0B85-8JSZ-KN5W-3BR1-13JH-Y6Y6-9C8R-VGPP-HP0K-VV7V-V8KW-RH0B-9J72"
    answer = house.run(AUDITOR, "verify", "--officer-key-file", "-", stdin=other)
    assert answer.code == 8 and "no entry was written with this officer key" in answer.out


PAST = "SET session_replication_role = replica"
"""Past every trigger, as only the server's administrator may."""
REHASHED = """
DO $$
DECLARE
  one record;
  last text := repeat('0', 64);
BEGIN
  FOR one IN SELECT * FROM tpi.audit ORDER BY entry LOOP
    UPDATE tpi.audit SET before = last, hash = encode(sha256(convert_to(
      '["tpi-audit-1",' || one.entry || ',' || concat_ws(',', tpi.as_json(one.clinic_id), tpi.as_json(one.at),
      tpi.as_json(one.account), tpi.as_json(one.acting), tpi.as_json(one.act), COALESCE(one.patient::text, 'null'),
      tpi.as_json(one.subject), one.records::text, tpi.as_json(one.content), tpi.as_json(one.structure),
      tpi.as_json(last)) || ']', 'UTF8')), 'hex') WHERE entry = one.entry RETURNING hash INTO last;
  END LOOP;
END $$
"""
"""The whole chain made anew, by whoever knows how it is made."""
TAMPERED = {
    # records
    "a dose changed": ("records", [PAST, "UPDATE component SET volume_ml = 9"]),
    "a dose changed by a writer": ("records", ["UPDATE component SET volume_ml = 9"]),
    "a session backdated": ("records", [PAST, "UPDATE session SET on_date = '2026-11-01'"]),
    "a record removed": ("records", [PAST, "DELETE FROM alert WHERE kind = 'allergy-none'"]),
    "a record put in without an entry": (
        "records", [PAST, "INSERT INTO setting (clinic_id, key, value, set_by, set_at, entry, salt)"
                    " SELECT id, 'recall.overdue', '1', 'x', 'x', 5, 'x' FROM clinic"]),
    "a due date moved": ("due dates", [PAST, "UPDATE recall SET due_on = due_on + 400"]),
    "a due date removed": ("due dates", [PAST, "DELETE FROM recall"]),
    "a record of nobody": ("database", [PAST, "UPDATE appointment SET patient_id = gen_random_uuid()::text"]),
    "an earlier version changed": ("records", [PAST, "UPDATE history SET content = replace(content, 'Roe', 'Doe')"]),
    "an earlier version removed": ("records", [PAST, "DELETE FROM history"]),
    "an earlier version emptied": (
        "records", ["UPDATE history SET content = NULL, salt = NULL, leaf = repeat('a', 64)"]),
    "a number to be given again": ("numbers", [PAST, "UPDATE numbering SET last = 1"]),
    # the log
    "an entry changed": ("log", [PAST, "UPDATE audit SET act = 'why' WHERE entry = 9"]),
    "an entry under another's login": ("log", [PAST, "UPDATE audit SET account = 'otto' WHERE entry = 9"]),
    "a login that only looks the same": (
        "log", [PAST, "UPDATE audit SET account = U&'\\0430nna' WHERE account = 'anna'"]),
    "nothing made empty": ("log", [PAST, "UPDATE audit SET subject = '' WHERE subject IS NULL"]),
    "an entry removed": ("log", [PAST, "DELETE FROM audit WHERE entry = 9"]),
    "the last entries removed": ("log", [PAST, "DELETE FROM audit WHERE entry > 9"]),
    "the last entries removed, and the key set back": (
        "log", [PAST, "DELETE FROM audit WHERE entry > 9", "UPDATE ratchet SET entry = 9"]),
    "two entries swapped": (
        "log", [PAST, "UPDATE audit SET entry = CASE entry WHEN 8 THEN 9009 ELSE 9008 END WHERE entry IN (8, 9)",
                "UPDATE audit SET entry = entry - 9000 WHERE entry > 9000"]),
    "an entry put in": (
        "log", [PAST, "INSERT INTO audit SELECT entry + 100, clinic_id, at, account, acting, act, patient, subject, 0,"
                " NULL, NULL, before, hash, mac FROM audit WHERE entry = 9"]),
    "macs blanked": ("log", [PAST, "UPDATE audit SET mac = ''"]),
    "an entry changed and the chain made anew": (
        "log", [PAST, "UPDATE audit SET account = 'otto' WHERE entry = 9", REHASHED]),
    "an entry removed and the chain made anew": (
        "log", [PAST, "DELETE FROM audit WHERE entry = 9",
                *[f"UPDATE audit SET entry = {entry} WHERE entry = {entry + 1}" for entry in range(9, 14)], REHASHED,
                "UPDATE ratchet SET entry = entry - 1"]),
    "the key put in another's place": ("log", [PAST, "UPDATE ratchet SET key = repeat('a', 64)"]),
    "the key gone": ("log", [PAST, "DELETE FROM ratchet"]),
    # the schema
    "a trigger of the log off": ("schema", ["ALTER TABLE audit DISABLE TRIGGER audit_next"]),
    "a trigger of the history off": ("schema", ["ALTER TABLE history DISABLE TRIGGER USER"]),
    "a trigger for replicas only": ("schema", ["ALTER TABLE audit ENABLE REPLICA TRIGGER audit_whole"]),
    "a trigger gone": ("schema", ["DROP TRIGGER appointment_claims ON appointment"]),
    "a trigger that does nothing": (
        "schema", ["CREATE OR REPLACE TRIGGER history_kept BEFORE INSERT ON history FOR EACH ROW"
                   " EXECUTE FUNCTION version_kept()"]),
    "a trigger more": (
        "schema", ["CREATE TRIGGER more BEFORE INSERT ON patient FOR EACH ROW EXECUTE FUNCTION version_kept()"]),
    "a function that says something else": (
        "schema", ["CREATE OR REPLACE FUNCTION owns() RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'"]),
    "a function as it was, of another's search path": ("schema", ["ALTER FUNCTION append_entry RESET search_path"]),
    "a function as it was, under the caller's rights": ("schema", ["ALTER FUNCTION claimed SECURITY INVOKER"]),
    "a function more": ("schema", ["CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'"]),
    "a policy gone": ("schema", ["DROP POLICY of_clinic ON patient"]),
    "a policy that lets all through": ("schema", ["ALTER POLICY of_clinic ON patient USING (true)"]),
    "a policy that lets all be written": ("schema", ["ALTER POLICY of_clinic ON patient WITH CHECK (true)"]),
    "a policy more": ("schema", ["CREATE POLICY more ON patient USING (true)"]),
    "a policy for one login": ("schema", ["ALTER POLICY of_clinic ON patient TO anna"]),
    "policies off": ("schema", ["ALTER TABLE patient DISABLE ROW LEVEL SECURITY"]),
    "a view that looks with the owners rights": (
        "schema", ["ALTER VIEW event_list RESET (security_invoker)"]),
    "a view that says something else": (
        "schema", ["DROP VIEW event_list", "CREATE VIEW event_list AS SELECT 1 AS one"]),
    "a rule": ("schema", ["CREATE RULE more AS ON INSERT TO alert DO INSTEAD NOTHING"]),
    "a constraint gone": ("schema", ["ALTER TABLE claim DROP CONSTRAINT one_at_a_time"]),
    "a column more": ("schema", ["ALTER TABLE patient ADD COLUMN more text"]),
    "the log's key shown": ("schema", ["GRANT SELECT ON ratchet TO tpi_reader"]),
    "the log open to a writer": ("schema", ["GRANT INSERT, UPDATE ON audit TO tpi_writer"]),
    "the log open to everybody": ("schema", ["GRANT DELETE ON audit TO PUBLIC"]),
    "the history open to a login": ("schema", ["GRANT DELETE, TRUNCATE ON history TO anna"]),
}  # fmt: skip


EVERY_DAY = [
    "a dose changed by a writer", "a due date moved", "an earlier version changed", "an entry changed",
    "an entry removed",
    "an entry changed and the chain made anew", "a trigger of the log off", "a function that says something else",
    "a policy gone", "the log's key shown",
]  # fmt: skip
"""One or two of each kind; the others are looked for with the slow tests."""


@pytest.mark.parametrize(
    "what", [what if what in EVERY_DAY else pytest.param(what, marks=pytest.mark.slow) for what in TAMPERED]
)
def test_verify_finds(house: House, what: str) -> None:
    """Done by the owner, or past the triggers by the administrator; looked for by an auditor with the officer key."""
    check, statements = TAMPERED[what]
    login = ADMIN if PAST in statements else WRITER if "by a writer" in what else OWNER
    house.sql(login, *statements)
    assert check in house.findings()


def test_a_store_put_back_to_an_older_state_is_found_by_a_head_that_was_printed(house: House) -> None:
    with house.copied() as later:
        later.ok(WRITER, "patient", "edit", "1", "--phone", "123")
        head = later.ok(AUDITOR, "verify").out.split("head ")[1].split()[0]
    answer = house.run(AUDITOR, "verify", "--anchor", head, "--json")
    assert [one["kind"] for one in answer.json["findings"]] == ["anchor"]


SHADOWS = """
CREATE TEMP TABLE audit (entry int, hash text, clinic_id text, at text, account text, acting text, act text,
                         patient int, subject text, records int, content text, structure text, before text, mac text);
CREATE TEMP TABLE ratchet (clinic_id text, entry int, key text);
CREATE TEMP TABLE clinic (id text);
CREATE TEMP TABLE claim (appointment_id text, who text, during text);
CREATE TEMP TABLE pg_roles (rolname text, oid oid);
CREATE TEMP TABLE pg_namespace (nspname text, nspowner oid);
CREATE FUNCTION pg_temp.stamp(timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT '2020-01-01T00:00:00.000000Z' $$;
CREATE FUNCTION pg_temp.owns() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION pg_temp.clinics() RETURNS SETOF text LANGUAGE sql AS $$ SELECT 'x' $$;
CREATE FUNCTION pg_temp.as_json(text) RETURNS text LANGUAGE sql AS $$ SELECT '"x"' $$;
CREATE FUNCTION pg_temp.hmac_sha256(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT encode($1, 'hex') $$;
CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION pg_temp.pg_has_role(name, oid, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE FUNCTION pg_temp.equal(varchar, text) RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;
CREATE OPERATOR pg_temp.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = pg_temp.equal)
"""
PATHS = ["pg_temp, tpi", "pg_temp, pg_catalog, tpi", "tpi, pg_temp, pg_catalog", "pg_temp"]


@pytest.mark.parametrize("path", PATHS)
def test_no_search_path_no_temporary_table_and_no_function_of_the_callers_turns_the_log(
    house: House, path: str
) -> None:
    clinic = house.clinic_id
    with house.at(AUDITOR) as connection:
        for one in SHADOWS.split(";"):
            connection.execute(one)
        connection.execute("INSERT INTO pg_temp.ratchet VALUES (%s, 0, repeat('a', 64))", [clinic])
        connection.execute("INSERT INTO pg_temp.clinic VALUES (%s), ('x')", [clinic])
        connection.execute("INSERT INTO pg_temp.pg_namespace SELECT 'tpi', oid FROM pg_catalog.pg_roles"
                           " WHERE rolname = session_user")  # fmt: skip
        connection.execute(f"SET search_path = {path}")
        put = "SELECT tpi.append_entry(%s, {}, NULL, 'why', NULL, NULL, 0, NULL, {})"
        connection.execute(put.format("tpi.stamp(clock_timestamp())", "NULL"), [clinic])
        for moment, structure, of in (
            ("'2020-01-01T00:00:00.000000Z'", "NULL", clinic),
            ("tpi.stamp(clock_timestamp())", "repeat('a', 64)", clinic),
            ("tpi.stamp(clock_timestamp())", "NULL", "x"),
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(put.format(moment, structure), [of])
        assert connection.execute("SELECT count(*) FROM pg_temp.audit").fetchone() == (0,)
        assert connection.execute("SELECT * FROM tpi.clinics()").fetchall() == [(clinic,)]
    assert house.rows(ADMIN, "SELECT account, act FROM audit ORDER BY entry DESC LIMIT 1") == [(AUDITOR, "why")]
    assert house.findings() == set()


def test_no_temporary_table_hides_a_clash(house: House) -> None:
    with house.at(WRITER) as connection:
        connection.execute("CREATE TEMP TABLE claim (appointment_id text, who tpi.whose, during tsrange)")
        connection.execute("SET search_path = pg_temp, tpi")
        with pytest.raises(psycopg.errors.ExclusionViolation):
            connection.execute(
                "INSERT INTO appointment SELECT (json_populate_record(one, json_build_object('id',"
                " gen_random_uuid(), 'number', 99, 'source_id', NULL))).* FROM appointment AS one"
            )


def test_a_schema_that_reads_otherwise_is_sealed_anew_by_whoever_owns_it(house: House) -> None:
    """As after an upgrade of the server to another major version, which has its own words for a schema."""
    with house.at(OWNER) as connection:
        connection.execute("ALTER INDEX tpi.ix_recall_patient RENAME TO ix_recall_whom")
    assert house.run(OWNER, "verify").code == 8
    assert not house.ok(OWNER, "db", "status", "--json").json["current"]
    assert house.run(WRITER, "db", "migrate").code == 7
    house.ok(OWNER, "db", "migrate")
    assert house.ok(OWNER, "verify", "--json").json["ok"]
    assert house.ok(OWNER, "db", "status", "--json").json["current"]
