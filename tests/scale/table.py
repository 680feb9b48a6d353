"""How long a terminal's table of 20,000 rows takes: ours and Rich's Table, in one run, as a ratio.

`python -m tests.scale.table`; the rows are made up and go to /dev/null through a terminal-like console.
"""

import io
import sys
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from tpi_cli.show.report import Column
from tpi_cli.show.table import Grid

ROWS = 20_000
KEYS = ("due", "late", "patient", "name", "born", "phone", "sites", "status")


def rows() -> list[list[str]]:
    """A long due list."""
    one = ("2026-11-09", "14d", "PT-{:05d}", "Tan, Mei", "1971-03-04", "07700 900000", "UT-L LS-L", "overdue")
    return [[cell.format(number) for cell in one] for number in range(ROWS)]


def ours(made: list[list[str]]) -> object:
    """The renderable `tpi due` prints."""
    return Grid(tuple(Column(key, str) for key in KEYS), made)


def richs(made: list[list[str]]) -> object:
    """What Rich would draw."""
    table = Table(*KEYS, box=None)
    for row in made:
        table.add_row(*row)
    return table


def seconds(draw: Callable[[list[list[str]]], object]) -> float:
    """One print, rows ready beforehand."""
    made = rows()
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    start = time.perf_counter()
    console.print(draw(made), crop=False, overflow="ignore", no_wrap=True)
    return time.perf_counter() - start


def main() -> int:
    """Print the figures."""
    small, large = seconds(ours), seconds(richs)
    sys.stdout.write(f"{ROWS} rows: ours {small:.2f} s, Rich's Table {large:.2f} s, ratio {small / large:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
