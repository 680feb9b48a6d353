"""systemd's units of this account: a service and its timer, in the folder where systemd looks for them."""

import os
from collections.abc import Iterable
from contextlib import suppress

from tpi_cli.errors import Conflict, StoreUnavailable
from tpi_cli.exchange.cron import MADE_BY, Job, service, timer
from tpi_cli.files import make_folder, opened

MODE = 0o644
"""They hold paths and no secret, and systemd wants to read them."""
BY_HAND = "tpi cron show --systemd prints what belongs there"


def files(job: Job) -> dict[str, str]:
    """The two files by path, with what is to stand in them."""
    folder = os.path.join(_home(), "systemd", "user")
    return {os.path.join(folder, f"tpi-{job.name}.{kind.__name__}"): kind(job) for kind in (service, timer)}


def todo(job: Job) -> dict[str, str]:
    """What there is to type once the files are there, by what it is for."""
    return {
        "to start it": f"systemctl --user daemon-reload && systemctl --user enable --now tpi-{job.name}.timer",
        "to read the list": f"journalctl --user -u tpi-{job.name}.service",
        "so that it runs while nobody is logged in": "loginctl enable-linger",
    }


def there(files: Iterable[str]) -> dict[str, str]:
    """What stands in those of the files that are there. Raises Conflict for one that is not of tpi's making."""
    found = {path: _text(path) for path in files if os.path.lexists(path)}
    for path, text in found.items():
        if not text.startswith(MADE_BY):
            raise Conflict(f"{path} was not made by tpi", hint="give the job another name: --report morning")
    return found


def _text(path: str) -> str:
    try:
        with opened(path) as file:
            return file.read().decode("utf-8", "replace")
    except OSError as fault:
        raise StoreUnavailable(f"cannot read {path}: {fault.strerror}", hint=BY_HAND) from None


def write(files: dict[str, str]) -> None:
    """Put the units in their places, each in one step. Raises StoreUnavailable."""
    for path, text in files.items():
        fresh = f"{path}.new"
        try:
            make_folder(os.path.dirname(path))
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "w", encoding="ascii") as file:
                file.write(text)
            os.replace(fresh, path)
        except OSError as fault:
            with suppress(OSError):
                os.unlink(fresh)
            raise StoreUnavailable(f"cannot write {path}: {fault.strerror}", hint=BY_HAND) from None


def _home() -> str:
    return os.environ.get("XDG_CONFIG_HOME", "").strip() or os.path.join(os.path.expanduser("~"), ".config")
