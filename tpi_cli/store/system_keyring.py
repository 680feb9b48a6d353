"""The key in the computer's own keyring (macOS Keychain, Windows Credential Locker, Secret Service).

The package `keyring` is an extra, and slow to load: nothing imports this module unless there is no key file.
"""

import os
from typing import Any

from tpi_cli import clock, errors
from tpi_cli.store.place import KEYRING, is_key

SERVICE = "tpi"
EXTRA = "keyring"


def _user(path: str) -> str:
    """What the key of a store is filed under."""
    return os.path.realpath(path)


def read(path: str) -> str | None:
    """The key filed under a store's path; None where there is no keyring, or no key in it."""
    try:
        import keyring

        found = keyring.get_password(SERVICE, _user(path))
    except ImportError:
        return None
    except Exception:  # noqa: BLE001 - each system's keyring fails in its own way, and a key not got is not there
        return None
    return found if found and is_key(found) else None


def password(address: str) -> str | None:
    """The password filed under a server's address (`keyring set tpi ADDRESS` puts it there); None where there is
    none."""
    try:
        import keyring

        return keyring.get_password(SERVICE, address)
    except Exception:  # noqa: BLE001 - each system's keyring fails in its own way, or is not there
        return None


def write(path: str, digits: str) -> None:
    """File a key, and read it back. Raises MissingExtra, StoreUnavailable."""
    _done(_loaded().set_password, SERVICE, _user(path), digits)
    if read(path) != digits:
        raise _failed("it does not give back what was put in")


def remove(path: str) -> None:
    """Take a key out. Raises MissingExtra, StoreUnavailable."""
    _done(_loaded().delete_password, SERVICE, _user(path))


def take_over(path: str, old: str, new: str) -> str:
    """The new key becomes the store's, the old one is kept under a name of its own; returns it."""
    kept = f"{path}.old-{clock.for_name()}"
    write(kept, old)
    write(path, new)
    if read(f"{path}.new"):
        remove(f"{path}.new")
    return f"{KEYRING}, under {_user(kept)}"


def _loaded() -> Any:
    try:
        import keyring
    except ImportError:
        raise errors.MissingExtra(what=KEYRING, package="keyring", extra=EXTRA) from None
    return keyring


def _done(act: Any, *words: str) -> None:
    try:
        act(*words)
    except Exception as fault:  # noqa: BLE001 - each system's keyring fails in its own way
        raise _failed(type(fault).__name__) from None


def _failed(why: str) -> errors.StoreUnavailable:
    return errors.StoreUnavailable(
        f"the keyring cannot be used: {why}", hint="it needs a desktop session that is unlocked (tpi help keys)"
    )
