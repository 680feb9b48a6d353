"""Where a store and its key lie, and what kind of file is there."""

import os
from typing import NamedTuple

from tpi_cli import config, errors

PLAIN_HEADER = b"SQLite format 3\x00"
KEY_HEADER = "tpi-key-1"
KEY_BYTES = 32
NOBODY_ELSE = 0o077
CREDENTIAL = "tpi-key"
"""What the key is called among a service's credentials."""


class Place(NamedTuple):
    """A store's file and the file of its key; `demo` marks the made-up clinic."""

    path: str
    key_path: str
    demo: bool = False


def find(db: str | None = None, key_file: str | None = None) -> Place:
    """The store that the options, the environment or the settings file name.

    The key is where they say; else among systemd's credentials, if it is there; else in its usual place.
    """
    named = config.resolve("db", db).value
    if named == config.DEMO:
        return demo()
    if "://" in named:
        raise errors.StoreUnavailable("a store on a server is not possible yet", hint="name a file with --db")
    path = os.path.abspath(os.path.expanduser(named)) if named else os.path.join(config.data_home(), "tpi.db")
    key = config.resolve("key_file", key_file).value or _credential()
    return Place(path, os.path.abspath(os.path.expanduser(key)) if key else os.path.join(config.home(), "tpi.key"))


def _credential() -> str:
    """The key that systemd hands to a service (LoadCredential=tpi-key:FILE); nothing if it does not."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    path = os.path.join(folder, CREDENTIAL)
    return path if folder and os.path.isfile(path) else ""


def demo() -> Place:
    """The demo clinic's store, with a key of its own: it never touches the clinic's."""
    folder = os.path.join(config.data_home(), config.DEMO)
    return Place(os.path.join(folder, "tpi.db"), os.path.join(folder, "tpi.key"), demo=True)


def is_plain(place: Place) -> bool:
    """Whether the store there is unencrypted. Raises NoStore, NotAStore, StoreReadOnly."""
    try:
        with open(place.path, "rb") as file:
            header = file.read(len(PLAIN_HEADER))
    except FileNotFoundError:
        raise errors.NoStore(path=place.path) from None
    except IsADirectoryError:
        raise errors.NotAStore(path=place.path, hint="it is a folder: name the file in it") from None
    except OSError as fault:
        raise errors.StoreUnavailable(f"{place.path} cannot be read: {fault.strerror}") from None
    if len(header) < len(PLAIN_HEADER):
        raise errors.NotAStore(path=place.path)
    return header == PLAIN_HEADER


def read_key(path: str) -> str:
    """The key as 64 hex digits. Raises NoKey, BadKey; a key that others may read is refused."""
    try:
        with open(path, encoding="ascii") as file:
            _only_ours(path, os.fstat(file.fileno()).st_mode)
            words = file.read(256).split()
    except FileNotFoundError:
        raise errors.NoKey(path=path) from None
    except (OSError, UnicodeDecodeError):
        raise errors.BadKey(path=path) from None
    if len(words) != 2 or words[0] != KEY_HEADER or len(words[1]) != 2 * KEY_BYTES:
        raise errors.BadKey(path=path)
    if set(words[1]) - set("0123456789abcdef"):
        raise errors.BadKey(path=path)
    return words[1]


def _only_ours(path: str, mode: int) -> None:
    if os.name == "posix" and mode & NOBODY_ELSE:
        raise errors.StoreUnavailable(f"others can read the key file {path}", hint=f"chmod 600 {path}")


def make_key(path: str) -> bool:
    """Make a random key in a new file only the owner can read; False if one is there already."""
    make_folder(os.path.dirname(path))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        read_key(path)
        return False
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot write the key file {path}: {fault.strerror}") from None
    os.chmod(path, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{KEY_HEADER} {os.urandom(KEY_BYTES).hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def make_folder(folder: str) -> None:
    """A folder only the owner can enter, whatever the umask; one that is there already is left as it is."""
    before = os.umask(NOBODY_ELSE)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot make the folder {folder}: {fault.strerror}") from None
    finally:
        os.umask(before)
