"""`tpi doctor`: what is where and what is wrong, without a word about a patient."""

import os
import platform
import sys
from collections.abc import Iterator

import typer

from tpi_cli import __version__, config
from tpi_cli.errors import TpiError
from tpi_cli.store import connect
from tpi_cli.store.database import Driver
from tpi_cli.store.place import Place, is_plain
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.health import health


def doctor(ctx: typer.Context) -> None:
    """What is installed, where things lie and whether the store opens. Safe to paste into a report.

    \b
    tpi doctor
    tpi doctor --json
    tpi --db demo doctor
    """
    told = dict(_facts(ctx.obj.place))
    lines = [f"{name:<12} {value}" for name, value in told.items()]
    ctx.obj.out().lines(lines, "doctor", lambda: told)


def _facts(place: Place) -> Iterator[tuple[str, str]]:
    yield "tpi", __version__
    yield "python", f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    yield "compiled", _compiled()
    yield "sqlite", f"{Driver.sqlite_version}, by sqlcipher3"
    yield "terminal", f"{os.environ.get('TERM', 'none')}, stdout {sys.stdout.encoding}"
    yield "settings", _there(config.path())
    yield "key", _key(place)
    yield "store", place.path if place.url else _there(place.path)
    yield from _store(place)


def _compiled() -> str:
    """Whether Python finds bytecode of every module it has loaded, or compiles some at each start."""
    files = [module.__cached__ for module in list(sys.modules.values()) if getattr(module, "__cached__", None)]
    lacking = sum(not os.path.exists(str(file)) for file in files)
    return f"no, {lacking} of {len(files)} modules anew at each start (tpi help install)" if lacking else "yes"


def _there(path: str) -> str:
    return path if os.path.exists(path) else f"{path} (not there)"


def _key(place: Place) -> str:
    if not os.path.exists(place.key_path):
        return f"{place.key_path} (not there)"
    mode = os.stat(place.key_path).st_mode & 0o777
    return f"{place.key_path} (mode {mode:o})"


def _store(place: Place) -> Iterator[tuple[str, str]]:
    try:
        encrypted = "no" if is_plain(place) else "yes"
        with connect.reading(place) as db:
            if not place.url:
                yield "encrypted", encrypted
            yield "zone", clinic(db).zone
            yield from health(db)
    except TpiError as fault:
        yield "problem", f"{fault} ({fault.hint})"
