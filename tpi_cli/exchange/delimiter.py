"""What stands between the columns of a table, told by its first line."""

import csv

from tpi_cli.errors import Usage
from tpi_cli.exchange.map import DELIMITERS
from tpi_cli.reference.headings import all_headings, field

NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def sniffed(first_line: str, file: str = "the table") -> str:
    """`,`, `;`, a tab or `|`; a comma where a line has none of them. What stands in quotes does not count.

    Of two, it is the one between headings that are known. Raises Usage where that does not decide.
    """
    found = [sign for sign in DELIMITERS if len(_cells(first_line, sign)) > 1]
    if len(found) < 2:
        return found[0] if found else ","
    known = {sign: sum(map(_known, _cells(first_line, sign))) for sign in found}
    best = [sign for sign in found if known[sign] == max(known.values())]
    if len(best) > 1:
        names = " or ".join(NAMES[sign] for sign in best)
        raise Usage(
            f"{file}: {names} between the columns?", hint='say so in a map: delimiter = ";" (tpi help import-map)'
        )
    return best[0]


def _cells(line: str, sign: str) -> list[str]:
    try:
        return next(csv.reader([line.strip("\r\n")], delimiter=sign), [])
    except csv.Error:  # whoever reads the file says what is wrong with it
        return []


def _known(cell: str) -> bool:
    return any(field(kind, cell) for kind in all_headings())
