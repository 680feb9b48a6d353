"""How long a terminal's table of 20,000 rows takes: ours and Rich's Table, in one run, as a ratio.

`python -m tests.scale.table`; the rows are made up and are kept in memory, with the codes of their colours.
"""

import io
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout

from rich.console import Console
from rich.table import Table

from tpi_cli.show.report import Column
from tpi_cli.show.table import draw

ROWS = 20_000
WIDTH = 120
KEYS = ("due", "late", "patient", "name", "born", "phone", "sites", "status")


def rows() -> list[list[str]]:
    """A long due list."""
    one = ("2026-11-09", "14d", "PT-{:05d}", "Tan, Mei", "1971-03-04", "07700 900000", "UT-L LS-L", "overdue")
    return [[cell.format(number) for cell in one] for number in range(ROWS)]


def ours(made: list[list[str]]) -> None:
    """What `tpi due` prints."""
    draw(tuple(Column(key, str) for key in KEYS), made, WIDTH, "always")


def richs(made: list[list[str]]) -> None:
    """What Rich would draw."""
    table = Table(*KEYS, box=None)
    for row in made:
        table.add_row(*row)
    console = Console(force_terminal=True, width=WIDTH)
    console.print(table, crop=False, overflow="ignore", no_wrap=True)


def seconds(drawn: Callable[[list[list[str]]], None]) -> float:
    """One print, rows ready beforehand."""
    made = rows()
    with redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        drawn(made)
        return time.perf_counter() - start


def main() -> int:
    """Print the figures."""
    small, large = seconds(ours), seconds(richs)
    sys.stdout.write(f"{ROWS} rows: ours {small:.2f} s, Rich's Table {large:.2f} s, ratio {small / large:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
