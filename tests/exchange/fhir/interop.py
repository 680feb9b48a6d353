"""Other systems' files, which lie beside the repository and are no part of it."""

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[4] / "shared" / "interop"


def folder(name: str) -> Path:
    """The folder of that name; where it is not there the test is skipped, and says so."""
    if not (FOLDER / name).is_dir():
        pytest.skip(f"NOT TESTED: there is no {FOLDER / name}")
    return FOLDER / name


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
