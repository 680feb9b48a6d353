"""Judges installed for the tests alone, each in a folder of its own: no pin of theirs touches the program's."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FRICTIONLESS = "frictionless==5.18.1"


def frictionless(*words: str, cwd: Path) -> Any:
    """Run it and return its report, read from JSON. Skips where it cannot be had; with CI set it fails there."""
    import json

    away = {**os.environ, "PYTHONPATH": str(_installed()), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "--json", *words],
        capture_output=True, text=True, cwd=cwd, env=away, timeout=120,
    )  # fmt: skip
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def _installed() -> Path:
    """The folder it is installed in, once for each Python; tests that run beside each other wait for it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tpi-tests"
    cache.mkdir(parents=True, exist_ok=True)
    home = cache / f"{FRICTIONLESS.replace('==', '-')}-py{sys.version_info.major}{sys.version_info.minor}"
    with _alone(home):
        if not home.exists():
            _install(home)
    return home


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(home: Path) -> None:
    """Under another name first: an installation that was broken off is begun anew."""
    half = home.with_name(f"{home.name}.half")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--target", str(half), FRICTIONLESS]
    done = subprocess.run(pip, capture_output=True, text=True, timeout=600)
    if done.returncode == 0:
        half.rename(home)
    elif os.environ.get("CI"):
        pytest.fail(f"{FRICTIONLESS} cannot be installed: {done.stderr}")
    else:
        pytest.skip(f"{FRICTIONLESS} cannot be installed: {done.stderr.strip().splitlines()[-1:]}")
