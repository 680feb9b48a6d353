"""How a store lies on the disk: encrypted, its owner's alone, safe in a power cut, open to other tools if asked."""

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.store import connect, write

SQLITE = b"SQLite format 3\x00"
TOLD = ["Zebedee", "Quux", "QX-1", "555-0199", "vasovagal", "trapezius_upper"]
"""What the filled store knows of its patient."""


def modes(folder: Path) -> dict[str, str]:
    """The permissions of everything in a folder, as `chmod` has them."""
    found = {path: stat.S_IMODE(path.lstat().st_mode) for path in sorted(folder.rglob("*"))}
    return {str(path.relative_to(folder)): f"{mode:03o}" for path, mode in found.items()}


def everything(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """A folder down to the last byte: modes, times and contents."""
    out = {}
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        out[str(path)] = (seen.st_mode, seen.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
    return out


# --- encrypted


def test_an_encrypted_store_tells_nothing(clinic: Clinic) -> None:
    fill(clinic)
    kept = clinic.bytes()
    assert kept[:16] != SQLITE
    for word in [*TOLD, "CREATE TABLE", "patient"]:
        for encoding in ("utf-8", "utf-16-le"):
            assert word.encode(encoding) not in kept, word


def test_nor_does_any_file_beside_it(clinic: Clinic) -> None:
    """Seen while a transaction is open, so that its journal is there too."""
    fill(clinic)
    with write.transaction(place(clinic)) as writing:
        writing.db.run("UPDATE patient SET note = 'Zebedee Quux, QX-1'")
        beside = sorted(path.name for path in clinic.store.parent.iterdir())
        assert len(beside) > 1, "a journal is being written"
        for path in clinic.store.parent.iterdir():
            for word in TOLD:
                assert word.encode() not in path.read_bytes(), (path, word)


def test_two_stores_of_one_history_have_nothing_in_common(home: Clinic, tmp_path: Path) -> None:
    """Every store has a key of its own."""
    keys = []
    for name in ("one", "other"):
        clinic = Clinic(tmp_path / name)
        clinic.ok("init")
        keys.append(clinic.key.read_text())
    assert keys[0] != keys[1]
    header, digits = keys[0].split()
    assert header == "tpi-key-1"
    assert len(bytes.fromhex(digits)) == 32, "256 bits"


def test_a_plain_store_is_what_it_says_on_the_tin(home: Clinic) -> None:
    """The contrast: the same words are all there, and stock sqlite3 reads them."""
    answer = home.ok("init", "--plain")
    assert "NOT ENCRYPTED" in answer.out
    fill(home)
    kept = home.bytes()
    assert kept[:16] == SQLITE
    assert all(word.encode() in kept for word in TOLD)
    assert not home.key.exists()
    with contextlib.closing(sqlite3.connect(home.store)) as stock:
        assert stock.execute("SELECT name, born FROM patient").fetchall() == [("Zebedee Quux", "1971-03-04")]
        assert stock.execute("SELECT name, due_on FROM recall_list WHERE closed IS NULL").fetchall() == [
            ("Zebedee Quux", "2027-02-23")
        ]


@pytest.mark.parametrize("kind", ["encrypted", "plain"])
def test_an_export_opens_in_stock_sqlite3_and_nothing_is_missing(home: Clinic, kind: str) -> None:
    home.ok("init", *(["--plain"] if kind == "plain" else []))
    fill(home)
    copy = home.home / "copy of the clinic.db"
    home.ok("export", "sqlite", "-o", str(copy))
    assert copy.read_bytes()[:16] == SQLITE
    assert f"{stat.S_IMODE(copy.stat().st_mode):o}" == "600"
    with (
        contextlib.closing(connect.open_store(place(home))) as store,
        contextlib.closing(sqlite3.connect(copy)) as stock,
    ):
        assert stock.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        named = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
        names = [name for (name,) in store.execute(named)]
        assert [name for (name,) in stock.execute(named)] == names
        assert len(names) > 15
        for name in names:
            ours, theirs = (sorted(map(repr, one.execute(f"SELECT * FROM {name}"))) for one in (store, stock))
            if name == "ratchet":  # the log's key leaves the store in no copy
                assert ours != theirs
                continue
            assert ours == theirs != [], name
        for pragma in ("user_version", "application_id"):
            assert store.execute(f"PRAGMA {pragma}").fetchone() == stock.execute(f"PRAGMA {pragma}").fetchone()


def test_an_export_is_a_store_of_its_own(clinic: Clinic) -> None:
    fill(clinic)
    copy = str(clinic.home / "copy.db")
    clinic.ok("export", "sqlite", "-o", copy)
    clinic.today = "2027-03-01"
    assert clinic.ok("--db", copy, "due", "--json").rows == clinic.ok("due", "--json").rows != []


def test_an_export_replaces_nothing(clinic: Clinic) -> None:
    there = Path(clinic.file("copy.db", "my own"))
    assert clinic.run("export", "sqlite", "-o", str(there)).code == 5
    assert there.read_text() == "my own"


# --- its owner's alone


@pytest.mark.parametrize("umask", ["000", "022", "077", "277", "777"])
def test_the_files_are_the_owners_alone_whatever_the_umask(home: Clinic, umask: str) -> None:
    made = subprocess.run(
        [sys.executable, "-c", f"import os; os.umask(0o{umask}); from tpi_cli.main import main; main(['init'])"],
        env=home.environment(),
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    assert modes(home.home) == {
        "config": "700",
        "config/tpi": "700",
        "config/tpi/tpi.key": "600",
        "data": "700",
        "data/tpi": "700",
        "data/tpi/tpi.db": "600",
    }


def test_a_folder_that_was_there_is_left_as_it_was(home: Clinic) -> None:
    home.store.parent.mkdir(parents=True)
    home.store.parent.chmod(0o750)
    home.ok("init")
    assert modes(home.home)["data/tpi"] == "750"


def test_the_journal_is_the_owners_alone(clinic: Clinic) -> None:
    with write.transaction(place(clinic)) as writing:
        writing.db.run("UPDATE clinic SET name = 'Other'")
        found = modes(clinic.store.parent)
    assert len(found) > 1
    assert set(found.values()) == {"600"}


def test_nothing_is_left_beside_a_closed_store(clinic: Clinic) -> None:
    fill(clinic)
    clinic.ok("due")
    assert [path.name for path in clinic.store.parent.iterdir()] == ["tpi.db"]


# --- brought up to date


@pytest.mark.parametrize("kind", ["encrypted", "plain"])
def test_a_store_brought_up_to_date_is_kept_as_before(home: Clinic, kind: str) -> None:
    """Its owner's alone, encrypted where it was, nothing beside it, and the records are the same."""
    home.ok("init", *(["--plain"] if kind == "plain" else []))
    fill(home)
    kept, listed = modes(home.home), home.ok("due", "--status", "all", "--json").rows
    with write.transaction(place(home)) as writing:
        writing.db.run("UPDATE clinic SET knowledge = 'older'")
        writing.db.run("UPDATE recall SET due_on = '2000-01-01', reassess = 1 - reassess, revision = 'older'")
    assert "tpi db migrate" in home.ok("due").err
    home.ok("db", "migrate")
    assert "tpi db migrate" not in home.ok("due").err
    assert (home.bytes()[:16] == SQLITE) == (kind == "plain")
    assert modes(home.home) == kept
    assert home.ok("due", "--status", "all", "--json").rows == listed != []


# --- init


@pytest.mark.parametrize("first", [[], ["--plain"]])
@pytest.mark.parametrize("second", [[], ["--plain"], ["--zone", "Asia/Tokyo"]])
def test_a_second_init_is_refused_and_changes_nothing(home: Clinic, first: list[str], second: list[str]) -> None:
    home.ok("init", *first)
    before = everything(home.home)
    answer = home.run("init", *second, "--json")
    assert (answer.code, answer.error["kind"]) == (5, "conflict")
    assert str(home.store) in answer.error["message"]
    assert everything(home.home) == before


def test_a_key_that_is_there_is_used_and_never_replaced(home: Clinic) -> None:
    home.ok("init")
    key = home.key.read_bytes()
    second = str(home.home / "second.db")
    assert "was there" in home.ok("--db", second, "init").out
    assert home.key.read_bytes() == key
    home.ok("--db", second, "due")


@pytest.mark.parametrize("where", ["/dev/null/x/tpi.db", "/dev/null/tpi.db"])
@pytest.mark.parametrize("words", [["init"], ["init", "--plain"], ["due"], ["patient", "list"]])
def test_where_no_store_can_be_is_said_in_one_line(home: Clinic, where: str, words: list[str]) -> None:
    answer = home.run("--db", where, *words, "--json")
    assert (answer.code, answer.out) == (6, "")
    assert "/dev/null" in answer.error["message"]
    assert answer.error["hint"]
    assert not home.store.parent.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_said_in_one_line(home: Clinic) -> None:
    home.home.chmod(0o500)
    answer = home.run("init")
    home.home.chmod(0o700)
    assert (answer.code, answer.out) == (6, "")


@pytest.mark.parametrize("name", ["a b.db", "100%.db", "a%20b.db", "why?.db", "no#1.db", "praxis-müller.db", "क.db"])
def test_a_store_may_be_called_anything(home: Clinic, name: str) -> None:
    path = home.home / name
    home.ok("--db", str(path), "init", "--plain")
    home.ok("--db", str(path), "patient", "add", "Ann", "1950-01-01", "--allergy", "none", "--bleeding", "none")
    assert [row["name"] for row in home.ok("--db", str(path), "patient", "list", "--json").rows] == ["Ann"]
    assert [one.name for one in home.home.iterdir() if one.is_file()] == [name]


# --- durable


def pragma(clinic: Clinic, name: str) -> object:
    """A setting as a transaction of ours runs under it."""
    with write.transaction(place(clinic), keep=False) as writing:
        return writing.db.value(f"PRAGMA {name}")


def test_an_acknowledged_record_survives_a_power_cut(clinic: Clinic) -> None:
    """WAL with FULL where the linked SQLite has it mended, else DELETE with EXTRA (design: durability)."""
    mended = connect.Driver.sqlite_version_info >= (3, 51, 3)
    expected = ("wal", 2) if mended else ("delete", 3)
    assert (pragma(clinic, "journal_mode"), pragma(clinic, "synchronous")) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        ("fullfsync", 1),
        ("checkpoint_fullfsync", 1),
        ("busy_timeout", 30000),
    ],
)
def test_the_settings_a_store_is_written_under(clinic: Clinic, name: str, value: object) -> None:
    assert pragma(clinic, name) == value


@pytest.mark.parametrize(
    ("name", "value"), [("query_only", 1), ("foreign_keys", 1), ("trusted_schema", 0), ("busy_timeout", 30000)]
)
def test_the_settings_a_store_is_read_under(clinic: Clinic, name: str, value: object) -> None:
    with connect.reading(place(clinic)) as db:
        assert db.value(f"PRAGMA {name}") == value


def test_a_writer_holds_the_store_from_its_first_look(clinic: Clinic) -> None:
    """BEGIN IMMEDIATE: two that looked first and wrote later would undo each other. Readers go on."""
    with write.transaction(place(clinic)):
        with contextlib.closing(connect.open_store(place(clinic))) as other:
            other.execute("PRAGMA busy_timeout=0")
            with pytest.raises(connect.Driver.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
        with connect.reading(place(clinic)) as db:
            assert db.value("SELECT COUNT(*) FROM clinic") == 1


def test_what_went_wrong_halfway_is_taken_back(clinic: Clinic) -> None:
    with contextlib.suppress(KeyboardInterrupt), write.transaction(place(clinic)) as writing:
        writing.db.run("UPDATE clinic SET name = 'Half'")
        raise KeyboardInterrupt
    with connect.reading(place(clinic)) as db:
        assert db.value("SELECT name FROM clinic") == "Test Clinic"


def test_a_dry_run_is_taken_back(clinic: Clinic) -> None:
    before = clinic.bytes()
    with write.transaction(place(clinic), keep=False) as writing:
        writing.db.run("UPDATE clinic SET name = 'Tried'")
        assert writing.db.value("SELECT name FROM clinic") == "Tried"
    assert clinic.bytes() == before
