"""Dots in a terminal: eight to a cell in Braille patterns, or a cell's shape in one ASCII character."""

from collections.abc import Iterable

ACROSS, DOWN = 2, 4
"""Dots in a cell."""
_BRAILLE = 0x2800
_BITS = {(0, 0): 0x01, (0, 1): 0x02, (0, 2): 0x04, (1, 0): 0x08, (1, 1): 0x10, (1, 2): 0x20, (0, 3): 0x40, (1, 3): 0x80}
Dot = tuple[int, int]


def line(start: tuple[float, float], end: tuple[float, float]) -> set[Dot]:
    """The dots of a straight line."""
    steps = max(1, round(2 * max(abs(end[0] - start[0]), abs(end[1] - start[1]))))
    return {
        (
            int(start[0] + (end[0] - start[0]) * step / steps),
            int(start[1] + (end[1] - start[1]) * step / steps),
        )
        for step in range(steps + 1)
    }


def cells(dots: Iterable[Dot], columns: int, rows: int, *, ascii_only: bool) -> list[list[str]]:
    """The dots as rows of cells; what lies outside is left out."""
    shapes: dict[Dot, set[Dot]] = {}
    for x, y in dots:
        shapes.setdefault((x // ACROSS, y // DOWN), set()).add((x % ACROSS, y % DOWN))
    drawn = _ascii if ascii_only else _braille
    return [[drawn(shapes.get((column, row), set())) for column in range(columns)] for row in range(rows)]


def _braille(shape: set[Dot]) -> str:
    return chr(_BRAILLE + sum(_BITS[dot] for dot in shape)) if shape else " "


def _ascii(shape: set[Dot]) -> str:
    """The character that runs as the dots do."""
    if not shape:
        return " "
    high, low = min(y for _, y in shape), max(y for _, y in shape)
    if high == low:
        return ("'", "-", "-", "_")[low] if len(shape) == ACROSS else ("'", "'", ".", ".")[low]
    lean = _middle(shape, low) - _middle(shape, high)
    return "|" if lean == 0 else "\\" if lean > 0 else "/"


def _middle(shape: set[Dot], row: int) -> float:
    across = [x for x, y in shape if y == row]
    return sum(across) / len(across)
