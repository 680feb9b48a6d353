"""Commands that are about a file and its key say so at a server in one line; what leaves the house works there too."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.postgres.cluster import OWNER
from tests.postgres.house import ADMIN, AUDITOR, READER, WRITER, House

OF_FILES = ["backup", "backup b.db", "restore b.db --yes", "key rotate --yes", "key rotate --dry-run", "key recover",
            "key check-recovery", "key passphrase", "key keyring", "db rekey --yes"]  # fmt: skip


@pytest.mark.parametrize("command", OF_FILES)
def test_is_for_a_store_in_a_file(shared_house: House, command: str) -> None:
    for login in (WRITER, OWNER):
        answer = shared_house.run(login, *command.split())
        assert answer.code == 6 and "is on a server: this is for a store in a file" in answer.err, answer
        assert "tpi help server" in answer.err


@pytest.mark.parametrize("option", ["--plain", "--passphrase"])
def test_a_store_on_a_server_is_made_without_a_key_of_its_own(shared_house: House, option: str) -> None:
    answer = shared_house.run(OWNER, "init", option)
    assert answer.code == 2 and "no key of its own" in answer.err, answer
    answer = shared_house.run(OWNER, "init")
    assert answer.code == 5 and "there is a store at" in answer.err, answer


def test_a_demo_is_a_file_of_its_own_wherever_the_clinic_is(shared_house: House) -> None:
    answer = shared_house.run(WRITER, "--db", "demo", "db", "move", shared_house.url(OWNER), "--yes")
    assert answer.code in {5, 6} and "Traceback" not in answer.err, answer


def test_nothing_moves_from_one_server_to_another(shared_house: House) -> None:
    answer = shared_house.run(OWNER, "db", "move", shared_house.url(OWNER), "--yes")
    assert answer.code == 2 and "from a file to a server, or from a server to a file" in answer.err, answer


def test_only_the_owner_carries_a_store_away(house: House, tmp_path: Path) -> None:
    answer = house.run(WRITER, "db", "move", str(tmp_path / "away.db"), "--yes")
    assert answer.code == 7, answer
    assert not list(tmp_path.glob("away.db*"))
    assert house.value("SELECT to_regclass('tpi.clinic') IS NOT NULL")


def test_a_cron_job_names_the_server_and_may_reach_it(shared_house: House) -> None:
    url = shared_house.url(READER)
    text = shared_house.ok(READER, "cron", "show").out
    assert f"--db {url} due --if-any" in text and "key" not in text
    unit = shared_house.ok(READER, "cron", "show", "--systemd", "--key-file", "/etc/tpi.key").out
    assert f"--db {url} due" in unit and "LoadCredential" not in unit
    assert "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n" in unit
    by_socket = url.replace("127.0.0.1", "%2Frun%2Fpostgresql")
    answer = shared_house.run(READER, "--db", by_socket, "cron", "show")
    assert answer.code in {2, 6} and "Traceback" not in answer.err, answer


@pytest.mark.parametrize("login", [WRITER, AUDITOR])
def test_a_copy_for_any_sqlite_tool_is_whole_and_sound(house: House, tmp_path: Path, login: str) -> None:
    """But for the key of the log, which nobody gets to see there: the copy's log goes on under one of its own."""
    path = str(tmp_path / "copy.db")
    house.ok(login, "export", "sqlite", "-o", path)
    copy = sqlite3.connect(path)
    try:
        for table in ("patient", "session", "component", "history", "recall", "appointment"):
            there = house.value(f"SELECT count(*) FROM {table}")
            assert copy.execute(f"SELECT count(*) FROM {table}").fetchone() == (there,), table
        key = house.value("SELECT key FROM ratchet")
        assert copy.execute("SELECT key FROM ratchet WHERE key <> ?", [key]).fetchone() is not None
    finally:
        copy.close()
    answer = house.run(login, "verify", "--json", TPI_DB=path)
    assert (answer.code, json.loads(answer.out)["findings"]) == (0, []), answer
    assert house.rows(ADMIN, "SELECT account, act, subject FROM audit ORDER BY entry DESC LIMIT 1") == [
        (login, "export", "sqlite")
    ]
    assert house.findings() == set()


@pytest.mark.parametrize("what", ["json", "csv", "fhir", "ics"])
def test_other_exports_work_and_are_logged_under_the_login(house: House, tmp_path: Path, what: str) -> None:
    house.ok(WRITER, "export", what, "-o", str(tmp_path / f"out.{what}" if what != "csv" else tmp_path / "out"))
    assert house.rows(ADMIN, "SELECT account, act, subject FROM audit ORDER BY entry DESC LIMIT 1") == [
        (WRITER, "export", what)
    ]


def test_the_store_on_the_server_is_named_without_a_secret_and_with_its_login(shared_house: House) -> None:
    told = shared_house.ok(READER, "doctor", "--json").json
    assert told["login"] == READER and told["store"].endswith(f"/{shared_house.name}")
    assert "@" not in told["store"]
