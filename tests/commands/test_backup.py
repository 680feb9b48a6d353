"""`tpi backup` and `tpi restore`: one verified file while others write; the store that was there is never lost."""

import os
import random
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.reading import envelope, everything, talk, words
from tests.conftest import ME, Clinic, working_under
from tests.store.older import older
from tests.store.places import fill, place
from tpi_cli.rules import chain, paper
from tpi_cli.store import audit, connect, write

pytestmark = pytest.mark.file

NAME = "Test Clinic\n"


@pytest.fixture
def file(clinic: Clinic) -> str:
    return str(clinic.home / "b.db")


def people(clinic: Clinic, *more: str) -> list[str]:
    return sorted(row["name"] for row in clinic.ok(*more, "patient", "list", "--json").rows)


def acts(clinic: Clinic) -> list[tuple[str, str]]:
    with connect.reading(place(clinic)) as db:
        return list(db.rows("SELECT act, account FROM audit ORDER BY entry"))


def code(clinic: Clinic) -> str:
    return paper.write(paper.RECOVERY, bytes.fromhex(clinic.key.read_text().split()[1]))


def head(clinic: Clinic) -> str:
    return str(clinic.ok("verify", "--json").json["chain"]["head"])


# --- backup


def test_a_backup_is_the_store_in_one_file(clinic: Clinic, file: str) -> None:
    fill(clinic)
    before = head(clinic)
    found = envelope(clinic.ok("backup", file, "--json"), "backup")
    assert (found["backup"], found["bytes"]) == (file, os.path.getsize(file))
    assert (found["clinic"], found["chain"]["head"], found["store_schema"]) == ("Test Clinic", before, connect.SCHEMA)
    with connect.reading(place(clinic)) as db:
        assert found["counts"]["patient"] == db.value("SELECT COUNT(*) FROM patient") == 1
        assert found["counts"]["audit"] == db.value("SELECT COUNT(*) FROM audit") - 1, "its own entry comes after"
    assert f"{stat.S_IMODE(os.stat(file).st_mode):o}" == "600"
    assert Path(file).read_bytes()[:15] != b"SQLite format 3", "encrypted"
    assert [path.name for path in clinic.home.iterdir() if path.is_file()] == ["b.db"], "nothing beside it"
    assert acts(clinic)[-1] == ("backup", ME)
    assert clinic.ok("--db", file, "verify", "--json").json["ok"]
    assert people(clinic, "--db", file) == people(clinic)


@pytest.mark.parametrize("kind", ["encrypted", "plain"])
def test_it_is_no_store_in_use_but_one_file_for_a_stick_that_cannot_be_written(home: Clinic, kind: str) -> None:
    """A store in WAL mode does not open there, and its backup must not be in that mode."""
    home.ok("init", *(["--plain"] if kind == "plain" else []))
    home.patient()
    file = home.ok("backup", "--json").json["backup"]
    with closing(connect.open_store(place(home)._replace(path=file))) as backup:
        assert backup.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_what_it_says_to_a_person(clinic: Clinic, file: str) -> None:
    clinic.patient()
    first, second, third = clinic.ok("backup", file).out.splitlines()
    assert first == f"backed up and verified: {file}"
    assert "1 patient, 0 sessions, 0 appointments; head " in second
    assert "recovery code" in third


def test_the_usual_place(clinic: Clinic) -> None:
    path = Path(clinic.ok("backup", "--json").json["backup"])
    assert path.parent == clinic.store.parent / "backups"
    assert f"{stat.S_IMODE(path.parent.stat().st_mode):o}" == "700"


def test_a_plain_store_has_plain_backups(home: Clinic) -> None:
    home.ok("init", "--plain")
    file = home.ok("backup", "--json").json["backup"]
    assert Path(file).read_bytes()[:16] == b"SQLite format 3\x00"
    assert "NOT ENCRYPTED" in home.ok("restore", file, "-y").out


def test_keep_removes_the_older_ones_of_this_clinic_only(clinic: Clinic, home: Clinic, tmp_path: Path) -> None:
    folder = clinic.store.parent / "backups"
    other = Clinic(tmp_path / "other")
    with_our_key = ("--key-file", str(clinic.key))
    other.ok("init", *with_our_key)
    other.ok("backup", str(clinic.home / "theirs.db"), *with_our_key)
    clinic.ok("backup")
    foreign = ["tpi-20200101T000000Z.db", "tpi-20200102T000000Z.db", "tpi-2020.db", "mine.db"]
    (clinic.home / "theirs.db").rename(folder / foreign[0])
    (folder / foreign[1]).write_text("no backup at all")
    for name in foreign[2:]:
        (folder / name).write_bytes(next(iter(folder.glob("tpi-2*Z.db"))).read_bytes())
    made = [clinic.ok("backup", "--json").json["backup"] for _ in range(3)]
    answer = clinic.ok("backup", "--keep", "2", "--json").json
    left = {path.name for path in folder.iterdir()}
    assert left == {*foreign, os.path.basename(made[-1]), os.path.basename(answer["backup"])}
    assert len(answer["removed"]) == 3
    assert not any(os.path.exists(one) for one in answer["removed"])


REFUSED = """
what                         | command               | exit | the line holds        | the hint holds
a file that is there         | backup {there}        | 5    | is there already      | replaces nothing
a folder that is not         | backup /no/such/b.db  | 6    | no folder /no/such    | name another
a name that is too long      | backup {there}{long}  | 6    | File name too long    | name another file
none to keep                 | backup --keep 0       | 2    | --keep                | --help
no day                       | backup --on yesterday | 2    | --on has no meaning   | leave it out
no key of a retry            | backup --idempotency-key k | 2 | --idempotency-key has no | leave it out
a restore of nothing         | restore /no/such.db   | 6    | no file /no/such.db   | tpi backup printed
a restore of something else  | restore {there}       | 6    | is not a tpi store    | another
a restore of the store       | restore {store} -y    | 8    | no backup of tpi      | nothing was
"""


@pytest.mark.parametrize("row", REFUSED.strip().splitlines()[1:], ids=lambda row: row.split("|")[0].strip())
def test_what_is_refused(clinic: Clinic, row: str) -> None:
    there = clinic.file("there.txt", "no store\n")
    _, command, exit_code, line, hint = (cell.strip() for cell in row.split("|"))
    before = everything(clinic)
    answer = clinic.run(*words(command.format(there=there, store=clinic.store, long="x" * 240)))
    assert everything(clinic) == before
    assert (answer.code, answer.out) == (int(exit_code), ""), answer
    told, advice = talk(answer)
    assert (line in told, hint in advice) == (True, True), answer


def test_a_dry_run_makes_nothing(clinic: Clinic, file: str) -> None:
    before = everything(clinic)
    assert "would back up" in clinic.ok("backup", file, "-n").out
    assert everything(clinic) == before


WRITER = """
import sys
from tests.conftest import Clinic
from pathlib import Path
from tests.store.places import place
from tpi_cli.store import write
clinic = Clinic(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    with write.transaction(place(clinic)) as writing:
        writing.clinic.name = f"Test {sys.argv[2]} {number}"
        writing.add(writing.clinic)
"""


@pytest.mark.slow
def test_while_four_write(clinic: Clinic, file: str) -> None:
    fill(clinic)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(clinic.home), str(one)], stdout=subprocess.PIPE,
                         cwd=Path(__file__).parents[2])
        for one in range(4)
    ]  # fmt: skip
    try:
        for one in writers:
            assert one.stdout is not None
            assert one.stdout.readline() == b"ready\n"
        answers = [clinic.process("backup", f"{file}.{number}", "--json") for number in range(3)]
    finally:
        for one in writers:
            one.kill()
            one.communicate()
    assert [answer.code for answer in answers] == [0, 0, 0], answers
    heads = [answer.json["chain"]["entries"] for answer in answers]
    assert heads == sorted(heads)
    assert heads[-1] > heads[0], "they did write meanwhile"
    for number in range(3):
        assert clinic.ok("--db", f"{file}.{number}", "verify", "--json").json["ok"]


def test_a_store_that_is_not_in_order_is_not_backed_up(clinic: Clinic, file: str) -> None:
    clinic.patient()
    with closing(connect.open_store(place(clinic))) as connection:
        connection.execute("UPDATE patient SET born = '1999-01-01'")
    answer = clinic.run("backup", file)
    assert (answer.code, answer.out) == (8, "")
    assert "Tan" not in answer.err
    assert not os.path.exists(file)
    assert not [path for path in clinic.home.iterdir() if path.name.startswith("b.db")]


def test_a_clock_that_once_went_back_stops_no_backup(clinic: Clinic, file: str) -> None:
    """That finding stays in the log for ever."""
    with write.transaction(place(clinic)) as writing:
        audit.append(writing.db, writing.clinic.id, audit.Who(ME), audit.Act("x"), "2020-01-01T00:00:00.000000Z")
    assert clinic.run("verify").code == 8
    clinic.ok("backup", file)


def test_what_was_copied_is_looked_at_and_not_the_store(clinic: Clinic, file: str,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """A disk that keeps something else than what it was given."""
    from tpi_cli import files

    real = files.sync

    def sync(path: str) -> None:
        real(path)
        with open(path, "r+b") as half:
            half.seek(9000)
            half.write(b"\x00\x01\x02\x03")

    clinic.ok("backup", file)
    clinic.patient()
    whole = clinic.bytes()
    monkeypatch.setattr(files, "sync", sync)
    for command in (["backup", f"{file}.2"], ["restore", file, "-y"]):
        answer = clinic.run(*command)
        assert (answer.code in {6, 8}, answer.out) == (True, ""), answer
    assert sorted(path.name for path in clinic.home.iterdir() if path.is_file()) == ["b.db"]
    assert clinic.bytes() == whole


@pytest.mark.slow
def test_every_flipped_bit_is_found(clinic: Clinic, file: str) -> None:
    fill(clinic)
    clinic.ok("backup", file)
    whole, chance = Path(file).read_bytes(), random.Random(20261123)
    copy = clinic.home / "flipped.db"
    missed = []
    for _ in range(100):
        bit = chance.randrange(8 * len(whole))
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        copy.write_bytes(flipped)
        if clinic.run("restore", str(copy), "-n").code not in {6, 8}:
            missed.append(bit)
    assert missed == []


@pytest.mark.parametrize("schema_then", range(1, connect.SCHEMA))
def test_a_store_that_is_still_to_be_migrated(shipped: Clinic, schema_then: int) -> None:
    """Before it is migrated is when a backup is wanted most."""
    shipped.patient()
    older(shipped, schema_then)
    file = str(shipped.home / "before.db")
    assert shipped.ok("backup", file, "--json").json["store_schema"] == schema_then
    shipped.ok("db", "migrate")
    shipped.ok("restore", file, "-y")
    assert shipped.run("due").code == 6
    shipped.ok("db", "migrate")
    assert people(shipped) == ["Tan, Mei"]


# --- restore


def test_the_store_of_before_is_kept_aside(clinic: Clinic, file: str) -> None:
    clinic.patient()
    clinic.ok("backup", file)
    clinic.patient("Khan, Sara", "1988-03-30")
    answer = clinic.run("restore", file, stdin=NAME)
    assert answer.code == 0, answer
    assert "the present store has 2 acts with 3 records that the backup has not" in answer.err
    assert people(clinic) == ["Tan, Mei"]
    (aside,) = (path for path in clinic.store.parent.iterdir() if ".before-" in path.name)
    assert f"{stat.S_IMODE(aside.stat().st_mode):o}" == "600"
    assert str(aside) in answer.out
    assert people(clinic, "--db", str(aside)) == ["Khan, Sara", "Tan, Mei"]
    assert acts(clinic)[-1] == ("restore", ME)
    assert clinic.ok("verify", "--json").json["ok"]
    with connect.reading(place(clinic)) as db:
        assert db.value("SELECT 1 FROM sqlite_master WHERE name = 'manifest'") is None


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "yes\n", "test clinic\n", "Test\n"])
def test_another_name_changes_nothing(clinic: Clinic, file: str, typed: str) -> None:
    clinic.ok("backup", file)
    before = everything(clinic)
    assert clinic.run("restore", file, stdin=typed).code == 9
    assert everything(clinic) == before


def test_a_dry_run_of_a_restore_changes_nothing(clinic: Clinic, file: str) -> None:
    clinic.ok("backup", file)
    before = everything(clinic)
    assert "verified, nothing is wrong" in clinic.ok("restore", file, "-n").out
    assert everything(clinic) == before


def test_another_store_is_told(clinic: Clinic, tmp_path: Path) -> None:
    other = Clinic(tmp_path / "other")
    other.ok("init", "--key-file", str(clinic.key))
    file = other.ok("backup", "--key-file", str(clinic.key), "--json").json["backup"]
    assert "ANOTHER STORE" in clinic.ok("restore", file, "-n").out


def test_a_new_computer(clinic: Clinic, file: str, tmp_path: Path) -> None:
    """Nothing there but the backup and the recovery code, and another account."""
    clinic.patient()
    clinic.ok("backup", file)
    new = Clinic(tmp_path / "new")
    new.home.mkdir()
    slip = code(clinic)[:-1] + ("0" if code(clinic)[-1] != "0" else "1")
    with working_under("mei"):
        assert new.run("restore", file).code == 6
        assert new.run("restore", file, stdin=f"{slip}\n{NAME}").code == 2
        assert everything(new) == {}
        answer = new.run("restore", file, stdin=f"{code(clinic)}\n{NAME}")
        assert answer.code == 0, answer
        assert "the account mei is a clinician of this store now" in answer.out
        assert new.key.read_text() == clinic.key.read_text()
        assert code(clinic) not in answer.out + answer.err
        assert new.ok("verify", "--json").json["ok"]
        new.patient("Khan, Sara", "1988-03-30")
    assert people(new) == ["Khan, Sara", "Tan, Mei"]


def test_who_is_on_file_without_an_account_gets_it(clinic: Clinic, file: str, tmp_path: Path) -> None:
    clinic.ok("clinician", "add", "mei", "--role", "assistant", "--name", "Mei T")
    clinic.ok("backup", file)
    new = Clinic(tmp_path / "new")
    new.home.mkdir()
    with working_under("mei"):
        assert new.run("restore", file, "-y", stdin=f"{code(clinic)}\n").code == 0
        (row,) = (row for row in new.ok("clinician", "list", "--json").rows if row["clinician"] == "mei")
        assert (row["role"], row["account"], row["name"]) == ("clinician", "mei", "Mei T")
        assert new.ok("verify", "--json").json["ok"]


def test_who_may_not(clinic: Clinic, file: str) -> None:
    clinic.ok("clinician", "add", "RC", "--role", "assistant", "--account", "reception")
    with working_under("reception"):
        clinic.ok("backup", file)
        assert clinic.run("restore", file, "-y").code == 7
    with working_under("stranger"):
        assert clinic.run("backup").code == 7


def test_a_backup_of_the_key_before(clinic: Clinic, file: str) -> None:
    """It is opened with the old key, which is kept, and the store has the key in use afterwards."""
    clinic.patient()
    clinic.ok("backup", file)
    clinic.ok("key", "rotate", "-y")
    now = clinic.key.read_text()
    clinic.ok("restore", file, "-y")
    assert clinic.key.read_text() == now
    assert clinic.ok("verify", "--json").json["ok"]
    clinic.ok("backup")
    for old in clinic.key.parent.glob("tpi.key.old-*"):
        old.unlink()
    assert clinic.run("restore", file, "-y").code == 6


@pytest.mark.parametrize("how", ["garbage", "cut", "empty"])
def test_in_the_place_of_a_damaged_store(clinic: Clinic, file: str, how: str) -> None:
    clinic.patient()
    clinic.ok("backup", file)
    whole = clinic.bytes()
    damaged = {"garbage": os.urandom(9000), "cut": whole[: len(whole) // 2], "empty": b""}[how]
    clinic.store.write_bytes(damaged)
    answer = clinic.ok("restore", file, "-y")
    assert people(clinic) == ["Tan, Mei"]
    (aside,) = (path for path in clinic.store.parent.iterdir() if ".before-" in path.name)
    assert aside.read_bytes() == damaged, answer


def test_the_journal_of_a_store_that_no_key_opens_goes_with_it(clinic: Clinic, tmp_path: Path) -> None:
    """The new store must not inherit it, and nothing of the old one may be lost."""
    other = Clinic(tmp_path / "other")
    other.ok("init", "--plain", "--name", "Other")
    other.patient()
    file = other.ok("backup", "--json").json["backup"]
    before, wal = clinic.bytes(), clinic.store.with_name("tpi.db-wal")
    wal.write_bytes(b"what was not yet in the store")
    clinic.key.unlink()
    clinic.ok("restore", file, "-y")
    assert not wal.exists()
    kept = sorted(clinic.store.parent.glob("tpi.db.before-*"))
    assert [path.read_bytes() for path in kept] == [before, b"what was not yet in the store"]
    assert people(clinic) == ["Tan, Mei"]


@pytest.mark.slow
def test_a_restore_waits_for_whoever_is_about_to_finish(clinic: Clinic, file: str) -> None:
    clinic.ok("backup", file)
    other = connect.open_store(place(clinic))
    connect.durable(other)
    other.execute("BEGIN")
    other.execute("SELECT COUNT(*) FROM patient").fetchone()
    with ThreadPoolExecutor(1) as pool:
        restoring = pool.submit(clinic.process, "restore", file, "-y")
        time.sleep(3)
        assert not restoring.done()
        other.close()
        assert restoring.result().code == 0


def test_a_store_in_use_is_left_alone(clinic: Clinic, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic.ok("backup", file)
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    with write.transaction(place(clinic), keep=False):
        answer = clinic.run("restore", file, "-y")
        assert (answer.code, answer.out) == (6, ""), answer
        assert "another program" in answer.err
    assert [path for path in clinic.store.parent.iterdir() if path.is_file()] == [clinic.store]


def test_the_demo_clinic_too(home: Clinic) -> None:
    home.ok("demo")
    file = home.ok("--db", "demo", "backup", "--json").json["backup"]
    listed = home.ok("--db", "demo", "due", "--json").rows
    home.ok("--db", "demo", "restore", file, "-y")
    assert home.ok("--db", "demo", "due", "--json").rows == listed != []


def test_an_anchor_finds_what_a_restore_took_back(clinic: Clinic, file: str) -> None:
    clinic.ok("backup", file)
    clinic.patient()
    printed = head(clinic)
    assert chain.read_head(printed)
    clinic.ok("restore", file, "-y")
    assert clinic.run("verify", "--anchor", printed).code == 8


@pytest.mark.slow
@pytest.mark.parametrize("umask", ["000", "777"])
def test_everything_is_the_owners_alone_whatever_the_umask(clinic: Clinic, umask: str) -> None:
    program = f"import os, sys; os.umask(0o{umask}); from tpi_cli.main import main; main(sys.argv[1:])"

    def run(*command: str) -> None:
        done = subprocess.run([sys.executable, "-c", program, *command], env=clinic.environment(),
                              capture_output=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr

    run("backup")
    run("key", "rotate", "-y")
    (file, *_) = sorted((clinic.store.parent / "backups").iterdir())
    run("restore", str(file), "-y")
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in clinic.home.rglob("*")}
    assert {mode for path, mode in found.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in found.items() if path.is_dir() and "tpi" in str(path.relative_to(clinic.home))} == {
        0o700
    }


def test_a_damaged_store_is_not_copied_and_not_the_copy_is_blamed(clinic: Clinic, file: str) -> None:
    fill(clinic)
    with connect.reading(place(clinic)) as db:
        root = db.value("SELECT rootpage FROM sqlite_master WHERE name = 'patient'")
    whole = bytearray(clinic.store.read_bytes())
    whole[(root - 1) * 4096 + 100] ^= 4
    clinic.store.write_bytes(whole)
    answer = clinic.run("backup", file)
    assert (answer.code, answer.out) == (6, "")
    assert "what was copied cannot be read: the store or the disk is damaged" in answer.err
    assert not Path(file).exists()


def test_nothing_is_written_to_a_backup(clinic: Clinic, file: str) -> None:
    """Whoever looks a chart up in the last backup must not make it one that cannot be restored."""
    fill(clinic)
    clinic.ok("backup", file)
    whole = Path(file).read_bytes()
    before = sorted(path.name for path in clinic.key.parent.iterdir())
    answer = clinic.ok("--db", file, "why", "1")
    assert "this reading is not logged: nothing is written to a backup" in answer.err
    for command in (["patient", "edit", "1", "--phone", "1"], ["export", "csv", "--kind", "patients"],
                    ["key", "rotate", "-y"], ["undo", "--yes"]):  # fmt: skip
        answer = clinic.run("--db", file, *command)
        assert (answer.code, answer.out) == (6, ""), (command, answer)
        assert "is a backup: nothing is written to it" in answer.err, (command, answer)
    assert Path(file).read_bytes() == whole
    clinic.ok("restore", file, "--dry-run")
    assert sorted(path.name for path in (*clinic.key.parent.iterdir(), *Path(file).parent.glob("*.new-key"))) == before


def test_a_backup_of_a_backup(clinic: Clinic, file: str) -> None:
    fill(clinic)
    clinic.ok("backup", file)
    clinic.ok("--db", file, "backup", f"{file}.2")
    clinic.ok("restore", f"{file}.2", "--dry-run")
