"""JSON for programs: one envelope, or a line a row."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TextIO

from tpi_cli import clock
from tpi_cli.show.clean import escaped


def text(value: Any) -> str:
    """A value as JSON, safe to print on a terminal; dates and decimals as their text."""
    return escaped(json.dumps(value, ensure_ascii=False, default=str))


def envelope(name: str, today: str) -> dict[str, Any]:
    """What every answer to a program starts with. Where no clinic says what day it is, this machine does."""
    moment = f"{clock.stamp().partition('.')[0]}Z"
    day = today or str(clock.today(clock.system_zone()))
    return {"schema": f"tpi.{name}/1", "generated_at": moment, "today": day}


def write(
    head: dict[str, Any],
    records: Iterable[dict[str, Any]],
    around: Callable[[], dict[str, Any]],
    into: TextIO,
) -> None:
    """The envelope with its rows, each written as it comes. `around` is asked last: its counts may depend on them."""
    into.write(f'{text(head).removesuffix("}")}, "rows": [')
    count = 0
    for count, record in enumerate(records, 1):
        into.write(f"{', ' if count > 1 else ''}{text(record)}")
    into.write(f"], {text({'count': count, **around()}).removeprefix('{')}\n")


def write_lines(records: Iterable[dict[str, Any]], into: TextIO) -> None:
    """A JSON object a line."""
    for record in records:
        into.write(text(record) + "\n")
