"""The body with a patient's sites as SVG: the same drawing as in a terminal, each site a numbered circle."""

from collections.abc import Iterator, Sequence

from tpi_cli.reference.body import BODY, HEIGHT, WIDEST, lines, places
from tpi_cli.rules.body import VIEWS, Box, Label, laid_out, seen, turned
from tpi_cli.show.markup import Element, element
from tpi_cli.show.picture.body import SIDES, Marker, heading, named
from tpi_cli.show.picture.curve import bends

HALF, TOP = WIDEST + 6, 16
"""Units from the midline to a view's edge, and above it for its heading."""
VIEW = 2 * HALF
SIZE = 11
"""Of a circle, across."""
GAP = (1, 1)
STEP = 3
"""Units by which a circle is moved away from others."""
INK, FAINT, MARK = "#333333", "#8a8a8a", "#1f4e79"
FONT = "system-ui, sans-serif"


def figure(markers: Sequence[Marker], words: str) -> Element:
    """Front and back beside each other; `words` tell a screen reader what the picture shows."""
    box = f"0 0 {2 * VIEW} {HEIGHT + TOP + 2}"
    views = [element("g", {"transform": f"translate({at * VIEW + HALF} {TOP})"}, *_view(view, markers))
             for at, view in enumerate(VIEWS)]  # fmt: skip
    look = {"viewBox": box, "role": "img", "font-family": FONT, "text-anchor": "middle", "fill": "none"}
    return element("svg", look, element("title", None, "Body map"), element("desc", None, words), *views)


def reading(markers: Sequence[Marker]) -> list[str]:
    """What is to be known to read the picture: whose left and right it is, and what is not on it."""
    found = [(marker, box) for view in VIEWS for marker, box in _placed(view, markers)]
    shown = {marker for marker, box in found if box is not None}
    missing = [named(one) for one in markers if one not in shown]
    return [SIDES, *([f"not drawn: {', '.join(missing)}"] if missing else [])]


def _view(view: str, markers: Sequence[Marker]) -> Iterator[Element]:
    left, name, right = heading(view)
    for x, words in ((-HALF + 8, left), (0, name), (HALF - 8, right)):
        yield element("text", {"x": x, "y": -6, "font-size": 7, "fill": INK}, words)
    for line in lines(view):
        look = {"d": _path(line.points), "stroke": INK if line.name == BODY else FAINT, "stroke-width": 0.7}
        yield element("path", look)
        yield element("path", {**look, "transform": "scale(-1 1)"})
    yield from _circles(_placed(view, markers))


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *_ = points
    parts = [f"C{_pair(one.leaving)} {_pair(one.coming)} {_pair(one.end)}" for one in bends(points)]
    return f"M{_pair((x, y))}" + "".join(parts)


def _pair(point: tuple[float, float]) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _circles(placed: Sequence[tuple[Marker, Box | None]]) -> Iterator[Element]:
    """A circle each, over the lines to the places that circles had to move away from: no number is crossed out."""
    shown = [(marker, box.x + SIZE / 2, box.y + SIZE / 2) for marker, box in placed if box is not None]
    for marker, x, y in shown:
        at = seen(places()[marker.muscle], marker.side)
        if abs(x - at.x) > 1 or abs(y - at.y) > 1:
            yield element("line", {"x1": at.x, "y1": at.y, "x2": x, "y2": y, "stroke": MARK, "stroke-width": 0.5})
            yield element("circle", {"cx": at.x, "cy": at.y, "r": 0.9, "fill": MARK})
    for marker, x, y in shown:
        yield element("circle", {"cx": x, "cy": y, "r": SIZE / 2, "fill": MARK})
        size = 7.5 if marker.number < 100 else 5.5
        yield element("text", {"x": x, "y": y + size * 0.36, "font-size": size, "fill": "#ffffff"}, str(marker.number))


def _placed(view: str, markers: Sequence[Marker]) -> list[tuple[Marker, Box | None]]:
    """The markers of a view with the square that each circle takes, from the midline and the crown."""
    here = [one for one in markers if one.muscle in places() and places()[one.muscle].view == view]
    return list(zip(here, laid_out([_label(one) for one in here], GAP, STEP), strict=True))


def _label(marker: Marker) -> Label:
    at = seen(places()[marker.muscle], marker.side)
    return Label(Box(round(at.x - SIZE / 2), round(at.y - SIZE / 2), SIZE, SIZE), _half(turned(at.view, marker.side)))


def _half(side: int) -> Box:
    if side == 0:
        return Box(-HALF, 0, VIEW, HEIGHT)
    return Box(0 if side > 0 else -HALF, 0, HALF, HEIGHT)
