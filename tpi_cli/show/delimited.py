"""CSV and TSV: a header of keys, a line a row, nothing cut."""

import csv
from collections.abc import Iterable
from typing import Any, TextIO

from tpi_cli.show.report import NOTHING, Column, cells


def write(columns: tuple[Column, ...], rows: Iterable[Any], redact: str, into: TextIO, tab: bool) -> None:
    """Write the rows; an empty value is an empty field."""
    out = csv.writer(into, delimiter="\t" if tab else ",", lineterminator="\n")
    out.writerow([column.key for column in columns])
    for row in rows:
        out.writerow(["" if cell == NOTHING else cell for cell in cells(columns, row, redact)])
