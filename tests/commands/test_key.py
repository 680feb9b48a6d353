"""`tpi key`: the recovery code, a new key, a passphrase, the keyring. No secret leaves but by the answer."""

import os
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.reading import everything, one_line, refused
from tests.conftest import ME, Answer, Clinic, working_under
from tests.faults import strace
from tests.store.places import place
from tests.transcripts.terminal import terminal
from tpi_cli.rules import paper
from tpi_cli.store import connect

pytestmark = pytest.mark.file

PHRASE = "correct horse battery staple"
NO_KEYRING = "keyring.backends.fail.Keyring"


def code(clinic: Clinic) -> str:
    return paper.write(paper.RECOVERY, bytes.fromhex(clinic.key.read_text().split()[1]))


def old_keys(clinic: Clinic) -> list[Path]:
    return sorted(clinic.key.parent.glob("tpi.key.old-*"))


def last_act(clinic: Clinic) -> str:
    with connect.reading(place(clinic)) as db:
        return str(db.value("SELECT act FROM audit ORDER BY entry DESC LIMIT 1"))


# --- the recovery code


def test_the_recovery_code_of_init_opens_the_store(home: Clinic) -> None:
    told = home.ok("init", "--json").json
    before = everything(home)
    answer = home.run("key", "check-recovery", stdin=told["recovery_code"])
    assert (answer.code, answer.out) == (0, f"yes: the recovery code opens {home.store}\n")
    assert home.run("key", "check-recovery", stdin=told["recovery_code"].lower().replace("-", " ")).code == 0
    assert everything(home) == before


OTHER = paper.write(paper.RECOVERY, b"another store's key, 32 bytes ok")
OFFICER = paper.write(paper.OFFICER, b"another store's key, 32 bytes ok")
WRONG = {
    "nothing": ("", 2, "nothing was given"),
    "a blank line": (" \n", 2, "nothing was given"),
    "a slip": (OTHER[:-6] + "0" + OTHER[-5:], 2, "mistyped"),
    "a group short": (OTHER[:-5], 2, "mistyped"),
    "something else": ("x" * 100_000, 2, "mistyped"),
    "the officer key": (OFFICER, 2, "officer key, not a recovery code"),
    "another store's": (OTHER, 6, "written correctly, but is not that of"),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("command", ["check-recovery", "recover"])
def test_exactly_what_is_wrong_with_it(clinic: Clinic, what: str, command: str) -> None:
    typed, exit_code, line = WRONG[what]
    found, told, _ = refused(clinic, "key", command, stdin=typed)
    assert (found, line in told) == (exit_code, True), told
    assert not typed.strip() or typed.strip()[:20] not in told


@pytest.mark.parametrize("command", [["key", "check-recovery"], ["key", "recover"], ["key", "rotate", "-y"],
                                     ["key", "passphrase"], ["key", "keyring"]])  # fmt: skip
def test_a_plain_store_has_no_key(home: Clinic, command: list[str]) -> None:
    home.ok("init", "--plain")
    code_, line, _ = refused(home, *command, stdin=OTHER)
    assert (code_, "not encrypted" in line) == (5, True)


def test_the_lost_key_drill(clinic: Clinic) -> None:
    clinic.patient()
    on_paper, key = code(clinic), clinic.key.read_text()
    clinic.key.unlink()
    assert one_line(clinic.run("due"))[0] == f"no key for the store: {clinic.key} is not there"
    before = everything(clinic)
    assert clinic.run("key", "recover", "-n", stdin=on_paper).code == 0
    assert everything(clinic) == before
    answer = clinic.run("key", "recover", stdin=on_paper)
    assert (answer.code, answer.out) == (0, f"the key is in {clinic.key} again\n")
    assert clinic.key.read_text() == key
    assert f"{clinic.key.stat().st_mode & 0o777:o}" == "600"
    clinic.ok("due")
    assert last_act(clinic) == "key recover"


def test_a_key_file_with_another_key_is_laid_aside(clinic: Clinic) -> None:
    on_paper, other = code(clinic), f"tpi-key-1 {'0' * 64}\n"
    clinic.key.write_text(other)
    answer = clinic.run("key", "recover", stdin=on_paper)
    (aside,) = (path for path in clinic.key.parent.iterdir() if path.name.startswith("tpi.key."))
    assert str(aside) in answer.out
    assert aside.read_text() == other
    clinic.ok("due")


def test_a_key_file_that_is_right_is_left_alone(clinic: Clinic) -> None:
    before = everything(clinic)
    assert "holds this key already" in clinic.run("key", "recover", stdin=code(clinic)).out
    assert everything(clinic) == before


def test_whoever_has_the_code_may_use_it(clinic: Clinic) -> None:
    on_paper = code(clinic)
    clinic.key.unlink()
    with working_under("stranger"):
        assert clinic.run("key", "recover", stdin=on_paper).code == 0


# --- a new key


@pytest.mark.parametrize("command", [["key", "rotate"], ["db", "rekey"]], ids=" ".join)
def test_a_new_key(clinic: Clinic, command: list[str]) -> None:
    clinic.patient()
    before, old_code = clinic.key.read_text(), code(clinic)
    file = str(clinic.home / "before.db")
    with connect.reading(place(clinic)) as db:
        head = db.row("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1")
    answer = clinic.ok(*command, file, "-y", "--json").json
    assert clinic.key.read_text() != before
    assert answer["recovery_code"] == code(clinic) != old_code
    (old,) = old_keys(clinic)
    assert (str(old), old.read_text()) == (answer["old_key"], before)
    with connect.reading(place(clinic)) as db:
        assert db.row("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1 OFFSET 1") == head
    assert last_act(clinic) == " ".join(command)
    assert clinic.ok("verify", "--json").json["ok"]
    assert clinic.run("key", "check-recovery", stdin=old_code).code == 6
    clinic.ok("--db", file, "--key-file", str(old), "verify")
    assert clinic.run("--db", file, "due").code == 6, "a backup opens with its own key only"
    assert [path.name for path in clinic.store.parent.iterdir() if path.is_file()] == ["tpi.db"]


@pytest.mark.parametrize("typed", ["", "\n", "n\n", "no\n"])
def test_it_asks_first(clinic: Clinic, typed: str) -> None:
    before = {path: data for path, data in everything(clinic).items() if "backups" not in path}
    assert clinic.run("key", "rotate", stdin=typed).code == 9
    assert everything(clinic) == before
    assert clinic.run("key", "rotate", stdin="y\n").code == 0


def test_not_while_somebody_works(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    with closing(connect.open_store(place(clinic))) as other:
        connect.durable(other)
        other.execute("BEGIN")
        other.execute("SELECT COUNT(*) FROM patient").fetchone()
        found = clinic.run("key", "rotate", "-y")
    assert (found.code, "another program" in found.err) == (6, True)
    assert not old_keys(clinic)
    assert not clinic.key.with_name("tpi.key.new").exists()


def test_a_new_key_that_does_not_open_takes_no_place(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from tpi_cli.store import rotate

    before = clinic.key.read_text()
    monkeypatch.setattr(rotate, "turn_over", lambda *_: None)
    answer = clinic.run("key", "rotate", "-y")
    assert (answer.code, answer.out, "still in place" in answer.err) == (6, "", True)
    assert clinic.key.read_text() == before
    clinic.ok("due")


def test_only_a_clinician(clinic: Clinic) -> None:
    clinic.ok("clinician", "add", "RC", "--role", "assistant", "--account", "reception")
    with working_under("reception"):
        for command in ("rotate", "passphrase", "keyring"):
            assert clinic.run("key", command, "-y", stdin=f"{PHRASE}\n").code == 7


def unfinished(clinic: Clinic) -> tuple[str, str]:
    """As a kill leaves it between turning the store over and the new key's taking over."""
    old, new = clinic.key.read_text(), f"tpi-key-1 {os.urandom(32).hex()}\n"
    with closing(connect.open_store(place(clinic))) as connection:
        connection.execute(f"PRAGMA rekey=\"x'{new.split()[1]}'\"")
    beside = clinic.key.with_name("tpi.key.new")
    beside.write_text(new)
    beside.chmod(0o600)
    return old, new


def test_an_unfinished_rotation_is_finished_by_whoever_comes_next(clinic: Clinic) -> None:
    clinic.patient()
    old, new = unfinished(clinic)
    answer = clinic.ok("patient", "list")
    assert "Tan" in answer.out
    assert clinic.key.read_text() == new
    assert [path.read_text() for path in old_keys(clinic)] == [old]
    assert not clinic.key.with_name("tpi.key.new").exists()


def test_a_code_that_was_not_printed_is_told_until_there_is_another(clinic: Clinic) -> None:
    """Killed, or Ctrl-C, or a full disk, after the store was turned over: the code on paper opens nothing."""
    with open("/dev/full", "w") as full:
        done = subprocess.run([sys.executable, "-m", "tpi_cli", "key", "rotate", "-y"], stdout=full,
                              stderr=subprocess.PIPE, env=clinic.environment(), check=False, text=True)  # fmt: skip
    assert done.returncode == 11
    said = "a new key was begun and its recovery code not printed: run tpi key rotate again"
    assert said in clinic.ok("due").err
    found = clinic.ok("key", "rotate", "-y", "--json").json["recovery_code"]
    assert said not in clinic.ok("due").err
    clinic.store.with_name("tpi.db.new-key").touch()
    assert clinic.run("key", "check-recovery", stdin=found).code == 0
    assert said not in clinic.ok("due").err


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"x" * 100_000])
def test_an_old_key_file_that_is_none_keeps_nobody_out(clinic: Clinic, content: bytes) -> None:
    clinic.key.with_name("tpi.key.old-20260101T000000Z").write_bytes(content)
    clinic.key.with_name("tpi.key.old-20260101T000000Z").chmod(0o600)
    clinic.ok("key", "rotate", "-y")
    clinic.ok("due")


def test_no_key_stays_in_what_a_killed_attempt_left(clinic: Clinic) -> None:
    """A key that is locked later must not lie beside as it was."""
    half = clinic.key.with_name("tpi.key.1a2b3c4d.half")
    half.write_bytes(clinic.key.read_bytes())
    assert clinic.run("key", "passphrase", stdin=f"{PHRASE}\n").code == 0
    assert not half.exists()


def test_where_the_key_cannot_be_moved_the_store_opens(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    from tpi_cli.store import keys

    def stuck(*_: object) -> None:
        raise PermissionError

    old, _ = unfinished(clinic)
    monkeypatch.setattr(keys, "take_over", stuck)
    clinic.ok("due")
    clinic.patient()
    assert clinic.key.read_text() == old


def test_a_key_left_beside_by_a_rotation_that_did_not_begin_is_not_used(clinic: Clinic) -> None:
    beside = clinic.key.with_name("tpi.key.new")
    beside.write_text(f"tpi-key-1 {'0' * 64}\n")
    beside.chmod(0o600)
    key = clinic.key.read_text()
    clinic.ok("due")
    assert clinic.key.read_text() == key
    clinic.ok("key", "rotate", "-y")
    assert not beside.exists()
    clinic.ok("due")


# --- a passphrase


def test_a_passphrase_locks_the_key_file(clinic: Clinic) -> None:
    digits = clinic.key.read_text().split()[1]
    assert clinic.run("key", "passphrase", stdin=f"{PHRASE}\n").code == 0
    header, _, rounds, *_ = words = clinic.key.read_text().split()
    assert (header, rounds, len(words)) == ("tpi-key-2", "210000", 5)
    assert digits not in clinic.key.read_text()
    line, hint = one_line(clinic.run("due"))
    assert line == f"the key in {clinic.key} is locked with a passphrase, and was not opened"
    assert "tpi key recover" in hint
    with terminal(clinic, "due") as screen:
        screen.answer("Passphrase of the key:", "something else", after=0.3)
        screen.answer("That is not it. Passphrase of the key:", PHRASE, after=0.3)
        assert screen.end() == 0
        assert PHRASE not in screen.raw, "it is not shown"


def test_three_wrong_ones_are_enough(clinic: Clinic) -> None:
    clinic.run("key", "passphrase", stdin=f"{PHRASE}\n")
    with terminal(clinic, "due") as screen:
        for _ in range(3):
            screen.answer("Passphrase of the key:", "wrong", after=0.3)
        assert screen.end() == 6


@pytest.mark.slow
def test_it_is_asked_once_a_command_and_can_be_changed_and_taken_off(clinic: Clinic) -> None:
    clinic.run("key", "passphrase", stdin=f"{PHRASE}\n")
    with terminal(clinic, "key", "passphrase") as screen:
        screen.answer("Passphrase of the key:", PHRASE, after=0.3)
        screen.answer("New passphrase:", f"{PHRASE} 2", after=0.3)
        screen.answer("The same again:", f"{PHRASE} 2", after=0.3)
        assert screen.end() == 0, screen.screen
    with terminal(clinic, "key", "rotate", "-y") as screen:
        screen.answer("Passphrase of the key:", f"{PHRASE} 2", after=0.3)
        assert screen.end() == 0, screen.screen
    assert clinic.key.read_text().startswith("tpi-key-2"), "the new key is locked as the old one was"
    with terminal(clinic, "key", "passphrase", "--remove") as screen:
        screen.answer("Passphrase of the key:", f"{PHRASE} 2", after=0.3)
        assert screen.end() == 0, screen.screen
    clinic.ok("due")


def test_two_that_differ_change_nothing(clinic: Clinic) -> None:
    before = clinic.key.read_text()
    with terminal(clinic, "key", "passphrase") as screen:
        screen.answer("New passphrase:", PHRASE, after=0.3)
        screen.answer("The same again:", f"{PHRASE}!", after=0.3)
        assert screen.end() == 2
    assert clinic.key.read_text() == before


def test_a_forgotten_passphrase(clinic: Clinic) -> None:
    on_paper = code(clinic)
    clinic.run("key", "passphrase", stdin=f"{PHRASE}\n")
    answer = clinic.run("key", "recover", stdin=on_paper)
    assert (answer.code, "kept as" in answer.out) == (0, True)
    clinic.ok("due")


@pytest.mark.parametrize(("command", "typed", "exit_code", "line"), [
    (["key", "passphrase"], "short\n", 2, "at least 12 characters"),
    (["key", "passphrase"], "", 2, "nothing was given"),
    (["key", "passphrase", "--remove"], "", 5, "has no passphrase"),
    (["key", "keyring", "--to-file"], "", 5, "already"),
])  # fmt: skip
def test_what_is_refused(clinic: Clinic, command: list[str], typed: str, exit_code: int, line: str) -> None:
    found, told, _ = refused(clinic, *command, stdin=typed)
    assert (found, line in told) == (exit_code, True), told


def test_a_passphrase_from_the_start(home: Clinic) -> None:
    told = home.run("init", "--passphrase", "--json", stdin=f"{PHRASE}\n")
    assert told.code == 0, told
    assert home.key.read_text().startswith("tpi-key-2 ")
    assert home.run("key", "check-recovery", stdin=told.json["recovery_code"]).code == 0
    with terminal(home, "verify") as screen:
        screen.answer("Passphrase of the key:", PHRASE, after=0.3)
        assert screen.end() == 0


# --- at a terminal without a key


def test_a_terminal_is_asked_for_the_recovery_code_and_shows_it_not(clinic: Clinic) -> None:
    clinic.patient()
    on_paper = code(clinic)
    clinic.key.unlink()
    with terminal(clinic, "patient", "list", PYTHON_KEYRING_BACKEND=NO_KEYRING) as screen:
        screen.answer("Recovery code:", on_paper, after=0.3)
        assert screen.end() == 0
        assert "Tan, Mei" in screen.screen
        assert on_paper not in screen.raw
    for more in ({"TPI_NO_INPUT": "1"}, {}):
        with terminal(clinic, "due", *([] if more else ["--no-input"]), **more) as screen:
            assert screen.end() == 6, "nobody is asked"


def test_the_new_computer_drill_at_a_terminal(clinic: Clinic, tmp_path: Path) -> None:
    file = str(clinic.home / "b.db")
    clinic.ok("backup", file)
    new = Clinic(tmp_path / "new")
    new.home.mkdir()
    with terminal(new, "restore", file, PYTHON_KEYRING_BACKEND=NO_KEYRING) as screen:
        screen.answer("Recovery code:", code(clinic), after=0.3)
        screen.answer("(Test Clinic):", "Test Clinic")
        assert screen.end() == 0, screen.screen
    assert new.key.read_text() == clinic.key.read_text()
    new.ok("verify")


# --- the keyring


def test_without_a_keyring_the_key_stays_where_it_is(clinic: Clinic) -> None:
    before = everything(clinic)
    answer = clinic.process("key", "keyring", PYTHON_KEYRING_BACKEND=NO_KEYRING)
    assert (answer.code, answer.out) == (6, ""), answer
    assert "the keyring cannot be used" in one_line(answer)[0]
    assert everything(clinic) == before


def test_without_the_package_the_answer_names_it(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    before = everything(clinic)
    answer = clinic.run("key", "keyring")
    told = ("the keyring needs keyring, which is not installed", "run: pip install 'tpi-cli[keyring]'")
    assert (answer.code, one_line(answer)) == (6, told)
    assert everything(clinic) == before
    clinic.key.unlink()
    assert clinic.run("due").code == 6


SESSION = shutil.which("dbus-run-session")
DAEMON = shutil.which("gnome-keyring-daemon")
_INSIDE = """
echo -n secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
"$@"
"""


@pytest.fixture
def desktop(clinic: Clinic) -> Clinic:
    """A clinic whose commands run one after the other in a desktop session with a real keyring."""
    if not (SESSION and DAEMON):
        pytest.skip("NO KEYRING TO TEST WITH: apt-get install gnome-keyring dbus")
    return clinic


def in_session(clinic: Clinic, *commands: str, stdin: str = "") -> list[Answer]:
    """Commands in one session, each with its exit code after it."""
    tpi = f"{sys.executable} -m tpi_cli"
    script = "; ".join(f"{tpi} {command} 2>&1; printf '\\n=%s\\n' $?" for command in commands)
    assert SESSION is not None
    done = subprocess.run([SESSION, "--", "sh", "-c", _INSIDE, "sh", "sh", "-c", script], capture_output=True,
                          env=clinic.environment(XDG_RUNTIME_DIR=str(clinic.home)), check=False, timeout=120,
                          input=stdin.encode())  # fmt: skip
    parts = done.stdout.decode().replace("\n=", "\x00=").split("\x00")
    out = []
    text = parts[0]
    for part in parts[1:]:
        number, _, rest = part.removeprefix("=").partition("\n")
        out.append(Answer(int(number), text, ""))
        text = rest
    return out


@pytest.mark.slow
def test_a_real_keyring(desktop: Clinic) -> None:
    on_paper = code(desktop)
    answers = in_session(desktop, "key keyring", "due", "verify", "key rotate -y", "due", "backup", "key keyring",
                         "key keyring --to-file")  # fmt: skip
    assert [one.code for one in answers] == [0, 0, 0, 0, 0, 0, 5, 0], answers
    assert "the key is in the keyring" in answers[0].out
    assert desktop.key.exists()
    assert code(desktop) != on_paper, "it was rotated in the keyring"
    desktop.ok("due")


@pytest.mark.slow
def test_a_keyring_that_is_lost(desktop: Clinic) -> None:
    """The key went into the keyring, and the next session has another one: the lost-keyring drill."""
    on_paper = code(desktop)
    assert in_session(desktop, "key keyring")[0].code == 0
    assert not desktop.key.exists()
    shutil.rmtree(desktop.home / "data" / "keyrings", ignore_errors=True)
    assert desktop.process("due", PYTHON_KEYRING_BACKEND=NO_KEYRING).code == 6
    assert desktop.run("key", "recover", stdin=on_paper).code == 0
    desktop.ok("due")


# --- what a secret must not reach


@pytest.mark.slow
@pytest.mark.skipif(bool(strace.missing()), reason="needs strace")
def test_no_key_and_no_code_reaches_a_process_list_an_environment_or_stderr(clinic: Clinic, tmp_path: Path) -> None:
    clinic.patient()
    on_paper, digits = code(clinic), clinic.key.read_text().split()[1]
    log = tmp_path / "started"
    said = ""
    for command, stdin in (("key check-recovery", on_paper), ("key recover", on_paper), ("backup", ""),
                           ("key rotate -y", ""), ("key passphrase", PHRASE), ("due", "")):  # fmt: skip
        done = subprocess.run(
            ["strace", "-f", "-qq", "-v", "-s", "4096", "-e", "trace=execve", "-A", "-o", str(log),
             sys.executable, "-m", "tpi_cli", *command.split()],
            input=stdin.encode(), capture_output=True, env=clinic.environment(), check=False, timeout=60,
        )  # fmt: skip
        said += done.stderr.decode() + ("" if "rotate" in command else done.stdout.decode())
    rotated = next(iter(old_keys(clinic))).read_text().split()[1]
    assert rotated == digits
    for secret in (on_paper, digits, PHRASE, on_paper.replace("-", "")):
        assert secret not in log.read_text() + said
    for path in clinic.home.rglob("*"):
        if path.is_file() and not path.name.startswith("tpi.key"):
            assert digits.encode() not in path.read_bytes(), path


def test_the_account_stands_in_the_log(clinic: Clinic) -> None:
    clinic.ok("key", "rotate", "-y")
    with connect.reading(place(clinic)) as db:
        assert db.row("SELECT act, account FROM audit ORDER BY entry DESC LIMIT 1") == ("key rotate", ME)
