"""Somebody who records without a pause, in a process of their own: `python -m tests.postgres.writing NAME FOLDER`.

The program itself is run, in-process: what a line of its own would cost to start is no part of this. Each record has
a key of its own, and what was acknowledged (exit code 0) is noted in FOLDER/NAME.acknowledged: the key, and when.
Everything else it was told goes to FOLDER/NAME.refused. It ends once there is a file FOLDER/enough.
"""

import io
import sys
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import count
from pathlib import Path

from tpi_cli.main import main

CALLED = 10
"""Every so many patients one is called."""


def run(words: list[str]) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    sys.stdin = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(words)
            code = 0
        except SystemExit as leave:
            code = int(leave.code or 0)
    return code, *(stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined, return-value]


def acts(name: str) -> Iterator[tuple[str, list[str]]]:
    """Keys and commands without end: patients, and a call to each tenth; each record bears its key as its note."""
    for number in count():
        key = f"{name}-{number}"
        yield key, ["patient", "add", f"Patient {name} {number}", "1960-05-05", "--mrn", key, "--allergy", "none",
                    "--bleeding", "none", "--note", key]  # fmt: skip
        if number % CALLED == 0:
            yield f"{key}-call", ["call", f"mrn:{key}", "reached", "--note", f"{key}-call"]


def write(name: str, folder: Path) -> None:
    """Record until there is enough."""
    with (
        (folder / f"{name}.acknowledged").open("a", buffering=1) as acknowledged,
        (folder / f"{name}.refused").open("a", buffering=1) as refused,
    ):
        for key, words in acts(name):
            if (folder / "enough").exists():
                return
            code, _, err = run([*words, "--idempotency-key", key, "--yes"])
            if code == 0:
                acknowledged.write(f"{key} {time.time()}\n")
            else:
                refused.write(f"{key} {code} {err!r}\n")


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
