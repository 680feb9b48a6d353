"""A body seen from the front and from the back: on which side a patient's left is, and where labels find room. Pure.

A place has x away from the midline and y down from the crown, both in 200ths of the body's height.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

FRONT, BACK = "front", "back"
VIEWS = (FRONT, BACK)
_TURNED = {(FRONT, "L"): 1, (FRONT, "R"): -1, (BACK, "L"): -1, (BACK, "R"): 1}
"""Who faces us has the left on our right; who turns the back to us has it on our left."""


class Place(NamedTuple):
    """A point of a view. From a table x is the way from the midline; `seen` makes it the viewer's, right above zero."""

    view: str
    x: float
    y: float


class Box(NamedTuple):
    """A rectangle by its upper left corner, in whole steps of a grid."""

    x: int
    y: int
    width: int
    height: int


class Label(NamedTuple):
    """A label where it would best stand, and the frame that it must not leave."""

    box: Box
    frame: Box


def turned(view: str, side: str) -> int:
    """1 where that side of the patient is on the viewer's right, -1 on the left, 0 for the middle."""
    return _TURNED.get((view, side), 0)


def seen(place: Place, side: str) -> Place:
    """The place of that side as the viewer sees it."""
    return place._replace(x=turned(place.view, side) * place.x)


def laid_out(labels: Sequence[Label], gap: tuple[int, int], step: int = 1) -> list[Box | None]:
    """Where each label stands: as near as can be to where it would best be, in its frame, apart from those before it.

    `gap` is what is left free beside a label, and below it. None where there is no room left.
    """
    taken: list[Box] = []
    out: list[Box | None] = []
    for one in labels:
        found = next((box for box in _nearest(one, step) if not any(_touch(box, other, gap) for other in taken)), None)
        taken += [found] if found else []
        out.append(found)
    return out


def _nearest(label: Label, step: int) -> Iterator[Box]:
    """The places of a label in its frame, the nearest first."""
    box, frame = label
    right, bottom = frame.x + frame.width - box.width, frame.y + frame.height - box.height
    best = Box(min(max(box.x, frame.x), right), min(max(box.y, frame.y), bottom), box.width, box.height)
    across = _steps(best.x, frame.x, right, step)
    down = _steps(best.y, frame.y, bottom, step)
    every = [best._replace(x=x, y=y) for x in across for y in down]
    return iter(sorted(every, key=lambda one: (_far(one, box), one.y, one.x)))


def _steps(start: int, least: int, most: int, step: int) -> list[int]:
    return [*range(start, least - 1, -step), *range(start + step, most + 1, step)]


def _far(one: Box, other: Box) -> int:
    """The square of the way; a terminal's cell is twice as high as it is broad, and labels are as flat."""
    flat = 2 if one.height == 1 else 1
    return (one.x - other.x) ** 2 + (flat * (one.y - other.y)) ** 2


def _touch(one: Box, other: Box, gap: tuple[int, int]) -> bool:
    """Whether two labels overlap, or stand nearer than the gap."""
    apart_across = one.x + one.width + gap[0] <= other.x or other.x + other.width + gap[0] <= one.x
    apart_down = one.y + one.height + gap[1] <= other.y or other.y + other.height + gap[1] <= one.y
    return not (apart_across or apart_down)
