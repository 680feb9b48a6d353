"""CSV and TSV: a header of keys, a line a row, nothing cut; no cell that a spreadsheet takes for a formula."""

import csv
import re
from collections.abc import Iterable
from typing import Any, TextIO

from tpi_cli.show.report import NOTHING, Column, cells

GUARD = "'"
"""Stands before a cell that would start a formula: a spreadsheet reads the rest as text."""
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
"""What starts one, in full width too (OWASP, CSV injection); guards before it count, so that each can be taken back."""
_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?[a-z%]*")
"""A number below zero, perhaps with its unit: `-20`, `-92d`. No formula has that form, and programs want to read it."""


def guarded(cell: str) -> str:
    """The cell as it is written; `restored` takes it back."""
    return GUARD + cell if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def restored(cell: str) -> str:
    """The cell as it was before `guarded`, and any other as it is."""
    return cell[1:] if cell.startswith(GUARD) and _FORMULA.match(cell) else cell


def write(columns: tuple[Column, ...], rows: Iterable[Any], redact: str, into: TextIO, tab: bool) -> None:
    """Write the rows; an empty value is an empty field."""
    out = csv.writer(into, delimiter="\t" if tab else ",", lineterminator="\n")
    out.writerow([column.key for column in columns])
    for row in rows:
        out.writerow(["" if cell == NOTHING else guarded(cell) for cell in cells(columns, row, redact)])
