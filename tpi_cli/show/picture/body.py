"""A body from the front and from the back in a terminal, with a patient's sites as numbers on it."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from typer import style

from tpi_cli.reference.body import HEIGHT, lines, places
from tpi_cli.reference.names import title
from tpi_cli.rules.body import VIEWS, Box, Label, laid_out, turned
from tpi_cli.show.colours import MARKER
from tpi_cli.show.picture import dots
from tpi_cli.show.picture.curve import straightened

ROWS = 30
"""Cells that the body is high."""
HALF = 13
"""Cells from the midline to either side."""
BETWEEN = " " * 8
SIDES = "L and R are the patient's left and right"
FARTHEST = 4
"""Cells (a line counts as two) that a number may stand from its place without a word about it."""
NEAREST = 1
"""Cells between a number and the midline, so that its side is seen."""
SCALE = ROWS * dots.DOWN / HEIGHT
GAP = (1, 0)
"""Free cells between two numbers of a line: 1 and 2 must not read as 12."""


class Marker(NamedTuple):
    """A site on the body: its number on that patient, its muscle and side."""

    number: int
    muscle: str
    side: str


def named(one: Marker) -> str:
    """`12 posterior scalene L`."""
    return f"{one.number} {title(one.muscle)} {one.side}"


def drawn(markers: Sequence[Marker], room: int, *, ascii_only: bool, coloured: bool) -> list[str]:
    """Front and back in lines: beside each other where there is room for both, else one below the other, or nothing."""
    if room < 2 * HALF:
        return []
    views = [list(_view(view, markers, ascii_only=ascii_only, coloured=coloured)) for view in VIEWS]
    if room < 4 * HALF + len(BETWEEN):
        return [*views[0], "", *views[1]]
    return [BETWEEN.join(pair).rstrip() for pair in zip_longest(*views, fillvalue="")]


def unplaced(markers: Sequence[Marker]) -> list[Marker]:
    """Those that cannot be shown: of muscles this release does not know, or without room."""
    shown = {number for view in VIEWS for number, box in _boxes(view, markers) if box is not None}
    return [marker for marker in markers if marker.number not in shown]


def heading(view: str) -> tuple[str, str, str]:
    """What stands over a view: the patient's side on the viewer's left, the view, the side on the right."""
    left, right = sorted("LR", key=lambda side: turned(view, side))
    return left, view.upper(), right


def _view(view: str, markers: Sequence[Marker], *, ascii_only: bool, coloured: bool) -> Iterator[str]:
    left, name, right = heading(view)
    yield f"{left}{name:^{2 * HALF - 2}}{right}"
    grid = dots.cells(_outline(view), 2 * HALF, ROWS, ascii_only=ascii_only)
    for number, box in _boxes(view, markers):
        if box is not None:
            _write(grid[box.y], box.x, str(number), coloured=coloured)
    yield from ("".join(row) for row in grid)


def moved(markers: Sequence[Marker]) -> list[Marker]:
    """Those whose number stands so far from their place, to make room, that it must be said."""
    of = {marker.number: marker for marker in markers}
    found = [(of[number], box) for view in VIEWS for number, box in _boxes(view, markers) if box is not None]
    return [marker for marker, box in found if _away(_label(marker).box, box) > FARTHEST]


def _away(best: Box, box: Box) -> int:
    return max(abs(best.x - box.x), 2 * abs(best.y - box.y))


def _write(row: list[str], at: int, text: str, *, coloured: bool) -> None:
    """Put a number into its cells; in colour it stands out, and is the same without."""
    for place, mark in enumerate(text, at):
        row[place] = style(mark, **MARKER) if coloured else mark


def _outline(view: str) -> set[dots.Dot]:
    """One half and its mirror image."""
    middle = HALF * dots.ACROSS
    half = {
        dot
        for line in lines(view)
        for start, end in straightened(line.points)
        for dot in dots.line(*((middle + x * SCALE, y * SCALE) for x, y in (start, end)))
    }
    return half | {(2 * middle - 1 - x, y) for x, y in half}


def _boxes(view: str, markers: Sequence[Marker]) -> list[tuple[int, Box | None]]:
    """The cells that each number of a view takes."""
    here = [marker for marker in markers if marker.muscle in places() and places()[marker.muscle].view == view]
    return list(zip([one.number for one in here], laid_out([_label(one) for one in here], GAP), strict=True))


def _label(marker: Marker) -> Label:
    """A number on its site, in its own half of the view; one of the middle has all of it."""
    place = places()[marker.muscle]
    side = turned(place.view, marker.side)
    away = max(NEAREST, int(place.x * SCALE / dots.ACROSS)) if side else 0
    column = HALF + away if side >= 0 else HALF - 1 - away
    row = min(ROWS - 1, int(place.y * SCALE / dots.DOWN))
    width = len(str(marker.number))
    return Label(Box(column - (width - 1) // 2, row, width, 1), _half(side))


def _half(side: int) -> Box:
    if side == 0:
        return Box(0, 0, 2 * HALF, ROWS)
    return Box(HALF if side > 0 else 0, 0, HALF, ROWS)
