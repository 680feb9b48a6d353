"""`tpi help leaving`: every command on the page is run as it stands there, by a shell, with the programs it names."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import Clinic

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "tpi_cli" / "help" / "leaving.txt").read_text(encoding="utf-8")
SHOWN_ONLY = {"tpi config path"}
"""What differs on every computer."""


def whole(text: str) -> bool:
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def blocks() -> list[tuple[str, list[str]]]:
    """Every command of the page, over as many lines as its quotes hold, with what the page says it prints."""
    out: list[tuple[str, list[str]]] = []
    inside = False
    for line in PAGE.splitlines():
        if line.startswith("  $ "):
            out.append((line[4:], []))
            inside = True
        elif not line.startswith("  ") or not line.strip():
            inside = False
        elif inside and not whole(out[-1][0]):
            out[-1] = (f"{out[-1][0]}\n{line}", [])
        elif inside:
            out[-1][1].append(line[2:])
    return out


def as_told(line: str) -> str:
    return ".*".join(map(re.escape, line.rstrip().split("...")))


@pytest.mark.slow
def test_the_page_is_what_happens(home: Clinic) -> None:
    missing = [name for name in ("sqlite3", "jq") if not shutil.which(name)]
    if missing and os.environ.get("CI"):
        pytest.fail(f"the page needs {missing}: apt-get install {' '.join(missing)}")
    if missing:
        pytest.skip(f"the page needs {missing}")
    shim = Path(home.file("tpi", f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m tpi_cli "$@" 2>&1\n'))
    shim.chmod(0o700)
    script = re.search(r"(?m)^    import hashlib(?:.*\n)+?(?=\n  \$)", PAGE)
    assert script is not None
    home.file("chain.py", dedent(script[0]))
    home.ok("demo")
    away = {**home.environment(), "TPI_DB": "demo", "PATH": f"{home.home}:{os.environ['PATH']}"}
    ran = 0
    for command, told in blocks():
        done = subprocess.run(["bash", "-c", command], cwd=home.home, env=away, capture_output=True, text=True)
        assert done.returncode == 0, (command, done)
        printed = [line.rstrip() for line in done.stdout.splitlines() if not line.startswith(("today is", "demo cl"))]
        if command not in SHOWN_ONLY:
            wanted = "\n".join(map(as_told, told))
            assert re.fullmatch(wanted, "\n".join(printed)), f"{command}\n{told}\n{printed}"
            ran += 1
    assert ran >= 10


@pytest.mark.slow
def test_the_script_of_the_page_finds_a_changed_entry(home: Clinic) -> None:
    import sqlite3

    home.ok("demo")
    home.ok("--db", "demo", "export", "sqlite", "-o", str(home.home / "clinic.db"))
    script = re.search(r"(?m)^    import hashlib(?:.*\n)+?(?=\n  \$)", PAGE)
    assert script is not None
    path = home.file("chain.py", dedent(script[0]))
    copy = sqlite3.connect(home.home / "clinic.db")
    for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {name}")
    copy.execute("UPDATE audit SET account = 'somebody else' WHERE entry = 2")
    copy.commit()
    copy.close()
    done = subprocess.run([sys.executable, path], cwd=home.home, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (1, "entry 2 was changed")


def test_the_page_fits_and_names_every_table() -> None:
    from tpi_cli.store.connect import TABLES

    assert max(map(len, PAGE.splitlines())) <= 78
    assert [name for name in sorted(TABLES - {"ratchet"}) if not re.search(rf"\b{name}\b", PAGE)] == []
