"""A smooth line through points: the same one for a terminal's dots and for SVG."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

Point = tuple[float, float]
PIECES = 8
"""Straight pieces that stand for one part of a curve in a terminal."""


class Bend(NamedTuple):
    """A cubic Bézier curve from one point to the next."""

    start: Point
    leaving: Point
    coming: Point
    end: Point


def bends(points: Sequence[Point]) -> Iterator[Bend]:
    """The curves through the points: at each, the line runs along its two neighbours (Catmull and Rom)."""
    around = [points[0], *points, points[-1]]
    for before, start, end, after in zip(around, around[1:], around[2:], around[3:], strict=False):
        yield Bend(start, _beside(start, before, end), _beside(end, after, start), end)


def _beside(at: Point, one: Point, other: Point) -> Point:
    return at[0] + (other[0] - one[0]) / 6, at[1] + (other[1] - one[1]) / 6


def straightened(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """The curves as short straight lines."""
    for bend in bends(points):
        yield from pairwise(_on(bend, piece / PIECES) for piece in range(PIECES + 1))


def _on(bend: Bend, at: float) -> Point:
    back = 1 - at
    weights = (back**3, 3 * back**2 * at, 3 * back * at**2, at**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, bend, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, bend, strict=True)),
    )
