"""Everything that is measured, in one run, into `tests/scale/README.md`: `python -m tests.scale [--million FILE]`.

`--million` is the store that `tests.scale.generate --patients 1000000` made; without it the two smaller ones are made
and read, and the table says so. A benchmark's own table goes into the page as it was printed, with its exit code where
a limit was passed. Takes half an hour, on a machine that does nothing else; verifying a million patients, at the very
end, as long again.
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
MILLION = 1_000_000
BY_SIZE = """
## By patients in the store

Lists are of 1,000 rows at every size; then the same without the footer, which counts who is held back and is all that
grows with the store; then the whole list. Beside the ratio to the bare script of the same statements stand seconds of
the processor and the most memory. `python -m tests.scale.reads`, `patient` and `verify`, each with `--db STORE`, print
these lines.

```
"""
OF_STORE = (
    ("tests.scale.reads", "--limit", "1000"),
    ("tests.scale.reads", "--limit", "1000", "--quiet", "--formats", "tsv"),
    ("tests.scale.reads", "--formats", "tsv", "--runs", "3"),
    ("tests.scale.patient",),
)
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
    _write(f"\n## {title}\n\n`python -m {' '.join(words)}`\n\n```\n{done.stdout.rstrip()}\n```\n{over}")


def by_size(stores: dict[int, str]) -> None:
    """One table of what each store costs: lists, one patient, and at last looking at everything."""
    _write(BY_SIZE)
    for words in (*OF_STORE, ("tests.scale.verify",)):
        for size, path in stores.items():
            sys.stderr.write(f"{size:,} patients: {words[0]} ...\n")
            done = subprocess.run(
                [sys.executable, "-m", *words, "--db", path], stdout=subprocess.PIPE, text=True, check=False
            )
            over = "" if done.returncode == 0 else f"  (exit {done.returncode})"
            _write("".join(f"{size:>9,}  {line}{over}\n" for line in done.stdout.splitlines()))
    _write("```\n")


def _write(text: str) -> None:
    with PAGE.open("a", encoding="utf-8") as page:
        page.write(text)


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
        stores = {size: f"{folder}/{size}.db" for size in SIZES}
        for size, path in stores.items():
            made = [sys.executable, "-m", "tests.scale.generate", "--patients", str(size), "--db", path]
            subprocess.run(made, stderr=subprocess.DEVNULL, check=True)
        by_size({**stores, **({MILLION: asked.million} if asked.million else {})})
    return 0


if __name__ == "__main__":
    sys.exit(main())
