"""Whatever lies where the store should be: one line, exit 6, and not a byte of it touched."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli import errors
from tpi_cli.store import connect, write

COMMANDS = {
    "due": ["due"],
    "why": ["why", "1"],
    "find": ["find", "Quux"],
    "patient list": ["patient", "list"],
    "session list": ["session", "list"],
    "patient add": ["patient", "add", "Ann", "1950-01-01", "--allergy", "none", "--bleeding", "none"],
    "inject": ["inject", "1", "ut", "l", "lido", "1%", "1ml", "--yes"],
    "inject --dry-run": ["inject", "1", "ut", "l", "lido", "1%", "1ml", "--dry-run"],
    "stop": ["stop", "1", "--reason", "declined"],
    "config set": ["config", "set", "recall.overdue", "7"],
    "check": ["check", "1", "ut", "l", "lido", "1%", "1ml"],
    "exposure": ["exposure"],
    "bill": ["bill"],
    "log": ["log"],
    "outcome": ["outcome", "1", "3"],
    "patient elsewhere": ["patient", "elsewhere", "1", "triam 40mg"],
    "rule list": ["rule", "list"],
    "rule set": ["rule", "set", "no_response", "--level", "note", "--reason", "on paper"],
    "payer add": ["payer", "add", "acme", "--from", "2026-01-01", "--max-sessions", "4", "--reason", "page 3"],
    "export": ["export", "json"],
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clinic]:
    out = {}
    for kind in ("encrypted", "plain"):
        out[kind] = Clinic(tmp_path_factory.mktemp(kind))
        out[kind].ok("init", *(["--plain"] if kind == "plain" else []))
        fill(out[kind])
    return out


@pytest.fixture
def encrypted(tmp_path: Path, known: dict[str, Clinic]) -> Clinic:
    shutil.copytree(known["encrypted"].home, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)


@pytest.fixture
def plain(tmp_path: Path, known: dict[str, Clinic]) -> Clinic:
    shutil.copytree(known["plain"].home, tmp_path, dirs_exist_ok=True)
    return Clinic(tmp_path)


def refused(clinic: Clinic, words: list[str], told: str) -> None:
    """Exit 6, the message, and everything as it was."""
    before = _files(clinic)
    answer = clinic.run(*words, "--json")
    assert (answer.code, answer.out) == (6, ""), answer
    assert answer.error["kind"] == "store"
    assert told in answer.error["message"]
    assert answer.error["hint"]
    assert "Traceback" not in answer.err
    assert "Quux" not in answer.err
    assert _files(clinic) == before


def _files(clinic: Clinic) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in clinic.home.rglob("*") if path.is_file()}


# --- another schema


def set_schema(clinic: Clinic, schema: int) -> None:
    with closing(connect.open_store(place(clinic))) as connection:
        connection.execute(f"PRAGMA user_version={schema}")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", ["encrypted", "plain"])
def test_a_newer_schema_is_refused_before_the_first_byte(
    command: str, kind: str, request: pytest.FixtureRequest
) -> None:
    clinic = request.getfixturevalue(kind)
    set_schema(clinic, connect.SCHEMA + 1)
    refused(clinic, COMMANDS[command], f"newer tpi (schema {connect.SCHEMA + 1}, this one knows {connect.SCHEMA})")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_older_schema_is_refused_too(command: str, plain: Clinic) -> None:
    set_schema(plain, connect.SCHEMA - 1)
    refused(plain, COMMANDS[command], f"older schema ({connect.SCHEMA - 1}, this tpi needs {connect.SCHEMA})")
    assert "tpi db migrate" in plain.run(*COMMANDS[command]).err


def test_an_older_schema_can_be_asked_about(plain: Clinic) -> None:
    """The two commands that mend it open it; asking leaves every byte."""
    set_schema(plain, connect.SCHEMA - 1)
    before = _files(plain)
    told = plain.ok("db", "status", "--json").json
    assert (told["store_schema"], told["known_schema"], told["current"]) == (connect.SCHEMA - 1, connect.SCHEMA, False)
    assert plain.ok("db", "migrate", "--dry-run", "--json").json["dry_run"] is True
    assert _files(plain) == before


@pytest.mark.parametrize("command", ["status", "migrate"])
def test_neither_touches_a_newer_schema(command: str, plain: Clinic) -> None:
    set_schema(plain, connect.SCHEMA + 1)
    refused(plain, ["db", command], "newer tpi")


def test_a_migration_that_cannot_be_finished_leaves_the_store_as_it_was(plain: Clinic) -> None:
    """The tables are all there, so making them again fails: nothing half done, nothing lost."""
    set_schema(plain, connect.SCHEMA - 1)
    with closing(sqlite3.connect(plain.store)) as stock:
        stock.execute("UPDATE alembic_version SET version_num = '0001'")
        stock.commit()
    before = _rows(plain)
    answer = plain.run("db", "migrate")
    assert (answer.code, answer.out) == (6, "")
    assert "Traceback" not in answer.err
    assert _rows(plain) == before


def _rows(clinic: Clinic) -> list[str]:
    with closing(sqlite3.connect(clinic.store)) as stock:
        return [*stock.iterdump(), repr(stock.execute("PRAGMA user_version").fetchone())]


def test_a_newer_schema_set_by_another_tool_is_seen(plain: Clinic) -> None:
    with closing(sqlite3.connect(plain.store)) as stock:
        stock.execute("PRAGMA user_version=99")
    refused(plain, ["due"], "schema 99")


def test_our_own_schema_is_read(plain: Clinic, encrypted: Clinic) -> None:
    for clinic in (plain, encrypted):
        set_schema(clinic, connect.SCHEMA)
        clinic.ok("due")


# --- something else


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def nothing_in_it(path: Path) -> None:
    path.write_bytes(b"")


def a_few_bytes(path: Path) -> None:
    path.write_bytes(b"SQLite format")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


def a_letter(path: Path) -> None:
    path.write_text("Dear colleague, thank you for referring Mrs Quux to us.\n" * 200)


def another_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as stock:
        stock.execute("CREATE TABLE patient (name)")
        stock.execute("INSERT INTO patient VALUES ('Quux')")
        stock.commit()


def an_empty_database(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as stock:
        stock.execute("VACUUM")


def only_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + bytes(84))


def half_of_it(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def the_first_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096])


def the_first_hundred_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def all_but_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: -(1 << 15)])


def damaged_pages(path: Path) -> None:
    """Everything after the first page overwritten, as a failing disk does."""
    kept = path.read_bytes()
    path.write_bytes(kept[:4096] + b"\xa5" * (len(kept) - 4096))


def views_for_tables(path: Path) -> None:
    """It says that it is ours; whoever asks it for its log never comes to the end."""
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS entry FROM n"
    path.write_bytes(b"")
    with closing(connect.connect(str(path), None)) as file:
        for statement in (f"PRAGMA application_id={connect.APPLICATION_ID}", f"PRAGMA user_version={connect.SCHEMA}",
                          f"CREATE VIEW audit AS {numbers}"):  # fmt: skip
            file.execute(statement)


def test_what_must_be_a_table_is_every_table_of_the_store(plain: Clinic) -> None:
    with connect.reading(place(plain)) as db:
        tables = {name for (name,) in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {name for name in tables if not name.startswith("sqlite_")} - {"alembic_version"} == connect.TABLES


OTHERS = [
    views_for_tables,
    a_folder,
    nothing_in_it,
    a_few_bytes,
    zeros,
    a_letter,
    another_database,
    an_empty_database,
    only_a_header,
]
CUT = [half_of_it, the_first_page, the_first_hundred_bytes, all_but_the_end, damaged_pages]


@pytest.mark.parametrize("command", ["due", "patient add", "inject", "config set", "db status", "db migrate"])
@pytest.mark.parametrize("kind", ["encrypted", "plain"])
@pytest.mark.parametrize("happened", [*OTHERS, *CUT], ids=lambda one: one.__name__)
def test_what_is_no_store_of_ours(
    happened: Callable[[Path], None], kind: str, command: str, request: pytest.FixtureRequest
) -> None:
    clinic = request.getfixturevalue(kind)
    happened(clinic.store)
    refused(clinic, COMMANDS.get(command, command.split()), str(clinic.home))


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"rule list"}))
def test_no_store_says_how_to_make_one(command: str, home: Clinic) -> None:
    answer = home.run(*COMMANDS[command])
    assert (answer.code, answer.out) == (6, "")
    assert "run: tpi init, or tpi restore FILE where there was one (or try: tpi demo)" in answer.err
    assert not home.store.parent.exists()


def test_the_shipped_rules_can_be_read_without_a_store(home: Clinic) -> None:
    assert "cap_reached" in home.ok("rule", "list").out
    assert not home.store.parent.exists()


# --- the key


@pytest.mark.parametrize("command", ["due", "patient add", "export"])
def test_the_wrong_key(command: str, encrypted: Clinic) -> None:
    encrypted.key.write_text(f"tpi-key-1 {'0' * 64}\n")
    refused(encrypted, COMMANDS[command], f"the key in {encrypted.key} does not open {encrypted.store}")


@pytest.mark.parametrize("command", ["due", "patient add", "export"])
def test_no_key(command: str, encrypted: Clinic) -> None:
    encrypted.key.unlink()
    refused(encrypted, COMMANDS[command], "no key for the store")
    assert not encrypted.key.exists(), "a fresh key would not open it"


@pytest.mark.parametrize(
    "text",
    [
        *("", "\n", "tpi-key-1", "tpi-key-1 ", f"tpi-key-1 {'0' * 63}", f"tpi-key-1 {'0' * 65}", "0" * 64),
        *(f"tpi-key-1 {'G' * 64}", f"tpi-key-1 {'A' * 64}", f"tpi-key-2 {'0' * 64}", f"tpi-key-1 {'0' * 64} x"),
        *("tpi-key-1 " + "é" * 32, "tpi-key-1 '" + "0" * 63, "x" * 100_000),
    ],
)
def test_a_key_file_without_a_key(text: str, encrypted: Clinic) -> None:
    encrypted.key.write_text(text)
    refused(encrypted, ["due"], "does not hold a tpi key")


def test_a_key_file_that_is_a_folder(encrypted: Clinic) -> None:
    encrypted.key.unlink()
    encrypted.key.mkdir()
    refused(encrypted, ["due"], str(encrypted.key))


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_pipe_that_nobody_writes_to_keeps_nobody_waiting(encrypted: Clinic) -> None:
    pipe = encrypted.home / "pipe"
    os.mkfifo(pipe, 0o600)
    refused(encrypted, ["due", "--key-file", str(pipe)], f"{pipe} does not hold a tpi key")
    refused(encrypted, ["due", "--db", str(pipe)], f"{pipe} cannot be read: it is not a file")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o666, 0o610])
def test_a_key_that_others_can_read_is_refused(mode: int, encrypted: Clinic) -> None:
    encrypted.key.chmod(mode)
    refused(encrypted, ["due"], f"others can read the key file {encrypted.key}")
    assert "chmod 600" in encrypted.run("due").err


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_of_ones_own_is_taken(mode: int, encrypted: Clinic) -> None:
    encrypted.key.chmod(mode)
    encrypted.ok("due")


def test_the_key_may_lie_elsewhere(encrypted: Clinic) -> None:
    elsewhere = encrypted.home / "safe.key"
    encrypted.key.rename(elsewhere)
    encrypted.ok("due", TPI_KEY_FILE=str(elsewhere))
    encrypted.ok("--key-file", str(elsewhere), "due")
    encrypted.ok("due", "--key-file", str(elsewhere), TPI_KEY_FILE="/nowhere")


# --- inside a transaction


def test_a_fault_of_the_driver_is_told_as_one_of_ours(encrypted: Clinic) -> None:
    """Not only SQLModel's statements: those sent over the driver, as the due dates are, answer alike."""
    with pytest.raises(errors.Conflict), write.transaction(place(encrypted)) as writing:
        writing.db.run("UPDATE recall SET closed = 'gone'")
    with pytest.raises(errors.StoreUnavailable), write.transaction(place(encrypted)) as writing:
        writing.db.run("UPDATE nowhere SET closed = 'resolved'")


def test_a_fault_names_no_value_of_a_record(encrypted: Clinic) -> None:
    with pytest.raises(errors.Conflict) as told, write.transaction(place(encrypted)) as writing:
        writing.db.run("INSERT INTO patient SELECT * FROM patient WHERE name = :name", name="Zebedee Quux")
    assert "Quux" not in f"{told.value} {told.value.hint}"
