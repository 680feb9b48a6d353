"""Our drawing of a body, `outline.csv`, and where each muscle is on it, `muscle_places.csv`.

One half is drawn, the other is its mirror image; both views have the same outline. Nothing follows from a place but
where a marker stands.
"""

from functools import cache
from itertools import groupby
from typing import NamedTuple

from tpi_cli.reference.tables import rows
from tpi_cli.rules.body import VIEWS, Place

BODY = "body"
"""The line that is the outline itself; the others only help to see which view it is."""
HEIGHT = 200
WIDEST = 42
"""How far from the midline anything is drawn."""


class Line(NamedTuple):
    """A line of one half of a view, through points (x away from the midline, y down from the crown)."""

    name: str
    view: str
    points: tuple[tuple[float, float], ...]


@cache
def lines(view: str) -> tuple[Line, ...]:
    """The lines of a view."""
    found = groupby(rows("outline"), key=lambda row: (row["line"], row["view"]))
    drawn = [
        Line(name, of, tuple((float(one["x"]), float(one["y"])) for one in points)) for (name, of), points in found
    ]
    return tuple(line for line in drawn if line.view in (view, "both"))


@cache
def places() -> dict[str, Place]:
    """The place of every shipped muscle, by its id."""
    found = {row["muscle"]: Place(row["view"], float(row["x"]), float(row["y"])) for row in rows("muscle_places")}
    assert all(place.view in VIEWS for place in found.values())
    return found
