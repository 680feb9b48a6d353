"""How the tables of these tests are read, and what every refusal and every answer to a program owes its reader."""

import json
import shlex
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Answer, Clinic
from tests.postgres.shelves import NOTE
from tpi_cli.errors import NoStore

KINDS = {
    1: "failure",
    2: "usage",
    3: "not-found",
    4: "safety",
    5: "conflict",
    6: "store",
    9: "cancelled",
    11: "output",
}
"""Exit codes and the kind beside them in JSON."""


def made(factory: pytest.TempPathFactory, template: Path, build: Callable[[Clinic], object]) -> Path:
    """A HOME set up once, to be copied for every test that changes it."""
    home = factory.mktemp("made")
    shutil.copytree(template, home, dirs_exist_ok=True)
    build(Clinic(home))
    return home


def copied(home: Path, to: Path) -> Clinic:
    """A clinic of the test's own, as it was set up."""
    shutil.copytree(home, to, dirs_exist_ok=True)
    return Clinic(to)


def rows(table: str) -> list[tuple[str, ...]]:
    """The rows under the header of a table whose columns are parted by `|`."""
    lines = [line for line in table.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines[1:]]


def words(command: str) -> list[str]:
    """A command as the shell hands it over."""
    return shlex.split(command)


def everything(clinic: Clinic) -> dict[str, bytes]:
    """Every file in HOME with its content, to see that a refusal left no trace; of a store on a server, its rows."""
    files = sorted(path for path in Path(clinic.home).rglob("*") if path.is_file() and not path.is_symlink())
    there = {str(path.relative_to(clinic.home)): path.read_bytes() for path in files if path.name != NOTE}
    if not clinic.on_server:
        return there
    with suppress(NoStore):
        there["the server's"] = clinic.bytes()
    return there


def talk(answer: Answer) -> list[str]:
    """The lines on stderr, without those that say that TPI_TODAY is set, and where the log ends."""
    usual = ("TPI_TODAY sets the clock", "log head ")
    return [line for line in answer.err.splitlines() if not any(words in line for words in usual)]


def refused(clinic: Clinic, *command: str, stdin: str = "", **more: str) -> tuple[int, str, str]:
    """Run what must be refused, plain and with --json: one line, a hint, no trace. Returns code, line, hint."""
    before = everything(clinic)
    plain = clinic.run(*command, stdin=stdin, **more)
    as_json = clinic.run("--json", *command, stdin=stdin, **more)
    assert everything(clinic) == before, f"{command} left a trace"
    assert plain.out == as_json.out == "", f"{command} printed data"
    line, hint = one_line(plain)
    fault = as_json.error
    assert list(fault) == ["code", "kind", "message", "hint"]
    assert (fault["code"], fault["kind"]) == (as_json.code, KINDS[as_json.code]) == (plain.code, KINDS[plain.code])
    assert (shown(fault["message"]), shown(fault["hint"])) == (line, hint)
    return plain.code, line, hint


def shown(text: str) -> str:
    """A text with what is not printable written as the terminal gets it, to compare JSON with plain."""
    from tpi_cli.show.clean import clean

    return clean(text)


def one_line(answer: Answer) -> tuple[str, str]:
    """The line and the hint of an error that is one line, perhaps a place in what was typed, and a hint."""
    lines = talk(answer)
    assert "Traceback" not in answer.err
    assert lines[0].startswith("tpi: "), answer
    assert lines[-1].startswith("  hint: "), answer
    between = lines[1:-1]
    if between:
        typed, carets = between
        assert typed.startswith("  ")
        assert set(carets) == {" ", "^"}, answer
        assert len(carets) <= max(len(typed), 3) + 1
    return lines[0].removeprefix("tpi: "), lines[-1].removeprefix("  hint: ")


def envelope(answer: Answer, name: str) -> dict[str, Any]:
    """An answer to a program, seen to be one whole JSON document with the envelope of cli.md."""
    assert answer.out.endswith("}\n")
    found: dict[str, Any] = json.loads(answer.out)
    assert found["schema"] == f"tpi.{name}/1"
    assert found["generated_at"].endswith("Z")
    assert list(found)[:3] == ["schema", "generated_at", "today"]
    return found
