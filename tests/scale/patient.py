"""What one patient costs beside the bare driver: `python -m tests.scale.patient --db big.db [--patient 77]`.

`tpi why` and `tpi patient show`, whole processes to a pipe, against a script that makes the same statements over the
bare driver, log entry and all, and prints what it reads (`tests/scale/asking.py`). In instructions (valgrind), which no
load moves. The first ratio is against that script with `import typer`, which every command line of this kind begins
with; the second against the script without it. Exits 1 where the first is over its limit.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.scale.engines import place_of
from tests.scale.startup import instructions
from tpi_cli.main import main as tpi
from tpi_cli.store import account, keys
from tpi_cli.store.database import Database
from tpi_cli.store.place import is_plain

TPI = str(Path(sys.executable).with_name("tpi"))
ASKING = str(Path(__file__).with_name("asking.py"))
LIMIT = 1.5
TODAY = "2026-11-23"


def main() -> int:
    """Print the ratios; 1 where one is over its limit."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale.patient", description=__doc__)
    parser.add_argument("--db", required=True)
    parser.add_argument("--patient", default="77")
    asked = parser.parse_args()
    over = 0
    with tempfile.TemporaryDirectory() as folder:
        environment = {"HOME": folder, "PATH": os.environ["PATH"], "TPI_TODAY": TODAY, "PYTHONHASHSEED": "0"}
        os.environ.update(environment)
        for command in ("why", "patient show"):
            place = place_of(asked.db)
            words = ("--db", place.path, "--key-file", place.key_path, *command.split(), asked.patient)
            config = Path(folder) / "config.json"
            config.write_text(json.dumps(_config(place, words, command, int(asked.patient))), encoding="utf-8")
            bare = (sys.executable, ASKING, str(config))
            ours, framed, alone = (instructions(line, environment) for line in ((TPI, *words), (*bare, "typer"), bare))
            over += ours / framed > LIMIT
            sys.stdout.write(
                f"{ours / framed:.2f}  {command}: {ours:,} instructions, the same statements and `import typer`"
                f" {framed:,}; {ours / alone:.2f} of the statements alone ({alone:,})\n"
            )
    return int(over > 0)


def _config(place: Any, words: tuple[str, ...], command: str, patient: int) -> dict[str, Any]:
    """What the bare script is told: the statements the command made, each write of the log as one."""
    with _noting() as seen, open(os.devnull, "w", encoding="utf-8") as nowhere:
        kept, sys.stdout = sys.stdout, nowhere
        try:
            tpi(list(words))
        except SystemExit as leave:
            if leave.code:
                raise
        finally:
            sys.stdout = kept
    statements = [[sql, values] for sql, values in seen if "ratchet" not in sql and "INSERT" not in sql]
    wrote = next(at for at, (sql, _) in enumerate(seen) if "INSERT INTO audit" in sql)
    before = sum(1 for sql, _ in seen[:wrote] if "ratchet" not in sql)
    statements.insert(before, ["log", [account.name(), command, patient]])
    key = [] if is_plain(place) else [f"key=\"x'{keys.key_of(place).digits}'\""]
    pragmas = [*key, "foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF", "cell_size_check=ON", "query_only=ON"]
    return {"path": place.path, "pragmas": pragmas, "statements": statements}


@contextmanager
def _noting() -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """Note every statement that this process makes."""
    seen: list[tuple[str, dict[str, Any]]] = []
    real = {name: getattr(Database, name) for name in ("rows", "row", "run")}

    def noted(name: str) -> Any:
        def call(self: Database, sql: str, **values: Any) -> Any:
            seen.append((sql, values))
            return real[name](self, sql, **values)

        return call

    for name in real:
        setattr(Database, name, noted(name))
    try:
        yield seen
    finally:
        for name, method in real.items():
            setattr(Database, name, method)


if __name__ == "__main__":
    sys.exit(main())
