"""The key file, written anew from the recovery code."""

import os

from tpi_cli import errors, files
from tpi_cli.store import keys
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place


def holds(path: str, digits: str) -> bool:
    """Whether a key file that nothing locks holds this key, and only its owner can read it."""
    try:
        return keys.read_key(path) == digits
    except errors.StoreUnavailable:
        return False


def write(place: Place, key: Key) -> str | None:
    """Write the key file; what lies there under its name is laid aside. Returns where to."""
    path = place.key_path
    if not os.path.lexists(path):
        keys.write(path, keys.text_of(key.digits))
        return None
    half = f"{path}.recovered"
    keys.write(half, keys.text_of(key.digits))
    try:
        aside = keys.lay_aside(path)
        os.replace(half, path)
        files.sync_folder(path)
    except OSError as fault:
        raise errors.StoreUnavailable(f"cannot write the key file {path}: {fault.strerror}") from None
    return aside
