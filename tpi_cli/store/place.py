"""Where a store and its key lie, and what kind of file is there."""

import os
from collections.abc import Callable
from typing import NamedTuple

from tpi_cli import config, errors, files

PLAIN_HEADER = b"SQLite format 3\x00"
KEY_BYTES = 32
KEYRING = "the keyring"
"""Where a key is that lies in no file."""
CREDENTIAL = "tpi-key"
"""What the key is called among a service's credentials."""


class Secrets:
    """What a person at a terminal is asked for without echo, and once in a call: a passphrase, a recovery code."""

    TRIES = 3

    def __init__(self, ask: Callable[[str], str | None], waits: Callable[[], None] = lambda: None) -> None:
        self._ask = ask
        self.waits = waits
        """Called where the store is another's for long."""
        self._told: dict[str, str] = {}

    def told(self, question: str) -> str | None:
        """What was answered to a question earlier in this call."""
        return self._told.get(question)

    def passed(self, question: str, opens: Callable[[str], str | None]) -> str | None:
        """What the answer opens; None where nobody can be asked, or the third answer is wrong too."""
        earlier = self.told(question)
        found = opens(earlier) if earlier is not None else None
        words = question
        for _ in range(self.TRIES):
            if found is not None:
                return found
            answer = self._ask(words)
            if answer is None:
                return None
            found, words = opens(answer), f"That is not it. {question}"
            self._told[question] = answer
        return found


class Place(NamedTuple):
    """A store's file and the file of its key; `demo` marks the made-up clinic, `secrets` knows whom to ask.

    On a server `url` is its address and `path` the same as messages show it; its key is the server's own affair.
    """

    path: str
    key_path: str
    demo: bool = False
    secrets: Secrets | None = None
    url: str = ""

    @property
    def beside(self) -> str:
        """What the names of files begin with that lie beside the store: of a server's, in the folder for stores."""
        return os.path.join(config.data_home(), "server") if self.url else self.path


def find(db: str | None = None, key_file: str | None = None) -> Place:
    """The store that the options, the environment or the settings file name.

    The key is where they say; else among systemd's credentials, if it is there; else in its usual place.
    """
    named = config.resolve("db", db).value
    if named == config.DEMO:
        return demo()
    key = config.resolve("key_file", key_file).value or _credential()
    key_path = os.path.abspath(os.path.expanduser(key)) if key else os.path.join(config.home(), "tpi.key")
    if "://" in named:
        return _on_server(named, key_path)
    path = os.path.abspath(os.path.expanduser(named)) if named else os.path.join(config.data_home(), "tpi.db")
    return Place(path, key_path)


def _on_server(url: str, key_path: str) -> Place:
    from tpi_cli.store import address

    if not address.is_server(url):
        raise address.unknown(url)
    return Place(address.shown(url), key_path, url=url)


def _credential() -> str:
    """The key that systemd hands to a service (LoadCredential=tpi-key:FILE); nothing if it does not."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    path = os.path.join(folder, CREDENTIAL)
    return path if folder and os.path.isfile(path) else ""


def demo() -> Place:
    """The demo clinic's store, with a key of its own: it never touches the clinic's."""
    folder = os.path.join(config.data_home(), config.DEMO)
    return Place(os.path.join(folder, "tpi.db"), os.path.join(folder, "tpi.key"), demo=True)


def is_key(digits: str) -> bool:
    """Whether these are the hex digits of a key."""
    return len(digits) == 2 * KEY_BYTES and not set(digits) - set("0123456789abcdef")


def free_name(stem: str, end: str = "") -> str:
    """A name that no file has yet: the stem, or the stem with a number."""
    path, number = f"{stem}{end}", 1
    while os.path.lexists(path):
        number += 1
        path = f"{stem}-{number}{end}"
    return path


def is_plain(place: Place) -> bool:
    """Whether the store there is a file without encryption. Raises NoStore, NotAStore, StoreReadOnly."""
    if place.url:
        return False
    try:
        header = files.start(place.path, len(PLAIN_HEADER))
    except FileNotFoundError:
        raise errors.NoStore(path=place.path) from None
    except IsADirectoryError:
        raise errors.NotAStore(path=place.path, hint="it is a folder: name the file in it") from None
    except OSError as fault:
        raise errors.StoreUnavailable(f"{place.path} cannot be read: {fault.strerror}") from None
    if len(header) < len(PLAIN_HEADER):
        raise errors.NotAStore(path=place.path)
    return header == PLAIN_HEADER


def make_folder(folder: str) -> None:
    """A folder only the owner can enter, whatever the umask; one that is there already is left as it is."""
    try:
        files.make_folder(folder)
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot make the folder {folder}: {fault.strerror}") from None
