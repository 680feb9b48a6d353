"""Everything that is measured, in one run, into `tests/scale/README.md`: `python -m tests.scale [--million FILE]`.

`--million` is the store that `tests.scale.generate --patients 1000000` made; without it the two smaller ones are made
and read, and the table says so. A benchmark's own table goes into the page as it was printed, with its exit code where
a limit was passed. Takes an hour, on a machine that does nothing else.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.postgres.cluster import programs
from tpi_cli.store.database import Driver

PAGE = Path(__file__).with_name("README.md")
HEAD = """# What it costs

Made by `python -m tests.scale`, in one run on one machine; not edited. Every limit is a ratio to something measured in
the same run; seconds are of this machine. Why each is measured so stands at the top of each file.
"""
SIZES = (10_000, 100_000)
BENCHMARKS = (
    ("Start-up: instructions against `import typer`", "tests.scale.startup"),
    ("The same 10,000 items in other programs", "tests.scale.peers"),
    ("A terminal's table of 20,000 rows", "tests.scale.table"),
    ("Import against a bare executemany", "tests.scale.imports"),
    ("Many hands, SQLite", "tests.scale.hands", "sqlite"),
)
LIBRARIES = ("typer", "sqlmodel", "sqlalchemy", "sqlcipher3", "psycopg")


def machine() -> str:
    """What it was measured on."""
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())  # fmt: skip
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = programs()
    server = _ran([str(found / "postgres"), "--version"]).strip() if found else "no PostgreSQL"
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    commit = _ran(["git", "rev-parse", "--short", "HEAD"]).strip()
    python = f"Python {platform.python_version()}, SQLite {Driver.sqlite_version} with SQLCipher"
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.platform()}; {python}, {server}; {libraries};"
        f" commit {commit}, {datetime.now(UTC):%Y-%m-%d}."
    )


def _ran(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout


def section(title: str, *words: str) -> None:
    """A benchmark's table under a title, at the end of the page."""
    sys.stderr.write(f"{title} ...\n")
    done = subprocess.run([sys.executable, "-m", *words], stdout=subprocess.PIPE, text=True, check=False)
    over = (
        "" if done.returncode == 0 else f"\nA limit was passed, or it could not be measured (exit {done.returncode}).\n"
    )
    shown = " ".join("STORE" if word.endswith(".db") else word for word in words)
    with PAGE.open("a", encoding="utf-8") as page:
        page.write(f"\n## {title}\n\n`python -m {shown}`\n\n```\n{done.stdout.rstrip()}\n```\n{over}")


def main() -> int:
    """Measure, and write the page as it comes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--million", help="a store of a million patients, made before")
    asked = parser.parse_args()
    PAGE.write_text(f"{HEAD}\n{machine()}\n", encoding="utf-8")
    for title, *words in BENCHMARKS:
        section(title, *words)
    if programs():
        section("Many hands, PostgreSQL", "tests.scale.hands", "postgresql")
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            path = f"{folder}/{size}.db"
            made = [sys.executable, "-m", "tests.scale.generate", "--patients", str(size), "--db", path]
            subprocess.run(made, stderr=subprocess.DEVNULL, check=True)
            _read(f"{size:,}", path)
    if asked.million:
        _read("1,000,000", asked.million)
    return 0


def _read(size: str, path: str) -> None:
    section(f"Lists, {size} patients", "tests.scale.reads", "--db", path, "--limit", "1000")
    section(f"One patient of {size}", "tests.scale.patient", "--db", path)


if __name__ == "__main__":
    sys.exit(main())
