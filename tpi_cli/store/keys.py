"""The key of a store: where it is looked for, how it is written, and how a new one takes its place.

In order: the key file (named, a service's credential, or in its usual place), the computer's own keyring, a
person at a terminal who types the recovery code. A plain key file needs nothing more than this module.
"""

import os
from contextlib import suppress
from typing import NamedTuple

from tpi_cli import clock, errors, files
from tpi_cli.store.place import KEY_BYTES, KEYRING, Place, Secrets, free_name, is_key, make_folder

HEADER = "tpi-key-1"
LOCKED = "tpi-key-2"
LONGEST = 512
"""Characters of a key file: more is none."""
TYPED = "the recovery code"
UNLOCKING = "Passphrase of the key:"
CODE_ASKED = "No key on this computer. Recovery code:"


class Key(NamedTuple):
    """A key as 64 hex digits, and where it was found: a file's path, KEYRING or TYPED."""

    digits: str
    source: str


def key_of(place: Place) -> Key:
    """The key, from where it is found first. Raises NoKey, BadKey, KeyLocked; one that others may read is refused."""
    if place.url:
        raise errors.OnServer(path=place.path)
    try:
        return Key(in_file(place.key_path, place.secrets), place.key_path)
    except errors.NoKey:
        return _elsewhere(place)


def _elsewhere(place: Place) -> Key:
    """The key where there is no key file."""
    from tpi_cli.store import system_keyring

    digits = system_keyring.read(place.path)
    if digits:
        return Key(digits, KEYRING)
    digits = place.secrets.passed(CODE_ASKED, read_code) if place.secrets else None
    if digits is None:
        raise errors.NoKey(path=place.key_path)
    return Key(digits, TYPED)


def read_code(text: str) -> str | None:
    """The key behind a recovery code; None if it is mistyped."""
    from tpi_cli.rules import paper

    found = paper.read(paper.RECOVERY, text)
    return found.hex() if found else None


def read_key(path: str) -> str:
    """The key in a file that is not locked, as 64 hex digits. Raises NoKey, BadKey, KeyLocked."""
    return in_file(path, None)


def in_file(path: str, secrets: Secrets | None) -> str:
    """The key in a file as 64 hex digits; of a locked one with the passphrase. Raises NoKey, BadKey, KeyLocked."""
    words = _words(path)
    if words[:1] == [LOCKED]:
        return _unlocked(path, words, secrets)
    if len(words) != 2 or words[0] != HEADER or not is_key(words[1]):
        raise errors.BadKey(path=path)
    return words[1]


def is_locked(path: str) -> bool:
    """Whether a passphrase opens the key file. Raises NoKey, BadKey."""
    return _words(path)[:1] == [LOCKED]


def _words(path: str) -> list[str]:
    try:
        with files.opened(path) as file:
            _only_ours(path, os.fstat(file.fileno()).st_mode)
            return file.read(LONGEST).decode("ascii").split()
    except FileNotFoundError:
        raise errors.NoKey(path=path) from None
    except (OSError, ValueError):
        raise errors.BadKey(path=path) from None


def _only_ours(path: str, mode: int) -> None:
    if os.name == "posix" and mode & files.NOBODY_ELSE:
        raise errors.StoreUnavailable(f"others can read the key file {path}", hint=f"chmod 600 {path}")


def _unlocked(path: str, words: list[str], secrets: Secrets | None) -> str:
    from tpi_cli.rules import lock

    locked = lock.read(words)
    if locked is None:
        raise errors.BadKey(path=path)

    def opened(passphrase: str) -> str | None:
        found = lock.unlock(locked, passphrase)
        return found.hex() if found else None

    digits = secrets.passed(UNLOCKING, opened) if secrets else None
    if digits is None:
        raise errors.KeyLocked(path=path)
    return digits


# --- writing


def text_of(digits: str, passphrase: str | None = None) -> str:
    """What a key file holds; locked, where there is a passphrase."""
    if passphrase is None:
        return f"{HEADER} {digits}\n"
    from tpi_cli.rules import lock

    return lock.lock(bytes.fromhex(digits), passphrase, os.urandom(lock.SALT_BYTES)).text + "\n"


def make_key(path: str, passphrase: str | None = None) -> str | None:
    """Make a random key in a new file only the owner can read; None if a file is there already."""
    make_folder(os.path.dirname(path))
    digits = new_digits()
    files.remove_halves(path)
    try:
        return digits if files.put_new(path, text_of(digits, passphrase)) else None
    except OSError as fault:
        raise _unwritten(path, fault) from None


def new_digits() -> str:
    """A random key."""
    return os.urandom(KEY_BYTES).hex()


def write(path: str, text: str) -> None:
    """Put a key file in place, whole or not at all; it is on the disk when this returns. Raises StoreUnavailable."""
    make_folder(os.path.dirname(path))
    files.remove_halves(path)  # a killed attempt's holds a key that may not be locked as this one is
    try:
        files.put(path, text)
        files.sync_folder(path)
    except OSError as fault:
        raise _unwritten(path, fault) from None


def _unwritten(path: str, fault: OSError) -> errors.StoreUnavailable:
    return errors.StoreUnavailable(
        f"cannot write the key file {path}: {fault.strerror}", hint="check the folder and the disk"
    )


def remove(path: str) -> None:
    """Take a key file away; its key is somewhere else now."""
    try:
        os.unlink(path)
        files.sync_folder(path)
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot remove {path}: {fault.strerror}") from None


def lay_aside(path: str) -> str:
    """Give a key file that holds another key a name of its own, beside; returns it."""
    aside = free_name(f"{path}.{clock.for_name()}")
    os.rename(path, aside)
    files.sync_folder(path)
    return aside


# --- a new key in place of the old


def untold(place: Place) -> str:
    """The file that lies beside a store from before its new key is made until the recovery code was printed."""
    return f"{place.path}.new-key"


def put_beside(place: Place, key: Key, digits: str) -> Key:
    """Keep a new key beside the one in use, in the same kind of place, before the store is turned over to it."""
    if key.source == KEYRING:
        from tpi_cli.store import system_keyring

        system_keyring.write(f"{place.path}.new", digits)
        return Key(digits, KEYRING)
    passphrase = place.secrets.told(UNLOCKING) if place.secrets and is_locked(key.source) else None
    write(f"{key.source}.new", text_of(digits, passphrase))
    return Key(digits, f"{key.source}.new")


def beside(place: Place, key: Key) -> Key | None:
    """The key that a rotation which was killed half way had put beside this one; None if there is none."""
    if key.source == KEYRING:
        from tpi_cli.store import system_keyring

        digits = system_keyring.read(f"{place.path}.new")
        return Key(digits, KEYRING) if digits else None
    if key.source == TYPED or not os.path.exists(f"{key.source}.new"):
        return None
    return Key(in_file(f"{key.source}.new", place.secrets), f"{key.source}.new")


def take_over(place: Place, key: Key, new: Key) -> str:
    """The new key becomes the one in use; the old one is kept, for the backups made with it. Returns where."""
    if new.source == KEYRING:
        from tpi_cli.store import system_keyring

        return system_keyring.take_over(place.path, key.digits, new.digits)
    kept = _kept(key.source)
    with suppress(FileNotFoundError):  # another program, which met the same unfinished rotation, was faster
        os.replace(new.source, key.source)
    files.sync_folder(key.source)
    return kept


def _kept(path: str) -> str:
    """A copy of the key file that stays; the one that is there, if a rotation before was killed right after it."""
    text = files.start(path, LONGEST)
    for one in old_files(path):
        with suppress(OSError):  # one that cannot be read is not this one
            if files.start(one, LONGEST) == text:
                return one
    kept = free_name(f"{path}.old-{clock.for_name()}")
    write(kept, text.decode())
    return kept


def old_files(path: str) -> list[str]:
    """The files of the keys that were in use before, newest first."""
    folder, name = os.path.split(path)
    try:
        found = [one for one in os.listdir(folder) if one.startswith(f"{name}.old-") and not one.endswith(".half")]
    except OSError:
        return []
    return [os.path.join(folder, one) for one in sorted(found, reverse=True)]
