"""Where the key of a store is looked for, in which order, and how a key file is read and written."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli import errors
from tpi_cli.rules import lock
from tpi_cli.store import keys
from tpi_cli.store.place import KEYRING, Place, Secrets

DIGITS = "0123456789abcdef" * 4
OTHER = "f" * 64
ROUNDS = 10
"""Of the tests: the real number takes a third of a second."""


def file(path: Path, digits: str = DIGITS, passphrase: str | None = None) -> Path:
    text = keys.text_of(digits)
    if passphrase:
        text = lock.lock(bytes.fromhex(digits), passphrase, b"s" * 16, ROUNDS).text
    path.write_text(text)
    path.chmod(0o600)
    return path


def asked(*answers: str | None) -> tuple[Secrets, list[str]]:
    """Somebody at a terminal who answers so, and what they are asked."""
    questions: list[str] = []
    waiting = iter(answers)

    def ask(question: str) -> str | None:
        questions.append(question)
        return next(waiting, None)

    return Secrets(ask), questions


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A keyring that is a dictionary."""
    from tpi_cli.store import system_keyring

    held: dict[str, str] = {}
    monkeypatch.setattr(system_keyring, "read", held.get)
    monkeypatch.setattr(system_keyring, "write", held.__setitem__)
    monkeypatch.setattr(system_keyring, "remove", held.__delitem__)
    return held


# --- the order


def test_a_key_file_goes_before_the_keyring(tmp_path: Path, ring: dict[str, str]) -> None:
    ring[str(tmp_path / "s.db")] = OTHER
    at = Place(str(tmp_path / "s.db"), str(file(tmp_path / "k")))
    assert keys.key_of(at) == (DIGITS, at.key_path)


def test_the_keyring_goes_before_a_person(tmp_path: Path, ring: dict[str, str]) -> None:
    ring[str(tmp_path / "s.db")] = OTHER
    secrets, questions = asked("x")
    assert keys.key_of(Place(str(tmp_path / "s.db"), str(tmp_path / "k"), secrets=secrets)) == (OTHER, KEYRING)
    assert questions == []


def test_a_person_is_asked_last_and_once(tmp_path: Path, ring: dict[str, str]) -> None:
    from tpi_cli.rules import paper

    secrets, questions = asked("mistyped", paper.write(paper.RECOVERY, bytes.fromhex(DIGITS)))
    at = Place(str(tmp_path / "s.db"), str(tmp_path / "k"), secrets=secrets)
    assert [keys.key_of(at), keys.key_of(at)] == [(DIGITS, keys.TYPED)] * 2
    assert questions == [keys.CODE_ASKED, f"That is not it. {keys.CODE_ASKED}"]


@pytest.mark.parametrize("answers", [(), ("x", "y", "z")])
def test_else_there_is_no_key(tmp_path: Path, ring: dict[str, str], answers: tuple[str, ...]) -> None:
    secrets, questions = asked(*answers)
    with pytest.raises(errors.NoKey) as told:
        keys.key_of(Place(str(tmp_path / "s.db"), str(tmp_path / "k"), secrets=secrets))
    assert len(questions) == max(1, len(answers))
    assert "tpi key recover" in told.value.hint


def test_a_credential_goes_before_the_usual_file_and_an_option_before_both(clinic: Clinic) -> None:
    wrong = file(clinic.home / "tpi-key", OTHER)
    assert clinic.run("due", CREDENTIALS_DIRECTORY=str(clinic.home)).code == 6
    assert clinic.run("due", CREDENTIALS_DIRECTORY=str(clinic.home), TPI_KEY_FILE=str(clinic.key)).code == 0
    wrong.unlink()
    assert clinic.run("due", CREDENTIALS_DIRECTORY=str(clinic.home)).code == 0


def test_with_a_key_file_nothing_more_is_loaded(clinic: Clinic) -> None:
    program = "import sys; from tpi_cli.main import main\ntry: main(['due'])\nfinally: print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env=clinic.environment(), capture_output=True, check=False)
    loaded = set(done.stdout.decode().split())
    assert "tpi_cli.store.keys" in loaded
    assert not loaded & {"keyring", "getpass", "tpi_cli.rules.lock", "tpi_cli.rules.paper", "tpi_cli.store.backup",
                         "tpi_cli.store.system_keyring", "tpi_cli.store.verify"}  # fmt: skip


# --- a locked key file


def test_a_passphrase_opens_it(tmp_path: Path) -> None:
    path = file(tmp_path / "k", passphrase="correct horse battery")
    secrets, questions = asked("wrong", "correct horse battery")
    assert keys.in_file(str(path), secrets) == DIGITS
    assert keys.in_file(str(path), secrets) == DIGITS
    assert len(questions) == 2
    with pytest.raises(errors.KeyLocked):
        keys.in_file(str(path), None)


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("change", ["", "0", "zz", "9999999999", "ff" * 99])
def test_a_changed_word_of_it_opens_nothing(tmp_path: Path, at: int, change: str) -> None:
    words = lock.lock(bytes.fromhex(DIGITS), "correct horse battery", b"s" * 16, ROUNDS).text.split()
    words[at] = change
    path = tmp_path / "k"
    path.write_text(" ".join(words))
    path.chmod(0o600)
    with pytest.raises(errors.BadKey):
        keys.in_file(str(path), asked("correct horse battery")[0])


@pytest.mark.parametrize("at", [1, 3, 4])
def test_one_changed_digit_opens_nothing(at: int) -> None:
    words = lock.lock(bytes.fromhex(DIGITS), "correct horse battery", b"s" * 16, ROUNDS).text.split()
    words[at] = ("0" if words[at][0] != "0" else "1") + words[at][1:]
    locked = lock.read(words)
    assert locked is not None
    assert lock.unlock(locked, "correct horse battery") is None


def test_what_a_passphrase_gives_is_pbkdf2_as_written() -> None:
    """Another program can open the file by this recipe."""
    import hashlib
    import hmac

    locked = lock.lock(bytes.fromhex(DIGITS), "pass phrase é", b"s" * 16, ROUNDS)
    derived = hashlib.pbkdf2_hmac("sha512", "pass phrase é".encode(), b"s" * 16, ROUNDS, 64)
    assert locked.wrapped == bytes(a ^ b for a, b in zip(bytes.fromhex(DIGITS), derived[:32], strict=True))
    assert locked.check == hmac.new(derived[32:], locked.wrapped, hashlib.sha256).digest()
    assert lock.ITERATIONS == 210_000
    assert lock.unlock(locked, "pass phrase e\u0301") == bytes.fromhex(DIGITS), "composed otherwise, the same letters"


# --- writing


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_a_key_file_is_the_owners_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        keys.write(str(tmp_path / "sub" / "k"), keys.text_of(DIGITS))
        keys.make_key(str(tmp_path / "sub" / "k2"))
    finally:
        os.umask(before)
    assert {f"{path.stat().st_mode & 0o777:o}" for path in (tmp_path / "sub").iterdir()} == {"600"}
    assert sorted(path.name for path in (tmp_path / "sub").iterdir()) == ["k", "k2"]


def test_a_key_that_cannot_be_written_leaves_the_one_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = file(tmp_path / "k")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.StoreUnavailable):
        keys.write(str(path), keys.text_of(OTHER))
    assert keys.read_key(str(path)) == DIGITS
    assert [one.name for one in tmp_path.iterdir()] == ["k"]


# --- a new key in its place


@pytest.mark.parametrize("passphrase", [None, "correct horse battery"])
def test_a_new_key_is_kept_as_the_old_one_was(tmp_path: Path, passphrase: str | None) -> None:
    path = file(tmp_path / "k", passphrase=passphrase)
    secrets, _ = asked(passphrase)
    at = Place(str(tmp_path / "s.db"), str(path), secrets=secrets)
    old, before = keys.key_of(at), path.read_text()
    new = keys.put_beside(at, old, OTHER)
    assert path.read_text() == before
    assert keys.beside(at, old) == new == (OTHER, f"{path}.new")
    kept = keys.take_over(at, old, new)
    assert Path(kept).read_text() == before
    assert keys.key_of(at) == (OTHER, str(path))
    assert keys.is_locked(str(path)) == (passphrase is not None)
    assert keys.beside(at, old) is None


def test_taking_over_twice_keeps_the_old_key_once(tmp_path: Path) -> None:
    """A kill between keeping the old key and moving the new one."""
    path = file(tmp_path / "k")
    at = Place(str(tmp_path / "s.db"), str(path))
    new = keys.put_beside(at, keys.key_of(at), OTHER)
    again = keys._kept(str(path))
    assert keys.take_over(at, keys.key_of(at), new) == again
    assert keys.old_files(str(path)) == [again]


def test_in_the_keyring(tmp_path: Path, ring: dict[str, str]) -> None:
    at = Place(str(tmp_path / "s.db"), str(tmp_path / "k"))
    ring[at.path] = DIGITS
    old = keys.key_of(at)
    new = keys.put_beside(at, old, OTHER)
    assert (ring[at.path], keys.beside(at, old)) == (DIGITS, (OTHER, KEYRING))
    keys.take_over(at, old, new)
    assert ring.pop(at.path) == OTHER
    assert list(ring.values()) == [DIGITS], "the old one is kept, for the backups"
    assert ".old-" in next(iter(ring))


def test_the_place_of_the_tests_is_a_plain_one(clinic: Clinic) -> None:
    assert keys.key_of(place(clinic)).source == str(clinic.key)
